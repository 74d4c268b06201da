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
func newRun(p *plan, blocks []vector.Batch, cores int) stream {
	if len(p.order) == 0 {
		return &listed{blocks}
	}
	return &sortedRows{p, cores, blocks, sortBlocks(p, blocks), rowsOfBlock(blocks)}
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
	cores  int
	blocks []vector.Batch
	refs   []vector.Ref
	rows   int // of a block
}

// next picks the next rows.
func (s *sortedRows) next() (vector.Batch, error) {
	n := min(len(s.refs), s.rows)
	if n == 0 {
		return vector.Batch{}, nil
	}
	out := vector.Owned(s.plan.fields)
	out.Pick(s.blocks, s.refs[:n], s.cores)
	s.refs = s.refs[n:]
	return out, nil
}

// rowsOfBlock is how many rows make a block, by their average size.
func rowsOfBlock(blocks []vector.Batch) int {
	rows, bytes := int64(1), int64(1)
	for i := range blocks {
		rows += int64(blocks[i].Rows)
		bytes += blocks[i].Bytes()
	}
	return int(min(max(1, blockBytes*rows/bytes), blockRows))
}

// sortKey is where a row's key is, and its first bytes.
type sortKey struct {
	head     uint64
	from, to uint32
	vector.Ref
}

// sortBlocks orders rows by their keys, equal ones as they came.
func sortBlocks(p *plan, blocks []vector.Batch) []vector.Ref {
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
	return refs
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
