package blocks

import (
	"sync"
	"sync/atomic"
)

// Buffer is memory that several goroutines read and the last one gives back.
type Buffer struct {
	b    []byte
	refs atomic.Int32
	pool *sync.Pool
}

func newPool() *sync.Pool { return new(sync.Pool) }

// get returns a buffer with one reference and room for size bytes and slack.
func get(pool *sync.Pool, size int) *Buffer {
	b, ok := pool.Get().(*Buffer)
	if !ok || len(b.b) < size+Slack {
		b = &Buffer{b: make([]byte, size+Slack), pool: pool}
	}
	b.refs.Store(1)
	return b
}

// grow makes room for size bytes, keeping the first used ones. Slices of the old memory stay as they are.
func (b *Buffer) grow(size, used int) {
	if len(b.b) >= size+Slack {
		return
	}
	n := make([]byte, max(size, 2*len(b.b))+Slack)
	copy(n, b.b[:used])
	b.b = n
}

// Retain adds a reference.
func (b *Buffer) Retain() { b.refs.Add(1) }

// Release gives up a reference; after the last one the memory is used again. Large buffers are left to the garbage collector.
func (b *Buffer) Release() {
	if b.refs.Add(-1) == 0 && len(b.b) <= 4*Size {
		b.pool.Put(b)
	}
}
