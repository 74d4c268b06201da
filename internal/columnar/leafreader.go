package columnar

import (
	"fmt"
	"io"
	"math"
	"runtime"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/tablectl/tablectl/internal/columnar/pq"
)

// leafReader reads one top-level column of one row group.
type leafReader struct {
	f       *File
	plan    *plan
	leaves  map[int]*pq.Column
	row     int64 // of the file, where the next fill begins
	limit   int   // bytes of strings in one fill
	hint    int   // bytes that the last fill took
	pending arrow.Array
}

func newLeafReader(f *File, p *plan, group int, row int64, limit int) *leafReader {
	c := &leafReader{f: f, plan: p, leaves: map[int]*pq.Column{}, row: row, limit: limit}
	for _, leaf := range p.leaves() {
		c.leaves[leaf] = f.f.Column(group, leaf)
	}
	return c
}

// take gives the first rows of what is pending.
func (c *leafReader) take(rows int) arrow.Array {
	a := c.pending
	if a.Len() == rows {
		c.pending = nil
		return a
	}
	defer a.Release()
	c.pending = array.NewSlice(a, int64(rows), int64(a.Len()))
	return array.NewSlice(a, 0, int64(rows))
}

// fill reads at most rows rows, and at least one.
func (c *leafReader) fill(rows int) (err error) {
	defer guard(&err)
	switch {
	case c.plan.col == nil:
		c.pending = nulls(c.plan.want.Type, rows)
	case c.plan.col.shape == leafShape:
		c.pending, err = c.flat(rows)
	default:
		c.pending, err = c.nested(rows)
	}
	if err == nil {
		c.row += int64(c.pending.Len())
	}
	return err
}

// guard makes a panic, which no input should cause, an error about the input.
func guard(err *error) {
	switch r := recover().(type) {
	case nil:
	case runtime.Error:
		*err = fmt.Errorf("%w: decode: %v", ErrCorrupt, r)
	default:
		panic(r)
	}
}

func (c *leafReader) flat(rows int) (arrow.Array, error) {
	col := c.plan.col
	node := c.f.f.Leaves[col.leaf]
	b := newBatch(node, rows, c.hint)
	if err := c.read(col.leaf, rows, c.limit, false, b); err != nil {
		return nil, err
	}
	c.hint = len(b.Values.Data)
	s := site{c.plan.path, func(i int) int { return int(c.row) + i }}
	native, err := col.read(&leafBatch{column: col, node: node, values: &b.Values, slots: b.Rows, valid: b.Valid, row: s.row})
	if err != nil {
		return nil, err
	}
	defer native.Release()
	return castField(native, c.plan.want, s, nil)
}

// newBatch has room for rows values, so that none is moved while they come.
func newBatch(n *pq.Node, rows, hint int) *pq.Batch {
	b := &pq.Batch{}
	switch n.Type {
	case pq.Int32, pq.Float:
		b.Values.I32 = make([]int32, 0, rows)
	case pq.Int64, pq.Double:
		b.Values.I64 = make([]int64, 0, rows)
	case pq.ByteArray:
		b.Values.Offsets = make([]int32, 0, rows+1)
		b.Values.Data = make([]byte, 0, hint+hint/8)
	}
	return b
}

func (c *leafReader) read(leaf, rows, limit int, levels bool, b *pq.Batch) error {
	err := c.leaves[leaf].Read(rows, limit, levels, b)
	if err == io.EOF {
		return fmt.Errorf("%w: column %q ends early", ErrCorrupt, c.plan.path)
	}
	return err
}

const (
	nestedStep   = 64      // rows between looks at the size
	nestedLevels = 1 << 20 // elements at which a batch ends
)

// nested reads all leaves of a nested column in step, and puts them together.
func (c *leafReader) nested(rows int) (arrow.Array, error) {
	a := &assembler{f: c.f, leaf: map[int]*pq.Batch{}, base: int(c.row)}
	for leaf := range c.leaves {
		a.leaf[leaf] = &pq.Batch{}
	}
	for full := false; a.rows < rows && !full; {
		n := min(nestedStep, rows-a.rows)
		for leaf, b := range a.leaf {
			for want := a.rows + n; b.Rows < want; {
				if err := c.read(leaf, want-b.Rows, math.MaxInt, true, b); err != nil {
					return nil, err
				}
			}
			full = full || b.Levels >= nestedLevels || len(b.Values.Data) >= c.limit
		}
		a.rows += n
	}
	return a.array(c.plan, levelContext{}, a.rows, nil)
}
