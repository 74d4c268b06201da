package blocks

import (
	"context"
	"errors"
	"io"
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

func count(upTo int, end error) func(context.Context) (int, error) {
	n := 0
	return func(ctx context.Context) (int, error) {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		if n == upTo {
			return 0, end
		}
		n++
		return n, nil
	}
}

func double() func(int) int { return func(n int) int { return 2 * n } }

func TestStreamKeepsOrder(t *testing.T) {
	broken := errors.New("broken")
	for _, workers := range []int{1, 2, 7} {
		for _, memory := range []int64{1, 100, 1 << 30} {
			s := NewStream(context.Background(), Limits{workers, memory}, count(500, broken), func(n int) int { return n }, double, func(int) {})
			for i := 1; i <= 500; i++ {
				if v, err := s.Next(); err != nil || v != 2*i {
					t.Fatalf("%d: %d, %v", i, v, err)
				}
			}
			if _, err := s.Next(); err != broken {
				t.Fatal(err)
			}
			s.Close()
		}
	}
}

func TestStreamCloseLeavesNothing(t *testing.T) {
	before := runtime.NumGoroutine()
	for taken := range 5 {
		var made, dropped atomic.Int64
		work := func() func(int) int { return func(n int) int { made.Add(1); return n } }
		s := NewStream(context.Background(), Limits{3, 40}, count(1000, io.EOF), func(int) int { return 2 }, work, func(int) { dropped.Add(1) })
		for range taken {
			if _, err := s.Next(); err != nil {
				t.Fatal(err)
			}
		}
		s.Close()
		if made.Load() != dropped.Load()+int64(taken) {
			t.Fatalf("made %d, taken %d, dropped %d", made.Load(), taken, dropped.Load())
		}
	}
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(time.Millisecond) // the runtime counts a goroutine a moment longer than its last statement
	}
	t.Fatalf("%d goroutines before, %d after", before, runtime.NumGoroutine())
}

func TestStreamMemoryIsALimit(t *testing.T) {
	var flying, most atomic.Int64
	next := count(200, io.EOF)
	s := NewStream(context.Background(), Limits{8, Weight(10) * 3}, func(ctx context.Context) (int, error) {
		return next(ctx)
	}, func(int) int { return 10 }, func() func(int) int {
		return func(n int) int {
			most.Store(max(most.Load(), flying.Add(1)))
			return n
		}
	}, func(int) {})
	defer s.Close()
	for {
		_, err := s.Next()
		if err == io.EOF {
			break
		}
		flying.Add(-1)
	}
	if most.Load() > 3 {
		t.Fatalf("%d in flight", most.Load())
	}
}

func TestStreamEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	s := NewStream(ctx, Limits{2, 100}, count(1<<60, io.EOF), func(int) int { return 1 }, double, func(int) {})
	defer s.Close()
	if _, err := s.Next(); err != nil {
		t.Fatal(err)
	}
	cancel()
	for {
		if _, err := s.Next(); err != nil {
			if !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			return
		}
	}
}
