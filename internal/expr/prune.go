package expr

import (
	"strings"

	"github.com/tablectl/tablectl/manifest"
)

// MayMatch says whether a file can hold a row for which the condition is true, from its partition values and the bounds and
// counts of its columns. False is certain; true is not. What it does not know it takes for possible. specs are those that files of the
// version have; the file's is found by its id.
func (e *Expr) MayMatch(f manifest.File, specs ...manifest.PartitionSpec) bool {
	return e.root.possible(fileStats{f, specOf(f.SpecID, specs)}).has(yes)
}

// MayMatchList says it of the files of a list, from the ranges of their partition values.
func (e *Expr) MayMatchList(l manifest.FileList, specs ...manifest.PartitionSpec) bool {
	return e.root.possible(listStats{l, specOf(l.SpecID, specs)}).has(yes)
}

// specOf is the spec with that id. Without it partition values say nothing.
func specOf(id int, specs []manifest.PartitionSpec) manifest.PartitionSpec {
	for _, spec := range specs {
		if spec.ID == id {
			return spec
		}
	}
	return manifest.PartitionSpec{}
}

// statistics are those of a file or of a list.
type statistics interface{ facts(c column) facts }

type fileStats struct {
	f    manifest.File
	spec manifest.PartitionSpec
}

type listStats struct {
	l    manifest.FileList
	spec manifest.PartitionSpec
}

// facts are what is known of the values of one column in a file.
type facts struct {
	nulls   bool // there may be some
	values  bool // there may be others than nulls
	bound   bool // all values lie between lo and hi
	lo, hi  any
	buckets []bucket // in which all values lie
}

// bucket are the results of a bucket transform, from one to another.
type bucket struct {
	t      manifest.Transform
	lo, hi any
}

func (s fileStats) facts(c column) facts {
	out := s.counted(c)
	for i, p := range s.spec.Fields {
		if p.SourceID == c.id && i < len(s.f.Partition) {
			x := s.f.Partition[i]
			out.partitioned(c, p, manifest.FieldRange{Null: x == "", Lower: x, Upper: x})
		}
	}
	return out
}

func (s listStats) facts(c column) facts {
	out := facts{nulls: true, values: true}
	for i, p := range s.spec.Fields {
		if p.SourceID == c.id && i < len(s.l.Partitions) {
			out.partitioned(c, p, s.l.Partitions[i])
		}
	}
	return out
}

// counted are the facts from the statistics of the column.
func (s fileStats) counted(c column) facts {
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
		out.within(c.typ, lo, hi)
	}
	return out
}

// partitioned adds what partition values say: the transform gives them for all rows, and null for null only.
func (k *facts) partitioned(c column, p manifest.PartitionField, r manifest.FieldRange) {
	t, err := p.Parsed()
	if err != nil || r.NaN {
		return
	}
	lo, err := manifest.DecodeValue(t.Result(c.typ), r.Lower)
	hi, err2 := manifest.DecodeValue(t.Result(c.typ), r.Upper)
	if err != nil || err2 != nil {
		return
	}
	k.nulls, k.values = k.nulls && r.Null, k.values && lo != nil
	if lo == nil || hi == nil {
		return
	}
	if t.Kind == manifest.Bucket {
		k.buckets = append(k.buckets, bucket{t, lo, hi})
		return
	}
	from, _, ok := t.Range(c.typ, lo)
	_, to, ok2 := t.Range(c.typ, hi)
	if ok && ok2 {
		k.within(c.typ, from, to)
	}
}

// within narrows the bounds.
func (k *facts) within(t manifest.Type, lo, hi any) {
	if !k.bound || manifest.Compare(t, lo, k.lo) > 0 {
		k.lo = lo
	}
	if !k.bound || manifest.Compare(t, hi, k.hi) < 0 {
		k.hi = hi
	}
	k.bound = true
}

// elsewhere reports whether v lies in another bucket than all values.
func (k facts) elsewhere(t manifest.Type, v any) bool {
	for _, b := range k.buckets {
		number, err := b.t.Apply(t, v)
		if result := b.t.Result(t); err == nil && (manifest.Compare(result, number, b.lo) < 0 || manifest.Compare(result, number, b.hi) > 0) {
			return true
		}
	}
	return false
}

func (n junction) possible(f statistics) outcomes {
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

func (n negation) possible(f statistics) outcomes {
	return n.part.possible(f).combine(onlyYes, func(a, _ truth) truth { return a.not() })
}

func (n nullness) possible(f statistics) (out outcomes) {
	k := f.facts(n.c)
	if k.nulls {
		out |= onlyYes
	}
	if k.values {
		out |= onlyNo
	}
	return out
}

func (n comparison) possible(f statistics) (out outcomes) {
	k := f.facts(n.c)
	if k.nulls {
		out |= onlyUnknown
	}
	if !k.values {
		return out
	}
	first, last := -1, 1
	if k.bound {
		first, last = compare(n.c.typ, k.lo, n.value), compare(n.c.typ, k.hi, n.value)
	}
	never := k.elsewhere(n.c.typ, n.value)
	for sign := first; sign <= last; sign++ {
		if sign == 0 && never {
			continue
		}
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

func (n likeness) possible(f statistics) (out outcomes) {
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
