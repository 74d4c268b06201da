package columnar

import (
	"errors"
	"fmt"
	"math"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/bitutil"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// decodeDictionary gives every row its value, in the type of the dictionary's values.
func decodeDictionary(d *array.Dictionary) (arrow.Array, error) {
	values := d.Dictionary()
	valid := make([]byte, bitutil.BytesForBits(int64(d.Len())))
	index, nulls := make([]int32, d.Len()), 0
	for i := range index {
		if d.IsValid(i) {
			at := d.GetValueIndex(i)
			if at < 0 || at >= values.Len() {
				return nil, fmt.Errorf("decode dictionary: index %d of %d values", at, values.Len())
			}
			if values.IsValid(at) {
				index[i] = int32(at)
				bitutil.SetBit(valid, i)
				continue
			}
		}
		index[i] = -1
		nulls++
	}
	return take(values, index, memory.NewBufferBytes(valid), nulls)
}

// take picks values by index; -1 gives a null, whose bit in valid is 0.
func take(values arrow.Array, index []int32, valid *memory.Buffer, nulls int) (arrow.Array, error) {
	if values.DataType().ID() == arrow.NULL {
		return array.NewNull(len(index)), nil
	}
	if b, ok := values.(*array.Boolean); ok {
		return takeBools(b, index, valid, nulls), nil
	}
	if _, fixed := values.DataType().(arrow.FixedWidthDataType); fixed {
		return takeFixed(values, index, valid, nulls), nil
	}
	t := arrow.DataType(arrow.BinaryTypes.Binary)
	switch values.DataType().ID() {
	case arrow.STRING, arrow.LARGE_STRING, arrow.STRING_VIEW:
		t = arrow.BinaryTypes.String
	}
	out, err := toBinaryLayout(values, t, site{row: func(i int) int { return i }})
	if err != nil {
		return nil, err
	}
	return takeBinary(out.(array.BinaryLike), t, index, valid, nulls)
}

func takeBools(values *array.Boolean, index []int32, valid *memory.Buffer, nulls int) arrow.Array {
	bits := make([]byte, bitutil.BytesForBits(int64(len(index))))
	for i, at := range index {
		if at >= 0 && values.Value(int(at)) {
			bitutil.SetBit(bits, i)
		}
	}
	return newArray(values.DataType(), len(index), []*memory.Buffer{valid, memory.NewBufferBytes(bits)}, nil, nulls)
}

func takeFixed(values arrow.Array, index []int32, valid *memory.Buffer, nulls int) arrow.Array {
	width := values.DataType().(arrow.FixedWidthDataType).Bytes()
	in := values.Data().Buffers()[1].Bytes()[values.Data().Offset()*width:]
	out := make([]byte, width*len(index))
	for i, at := range index {
		if at >= 0 {
			copy(out[i*width:(i+1)*width], in[int(at)*width:])
		}
	}
	return newArray(values.DataType(), len(index), []*memory.Buffer{valid, memory.NewBufferBytes(out)}, nil, nulls)
}

func takeBinary(values array.BinaryLike, t arrow.DataType, index []int32, valid *memory.Buffer, nulls int) (arrow.Array, error) {
	offsets, data := make([]int32, len(index)+1), []byte(nil)
	for i, at := range index {
		if at >= 0 {
			data = append(data, bytesAt(values, int(at))...)
		}
		if len(data) > math.MaxInt32 {
			return nil, errors.New("decode dictionary: the values of one batch take more than 2 GiB")
		}
		offsets[i+1] = int32(len(data))
	}
	return newBinary(t, offsets, data, valid, nulls), nil
}

// bytesAt is one value. (ValueOffset64 of the place after the last value panics for some of Arrow's arrays.)
func bytesAt(values array.BinaryLike, i int) []byte {
	switch a := values.(type) {
	case *array.String:
		return []byte(a.Value(i))
	case *array.LargeString:
		return []byte(a.Value(i))
	case *array.Binary:
		return a.Value(i)
	case *array.LargeBinary:
		return a.Value(i)
	}
	panic(fmt.Sprintf("decode dictionary: %s is no binary type", values.DataType()))
}
