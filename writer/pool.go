package writer

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/tablectl/tablectl/writer/internal/encode"
	"github.com/tablectl/tablectl/writer/internal/vector"
)

// pool encodes row groups, several columns and several groups at once, and hands them on in the order in which they came.
type pool struct {
	schema *encode.Schema
	codec  encode.Codec
	budget *budget
	tasks  chan task
	order  chan *encoded
	bufs   sync.Pool // *[]byte, for the data of chunks

	mu   sync.Mutex
	live map[*encoded]struct{} // groups whose rows are still in use
}

// task is one column chunk.
type task struct {
	out  *encoded
	leaf int
}

// encoded is a row group on its way.
type encoded struct {
	*group
	cost   int64
	chunks []*encode.Chunk
	left   atomic.Int32
	ready  chan struct{} // closed when all chunks are there
}

func newPool(schema *encode.Schema, codec encode.Codec, budget *budget) *pool {
	return &pool{schema: schema, codec: codec, budget: budget, tasks: make(chan task), order: make(chan *encoded, 64), live: map[*encoded]struct{}{}}
}

// groupCost is the memory that a group takes while it is encoded: its rows, the encoders' scratch, and what comes out.
func groupCost(g *group, leaves int) int64 { return 3*g.bytes + int64(leaves)*4096 }

// submit waits for memory and sends the group's columns to the workers.
func (p *pool) submit(ctx context.Context, g *group) error {
	e := &encoded{group: g, cost: groupCost(g, len(p.schema.Leaves)), ready: make(chan struct{})}
	if err := p.budget.acquire(ctx, e.cost); err != nil {
		g.done()
		return err
	}
	p.mu.Lock()
	p.live[e] = struct{}{}
	p.mu.Unlock()
	e.chunks = make([]*encode.Chunk, len(p.schema.Leaves))
	e.left.Store(int32(len(e.chunks)))
	select {
	case p.order <- e:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	for i := range e.chunks {
		select {
		case p.tasks <- task{e, i}:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// close says that no more groups come.
func (p *pool) close() {
	close(p.tasks)
	close(p.order)
}

// work encodes columns until the pool is closed.
func (p *pool) work(ctx context.Context) error {
	enc, err := encode.NewEncoder(p.codec)
	if err != nil {
		return err
	}
	for {
		select {
		case t, ok := <-p.tasks:
			if !ok {
				return nil
			}
			if err := p.encode(enc, t); err != nil {
				return err
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func (p *pool) encode(enc *encode.Encoder, t task) error {
	var buf []byte
	if b, ok := p.bufs.Get().(*[]byte); ok {
		buf = *b
	}
	chunk, err := p.chunk(enc, t, buf)
	if err != nil {
		return err
	}
	t.out.chunks[t.leaf] = chunk
	if t.out.left.Add(-1) == 0 {
		p.forget(t.out)
		close(t.out.ready)
	}
	return nil
}

func (p *pool) chunk(enc *encode.Encoder, t task, buf []byte) (*encode.Chunk, error) {
	if t.out.chunk != nil {
		return t.out.chunk(enc, t.leaf, buf)
	}
	leaf := &p.schema.Leaves[t.leaf]
	pieces := make([]vector.Vector, len(t.out.pieces))
	for i := range pieces {
		pieces[i] = t.out.pieces[i].Cols[leaf.Column]
	}
	return enc.Encode(leaf, pieces, buf)
}

// forget gives back a group's rows.
func (p *pool) forget(e *encoded) {
	p.mu.Lock()
	delete(p.live, e)
	p.mu.Unlock()
	e.done()
}

// abandon gives back the rows of groups that an error left half done. No worker runs any more.
func (p *pool) abandon() {
	for e := range p.live {
		p.forget(e)
	}
}

// recycle gives back what a written group took.
func (p *pool) recycle(e *encoded) {
	for _, c := range e.chunks {
		b := c.Data
		c.Data = nil
		p.bufs.Put(&b)
	}
	p.budget.release(e.cost)
}
