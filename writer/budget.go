package writer

import (
	"context"
	"sync"
)

// budget bounds the memory of what is under way. A piece larger than all of it is let through when nothing else is under way.
type budget struct {
	mu    sync.Mutex
	limit int64
	used  int64
	peak  int64
	free  chan struct{} // closed and replaced whenever something is released
}

func newBudget(limit int64) *budget { return &budget{limit: limit, free: make(chan struct{})} }

func (b *budget) acquire(ctx context.Context, n int64) error {
	for {
		b.mu.Lock()
		if b.used == 0 || b.used+n <= b.limit {
			b.used += n
			b.peak = max(b.peak, b.used)
			b.mu.Unlock()
			return nil
		}
		wait := b.free
		b.mu.Unlock()
		select {
		case <-wait:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func (b *budget) release(n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used -= n
	close(b.free)
	b.free = make(chan struct{})
}
