package rowdiff

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// What stands before a value, and before every element of a list, behind the last of which there is an end.
const (
	null    = 0
	present = 1
	end     = 0
	another = 1
)

// rowWriter appends values.
type rowWriter struct {
	buf     []byte
	start   int // of the row
	patches []byte
}

// value appends element i of an array of the types of columnar.ArrowType.
func (w *rowWriter) value(a arrow.Array, i int) {
	if a.IsNull(i) {
		w.buf = append(w.buf, null)
		return
	}
	w.buf = append(w.buf, present)
	switch a := a.(type) {
	case *array.Boolean:
		if a.Value(i) {
			w.buf = append(w.buf, 1)
		} else {
			w.buf = append(w.buf, 0)
		}
	case *array.Int32:
		w.int32(a.Value(i))
	case *array.Date32:
		w.int32(int32(a.Value(i)))
	case *array.Int64:
		w.int64(a.Value(i))
	case *array.Timestamp:
		w.int64(int64(a.Value(i)))
	case *array.Float32:
		w.float32(a.Value(i))
	case *array.Float64:
		w.float64(a.Value(i))
	case *array.Decimal128:
		n := a.Value(i)
		w.int64(n.HighBits())
		w.buf = binary.BigEndian.AppendUint64(w.buf, n.LowBits())
	case *array.String:
		w.text(a.Value(i))
	case *array.Binary:
		w.text(string(a.Value(i)))
	default:
		w.nested(a, i)
	}
}

func (w *rowWriter) nested(a arrow.Array, i int) {
	switch a := a.(type) {
	case *array.Struct:
		for f := range a.NumField() {
			w.value(a.Field(f), i)
		}
	case *array.Map: // before List: a map is a list of entries
		start, stop := a.ValueOffsets(i)
		for _, at := range w.byKey(a, int(start), int(stop)) {
			w.buf = append(w.buf, another)
			w.value(a.Keys(), at)
			w.value(a.Items(), at)
		}
		w.buf = append(w.buf, end)
	case *array.List:
		start, stop := a.ValueOffsets(i)
		for at := start; at < stop; at++ {
			w.buf = append(w.buf, another)
			w.value(a.ListValues(), int(at))
		}
		w.buf = append(w.buf, end)
	}
}

// byKey brings the entries of a map into the order of their keys.
func (w *rowWriter) byKey(a *array.Map, start, stop int) []int {
	order := make([]int, 0, stop-start)
	keys := make([][]byte, 0, stop-start)
	for at := start; at < stop; at++ {
		k := rowWriter{}
		k.value(a.Keys(), at)
		order, keys = append(order, at), append(keys, k.buf)
	}
	slices.SortStableFunc(order, func(x, y int) int { return bytes.Compare(keys[x-start], keys[y-start]) })
	return order
}

func (w *rowWriter) int32(v int32) { w.buf = binary.BigEndian.AppendUint32(w.buf, uint32(v)^1<<31) }
func (w *rowWriter) int64(v int64) { w.buf = binary.BigEndian.AppendUint64(w.buf, uint64(v)^1<<63) }

func (w *rowWriter) float64(v float64) {
	as := v
	if v == 0 {
		as = 0
	} else if v != v {
		as = math.NaN()
	}
	if bits := math.Float64bits(v); bits != math.Float64bits(as) {
		w.patch(8)
		w.patches = binary.BigEndian.AppendUint64(w.patches, ordered64(bits))
	}
	w.buf = binary.BigEndian.AppendUint64(w.buf, ordered64(math.Float64bits(as)))
}

func (w *rowWriter) float32(v float32) {
	as := v
	if v == 0 {
		as = 0
	} else if v != v {
		as = float32(math.NaN())
	}
	if bits := math.Float32bits(v); bits != math.Float32bits(as) {
		w.patch(4)
		w.patches = binary.BigEndian.AppendUint32(w.patches, ordered32(bits))
	}
	w.buf = binary.BigEndian.AppendUint32(w.buf, ordered32(math.Float32bits(as)))
}

// patch begins a patch of so many bytes to what is appended next.
func (w *rowWriter) patch(width byte) {
	w.patches = append(binary.AppendUvarint(w.patches, uint64(len(w.buf)-w.start)), width)
}

// text ends with 0 0 and has 0 255 for a 0 in it: no text is the beginning of another one.
func (w *rowWriter) text(s string) {
	for i := range len(s) {
		if s[i] == 0 {
			w.escaped(s)
			return
		}
	}
	w.buf = append(append(w.buf, s...), 0, 0)
}

func (w *rowWriter) escaped(s string) {
	for i := range len(s) {
		w.buf = append(w.buf, s[i])
		if s[i] == 0 {
			w.buf = append(w.buf, 0xff)
		}
	}
	w.buf = append(w.buf, 0, 0)
}

// ordered64 makes unsigned integers of floats that are in their order.
func ordered64(b uint64) uint64 {
	if b>>63 != 0 {
		return ^b
	}
	return b | 1<<63
}

func ordered32(b uint32) uint32 {
	if b>>31 != 0 {
		return ^b
	}
	return b | 1<<31
}

func fromOrdered64(b uint64) uint64 {
	if b>>63 == 0 {
		return ^b
	}
	return b &^ (1 << 63)
}

func fromOrdered32(b uint32) uint32 {
	if b>>31 == 0 {
		return ^b
	}
	return b &^ (1 << 31)
}
