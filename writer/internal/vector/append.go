package vector

import (
	"slices"

	"github.com/tablectl/tablectl/manifest"
)

// New is an empty vector of type t that Append and Gather can add to.
func New(t manifest.Type) Vector {
	v := Vector{Width: widthOf(t.Kind)}
	switch t.Kind {
	case manifest.String, manifest.Binary:
		v.Offs = []int32{0}
	case manifest.List, manifest.Map:
		v.Offs = []int32{0}
		fallthrough
	case manifest.Struct:
		v.Kids = make([]Vector, len(t.Fields))
		for i, f := range t.Fields {
			v.Kids[i] = New(f.Type)
		}
	}
	return v
}

// Reserve makes room for rows of an empty vector, as far as their type says how much that is.
func (v *Vector) Reserve(rows int) {
	if v.Width > 0 {
		v.Data = slices.Grow(v.Data, rows*v.Width)
	}
	if v.Offs != nil {
		v.Offs = slices.Grow(v.Offs, rows+1)
	}
}

// Reset empties v and keeps its memory.
func (v *Vector) Reset() {
	v.Len, v.Nulls = 0, 0
	v.Valid, v.Data = v.Valid[:0], v.Data[:0]
	if v.Offs != nil {
		v.Offs = append(v.Offs[:0], 0)
	}
	for i := range v.Kids {
		v.Kids[i].Reset()
	}
}

// Append adds all rows of src to v, which this package made.
func (v *Vector) Append(src *Vector) {
	if src.Len == 0 {
		return
	}
	v.appendValid(src)
	switch {
	case v.Width > 0:
		v.Data = append(v.Data, src.Data[:src.Len*src.Width]...)
	case v.Offs != nil:
		v.appendVar(src)
	case v.Kids != nil:
		for k := range v.Kids {
			v.Kids[k].Append(&src.Kids[k])
		}
	default:
		v.Data = AppendBits(v.Data, v.Len, src.Data, src.DataBit, src.Len)
	}
	v.Len += src.Len
	v.Nulls += src.Nulls
}

// appendValid adds src's bitmap; v gets one with its first null only.
func (v *Vector) appendValid(src *Vector) {
	if src.Nulls == 0 && v.Nulls == 0 {
		return
	}
	if v.Nulls == 0 {
		v.Valid = AppendBits(v.Valid[:0], 0, nil, 0, v.Len)
	}
	valid := src.Valid
	if src.Nulls == 0 {
		valid = nil
	}
	v.Valid = AppendBits(v.Valid, v.Len, valid, src.Bit, src.Len)
}

func (v *Vector) appendVar(src *Vector) {
	first, end := src.Offs[0], src.Offs[src.Len]
	shift := v.Offs[len(v.Offs)-1] - first
	for _, o := range src.Offs[1 : src.Len+1] {
		v.Offs = append(v.Offs, o+shift)
	}
	if v.Kids == nil {
		v.Data = append(v.Data, src.Data[first:end]...)
		return
	}
	for k := range v.Kids {
		part := src.Kids[k].Slice(int(first), int(end))
		v.Kids[k].Append(&part)
	}
}

// Gather adds the rows of src that idx names, in idx's order, to v, which this package made.
func (v *Vector) Gather(src *Vector, idx []int32) {
	v.gatherValid(src, idx)
	switch {
	case v.Width == 4:
		v.Data = gather(v.Data, Fixed[uint32](src), idx)
	case v.Width == 8:
		v.Data = gather(v.Data, Fixed[uint64](src), idx)
	case v.Width > 0:
		for _, i := range idx {
			v.Data = append(v.Data, src.Data[int(i)*v.Width:][:v.Width]...)
		}
	case v.Offs != nil:
		v.gatherVar(src, idx)
	case v.Kids != nil:
		for k := range v.Kids {
			v.Kids[k].Gather(&src.Kids[k], idx)
		}
	default:
		v.gatherBits(src, idx)
	}
	v.Len += len(idx)
}

func (v *Vector) gatherValid(src *Vector, idx []int32) {
	if src.Nulls == 0 {
		if v.Nulls > 0 {
			v.Valid = AppendBits(v.Valid, v.Len, nil, 0, len(idx))
		}
		return
	}
	for n, i := range idx {
		if bit(src.Valid, src.Bit+int(i)) {
			if v.Nulls > 0 {
				v.Valid = AppendBits(v.Valid, v.Len+n, nil, 0, 1)
			}
			continue
		}
		if v.Nulls == 0 {
			v.Valid = AppendBits(v.Valid[:0], 0, nil, 0, v.Len+n)
		}
		v.Valid = AppendBits(v.Valid, v.Len+n, []byte{0}, 0, 1)
		v.Nulls++
	}
}

