package writer

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/tablectl/tablectl/writer/internal/vector"
)

// stream gives out rows in blocks. A block without rows is the end.
type stream interface {
	next() (vector.Batch, error)
}

// chain is one stream after the other.
type chain struct{ streams []stream }

func (c *chain) next() (vector.Batch, error) {
	for len(c.streams) > 0 {
		b, err := c.streams[0].next()
		if err != nil || b.Rows > 0 {
			return b, err
		}
		c.streams = c.streams[1:]
	}
	return vector.Batch{}, nil
}

// spilled reads a segment.
type spilled struct {
	from *spill
	left segment
}

func (s *spilled) next() (vector.Batch, error) {
	if len(s.left) == 0 {
		return vector.Batch{}, nil
	}
	ref := s.left[0]
	s.left = s.left[1:]
	return s.from.read(ref)
}

// newRun is a stream of blocks in memory, sorted if the table has a sort order.
func newRun(p *plan, blocks []vector.Batch) stream {
	if len(p.order) == 0 {
		return &listed{blocks}
	}
	return sortBlocks(p, blocks)
}

// listed is blocks as they are.
type listed struct{ left []vector.Batch }

func (l *listed) next() (vector.Batch, error) {
	if len(l.left) == 0 {
		return vector.Batch{}, nil
	}
	b := l.left[0]
	l.left = l.left[1:]
	return b, nil
}

// sortedRows is blocks in memory with the order of their rows.
type sortedRows struct {
	plan   *plan
	blocks []vector.Batch
	refs   []vector.Ref
}

// next picks the next rows: as many as make a block by their average size.
func (s *sortedRows) next() (vector.Batch, error) {
	if len(s.refs) == 0 {
		return vector.Batch{}, nil
	}
	n := min(len(s.refs), blockRows)
	out := vector.Owned(s.plan.fields)
	for at := 0; at < n; at += 256 {
		out.Pick(s.blocks, s.refs[at:min(n, at+256)])
		if out.Bytes() >= blockBytes {
			n = min(n, at+256)
			break
		}
	}
	s.refs = s.refs[n:]
	return out, nil
}

// sortKey is where a row's key is, and its first bytes.
type sortKey struct {
	head     uint64
	from, to uint32
	vector.Ref
}

// sortBlocks orders rows by their keys, equal ones as they came.
func sortBlocks(p *plan, blocks []vector.Batch) stream {
	n := 0
	for i := range blocks {
		n += blocks[i].Rows
	}
	var data []byte
	keys := make([]sortKey, 0, n)
	for b := range blocks {
		for i := range blocks[b].Rows {
			from := len(data)
			data = p.appendKey(data, blocks[b], i)
			keys = append(keys, sortKey{head(data[from:]), uint32(from), uint32(len(data)), vector.Ref{Batch: int32(b), Row: int32(i)}})
		}
	}
	slices.SortFunc(keys, func(x, y sortKey) int {
		switch {
		case x.head < y.head:
			return -1
		case x.head > y.head:
			return 1
		}
		if c := bytes.Compare(data[x.from:x.to], data[y.from:y.to]); c != 0 {
			return c
		}
		if x.Batch != y.Batch {
			return int(x.Batch) - int(y.Batch)
		}
		return int(x.Row) - int(y.Row)
	})
	refs := make([]vector.Ref, n)
	for i := range keys {
		refs[i] = keys[i].Ref
	}
	return &sortedRows{p, blocks, refs}
}

// appendKey adds the sort key of row i.
func (p *plan) appendKey(dst []byte, b vector.Batch, i int) []byte {
	for _, o := range p.order {
		dst = b.AppendKey(dst, o, i)
	}
	return dst
}

// head is the first eight bytes of a key as a number.
func head(key []byte) uint64 {
	if len(key) >= 8 {
		return binary.BigEndian.Uint64(key)
	}
	var b [8]byte
	copy(b[:], key)
	return binary.BigEndian.Uint64(b[:])
}
