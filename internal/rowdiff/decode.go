package rowdiff

import (
	"bytes"
	"encoding/binary"
	"math"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"

	"github.com/tablectl/tablectl/manifest"
)

// patched is the values of a row with the forms that they had.
func (r row) patched() []byte {
	p := r.patches()
	if len(p) == 0 {
		return r.values()
	}
	out := bytes.Clone(r.values())
	for len(p) > 0 {
		off, n := binary.Uvarint(p)
		width := int(p[n])
		p = p[n+1:]
		copy(out[off:], p[:width])
		p = p[width:]
	}
	return out
}

// skip is what follows a value.
func skip(t manifest.Type, b []byte) []byte {
	if b[0] == null {
		return b[1:]
	}
	b = b[1:]
	switch t.Kind {
	case manifest.Boolean:
		return b[1:]
	case manifest.Int, manifest.Date, manifest.Float:
		return b[4:]
	case manifest.Long, manifest.Double, manifest.Timestamp, manifest.TimestampTZ:
		return b[8:]
	case manifest.Decimal:
		return b[16:]
	case manifest.String, manifest.Binary:
		_, rest := cutText(b)
		return rest
	case manifest.Struct:
		return skipAll(t.Fields, b)
	}
	for b[0] == another {
		b = skipAll(t.Fields, b[1:])
	}
	return b[1:]
}

func skipAll(fields []manifest.Field, b []byte) []byte {
	for _, f := range fields {
		b = skip(f.Type, b)
	}
	return b
}

// cutText is a text and what follows it.
func cutText(b []byte) (text, rest []byte) {
	at := bytes.IndexByte(b, 0)
	if b[at+1] == 0 {
		return b[:at], b[at+2:]
	}
	for i := 0; ; {
		at := bytes.IndexByte(b[i:], 0)
		text = append(text, b[i:i+at]...)
		i += at + 2
		if b[i-1] == 0 {
			return text, b[i:]
		}
		text = append(text, 0)
	}
}

// build appends a value to a builder of its type and gives what follows it.
func build(to array.Builder, t manifest.Type, b []byte) []byte {
	if b[0] == null {
		to.AppendNull()
		return b[1:]
	}
	b = b[1:]
	switch to := to.(type) {
	case *array.BooleanBuilder:
		to.Append(b[0] != 0)
		return b[1:]
	case *array.Int32Builder:
		to.Append(readInt32(b))
		return b[4:]
	case *array.Date32Builder:
		to.Append(arrow.Date32(readInt32(b)))
		return b[4:]
	case *array.Int64Builder:
		to.Append(readInt64(b))
		return b[8:]
	case *array.TimestampBuilder:
		to.Append(arrow.Timestamp(readInt64(b)))
		return b[8:]
	case *array.Float32Builder:
		to.Append(math.Float32frombits(fromOrdered32(binary.BigEndian.Uint32(b))))
		return b[4:]
	case *array.Float64Builder:
		to.Append(math.Float64frombits(fromOrdered64(binary.BigEndian.Uint64(b))))
		return b[8:]
	case *array.Decimal128Builder:
		to.Append(decimal128.New(readInt64(b), binary.BigEndian.Uint64(b[8:])))
		return b[16:]
	case *array.StringBuilder:
		text, rest := cutText(b)
		to.BinaryBuilder.Append(text)
		return rest
	case *array.BinaryBuilder:
		text, rest := cutText(b)
		to.Append(text)
		return rest
	}
	return buildNested(to, t, b)
}

func buildNested(to array.Builder, t manifest.Type, b []byte) []byte {
	switch to := to.(type) {
	case *array.StructBuilder:
		to.Append(true)
		for i, f := range t.Fields {
			b = build(to.FieldBuilder(i), f.Type, b)
		}
		return b
	case *array.MapBuilder: // before ListBuilder: a map is a list of entries
		to.Append(true)
		for b[0] == another {
			b = build(to.KeyBuilder(), t.Fields[0].Type, b[1:])
			b = build(to.ItemBuilder(), t.Fields[1].Type, b)
		}
	case *array.ListBuilder:
		to.Append(true)
		for b[0] == another {
			b = build(to.ValueBuilder(), t.Fields[0].Type, b[1:])
		}
	}
	return b[1:]
}

func readInt32(b []byte) int32 { return int32(binary.BigEndian.Uint32(b) ^ 1<<31) }
func readInt64(b []byte) int64 { return int64(binary.BigEndian.Uint64(b) ^ 1<<63) }