func gather[T uint32 | uint64](dst []byte, src []T, idx []int32) []byte {
	width := len(Raw(make([]T, 1)))
	have := len(dst)
	dst = grow(dst, have+len(idx)*width)
	out := Cast[T](dst[have:])
	for n, i := range idx {
		out[n] = src[i]
	}
	return dst
}

// grow makes b n bytes long; the new ones are whatever was there.
func grow(b []byte, n int) []byte {
	if n <= cap(b) {
		return b[:n]
	}
	// make([]byte, …) of more than a few bytes is aligned to eight, which Cast counts on.
	out := make([]byte, n, max(n, cap(b)*3/2, 64))
	copy(out, b)
	return out
}

func (v *Vector) gatherVar(src *Vector, idx []int32) {
	if v.Kids == nil {
		v.gatherBytes(src, idx)
		return
	}
	end := v.Offs[len(v.Offs)-1]
	for _, i := range idx {
		a, b := src.Offs[i], src.Offs[i+1]
		end += b - a
		v.Offs = append(v.Offs, end)
		for k := range v.Kids {
			part := src.Kids[k].Slice(int(a), int(b))
			v.Kids[k].Append(&part)
		}
	}
}

// gatherBytes copies short values eight bytes at once, which may write a little behind them: what comes next is written later.
func (v *Vector) gatherBytes(src *Vector, idx []int32) {
	have := len(v.Offs)
	end := v.Offs[have-1]
	v.Offs = slices.Grow(v.Offs, len(idx))[:have+len(idx)]
	ends := v.Offs[have:]
	for n, i := range idx {
		end += src.Offs[i+1] - src.Offs[i]
		ends[n] = end
	}
	at := len(v.Data)
	v.Data = grow(v.Data, int(end)+slack)
	for _, i := range idx {
		at += copyShort(v.Data[at:], src.Data, int(src.Offs[i]), int(src.Offs[i+1]))
	}
	v.Data = v.Data[:end]
}

// slack is how far copyShort writes behind a value.
const slack = 16

// copyShort copies src[a:b] to dst, which has room for slack more bytes.
func copyShort(dst, src []byte, a, b int) int {
	if n := b - a; n <= slack && a+slack <= len(src) {
		*(*[slack]byte)(dst) = *(*[slack]byte)(src[a:])
		return n
	}
	return copy(dst, src[a:b])
}

func (v *Vector) gatherBits(src *Vector, idx []int32) {
	for n, i := range idx {
		if (v.Len+n)&7 == 0 {
			v.Data = append(v.Data, 0)
		}
		if bit(src.Data, src.DataBit+int(i)) {
			setBit(v.Data, v.Len+n)
		}
	}
}

// NullsOf is n nulls of type t.
func NullsOf(t manifest.Type, n int) Vector {
	v := Vector{Len: n, Nulls: n, Valid: make([]byte, (n+7)/8), Width: widthOf(t.Kind)}
	switch t.Kind {
	case manifest.String, manifest.Binary:
		v.Offs = make([]int32, n+1)
	case manifest.List, manifest.Map:
		v.Offs = make([]int32, n+1)
		for _, f := range t.Fields {
			v.Kids = append(v.Kids, New(f.Type))
		}
	case manifest.Struct:
		for _, f := range t.Fields {
			v.Kids = append(v.Kids, NullsOf(f.Type, n))
		}
	case manifest.Boolean:
		v.Data = make([]byte, (n+7)/8)
	default:
		v.Data = make([]byte, n*v.Width)
	}
	return v
}

// Equal says whether row i of v and row j of o, which are of one primitive type, are the same, bit by bit.
func (v *Vector) Equal(i int, o *Vector, j int) bool {
	if a, b := v.IsNull(i), o.IsNull(j); a || b {
		return a && b
	}
	switch {
	case v.Width > 0:
		return string(v.Data[i*v.Width:][:v.Width]) == string(o.Data[j*v.Width:][:v.Width])
	case v.Offs != nil:
		return string(v.Bytes(i)) == string(o.Bytes(j))
	}
	return v.Bool(i) == o.Bool(j)
}
