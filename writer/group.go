package writer

import (
	"github.com/tablectl/tablectl/writer/internal/encode"
	"github.com/tablectl/tablectl/writer/internal/vector"
)

// group is the rows of one row group, of one partition.
type group struct {
	part   *partition // nil: the table has none
	pieces []vector.Batch
	rows   int64
	bytes  int64
	free   []func() // give back what the pieces live in

	again   bool // of an older file, which is written again and is sorted so:
	sorting []encode.Sorting
	// chunk makes the chunks where there are no pieces.
	chunk func(enc *encode.Encoder, leaf int, buf []byte) (*encode.Chunk, error)
}

func (g *group) done() {
	for _, f := range g.free {
		f()
	}
	g.free, g.pieces = nil, nil
}

// cutter cuts a stream of rows into row groups by rows and bytes, wherever the batches begin and end.
type cutter struct {
	maxRows, maxBytes int64
	emit              func(*group) error
	g                 *group
}

// add takes the rows of a batch. keep is called once per group that the batch ends up in and returns what that group calls when it
// no longer needs it; nil if there is nothing to give back.
func (c *cutter) add(part *partition, b vector.Batch, keep func() func()) error {
	for b.Rows > 0 {
		if c.g == nil {
			c.g = &group{part: part}
		}
		n := b.Slice(0, int(min(int64(b.Rows), c.maxRows-c.g.rows))).Fit(c.maxBytes - c.g.bytes)
		if n == 0 && c.g.rows == 0 {
			n = 1 // a single row may be larger than a group
		}
		if n == 0 {
			if err := c.flush(); err != nil {
				return err
			}
			continue
		}
		piece := b.Slice(0, n)
		c.g.pieces = append(c.g.pieces, piece)
		c.g.rows += int64(n)
		c.g.bytes += piece.Bytes()
		if keep != nil {
			c.g.free = append(c.g.free, keep())
		}
		b = b.Slice(n, b.Rows)
	}
	return nil
}

// flush ends the group, as at the end of a partition.
func (c *cutter) flush() error {
	g := c.g
	c.g = nil
	if g == nil {
		return nil
	}
	return c.emit(g)
}

// drop gives up what is not emitted.
func (c *cutter) drop() {
	if c.g != nil {
		c.g.done()
		c.g = nil
	}
}
