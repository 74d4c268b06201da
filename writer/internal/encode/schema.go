// Package encode turns Arrow-shaped columns into Parquet: column chunks on any number of cores, and files from finished chunks. It
// promises that the bytes are a function of the schema, the codec and the rows alone, and that what it writes is in the subset of
// Parquet that every engine reads: data pages v1, PLAIN, RLE_DICTIONARY and DELTA_BINARY_PACKED, zstd or snappy, field ids on
// every node, logical and converted types, page index and page checksums (apache/parquet-format, parquet.thrift).
package encode

import (
	"fmt"

	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"github.com/tablectl/tablectl/manifest"
)

// Schema is a table's schema as a Parquet file states it.
type Schema struct {
	Leaves   []Leaf // in column order
	elements []format.SchemaElement
	orders   []format.ColumnOrder
}

// Leaf is one physical column.
type Leaf struct {
	ID     int
	Column int // of the table, which it is or belongs to
	Path   []string
	Type   manifest.Type

	physical       format.Type
	width          int // bytes a value of FIXED_LEN_BYTE_ARRAY
	maxDef, maxRep uint8
	steps          []step
}

// step is one node on the way from a column of the table to a leaf.
type step struct {
	kind     manifest.Kind
	optional bool
	kid      int   // which child the way takes
	rep      uint8 // repetition level of a list's second element
}

// NewSchema lays out the Parquet schema of a table. It fails for a type that tables do not have.
func NewSchema(s manifest.Schema) (*Schema, error) {
	out := &Schema{}
	out.group("table", 0, nil, len(s.Fields))
	for i, f := range s.Fields {
		if err := out.field(f, Leaf{Column: i}); err != nil {
			return nil, err
		}
	}
	out.orders = make([]format.ColumnOrder, len(out.Leaves))
	for i := range out.orders {
		out.orders[i].Value = &format.TypeDefinedOrder{}
	}
	return out, nil
}

// group adds an inner node.
func (s *Schema) group(name string, id int, rep *format.FieldRepetitionType, kids int) *format.SchemaElement {
	e := format.SchemaElement{Name: name, FieldID: int32(id)}
	if rep != nil {
		e.RepetitionType.Set(*rep)
	}
	e.NumChildren.Set(int32(kids))
	s.elements = append(s.elements, e)
	return &s.elements[len(s.elements)-1]
}

// field adds f and what is below it. up is the way so far.
func (s *Schema) field(f manifest.Field, up Leaf) error {
	rep := format.Optional
	if f.Required {
		rep = format.Required
	} else {
		up.maxDef++
	}
	up.ID = f.ID
	up.Path = append(up.Path[:len(up.Path):len(up.Path)], f.Name)
	st := step{kind: f.Type.Kind, optional: !f.Required}
	switch f.Type.Kind {
	case manifest.Struct:
		s.group(f.Name, f.ID, &rep, len(f.Type.Fields))
		return s.kids(f.Type.Fields, up, st)
	case manifest.List:
		s.annotated(f, &rep, &format.ListType{}, deprecated.List)
		return s.repeated(f.Type.Fields, "list", up, st)
	case manifest.Map:
		s.annotated(f, &rep, &format.MapType{}, deprecated.Map)
		return s.repeated(f.Type.Fields, "key_value", up, st)
	}
	up.steps = append(up.steps[:len(up.steps):len(up.steps)], st)
	up.Type = f.Type
	return s.leaf(f, rep, up)
}

func (s *Schema) annotated(f manifest.Field, rep *format.FieldRepetitionType, t format.LogicalTypeValue, c deprecated.ConvertedType) {
	e := s.group(f.Name, f.ID, rep, 1)
	e.LogicalType = format.LogicalType{Value: t}
	e.ConvertedType.Set(c)
}

// repeated adds the middle level of a list or map (LogicalTypes.md, "Nested Types").
func (s *Schema) repeated(fields []manifest.Field, name string, up Leaf, st step) error {
	rep := format.Repeated
	s.group(name, 0, &rep, len(fields))
	up.Path = append(up.Path[:len(up.Path):len(up.Path)], name)
	up.maxDef++
	up.maxRep++
	st.rep = up.maxRep
	return s.kids(fields, up, st)
}

func (s *Schema) kids(fields []manifest.Field, up Leaf, st step) error {
	for k, f := range fields {
		st.kid = k
		next := up
		next.steps = append(up.steps[:len(up.steps):len(up.steps)], st)
		if err := s.field(f, next); err != nil {
			return err
		}
	}
	return nil
}

// leaf adds a physical column with both annotations of its type.
func (s *Schema) leaf(f manifest.Field, rep format.FieldRepetitionType, l Leaf) error {
	e := format.SchemaElement{Name: f.Name, FieldID: int32(f.ID)}
	e.RepetitionType.Set(rep)
	switch f.Type.Kind {
	case manifest.Boolean:
		l.physical = format.Boolean
	case manifest.Int:
		l.physical = format.Int32
	case manifest.Long:
		l.physical = format.Int64
	case manifest.Float:
		l.physical = format.Float
	case manifest.Double:
		l.physical = format.Double
	case manifest.Decimal:
		l.physical, l.width = decimalLayout(f.Type.Precision)
		e.LogicalType.Value = &format.DecimalType{Scale: int32(f.Type.Scale), Precision: int32(f.Type.Precision)}
		e.ConvertedType.Set(deprecated.Decimal)
		e.Scale.Set(int32(f.Type.Scale))
		e.Precision.Set(int32(f.Type.Precision))
	case manifest.Date:
		l.physical = format.Int32
		e.LogicalType.Value = &format.DateType{}
		e.ConvertedType.Set(deprecated.Date)
	case manifest.Timestamp, manifest.TimestampTZ:
		l.physical = format.Int64
		unit := format.TimeUnit{Value: &format.MicroSeconds{}}
		e.LogicalType.Value = &format.TimestampType{IsAdjustedToUTC: f.Type.Kind == manifest.TimestampTZ, Unit: unit}
		// Local timestamps, too: LogicalTypes.md asks writers to.
		e.ConvertedType.Set(deprecated.TimestampMicros)
	case manifest.String:
		l.physical = format.ByteArray
		e.LogicalType.Value = &format.StringType{}
		e.ConvertedType.Set(deprecated.UTF8)
	case manifest.Binary:
		l.physical = format.ByteArray
	default:
		return fmt.Errorf("column %q: type %v cannot be written", f.Name, f.Type.Kind)
	}
	e.Type = thrift.New(l.physical)
	if l.width > 0 {
		e.TypeLength.Set(int32(l.width))
	}
	s.elements = append(s.elements, e)
	s.Leaves = append(s.Leaves, l)
	return nil
}

// decimalLayout is the physical type of decimals of precision p, and the bytes of a value if that is not a number.
func decimalLayout(p int) (format.Type, int) {
	switch {
	case p <= 9:
		return format.Int32, 0
	case p <= 18:
		return format.Int64, 0
	}
	return format.FixedLenByteArray, DecimalBytes(p)
}

// DecimalBytes is the fewest bytes that hold every decimal of precision p in two's complement: log2(10^p) bits and a sign.
func DecimalBytes(p int) int {
	// log2(10) = 3.3219280948…, rounded up in the tenth digit; p <= 38, so that the error never reaches a whole bit.
	bits := (p*33219280949 + 9999999999) / 10000000000
	return (bits + 1 + 7) / 8
}
