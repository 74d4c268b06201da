package columnar

import (
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/bitutil"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// validity is the null bitmap of a from bit 0 on, nil when there are no nulls.
func validity(a arrow.Array) *memory.Buffer {
	if a.NullN() == 0 {
		return nil
	}
	if a.Data().Offset() == 0 {
		return a.Data().Buffers()[0]
	}
	bits := make([]byte, bitutil.BytesForBits(int64(a.Len())))
	bitutil.CopyBitmap(a.NullBitmapBytes(), a.Data().Offset(), a.Len(), bits, 0)
	return memory.NewBufferBytes(bits)
}

// buffer shares the memory of a slice of fixed-width values.
func buffer[T any](values []T) *memory.Buffer {
	var zero T
	if len(values) == 0 {
		return memory.NewBufferBytes([]byte{})
	}
	return memory.NewBufferBytes(unsafe.Slice((*byte)(unsafe.Pointer(&values[0])), len(values)*int(unsafe.Sizeof(zero))))
}

func newFixed[T any](t arrow.DataType, values []T, valid *memory.Buffer, nulls int) arrow.Array {
	return newArray(t, len(values), []*memory.Buffer{valid, buffer(values)}, nil, nulls)
}

func newBinary(t arrow.DataType, offsets []int32, data []byte, valid *memory.Buffer, nulls int) arrow.Array {
	if data == nil {
		data = []byte{}
	}
	return newArray(t, len(offsets)-1, []*memory.Buffer{valid, buffer(offsets), memory.NewBufferBytes(data)}, nil, nulls)
}

func newArray(t arrow.DataType, n int, buffers []*memory.Buffer, children []arrow.Array, nulls int) arrow.Array {
	kids := make([]arrow.ArrayData, len(children))
	for i, c := range children {
		kids[i] = c.Data()
	}
	data := array.NewData(t, n, buffers, kids, nulls, 0)
	defer data.Release()
	return array.MakeFromData(data)
}

// nulls is an array of n nulls.
func nulls(t arrow.DataType, n int) arrow.Array {
	return array.MakeArrayOfNull(memory.DefaultAllocator, t, n)
}
