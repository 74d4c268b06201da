package encode

import (
	"fmt"
	"strings"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer/internal/vector"
)

// column is one leaf's part of a row group: levels, and the values that are not null.
type column struct {
	leaf *Leaf
	rows int
	n    int // entries: rows, or the elements (and empty lists, and nulls) of a nested column

	nulls    int
	valid    []byte  // flat optional column with nulls
	def, rep []uint8 // nested column

	values dense
}

// flat: the leaf is a column of the table itself.
func (c *column) flat() bool { return len(c.leaf.steps) == 1 }

// load makes a column of the pieces of the table's column that leaf belongs to.
func (e *Encoder) load(leaf *Leaf, pieces []vector.Vector) (*column, error) {
	c := &e.col
	*c = column{leaf: leaf, valid: c.valid[:0], def: c.def[:0], rep: c.rep[:0]}
	for i := range pieces {
		c.rows += pieces[i].Len
	}
	if c.flat() {
		return c, e.loadFlat(c, pieces)
	}
	return c, e.loadNested(c, pieces)
}

func (e *Encoder) loadFlat(c *column, pieces []vector.Vector) error {
	c.n = c.rows
	for i := range pieces {
		c.nulls += pieces[i].Nulls
	}
	if c.nulls > 0 {
		if c.leaf.maxDef == 0 {
			return c.leaf.required()
		}
		at := 0
		for i := range pieces {
			c.valid = vector.AppendBits(c.valid, at, pieces[i].Valid, pieces[i].Bit, pieces[i].Len)
			at += pieces[i].Len
		}
	}
	e.densify(&c.values, c.leaf, pieces)
	return nil
}

// ErrRequired is a null in a column that is required.
type ErrRequired struct{ Column string }

func (e *ErrRequired) Error() string { return fmt.Sprintf("required column %q holds a null", e.Column) }

func (l *Leaf) required() error { return &ErrRequired{strings.Join(l.Path, ".")} }

func (e *Encoder) loadNested(c *column, pieces []vector.Vector) error {
	s := shredder{c: c, steps: c.leaf.steps, idx: e.idx[:0]}
	own := vector.New(c.leaf.Type)
	for p := range pieces {
		v := &pieces[p]
		s.idx = s.idx[:0]
		for i := range v.Len {
			s.value(0, v, i, 0, 0)
		}
		if s.missing {
			return c.leaf.required()
		}
		end := v
		for _, st := range s.steps[:len(s.steps)-1] {
			end = &end.Kids[st.kid]
		}
		own.Gather(end, s.idx)
	}
	e.idx = s.idx
	c.n = len(c.def)
	c.nulls = c.n - own.Len
	e.densify(&c.values, c.leaf, []vector.Vector{own})
	return nil
}

// shredder walks nested values and notes the levels of one leaf (the Dremel encoding).
type shredder struct {
	c       *column
	steps   []step
	idx     []int32 // rows of the leaf's vector that hold a value
	missing bool    // a required value was null
}

func (s *shredder) value(at int, v *vector.Vector, i int, def, rep uint8) {
	st := &s.steps[at]
	if v.IsNull(i) {
		if !st.optional {
			s.missing = true
		}
		s.emit(def, rep)
		return
	}
	if st.optional {
		def++
	}
	switch st.kind {
	case manifest.Struct:
		s.value(at+1, &v.Kids[st.kid], i, def, rep)
	case manifest.List, manifest.Map:
		first, end := int(v.Offs[i]), int(v.Offs[i+1])
		if first == end {
			s.emit(def, rep)
			return
		}
		for k := first; k < end; k++ {
			s.value(at+1, &v.Kids[st.kid], k, def+1, rep)
			rep = st.rep
		}
	default:
		s.emit(def, rep)
		s.idx = append(s.idx, int32(i))
	}
}

func (s *shredder) emit(def, rep uint8) {
	s.c.def = append(s.c.def, def)
	s.c.rep = append(s.c.rep, rep)
}
