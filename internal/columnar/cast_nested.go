package columnar

import (
	"math"
	"sort"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

func castNested(a arrow.Array, to arrow.DataType, s site) (arrow.Array, error) {
	switch to := to.(type) {
	case *arrow.StructType:
		if a, ok := a.(*array.Struct); ok {
			return castStruct(a, to, s)
		}
	case *arrow.MapType:
		if a, ok := a.(*array.Map); ok {
			return castMap(a, to, s)
		}
	case *arrow.ListType:
		if l, ok := elements(a); ok {
			return castList(a, l, to, s)
		}
	}
	return nil, s.refuseAll(a.DataType(), to)
}

func castStruct(a *array.Struct, to *arrow.StructType, s site) (arrow.Array, error) {
	from, err := byName(a.DataType().(*arrow.StructType).Fields(), to.Fields(), s.path+".")
	if err != nil {
		return nil, err
	}
	kids := make([]arrow.Array, to.NumFields())
	defer release(kids)
	for i, f := range to.Fields() {
		kids[i], err = castField(a.Field(from[i]), f, site{s.path + "." + f.Name, s.row}, a.IsValid)
		if err != nil {
			return nil, err
		}
	}
	return newArray(to, a.Len(), []*memory.Buffer{validity(a)}, kids, a.NullN()), nil
}

// list is the elements of a list array: those of element i are values[offsets[i]:offsets[i+1]].
type list struct {
	offsets []int32
	values  arrow.Array
}

// elements brings lists of every layout into one, starting at offset 0.
func elements(a arrow.Array) (list, bool) {
	offsets := make([]int32, a.Len()+1)
	var values arrow.Array
	switch a := a.(type) {
	case *array.List:
		values = a.ListValues()
	case *array.Map:
		values = a.ListValues()
	case *array.LargeList:
		values = a.ListValues()
	case *array.FixedSizeList:
		values = a.ListValues()
	default:
		return list{}, false
	}
	ranges := a.(array.ListLike)
	if a.Len() == 0 {
		return list{offsets, array.NewSlice(values, 0, 0)}, true
	}
	first, _ := ranges.ValueOffsets(0)
	for i := range a.Len() {
		_, end := ranges.ValueOffsets(i)
		if end-first > math.MaxInt32 {
			return list{}, false
		}
		offsets[i+1] = int32(end - first)
	}
	return list{offsets, array.NewSlice(values, first, first+int64(offsets[a.Len()]))}, true
}

// site is that of the elements: an element stands in the row of its list.
func (l list) site(s site, name string) site {
	return site{s.path + "." + name, func(i int) int {
		return s.row(l.parent(i))
	}}
}

func (l list) parent(i int) int {
	return sort.Search(len(l.offsets)-1, func(p int) bool { return int(l.offsets[p+1]) > i })
}

func castList(a arrow.Array, l list, to *arrow.ListType, s site) (arrow.Array, error) {
	defer l.values.Release()
	live := func(i int) bool { return a.IsValid(l.parent(i)) }
	values, err := castField(l.values, to.ElemField(), l.site(s, "element"), live)
	if err != nil {
		return nil, err
	}
	defer values.Release()
	return newArray(to, a.Len(), []*memory.Buffer{validity(a), buffer(l.offsets)}, []arrow.Array{values}, a.NullN()), nil
}

func castMap(a *array.Map, to *arrow.MapType, s site) (arrow.Array, error) {
	l, ok := elements(a)
	if !ok {
		return nil, s.refuseAll(a.DataType(), to)
	}
	defer l.values.Release()
	entries := l.values.(*array.Struct)
	live := func(i int) bool { return a.IsValid(l.parent(i)) }
	keys, err := castField(entries.Field(0), to.KeyField(), l.site(s, "key"), live)
	if err != nil {
		return nil, err
	}
	defer keys.Release()
	items, err := castField(entries.Field(1), to.ItemField(), l.site(s, "value"), live)
	if err != nil {
		return nil, err
	}
	defer items.Release()
	pairs := newArray(to.Elem(), entries.Len(), []*memory.Buffer{nil}, []arrow.Array{keys, items}, 0)
	defer pairs.Release()
	return newArray(to, a.Len(), []*memory.Buffer{validity(a), buffer(l.offsets)}, []arrow.Array{pairs}, a.NullN()), nil
}
