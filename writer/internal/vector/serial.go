package vector

import (
	"encoding/binary"
	"errors"

	"github.com/tablectl/tablectl/manifest"
)

// errTorn is a serialised batch that is not what AppendBatch wrote.
var errTorn = errors.New("spilled rows are damaged")

// Owned is an empty batch with the columns of fields.
func Owned(fields []manifest.Field) Batch {
	b := Batch{Cols: make([]Vector, len(fields))}
	for i, f := range fields {
		b.Cols[i] = New(f.Type)
	}
	return b
}

// Append adds all rows of src to b, which Owned made.
func (b *Batch) Append(src Batch) {
	for c := range b.Cols {
		b.Cols[c].Append(&src.Cols[c])
	}
	b.Rows += src.Rows
}

// Gather adds the rows of src that idx names to b, which Owned made.
func (b *Batch) Gather(src Batch, idx []int32) {
	for c := range b.Cols {
		b.Cols[c].Gather(&src.Cols[c], idx)
	}
	b.Rows += len(idx)
}

// Reset empties b and keeps its memory.
func (b *Batch) Reset() {
	b.Rows = 0
	for c := range b.Cols {
		b.Cols[c].Reset()
	}
}

// AppendBatch serialises b, which Owned made, in the machine's byte order: for this process only.
func AppendBatch(dst []byte, b Batch) []byte {
	dst = appendNumber(dst, b.Rows)
	for i := range b.Cols {
		dst = b.Cols[i].appendTo(dst)
	}
	return dst
}

func (v *Vector) appendTo(dst []byte) []byte {
	dst = appendNumber(dst, v.Len)
	dst = appendNumber(dst, v.Nulls)
	if v.Nulls > 0 {
		dst = appendBuffer(dst, v.Valid)
	}
	if v.Offs != nil {
		dst = appendBuffer(dst, Raw(v.Offs))
	}
	if v.Kids == nil {
		return appendBuffer(dst, v.Data)
	}
	for k := range v.Kids {
		dst = v.Kids[k].appendTo(dst)
	}
	return dst
}

func appendNumber(dst []byte, n int) []byte { return binary.NativeEndian.AppendUint64(dst, uint64(n)) }

// appendBuffer adds a length and bytes, filled up to eight.
func appendBuffer(dst, b []byte) []byte {
	dst = append(appendNumber(dst, len(b)), b...)
	var zeros [8]byte
	return append(dst, zeros[:-len(b)&7]...)
}

// ParseBatch is the reverse of AppendBatch. The batch views b, which must be aligned to eight bytes, and must not be added to.
func ParseBatch(b []byte, fields []manifest.Field) (Batch, []byte, error) {
	r := parser{rest: b}
	out := Batch{Rows: r.number(), Cols: make([]Vector, len(fields))}
	for i, f := range fields {
		out.Cols[i] = r.vector(f.Type)
		if out.Cols[i].Len != out.Rows {
			r.torn = true
		}
	}
	if r.torn {
		return Batch{}, nil, errTorn
	}
	return out, r.rest, nil
}

type parser struct {
	rest []byte
	torn bool
}

func (r *parser) number() int {
	if len(r.rest) < 8 {
		r.torn = true
		return 0
	}
	n := binary.NativeEndian.Uint64(r.rest)
	r.rest = r.rest[8:]
	return int(n)
}

func (r *parser) buffer() []byte {
	n := r.number()
	padded := (n + 7) &^ 7
	if n < 0 || padded > len(r.rest) {
		r.torn = true
		return nil
	}
	b := r.rest[:n:n]
	r.rest = r.rest[padded:]
	return b
}

func (r *parser) vector(t manifest.Type) Vector {
	v := Vector{Width: widthOf(t.Kind), Len: r.number(), Nulls: r.number()}
	if v.Nulls > 0 {
		v.Valid = r.buffer()
	}
	switch t.Kind {
	case manifest.String, manifest.Binary, manifest.List, manifest.Map:
		v.Offs = Cast[int32](r.buffer())
		r.torn = r.torn || len(v.Offs) != v.Len+1
	}
	if len(t.Fields) == 0 {
		v.Data = r.buffer()
		r.torn = r.torn || len(v.Data) < v.Len*v.Width
		return v
	}
	for _, f := range t.Fields {
		v.Kids = append(v.Kids, r.vector(f.Type))
	}
	return v
}
