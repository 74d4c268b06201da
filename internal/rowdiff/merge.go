package rowdiff

import (
	"bufio"
	"bytes"
	"container/heap"
	"io"
)

// cursor walks records in the order of their values. A record is valid until the next call.
type cursor interface {
	next() (record, bool, error)
}

// memoryCursor walks entries.
type memoryCursor struct {
	entries []entry
	order   []int32
}

func (m *memoryCursor) next() (record, bool, error) {
	if len(m.order) == 0 {
		return record{}, false, nil
	}
	e := &m.entries[m.order[0]]
	m.order = m.order[1:]
	return record{e.row, e.count}, true, nil
}

// cursors are those of runs, each from its beginning.
func cursors(runs []*run) []cursor {
	out := make([]cursor, len(runs))
	for i, r := range runs {
		out[i] = &fileCursor{r: bufio.NewReaderSize(io.NewSectionReader(r.file, 0, r.size), bufferBytes)}
	}
	return out
}

// merge walks several cursors as one: equal rows become one record, which is left out when they cancel out.
func merge(in []cursor) cursor {
	if len(in) == 1 {
		return in[0] // equal rows are one record in each
	}
	return &merger{in: in}
}

type merger struct {
	in    []cursor
	heads heads
	begun bool
	buf   []byte
}

// head is the record where a cursor stands.
type head struct {
	record
	from cursor
}

func (m *merger) next() (record, bool, error) {
	if !m.begun {
		m.begun = true
		for _, c := range m.in {
			if err := m.advance(c, false); err != nil {
				return record{}, false, err
			}
		}
	}
	for len(m.heads) > 0 {
		out := m.heads[0].record
		m.buf = append(m.buf[:0], out.bytes...)
		out.bytes = m.buf
		if err := m.advance(m.heads[0].from, true); err != nil {
			return record{}, false, err
		}
		for len(m.heads) > 0 && bytes.Equal(m.heads[0].values(), out.values()) {
			out.count += m.heads[0].count
			if err := m.advance(m.heads[0].from, true); err != nil {
				return record{}, false, err
			}
		}
		if out.count != 0 {
			return out, true, nil
		}
	}
	return record{}, false, nil
}

// advance puts the next record of a cursor among the heads; in place of the first of them, where that is the one before it.
func (m *merger) advance(c cursor, first bool) error {
	rec, ok, err := c.next()
	switch {
	case err != nil:
		return err
	case first && ok:
		m.heads[0].record = rec
		heap.Fix(&m.heads, 0)
	case first:
		heap.Pop(&m.heads)
	case ok:
		heap.Push(&m.heads, head{rec, c})
	}
	return nil
}

// heads is a heap by the order of values.
type heads []head

func (h heads) Len() int           { return len(h) }
func (h heads) Less(i, j int) bool { return bytes.Compare(h[i].values(), h[j].values()) < 0 }
func (h heads) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }

// Push is heap.Interface's.
func (h *heads) Push(x any) { *h = append(*h, x.(head)) }

// Pop is heap.Interface's.
func (h *heads) Pop() any {
	last := len(*h) - 1
	x := (*h)[last]
	(*h)[last] = head{}
	*h = (*h)[:last]
	return x
}
