package blocks

import (
	"context"
	"sync"

	"golang.org/x/sync/semaphore"
)

// Weight is how many bytes a block of n bytes is taken to cost: itself and what is made of it.
func Weight(n int) int64 { return 4 * int64(n) }

// Limits bound a Stream.
type Limits struct {
	Workers int   // goroutines, at least 1
	Memory  int64 // bytes in flight, counted with Weight; a block that is larger goes alone
}

// Stream works on items in parallel and returns the results in order.
type Stream[I, R any] struct {
	order  chan *job[I, R]
	memory *semaphore.Weighted
	held   int64
	cancel context.CancelFunc
	wg     sync.WaitGroup
	err    error // of next; read after order is closed
	drop   func(R)
}

type job[I, R any] struct {
	item   I
	weight int64
	done   chan R
}

// NewStream calls next in one goroutine until it gives an error (io.EOF for the end; that of its context when it is done) and work in as many as there are workers; each
// has its own function from newWork. size says how many bytes an item has; drop takes back results that nobody asked for.
func NewStream[I, R any](ctx context.Context, l Limits, next func(context.Context) (I, error), size func(I) int, newWork func() func(I) R, drop func(R)) *Stream[I, R] {
	ctx, cancel := context.WithCancel(ctx)
	l.Workers = max(l.Workers, 1)
	l.Memory = max(l.Memory, 1)
	s := &Stream[I, R]{
		order:  make(chan *job[I, R], 2*l.Workers),
		memory: semaphore.NewWeighted(l.Memory),
		cancel: cancel,
		drop:   drop,
	}
	jobs := make(chan *job[I, R], l.Workers)
	s.wg.Add(1 + l.Workers)
	go func() {
		defer s.wg.Done()
		defer close(s.order)
		defer close(jobs)
		s.err = s.feed(ctx, l.Memory, jobs, next, size)
	}()
	for range l.Workers {
		work := newWork()
		go func() {
			defer s.wg.Done()
			for j := range jobs {
				j.done <- work(j.item)
			}
		}()
	}
	return s
}

func (s *Stream[I, R]) feed(ctx context.Context, memory int64, jobs chan<- *job[I, R], next func(context.Context) (I, error), size func(I) int) error {
	for {
		item, err := next(ctx)
		if err != nil {
			return err
		}
		j := &job[I, R]{item: item, weight: min(Weight(size(item)), memory), done: make(chan R, 1)}
		// An item that was read is always worked on, because that gives its memory back: a cancelled wait lets it in at once, and
		// Close takes results until there are no more.
		if s.memory.Acquire(ctx, j.weight) != nil {
			j.weight = 0
		}
		s.order <- j
		jobs <- j
	}
}

// Next returns the result for the next item; after the last one io.EOF or the error that ended the items.
func (s *Stream[I, R]) Next() (R, error) {
	s.memory.Release(s.held)
	s.held = 0
	j, ok := <-s.order
	if !ok {
		var none R
		return none, s.err
	}
	s.held = j.weight
	return <-j.done, nil
}

// Close stops everything and waits for it. Results that were not asked for are dropped.
func (s *Stream[I, R]) Close() {
	s.cancel()
	for j := range s.order {
		s.drop(<-j.done)
	}
	s.wg.Wait()
}
