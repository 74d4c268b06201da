package expr

import (
	"strings"

	"github.com/tablectl/tablectl/manifest"
)

// MayMatch says whether a file can hold a row for which the condition is true, from its partition values and the bounds and
// counts of its columns. False is certain; true is not. What it does not know it takes for possible.
func (e *Expr) MayMatch(f manifest.File, spec manifest.PartitionSpec) bool {
	return e.root.possible(fileStats{f, spec}).has(yes)
}

type fileStats struct {
	f    manifest.File
	spec manifest.PartitionSpec
}

// facts are what is known of the values of one column in a file.
type facts struct {
	nulls  bool // there may be some
	values bool // there may be others than nulls
	bound  bool // all values lie between lo and hi
	lo, hi any
}

func (s fileStats) facts(c column) facts {
	for i, p := range s.spec.Fields {
		if p.SourceID == c.id && p.Transform == "identity" && i < len(s.f.Partition) {
			return partitionFacts(c, s.f.Partition[i])
		}
	}
	st, ok := s.f.Columns[c.id]
	if !ok || c.typ.Nested() {
		return facts{nulls: true, values: true}
	}
	out := facts{nulls: st.Nulls > 0, values: st.Values > st.Nulls}
	if !st.Bound || st.NaNs > 0 {
		return out
	}
	lo, err := manifest.DecodeValue(c.typ, st.Lower)
	hi, err2 := manifest.DecodeValue(c.typ, st.Upper)
	if err == nil && err2 == nil && lo != nil && hi != nil {
		out.bound, out.lo, out.hi = true, lo, hi
	}
	return out
}

// partitionFacts: all rows have the same value.
func partitionFacts(c column, x manifest.Value) facts {
	v, err := manifest.DecodeValue(c.typ, x)
	switch {
	case err != nil:
		return facts{nulls: true, values: true}
	case v == nil:
		return facts{nulls: true}
	}
	return facts{values: true, bound: true, lo: v, hi: v}
}

func (n junction) possible(f fileStats) outcomes {
	out := n.parts[0].possible(f)
	for _, p := range n.parts[1:] {
		if n.all {
			out = out.combine(p.possible(f), truth.and)
		} else {
			out = out.combine(p.possible(f), truth.or)
		}
	}
	return out
}

func (n negation) possible(f fileStats) outcomes {
	return n.part.possible(f).combine(onlyYes, func(a, _ truth) truth { return a.not() })
}

func (n nullness) possible(f fileStats) (out outcomes) {
	k := f.facts(n.c)
	if k.nulls {
		out |= onlyYes
	}
	if k.values {
		out |= onlyNo
	}
	return out
}

func (n comparison) possible(f fileStats) (out outcomes) {
	k := f.facts(n.c)
	if k.nulls {
		out |= onlyUnknown
	}
	if !k.values {
		return out
	}
	if !k.bound {
		return out | onlyYes | onlyNo
	}
	for sign := compare(n.c.typ, k.lo, n.value); sign <= compare(n.c.typ, k.hi, n.value); sign++ {
		if n.op.holds(sign) {
			out |= onlyYes
		} else {
			out |= onlyNo
		}
	}
	return out
}

// compare is manifest.Compare but for floats, which compare as Eval does, and always -1, 0 or 1.
func compare(t manifest.Type, a, b any) int {
	switch x := a.(type) {
	case float32:
		return compareFloats(float64(x), float64(b.(float32)))
	case float64:
		return compareFloats(x, b.(float64))
	}
	return max(-1, min(1, manifest.Compare(t, a, b)))
}

func (n likeness) possible(f fileStats) (out outcomes) {
	k := f.facts(n.c)
	if k.nulls {
		out |= onlyUnknown
	}
	if !k.values {
		return out
	}
	out |= onlyNo
	p := prefix(n.pattern)
	if k.bound {
		lo, hi := k.lo.(string), k.hi.(string)
		if hi < p || lo > p && !strings.HasPrefix(lo, p) {
			return out
		}
	}
	return out | onlyYes
}
