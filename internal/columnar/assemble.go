package columnar

import (
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/bitutil"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/tablectl/tablectl/internal/columnar/pq"
)

// assembler puts nested arrays together from the levels of their leaves (the Dremel paper; Parquet's "Nested Encoding").
type assembler struct {
	f    *File
	leaf map[int]*pq.Batch // by index of the leaf
	base int               // row of the file that the batches begin with
	rows int
}

// levelContext names the slots of a field among the levels of a leaf: those with rep <= c.rep and def >= c.def.
type levelContext struct{ rep, def uint8 }

// eachSlot calls visit with the definition level of every slot, and more with that of every further element of a list.
func (c levelContext) eachSlot(b *pq.Batch, visit, more func(def uint8)) {
	for i, def := range b.Def {
		rep := uint8(0)
		if len(b.Rep) > 0 {
			rep = b.Rep[i]
		}
		switch {
		case rep <= c.rep && def >= c.def:
			visit(def)
		case rep == c.rep+1 && more != nil:
			more(def)
		}
	}
}

// row gives the row of the file that a slot stands in.
func (a *assembler) row(b *pq.Batch, c levelContext) func(int) int {
	return func(slot int) int {
		row, seen := a.base-1, -1
		for i, def := range b.Def {
			rep := uint8(0)
			if len(b.Rep) > 0 {
				rep = b.Rep[i]
			}
			if rep == 0 {
				row++
			}
			if rep <= c.rep && def >= c.def {
				if seen++; seen == slot {
					break
				}
			}
		}
		return row
	}
}

// array builds the slots of a planned field.
func (a *assembler) array(p *plan, c levelContext, slots int, live func(int) bool) (arrow.Array, error) {
	if p.col == nil {
		return nulls(p.want.Type, slots), nil
	}
	guide := a.leaf[p.leaves()[0]]
	valid := make([]byte, bitutil.BytesForBits(int64(slots)))
	n, present := 0, 0
	c.eachSlot(guide, func(def uint8) {
		if n < slots && int(def) >= p.col.def {
			bitutil.SetBit(valid, n)
			present++
		}
		n++
	}, nil)
	if n != slots {
		return nil, fmt.Errorf("%w: the levels of column %q contradict each other", ErrCorrupt, p.path)
	}
	s := site{p.path, a.row(guide, c)}
	if p.col.shape == leafShape {
		return a.leafArray(p, guide, s, slots, valid, live)
	}
	out, err := a.group(p, c, slots, valid, slots-present)
	if err != nil {
		return nil, err
	}
	return out, checkRequired(out, p.want, s, live)
}

func (a *assembler) leafArray(p *plan, b *pq.Batch, s site, slots int, valid []byte, live func(int) bool) (arrow.Array, error) {
	native, err := p.col.read(&leafBatch{column: p.col, node: a.f.f.Leaves[p.col.leaf], values: &b.Values, slots: slots, valid: valid, row: s.row})
	if err != nil {
		return nil, err
	}
	defer native.Release()
	return castField(native, p.want, s, live)
}

// group builds a struct, list or map.
func (a *assembler) group(p *plan, c levelContext, slots int, valid []byte, nulls int) (arrow.Array, error) {
	var validity *memory.Buffer
	if nulls > 0 {
		validity = memory.NewBufferBytes(valid)
	}
	if p.col.shape == structShape {
		kids, err := a.children(p, c, slots, func(i int) bool { return bitutil.BitIsSet(valid, i) })
		defer release(kids)
		if err != nil {
			return nil, err
		}
		return newArray(p.want.Type, slots, []*memory.Buffer{validity}, kids, nulls), nil
	}
	inner := levelContext{c.rep + 1, uint8(p.col.elemDef)}
	offsets := a.offsets(p, c, inner, slots)
	elements := int(offsets[slots])
	kids, err := a.children(p, inner, elements, nil)
	defer release(kids)
	if err != nil {
		return nil, err
	}
	if p.col.shape == mapShape {
		pairs := newArray(p.want.Type.(*arrow.MapType).Elem(), elements, []*memory.Buffer{nil}, kids, 0)
		defer pairs.Release()
		return newArray(p.want.Type, slots, []*memory.Buffer{validity, buffer(offsets)}, []arrow.Array{pairs}, nulls), nil
	}
	return newArray(p.want.Type, slots, []*memory.Buffer{validity, buffer(offsets)}, kids, nulls), nil
}

func (a *assembler) children(p *plan, c levelContext, slots int, live func(int) bool) ([]arrow.Array, error) {
	kids := make([]arrow.Array, len(p.children))
	for i, child := range p.children {
		var err error
		if kids[i], err = a.array(child, c, slots, live); err != nil {
			return kids, err
		}
	}
	return kids, nil
}

// offsets counts the elements of each list.
func (a *assembler) offsets(p *plan, c, inner levelContext, slots int) []int32 {
	out := make([]int32, 1, slots+1)
	count := int32(0)
	element := func(def uint8) {
		if def >= inner.def {
			count++
			out[len(out)-1] = count
		}
	}
	c.eachSlot(a.leaf[p.leaves()[0]], func(def uint8) {
		out = append(out, count)
		element(def)
	}, element)
	return out
}
