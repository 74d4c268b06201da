package columnar

import (
	"errors"
	"fmt"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/tablectl/tablectl/manifest"
)

// ErrType is the class of refusals of a type that tables do not have.
var ErrType = errors.New("type not supported in tables")

// Note says what a reader should know about how a column was taken over, for people.
type Note struct {
	Column string // dotted path
	Text   string
}

func (n Note) String() string { return fmt.Sprintf("column %q: %s", n.Column, n.Text) }

// FromArrow derives the columns of a table from a foreign Arrow schema; ids are 0. Types that a table does not have are mapped
// to one that holds every value (a Note says so when that is not plain), or refused with ErrType and a sentence that says what
// to do.
func FromArrow(s *arrow.Schema) ([]manifest.Field, []Note, error) {
	d := &deriver{}
	fields := d.fields(s.Fields(), "")
	return fields, d.notes, d.err
}

// deriver walks an Arrow schema, collecting notes, up to the first refusal.
type deriver struct {
	notes []Note
	err   error
}

func (d *deriver) note(path, format string, args ...any) {
	d.notes = append(d.notes, Note{path, fmt.Sprintf(format, args...)})
}

func (d *deriver) refuse(path string, t fmt.Stringer, hint string) manifest.Type {
	if d.err == nil {
		d.err = fmt.Errorf("%w: column %q has type %s; %s", ErrType, path, t, hint)
	}
	return manifest.Type{}
}

func (d *deriver) fields(in []arrow.Field, parent string) []manifest.Field {
	out := make([]manifest.Field, len(in))
	for i, f := range in {
		out[i] = d.field(f, f.Name, parent)
	}
	return out
}

func (d *deriver) field(f arrow.Field, name, parent string) manifest.Field {
	path := strings.TrimPrefix(parent+"."+name, ".")
	return manifest.Field{Name: name, Type: d.typ(f.Type, path), Required: !f.Nullable}
}

func plain(k manifest.Kind) manifest.Type { return manifest.Type{Kind: k} }

func (d *deriver) typ(t arrow.DataType, path string) manifest.Type {
	switch t := t.(type) {
	case *arrow.BooleanType:
		return plain(manifest.Boolean)
	case *arrow.Int8Type, *arrow.Int16Type, *arrow.Int32Type, *arrow.Uint8Type, *arrow.Uint16Type:
		return plain(manifest.Int)
	case *arrow.Int64Type:
		return plain(manifest.Long)
	case *arrow.Uint32Type:
		d.note(path, "unsigned 32-bit integers become long")
		return plain(manifest.Long)
	case *arrow.Uint64Type:
		d.note(path, "unsigned 64-bit integers become decimal(20, 0)")
		return manifest.Type{Kind: manifest.Decimal, Precision: 20}
	case *arrow.Float32Type:
		return plain(manifest.Float)
	case *arrow.Float64Type:
		return plain(manifest.Double)
	case *arrow.StringType, *arrow.LargeStringType, *arrow.StringViewType:
		return plain(manifest.String)
	case *arrow.BinaryType, *arrow.LargeBinaryType, *arrow.BinaryViewType, *arrow.FixedSizeBinaryType:
		return plain(manifest.Binary)
	case *arrow.NullType:
		d.note(path, "holds only nulls: taken as string")
		return plain(manifest.String)
	case *arrow.DictionaryType:
		return d.typ(t.ValueType, path)
	case *arrow.Decimal128Type:
		return d.decimal(t, path)
	case *arrow.Decimal256Type:
		return d.decimal(t, path)
	case *arrow.Date32Type:
		return plain(manifest.Date)
	case *arrow.Date64Type:
		d.note(path, "dates in milliseconds become days")
		return plain(manifest.Date)
	case *arrow.TimestampType:
		return d.timestamp(t, path)
	}
	return d.nested(t, path)
}

func (d *deriver) nested(t arrow.DataType, path string) manifest.Type {
	switch t := t.(type) {
	case *arrow.StructType:
		return manifest.Type{Kind: manifest.Struct, Fields: d.fields(t.Fields(), path)}
	case *arrow.MapType:
		key := d.field(t.KeyField(), "key", path)
		key.Required = true
		return manifest.Type{Kind: manifest.Map, Fields: []manifest.Field{key, d.field(t.ItemField(), "value", path)}}
	case *arrow.ListType:
		return d.list(t.ElemField(), path)
	case *arrow.LargeListType:
		return d.list(t.ElemField(), path)
	case *arrow.FixedSizeListType:
		return d.list(t.ElemField(), path)
	}
	return d.refuse(path, t, refusalHint(t))
}

func (d *deriver) list(elem arrow.Field, path string) manifest.Type {
	return manifest.Type{Kind: manifest.List, Fields: []manifest.Field{d.field(elem, "element", path)}}
}

func (d *deriver) decimal(t arrow.DecimalType, path string) manifest.Type {
	p, s := int(t.GetPrecision()), int(t.GetScale())
	if p < 1 || p > 38 || s < 0 || s > p {
		return d.refuse(path, t, "tables have decimals of precision 1 to 38 and scale 0 to the precision: cast it before")
	}
	return manifest.Type{Kind: manifest.Decimal, Precision: p, Scale: s}
}

func (d *deriver) timestamp(t *arrow.TimestampType, path string) manifest.Type {
	if t.Unit == arrow.Nanosecond {
		d.note(path, "nanoseconds become microseconds; a value that is not a whole microsecond is refused")
	}
	if t.TimeZone == "" {
		return plain(manifest.Timestamp)
	}
	if !isUTC(t.TimeZone) {
		d.note(path, "instants are kept, shown in UTC instead of %s", t.TimeZone)
	}
	return plain(manifest.TimestampTZ)
}

func isUTC(zone string) bool {
	switch zone {
	case "UTC", "utc", "Etc/UTC", "Z", "+00:00", "GMT":
		return true
	}
	return false
}

// refusalHint says what to do with a column whose type tables do not have.
func refusalHint(t arrow.DataType) string {
	switch t := t.(type) {
	case *arrow.Time32Type, *arrow.Time64Type:
		return "cast it to string, or to a number of microseconds"
	case *arrow.DurationType:
		return "cast it to a number of microseconds (long)"
	case *arrow.MonthIntervalType, *arrow.DayTimeIntervalType, *arrow.MonthDayNanoIntervalType:
		return "cast it to string, or to numbers"
	case *arrow.Float16Type:
		return "cast it to float"
	case arrow.ExtensionType:
		return fmt.Sprintf("cast it to string or to its storage type %s", t.StorageType())
	}
	return "cast it to a type that tables have"
}
