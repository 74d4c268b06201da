// Package vector holds column data of some rows in Arrow's layout, without Arrow's interfaces: slices that tight loops can walk.
// It cuts, gathers, measures, serialises and orders rows. Whatever it does depends on the values alone, never on how they came in
// batches.
package vector

import (
	"unsafe"

	"github.com/tablectl/tablectl/manifest"
)

// Vector is one column, or one field of a nested one. Parts that its type does not need are empty.
type Vector struct {
	Len   int
	Nulls int
	Valid []byte // bitmap, least significant bit first; void where Nulls is 0
	Bit   int    // of Valid, where the first row is

	Width   int    // bytes a value; 0 for bool, string, binary and nested types
	Data    []byte // fixed width: Len × Width bytes; bool: bitmap; string and binary: the bytes that Offs points into
	DataBit int    // of Data, where the first row of a bool column is
	Offs    []int32
	Kids    []Vector // struct: its fields; list: the elements; map: keys and values
}

// Batch is a piece of a table: the same rows of every column.
type Batch struct {
	Rows int
	Cols []Vector
}

// widthOf is the bytes of one value in memory, as Arrow has them; 0 where there is no fixed width.
func widthOf(k manifest.Kind) int {
	switch k {
	case manifest.Int, manifest.Date, manifest.Float:
		return 4
	case manifest.Long, manifest.Double, manifest.Timestamp, manifest.TimestampTZ:
		return 8
	case manifest.Decimal:
		return 16
	}
	return 0
}

// IsNull says whether row i is null.
func (v *Vector) IsNull(i int) bool { return v.Nulls > 0 && !bit(v.Valid, v.Bit+i) }

// Bool is row i of a bool column.
func (v *Vector) Bool(i int) bool { return bit(v.Data, v.DataBit+i) }

// Bytes is row i of a string or binary column.
func (v *Vector) Bytes(i int) []byte { return v.Data[v.Offs[i]:v.Offs[i+1]] }

func bit(b []byte, i int) bool { return b[i>>3]>>(i&7)&1 != 0 }

func setBit(b []byte, i int) { b[i>>3] |= 1 << (i & 7) }

// Fixed views the values of a fixed-width column as what they are.
func Fixed[T int32 | int64 | uint32 | uint64 | float32 | float64](v *Vector) []T {
	return Cast[T](v.Data[:v.Len*v.Width])
}

// Cast views bytes as values of the machine's byte order. b must be aligned, as Arrow's buffers and make([]byte) of this package are.
func Cast[T int32 | int64 | uint32 | uint64 | float32 | float64](b []byte) []T {
	var t T
	if len(b) == 0 {
		return nil
	}
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/int(unsafe.Sizeof(t)))
}

// Raw is the reverse of Cast.
func Raw[T int32 | int64 | uint32 | uint64](s []T) []byte {
	if len(s) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), len(s)*int(unsafe.Sizeof(s[0])))
}

// Slice is rows i to j of v, without copying.
func (v *Vector) Slice(i, j int) Vector {
	if i == 0 && j == v.Len {
		return *v
	}
	out := *v
	out.Len = j - i
	if v.Nulls > 0 {
		out.Bit = v.Bit + i
		out.Nulls = out.Len - CountBits(v.Valid, out.Bit, out.Len)
		if out.Nulls == 0 {
			out.Valid, out.Bit = nil, 0
		}
	}
	switch {
	case v.Width > 0:
		out.Data = v.Data[i*v.Width : j*v.Width]
	case v.Offs != nil:
		out.Offs = v.Offs[i : j+1]
	case v.Kids != nil:
		out.Kids = make([]Vector, len(v.Kids))
		for k := range v.Kids {
			out.Kids[k] = v.Kids[k].Slice(i, j)
		}
	default:
		out.DataBit = v.DataBit + i
	}
	return out
}

// Slice is rows i to j of the batch, without copying.
func (b Batch) Slice(i, j int) Batch {
	out := Batch{Rows: j - i, Cols: make([]Vector, len(b.Cols))}
	for c := range b.Cols {
		out.Cols[c] = b.Cols[c].Slice(i, j)
	}
	return out
}
