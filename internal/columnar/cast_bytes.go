package columnar

import (
	"encoding/binary"
	"math"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// isASCII reports whether no byte has its high bit set.
func isASCII(b []byte) bool {
	for len(b) >= 8 {
		if binary.LittleEndian.Uint64(b)&0x8080808080808080 != 0 {
			return false
		}
		b = b[8:]
	}
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

// toBinaryLayout gives strings or binary values 32-bit offsets. The bytes are shared where the layout allows it.
func toBinaryLayout(a arrow.Array, to arrow.DataType, s site) (arrow.Array, error) {
	switch a := a.(type) {
	case *array.String, *array.Binary:
		a.Retain()
		return a, nil
	case *array.LargeString:
		return narrowOffsets(a, a.ValueOffsets(), a.ValueBytes(), to, s)
	case *array.LargeBinary:
		return narrowOffsets(a, a.ValueOffsets(), a.ValueBytes(), to, s)
	case *array.FixedSizeBinary:
		return gather(a, to, s, a.Value)
	case *array.StringView:
		return gather(a, to, s, func(i int) []byte { return []byte(a.Value(i)) })
	case *array.BinaryView:
		return gather(a, to, s, a.Value)
	}
	return nil, s.refuseAll(a.DataType(), to)
}

func narrowOffsets(a arrow.Array, offsets []int64, values []byte, to arrow.DataType, s site) (arrow.Array, error) {
	out := make([]int32, a.Len()+1)
	if len(values) > math.MaxInt32 {
		return nil, tooLarge(s, to)
	}
	for i := range out[:min(len(out), len(offsets))] {
		out[i] = int32(offsets[i] - offsets[0])
	}
	return newBinary(to, out, values, validity(a), a.NullN()), nil
}

// gather copies the values one after the other.
func gather(a arrow.Array, to arrow.DataType, s site, value func(int) []byte) (arrow.Array, error) {
	offsets, data := make([]int32, a.Len()+1), []byte(nil)
	for i := range a.Len() {
		if a.IsValid(i) {
			data = append(data, value(i)...)
		}
		if len(data) > math.MaxInt32 {
			return nil, tooLarge(s, to)
		}
		offsets[i+1] = int32(len(data))
	}
	return newBinary(to, offsets, data, validity(a), a.NullN()), nil
}

func tooLarge(s site, to arrow.DataType) error {
	return &CastError{Column: s.path, Row: -1, Want: to.String(), Reason: "the values of one batch take more than 2 GiB: use smaller batches"}
}
