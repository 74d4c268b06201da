package vector

import (
	"encoding/binary"
	"math"

	"github.com/tablectl/tablectl/manifest"
)

// Order says how a column takes part in the order of rows.
type Order struct {
	Column                 int
	Type                   manifest.Type
	Descending, NullsFirst bool
}

// AppendKey adds a byte string for row i whose order, compared bytewise, is that of the values under o: manifest.Compare's, and
// nulls where o wants them. No key is the beginning of another one, so keys of several columns can follow each other.
func (b Batch) AppendKey(dst []byte, o Order, i int) []byte {
	v := &b.Cols[o.Column]
	if v.IsNull(i) {
		if o.NullsFirst {
			return append(dst, 0)
		}
		return append(dst, 2)
	}
	dst = append(dst, 1)
	from := len(dst)
	dst = v.appendKey(dst, o.Type.Kind, i)
	if o.Descending {
		for k := from; k < len(dst); k++ {
			dst[k] = ^dst[k]
		}
	}
	return dst
}

func (v *Vector) appendKey(dst []byte, k manifest.Kind, i int) []byte {
	switch k {
	case manifest.Boolean:
		if v.Bool(i) {
			return append(dst, 1)
		}
		return append(dst, 0)
	case manifest.Int, manifest.Date:
		return binary.BigEndian.AppendUint32(dst, uint32(Fixed[int32](v)[i])^1<<31)
	case manifest.Float:
		return binary.BigEndian.AppendUint32(dst, ordered32(Fixed[uint32](v)[i]))
	case manifest.Double:
		return binary.BigEndian.AppendUint64(dst, ordered64(Fixed[uint64](v)[i]))
	case manifest.Decimal:
		w := Cast[uint64](v.Data[16*i : 16*i+16])
		dst = binary.BigEndian.AppendUint64(dst, w[1]^1<<63)
		return binary.BigEndian.AppendUint64(dst, w[0])
	case manifest.String, manifest.Binary:
		return appendEscaped(dst, v.Bytes(i))
	}
	return binary.BigEndian.AppendUint64(dst, uint64(Fixed[int64](v)[i])^1<<63)
}

// ordered64 orders doubles as Iceberg does: negative NaN, negative numbers, -0, +0, positive numbers, NaN.
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

// appendEscaped ends the bytes with 0 0 and writes a 0 among them as 0 255.
func appendEscaped(dst, b []byte) []byte {
	for _, c := range b {
		dst = append(dst, c)
		if c == 0 {
			dst = append(dst, 0xff)
		}
	}
	return append(dst, 0, 0)
}

// Escaped is the part of a key that a string or binary value makes.
func Escaped(b []byte) []byte { return appendEscaped(nil, b) }

// Value is row i of a column of type t as package manifest has values in memory; nil for a null.
func (v *Vector) Value(t manifest.Type, i int) any {
	if v.IsNull(i) {
		return nil
	}
	switch t.Kind {
	case manifest.Boolean:
		return v.Bool(i)
	case manifest.Int, manifest.Date:
		return Fixed[int32](v)[i]
	case manifest.Float:
		return math.Float32frombits(Fixed[uint32](v)[i])
	case manifest.Double:
		return math.Float64frombits(Fixed[uint64](v)[i])
	case manifest.Decimal:
		w := Cast[uint64](v.Data[16*i : 16*i+16])
		return manifest.Dec{Hi: int64(w[1]), Lo: w[0]}
	case manifest.String:
		return string(v.Bytes(i))
	case manifest.Binary:
		return append([]byte{}, v.Bytes(i)...)
	}
	return Fixed[int64](v)[i]
}
