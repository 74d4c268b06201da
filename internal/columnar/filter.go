package columnar

import (
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/bitutil"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// Filter gives the rows of a record for which keep, which has one entry a row, is true. Rows that stand side by side are shared,
// not copied.
func Filter(rec arrow.Record, keep []bool) (arrow.Record, error) {
	index := make([]int32, 0, len(keep))
	for i, k := range keep {
		if k {
			index = append(index, int32(i))
		}
	}
	if n := len(index); n == 0 {
		return rec.NewSlice(0, 0), nil
	} else if first := int64(index[0]); int64(index[n-1])-first == int64(n-1) {
		return rec.NewSlice(first, first+int64(n)), nil
	}
	cols := make([]arrow.Array, rec.NumCols())
	defer release(cols)
	for i := range cols {
		var err error
		if cols[i], err = pick(rec.Column(i), index); err != nil {
			return nil, fmt.Errorf("filter column %q: %w", rec.ColumnName(i), err)
		}
	}
	return array.NewRecord(rec.Schema(), cols, int64(len(index))), nil
}

// pick gives the elements of an array that stand at the indices.
func pick(a arrow.Array, index []int32) (arrow.Array, error) {
	valid, nulls := pickValidity(a, index)
	switch a := a.(type) {
	case *array.Struct:
		kids := make([]arrow.Array, a.NumField())
		defer release(kids)
		for i := range kids {
			var err error
			if kids[i], err = pick(a.Field(i), index); err != nil {
				return nil, err
			}
		}
		return newArray(a.DataType(), len(index), []*memory.Buffer{valid}, kids, nulls), nil
	case *array.List:
		return pickLists(a, a.ListValues(), index, valid, nulls)
	case *array.Map:
		return pickLists(a, a.ListValues(), index, valid, nulls)
	}
	return take(a, index, valid, nulls)
}

func pickValidity(a arrow.Array, index []int32) (*memory.Buffer, int) {
	if a.NullN() == 0 {
		return nil, 0
	}
	bits, nulls := make([]byte, bitutil.BytesForBits(int64(len(index)))), 0
	for i, at := range index {
		if a.IsValid(int(at)) {
			bitutil.SetBit(bits, i)
		} else {
			nulls++
		}
	}
	return memory.NewBufferBytes(bits), nulls
}

func pickLists(a array.ListLike, values arrow.Array, index []int32, valid *memory.Buffer, nulls int) (arrow.Array, error) {
	offsets, elements := make([]int32, len(index)+1), []int32(nil)
	for i, at := range index {
		if a.IsValid(int(at)) {
			start, end := a.ValueOffsets(int(at))
			for e := start; e < end; e++ {
				elements = append(elements, int32(e))
			}
		}
		offsets[i+1] = int32(len(elements))
	}
	kids, err := pick(values, elements)
	if err != nil {
		return nil, err
	}
	defer kids.Release()
	return newArray(a.DataType(), len(index), []*memory.Buffer{valid, buffer(offsets)}, []arrow.Array{kids}, nulls), nil
}
