package writer

import (
	"cmp"
	"slices"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer/internal/vector"
)

// keyRanges are the beginnings of the values that one key column has in the changes, eight bytes each in the order of the values, as
// ranges in ascending order that do not overlap: whatever lies in none of them does not occur.
type keyRanges []span

type span struct{ lo, hi uint64 }

// meets says whether any value between lo and hi may occur.
func (k keyRanges) meets(lo, hi uint64) bool {
	i, _ := slices.BinarySearchFunc(k, lo, func(s span, lo uint64) int { return cmp.Compare(s.hi, lo) })
	return i < len(k) && k[i].lo <= hi
}

// maxSpans is how many ranges are kept; the smallest gaps between more of them are given up.
const maxSpans = 1 << 16

// ranger collects the ranges of a key column.
type ranger struct {
	order vector.Order
	spans keyRanges
	buf   []byte
}

func newRangers(order []vector.Order) []*ranger {
	out := make([]*ranger, len(order))
	for i, o := range order {
		out[i] = &ranger{order: o}
	}
	return out
}

// add takes the values of the column that is the key's number c.
func (r *ranger) add(b vector.Batch, c int) {
	o := r.order
	o.Column = c
	for i := range b.Rows {
		var h uint64
		h, r.buf = headAt(b, o, i, r.buf)
		r.spans = append(r.spans, span{h, h})
	}
	if len(r.spans) >= 4*maxSpans {
		r.reduce()
	}
}

func (r *ranger) finish() keyRanges {
	r.reduce()
	return r.spans
}

// reduce merges what overlaps, and then what is closest, until there are few.
func (r *ranger) reduce() {
	slices.SortFunc(r.spans, func(a, b span) int { return cmp.Compare(a.lo, b.lo) })
	r.spans = joinSpans(r.spans, 0)
	if len(r.spans) <= maxSpans {
		return
	}
	gaps := make([]uint64, len(r.spans)-1)
	for i := range gaps {
		gaps[i] = r.spans[i+1].lo - r.spans[i].hi
	}
	slices.Sort(gaps)
	r.spans = joinSpans(r.spans, gaps[len(gaps)-maxSpans/2])
}

// joinSpans merges ranges that are no further apart than gap.
func joinSpans(s keyRanges, gap uint64) keyRanges {
	if len(s) == 0 {
		return s
	}
	out := s[:1]
	for _, x := range s[1:] {
		last := &out[len(out)-1]
		if x.lo <= last.hi || x.lo-last.hi <= gap {
			last.hi = max(last.hi, x.hi)
		} else {
			out = append(out, x)
		}
	}
	return out
}

// MayTouch says whether a row of f can have a key of the changes, by the file's partition values and the bounds of its columns. False
// is certain; true is not.
func (c *Changes) MayTouch(f manifest.File, spec manifest.PartitionSpec) bool {
	if c.rows == 0 || f.Rows == 0 {
		return false
	}
	for i, id := range c.o.Key {
		t := c.keys.order[i].Type
		if s, ok := f.Columns[id]; ok && (s.Values == s.Nulls || s.Bound && !c.ranges[i].between(t, s.Lower, s.Upper)) {
			return false
		}
		for n, p := range spec.Fields {
			if p.SourceID == id && p.Transform == "identity" && n < len(f.Partition) && !c.ranges[i].between(t, f.Partition[n], f.Partition[n]) {
				return false
			}
		}
	}
	return true
}

// between says whether a value between two recorded ones may occur. A null as partition value never does.
func (k keyRanges) between(t manifest.Type, lower, upper manifest.Value) bool {
	lo, err := manifest.DecodeValue(t, lower)
	hi, err2 := manifest.DecodeValue(t, upper)
	if err != nil || err2 != nil {
		return true
	}
	if lo == nil || hi == nil {
		return false
	}
	return k.meetsValues(t, lo, hi)
}

// meetsValues is meets for values in memory; what cannot be compared may occur.
func (k keyRanges) meetsValues(t manifest.Type, lo, hi any) bool {
	a, ok := headOf(t, lo)
	b, ok2 := headOf(t, hi)
	return !ok || !ok2 || k.meets(a, b)
}
