package ndjson

import (
	"encoding/hex"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	arr "github.com/apache/arrow/go/v17/arrow/array"

	"github.com/tablectl/tablectl/internal/source/blocks"
	"github.com/tablectl/tablectl/internal/source/csv"
	"github.com/tablectl/tablectl/internal/source/text"
)

// node reads the values of one field into its builder.
type node struct {
	name string
	typ  arrow.DataType
	need bool
	b    arr.Builder
	kids []*node // struct: fields; list: element; map: key and value
	at   map[string]int
	seen []int // struct: the last object that had each field
	turn int
	put  func(v []byte) error // scalars: append what a text says
}

func newNode(f arrow.Field, b arr.Builder) (*node, error) {
	n := &node{name: f.Name, typ: f.Type, need: !f.Nullable, b: b}
	switch b := b.(type) {
	case *arr.StructBuilder:
		t, ok := f.Type.(*arrow.StructType)
		if !ok {
			break
		}
		return n, n.fields(t.Fields(), b.FieldBuilder)
	case *arr.MapBuilder:
		t, ok := f.Type.(*arrow.MapType)
		if !ok {
			break
		}
		return n, n.children([]arrow.Field{t.KeyField(), t.ItemField()}, []arr.Builder{b.KeyBuilder(), b.ItemBuilder()})
	case *arr.ListBuilder:
		t, ok := f.Type.(*arrow.ListType)
		if !ok {
			break
		}
		return n, n.children([]arrow.Field{t.ElemField()}, []arr.Builder{b.ValueBuilder()})
	}
	if n.put = putter(f.Type, b); n.put == nil {
		return nil, fmt.Errorf("column %q: NDJSON cannot bring the type %s", f.Name, f.Type)
	}
	return n, nil
}

func (n *node) fields(fields []arrow.Field, builder func(int) arr.Builder) error {
	builders := make([]arr.Builder, len(fields))
	n.at, n.seen = make(map[string]int, len(fields)), make([]int, len(fields))
	for i, f := range fields {
		builders[i] = builder(i)
		n.at[f.Name] = i
	}
	return n.children(fields, builders)
}

func (n *node) children(fields []arrow.Field, builders []arr.Builder) error {
	for i, f := range fields {
		kid, err := newNode(f, builders[i])
		if err != nil {
			return err
		}
		n.kids = append(n.kids, kid)
	}
	return nil
}

// putter appends the value that a text is, to the builder of a scalar type; nil if there is no such.
func putter(t arrow.DataType, b arr.Builder) func([]byte) error {
	switch b := b.(type) {
	case *arr.BooleanBuilder:
		return put(text.ParseBool, b.Append)
	case *arr.Int32Builder:
		return put(text.ParseInt, b.Append)
	case *arr.Int64Builder:
		return put(text.ParseLong, b.Append)
	case *arr.Float32Builder:
		return put(text.ParseFloat, b.Append)
	case *arr.Float64Builder:
		return put(text.ParseDouble, b.Append)
	case *arr.Date32Builder:
		return put(text.ParseDate, func(v int32) { b.Append(arrow.Date32(v)) })
	case *arr.TimestampBuilder:
		if ts, ok := t.(*arrow.TimestampType); ok && ts.Unit == arrow.Microsecond {
			parse := text.ParseTimestamp
			if ts.TimeZone != "" {
				parse = text.ParseTimestampTZ
			}
			return put(parse, func(v int64) { b.Append(arrow.Timestamp(v)) })
		}
	case *arr.Decimal128Builder:
		if d, ok := t.(*arrow.Decimal128Type); ok {
			return func(v []byte) error {
				x, err := text.ParseDecimal(v, int(d.Precision), int(d.Scale))
				if err == nil {
					b.Append(x)
				}
				return err
			}
		}
	case *arr.StringBuilder:
		return func(v []byte) error { b.BinaryBuilder.Append(v); return nil }
	case *arr.BinaryBuilder:
		return put(func(v []byte) ([]byte, error) {
			out := make([]byte, hex.DecodedLen(len(v)))
			if _, err := hex.Decode(out, v); err != nil {
				return nil, text.ErrSyntax
			}
			return out, nil
		}, b.Append)
	}
	return nil
}

func put[T any](parse func([]byte) (T, error), add func(T)) func([]byte) error {
	return func(v []byte) error {
		x, err := parse(v)
		if err == nil {
			add(x)
		}
		return err
	}
}

// null appends null, if the field may be null.
func (n *node) null() error {
	if n.need {
		return &blocks.Error{Want: csv.TypeName(n.typ), Msg: "there is no value, and the column may not be null"}
	}
	n.b.AppendNull()
	return nil
}
