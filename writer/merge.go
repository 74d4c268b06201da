package writer

import (
	"bytes"
	"container/heap"

	"github.com/tablectl/tablectl/writer/internal/vector"
)

// merge is several sorted streams as one. Equal rows come in the order of the streams.
type merge struct {
	plan  *plan
	cores int
	heads heads
	used  []vector.Batch // blocks that refs of the block being made name
	refs  []vector.Ref
}

// input is a stream with its current block.
type input struct {
	from   stream
	number int // order among equals
	block  vector.Batch
	batch  int32 // of merge.used, -1 if it is not in it yet
	row    int
	keys   []byte
	ends   []uint32 // of the keys
	head   uint64   // of the current row's key
}

func newMerge(p *plan, streams []stream, cores int) (*merge, error) {
	m := &merge{plan: p, cores: cores}
	for i, s := range streams {
		in := &input{from: s, number: i}
		ok, err := in.load(p)
		if err != nil {
			return nil, err
		}
		if ok {
			m.heads = append(m.heads, in)
		}
	}
	heap.Init(&m.heads)
	return m, nil
}

// load takes the next block of a stream; false at its end.
func (in *input) load(p *plan) (bool, error) {
	b, err := in.from.next()
	if err != nil || b.Rows == 0 {
		return false, err
	}
	in.block, in.batch, in.row = b, -1, 0
	in.keys, in.ends = in.keys[:0], in.ends[:0]
	for i := range b.Rows {
		in.keys = p.appendKey(in.keys, b, i)
		in.ends = append(in.ends, uint32(len(in.keys)))
	}
	in.head = head(in.key())
	return true, nil
}

// key is that of the current row.
func (in *input) key() []byte {
	if in.row == 0 {
		return in.keys[:in.ends[0]]
	}
	return in.keys[in.ends[in.row-1]:in.ends[in.row]]
}

// next makes a block.
func (m *merge) next() (vector.Batch, error) {
	m.used, m.refs = m.used[:0], m.refs[:0]
	rows := m.rows()
	for len(m.heads) > 0 && len(m.refs) < rows {
		in := m.heads[0]
		if in.batch < 0 {
			in.batch = int32(len(m.used))
			m.used = append(m.used, in.block)
		}
		m.refs = append(m.refs, vector.Ref{Batch: in.batch, Row: int32(in.row)})
		if err := m.advance(in); err != nil {
			return vector.Batch{}, err
		}
	}
	out := vector.Owned(m.plan.fields)
	if len(m.refs) > 0 {
		out.Pick(m.used, m.refs, m.cores)
	}
	for _, in := range m.heads {
		in.batch = -1
	}
	return out, nil
}

// rows is how many make a block, by the average size of those at hand.
func (m *merge) rows() int {
	blocks := make([]vector.Batch, len(m.heads))
	for i, in := range m.heads {
		blocks[i] = in.block
	}
	return rowsOfBlock(blocks)
}

// advance goes on to the next row of the first input.
func (m *merge) advance(in *input) error {
	in.row++
	if in.row < in.block.Rows {
		in.head = head(in.key())
		heap.Fix(&m.heads, 0)
		return nil
	}
	ok, err := in.load(m.plan)
	if err != nil {
		return err
	}
	if !ok {
		heap.Pop(&m.heads)
		return nil
	}
	heap.Fix(&m.heads, 0)
	return nil
}

// heads is a heap of inputs by the key of their current row.
type heads []*input

func (h heads) Len() int      { return len(h) }
func (h heads) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *heads) Push(x any)   { *h = append(*h, x.(*input)) }

func (h *heads) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}

func (h heads) Less(i, j int) bool {
	a, b := h[i], h[j]
	if a.head != b.head {
		return a.head < b.head
	}
	if c := bytes.Compare(a.key(), b.key()); c != 0 {
		return c < 0
	}
	return a.number < b.number
}
