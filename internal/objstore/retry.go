package objstore

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

// Sleeper is a Store with a clock of its own: waiting for it costs no real time. The in-memory store is one, so that tests of
// code that backs off do not sleep.
type Sleeper interface {
	Sleep(ctx context.Context, d time.Duration) error
}

// Sleep waits d by the clock of s: real time unless s is a Sleeper. It returns early with the context's error.
func Sleep(ctx context.Context, s Store, d time.Duration) error {
	if sl, ok := s.(Sleeper); ok {
		return sl.Sleep(ctx, d)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}

// The pace of the retries here: eight attempts, about 10 s in the mean and 20 s at most.
const (
	attempts  = 8
	firstWait = 100 * time.Millisecond
	longest   = 5 * time.Second
)

// Backoff is how long to wait before attempt n (1, 2, …) is repeated: doubling from 100 ms up to 5 s, of which a random half to
// whole, so that writers which collided once do not collide again.
func Backoff(n int) time.Duration {
	d := longest
	if n < 16 {
		d = min(longest, firstWait<<max(0, n-1))
	}
	return d/2 + rand.N(d/2+1)
}

// retry calls do until it succeeds, fails with something that waiting does not cure, or has failed too often.
func retry(ctx context.Context, s Store, do func() error) error {
	for n := 1; ; n++ {
		err := do()
		if err == nil || n == attempts || !worthRetrying(err) {
			return err
		}
		if Sleep(ctx, s, Backoff(n)) != nil {
			return err // what the store said tells more than that the time was up
		}
	}
}

// worthRetrying is true where nothing was decided or where the same bytes may arrive whole the next time.
func worthRetrying(err error) bool {
	return errors.Is(err, ErrTemporary) || errors.Is(err, ErrConflict)
}
