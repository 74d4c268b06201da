package encode

import (
	"encoding/binary"
	"math/bits"

	"github.com/parquet-go/parquet-go/format"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer/internal/vector"
)

// dense are the non-null values of a column, one after the other, in their physical type. One of the slices is in use; it may be
// the caller's own memory.
type dense struct {
	n    int
	bits []byte   // BOOLEAN, a bitmap
	i32  []int32  // INT32, and the bits of FLOAT
	i64  []int64  // INT64, and the bits of DOUBLE
	offs []uint32 // BYTE_ARRAY: n+1 offsets into data; FIXED_LEN_BYTE_ARRAY: as well
	data []byte
}

// densify drops the nulls of pieces and puts the rest together.
func (e *Encoder) densify(d *dense, leaf *Leaf, pieces []vector.Vector) {
	*d = dense{}
	for i := range pieces {
		d.n += pieces[i].Len - pieces[i].Nulls
	}
	switch {
	case leaf.Type.Kind == manifest.Decimal:
		e.densifyDecimals(d, leaf, pieces)
	case leaf.physical == format.Boolean:
		d.bits = e.denseBits(pieces)
	case leaf.physical == format.ByteArray:
		e.offs, e.data = denseBytes(e.offs[:0], e.data[:0], pieces)
		d.offs, d.data = e.offs, e.data
	case leaf.physical == format.Int32 || leaf.physical == format.Float:
		d.i32, e.i32 = denseFixed(e.i32, pieces, d.n)
	default:
		d.i64, e.i64 = denseFixed(e.i64, pieces, d.n)
	}
}

// denseFixed returns the values, and the scratch memory that it may have used for them.
func denseFixed[T int32 | int64](scratch []T, pieces []vector.Vector, n int) (values, kept []T) {
	if len(pieces) == 1 && pieces[0].Nulls == 0 {
		return vector.Fixed[T](&pieces[0]), scratch
	}
	if cap(scratch) < n+1 {
		scratch = make([]T, n+1)
	}
	out := scratch[:n+1] // one more: the loop below writes first and counts then
	k := 0
	for p := range pieces {
		v := &pieces[p]
		src := vector.Fixed[T](v)
		if v.Nulls == 0 {
			k += copy(out[k:], src)
			continue
		}
		for i, x := range src {
			out[k] = x
			at := v.Bit + i
			k += int(v.Valid[at>>3] >> (at & 7) & 1)
		}
	}
	return out[:n], scratch
}

func (e *Encoder) denseBits(pieces []vector.Vector) []byte {
	out, k := e.data[:0], 0
	for p := range pieces {
		v := &pieces[p]
		if v.Nulls == 0 {
			out = vector.AppendBits(out, k, v.Data, v.DataBit, v.Len)
			k += v.Len
			continue
		}
		for i := range v.Len {
			if !v.IsNull(i) {
				out = vector.AppendBits(out, k, v.Data, v.DataBit+i, 1)
				k++
			}
		}
	}
	e.data = out
	return out
}

func denseBytes(offs []uint32, data []byte, pieces []vector.Vector) ([]uint32, []byte) {
	offs = append(offs, 0)
	for p := range pieces {
		v := &pieces[p]
		if v.Len == 0 {
			continue
		}
		if v.Nulls == 0 {
			first := v.Offs[0]
			shift := uint32(len(data)) - uint32(first)
			for _, o := range v.Offs[1 : v.Len+1] {
				offs = append(offs, uint32(o)+shift)
			}
			data = append(data, v.Data[first:v.Offs[v.Len]]...)
			continue
		}
		for i := range v.Len {
			if !v.IsNull(i) {
				data = append(data, v.Bytes(i)...)
				offs = append(offs, uint32(len(data)))
			}
		}
	}
	return offs, data
}

// densifyDecimals turns Arrow's 128-bit decimals into the physical type that their precision asks for.
func (e *Encoder) densifyDecimals(d *dense, leaf *Leaf, pieces []vector.Vector) {
	e.i32, e.i64, e.offs, e.data = e.i32[:0], e.i64[:0], append(e.offs[:0], 0), e.data[:0]
	for p := range pieces {
		v := &pieces[p]
		words := vector.Cast[uint64](v.Data[:v.Len*16])
		for i := range v.Len {
			if v.IsNull(i) {
				continue
			}
			lo, hi := words[2*i], words[2*i+1]
			switch leaf.physical {
			case format.Int32:
				e.i32 = append(e.i32, int32(lo))
			case format.Int64:
				e.i64 = append(e.i64, int64(lo))
			default:
				var b [16]byte
				binary.BigEndian.PutUint64(b[:8], hi)
				binary.BigEndian.PutUint64(b[8:], lo)
				e.data = append(e.data, b[16-leaf.width:]...)
				e.offs = append(e.offs, uint32(len(e.data)))
			}
		}
	}
	switch leaf.physical {
	case format.Int32:
		d.i32 = e.i32
	case format.Int64:
		d.i64 = e.i64
	default:
		d.offs, d.data = e.offs, e.data
	}
}

// widthFor is the bits that the codes 0 to n-1 need; at least one, since some readers do not expect none.
func widthFor(n int) int { return max(1, bits.Len32(uint32(n-1))) }
