package columnar

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/tablectl/tablectl/manifest"
)

// fromJSON builds an array of a type from its JSON form.
func fromJSON(t *testing.T, dt arrow.DataType, text string) arrow.Array {
	t.Helper()
	a, _, err := array.FromJSON(memory.DefaultAllocator, dt, strings.NewReader(text), array.WithUseNumber())
	if err != nil {
		t.Fatalf("build %s from %s: %v", dt, text, err)
	}
	return a
}

func oneColumn(name string, a arrow.Array, nullable bool) arrow.Record {
	s := arrow.NewSchema([]arrow.Field{{Name: name, Type: a.DataType(), Nullable: nullable}}, nil)
	return array.NewRecord(s, []arrow.Array{a}, int64(a.Len()))
}

func jsonOf(a arrow.Array) string {
	b := []byte("[")
	for i := range a.Len() {
		if i > 0 {
			b = append(b, ',')
		}
		b = AppendJSON(b, a, i)
	}
	return string(append(b, ']'))
}

func timestamp(unit arrow.TimeUnit, zone string) arrow.DataType {
	return &arrow.TimestampType{Unit: unit, TimeZone: zone}
}

func decimal(p, s int32) arrow.DataType { return &arrow.Decimal128Type{Precision: p, Scale: s} }

func TestCastValues(t *testing.T) {
	long, integer := arrow.PrimitiveTypes.Int64, arrow.PrimitiveTypes.Int32
	dict := &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}
	for _, c := range []struct {
		from arrow.DataType
		in   string
		to   arrow.DataType
		want string // "!row reason" when refused
	}{
		{arrow.PrimitiveTypes.Int8, "[1, null, -3]", integer, "[1,null,-3]"},
		{arrow.PrimitiveTypes.Uint16, "[65535]", integer, "[65535]"},
		{long, "[1, 3000000000]", integer, "!1 out of range"},
		{arrow.PrimitiveTypes.Uint32, "[4000000000]", long, "[4000000000]"},
		{arrow.PrimitiveTypes.Uint64, "[9223372036854775808]", long, "!0 out of range"},
		{arrow.PrimitiveTypes.Uint64, "[18446744073709551615]", decimal(20, 0), "[18446744073709551615]"},
		{long, "[5]", arrow.PrimitiveTypes.Float64, "!-1 the column has type int64"},
		{arrow.PrimitiveTypes.Float64, "[0.5]", arrow.PrimitiveTypes.Float32, "!-1 the column has type float64"},
		{arrow.PrimitiveTypes.Float32, "[0.5, null]", arrow.PrimitiveTypes.Float64, "[0.5,null]"},
		{long, "[12, null]", decimal(4, 2), "[1200,null]"},
		{long, "[100]", decimal(4, 2), "!0 needs more digits"},
		{decimal(9, 3), `["1.500", null]`, decimal(9, 2), "[150,null]"},
		{decimal(9, 3), `["1.505"]`, decimal(9, 2), "!0 needs more digits"},
		{&arrow.Decimal256Type{Precision: 50, Scale: 2}, `["-1.50"]`, decimal(9, 3), "[-1500]"},
		{arrow.FixedWidthTypes.Date64, `["2026-04-15"]`, arrow.FixedWidthTypes.Date32, "[20558]"},
		{timestamp(arrow.Second, ""), `["1970-01-01 00:00:01"]`, timestamp(arrow.Microsecond, ""), "[1000000]"},
		{timestamp(arrow.Nanosecond, ""), `["1970-01-01 00:00:00.000001"]`, timestamp(arrow.Microsecond, ""), "[1]"},
		{timestamp(arrow.Nanosecond, ""), `[null, "1970-01-01 00:00:00.000000001"]`, timestamp(arrow.Microsecond, ""), "!1 not a whole microsecond"},
		{timestamp(arrow.Microsecond, "Europe/Vienna"), `["1970-01-01 00:00:00.000002"]`, timestamp(arrow.Microsecond, "UTC"), "[2]"},
		{timestamp(arrow.Microsecond, ""), `[]`, timestamp(arrow.Microsecond, "UTC"), "!-1 the column has type timestamp[us]"},
		{arrow.BinaryTypes.LargeString, `["a", null, "bc"]`, arrow.BinaryTypes.String, `["a",null,"bc"]`},
		{arrow.BinaryTypes.StringView, `["a", null, "a string longer than a view holds"]`, arrow.BinaryTypes.String, `["a",null,"a string longer than a view holds"]`},
		{dict, `["x", null, "y", "x"]`, arrow.BinaryTypes.String, `["x",null,"y","x"]`},
		{arrow.Null, `[null, null]`, long, "[null,null]"},
		{arrow.ListOf(integer), `[[1, null], null, []]`, arrow.ListOfField(arrow.Field{Name: "element", Type: long, Nullable: true}), "[[1,null],null,[]]"},
		{arrow.FixedSizeListOf(2, integer), `[[1, 2], null, [3, 4]]`, arrow.ListOf(long), "[[1,2],null,[3,4]]"},
		{arrow.ListOf(long), `[[1], [2, 3000000000]]`, arrow.ListOf(integer), "!1 out of range"},
		{arrow.StructOf(arrow.Field{Name: "b", Type: integer, Nullable: true}, arrow.Field{Name: "a", Type: arrow.BinaryTypes.String, Nullable: true}),
			`[{"b": 1, "a": "x"}, null]`,
			arrow.StructOf(arrow.Field{Name: "a", Type: arrow.BinaryTypes.String, Nullable: true}, arrow.Field{Name: "b", Type: long}),
			`[{"a":"x","b":1},null]`},
		{arrow.MapOf(arrow.BinaryTypes.String, integer), `[[{"key": "k", "value": 1}], null]`, arrow.MapOf(arrow.BinaryTypes.String, long), `[[{"key":"k","value":1}],null]`},
	} {
		t.Run(fmt.Sprintf("%s to %s", c.from, c.to), func(t *testing.T) {
			to := arrow.NewSchema([]arrow.Field{{Name: "c", Type: c.to, Nullable: true}}, nil)
			for _, offset := range []int64{0, 1} {
				a := fromJSON(t, c.from, c.in)
				if offset == 1 { // the same values behind one that must not be looked at
					if a.Len() == 0 || c.from.ID() == arrow.DICTIONARY || c.from.ID() == arrow.DECIMAL256 || strings.HasPrefix(c.want, "!") {
						continue
					}
					twice, err := array.Concatenate([]arrow.Array{a, a}, memory.DefaultAllocator)
					if err != nil {
						continue // this version of Arrow cannot concatenate views
					}
					a = array.NewSlice(twice, int64(a.Len()), int64(2*a.Len()))
				}
				checkCast(t, oneColumn("c", a, true), to, c.want)
			}
		})
	}
}

func checkCast(t *testing.T, rec arrow.Record, to *arrow.Schema, want string) {
	t.Helper()
	out, err := Cast(rec, to, func(row int) string { return fmt.Sprint("line ", row+2) })
	if refusal, ok := strings.CutPrefix(want, "!"); ok {
		var ce *CastError
		if !errors.As(err, &ce) || !errors.Is(err, ErrCast) {
			t.Fatalf("got %v, want a CastError", err)
		}
		if got := fmt.Sprint(ce.Row, " ", ce.Reason); got != refusal {
			t.Fatalf("got %q, want %q", got, refusal)
		}
		if ce.Row >= 0 && ce.Where != fmt.Sprint("line ", ce.Row+2) {
			t.Fatalf("where is %q", ce.Where)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if !out.Schema().Equal(to) || !arrow.TypeEqual(out.Column(0).DataType(), to.Field(0).Type) {
		t.Fatalf("schema is %s with %s", out.Schema(), out.Column(0).DataType())
	}
	if got := castText(out.Column(0)); got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
}

// castText is jsonOf with the raw numbers of decimals, dates and timestamps.
func castText(a arrow.Array) string {
	var parts []string
	for i := range a.Len() {
		switch a := a.(type) {
		case *array.Decimal128:
			parts = append(parts, text(a.IsNull(i), a.Value(i).BigInt()))
		case *array.Date32:
			parts = append(parts, text(a.IsNull(i), int32(a.Value(i))))
		case *array.Timestamp:
			parts = append(parts, text(a.IsNull(i), int64(a.Value(i))))
		default:
			return jsonOf(a)
		}
	}
	return "[" + strings.Join(parts, ",") + "]"
}

func text(null bool, v any) string {
	if null {
		return "null"
	}
	return fmt.Sprint(v)
}

func TestCastColumns(t *testing.T) {
	from := arrow.NewSchema([]arrow.Field{{Name: "b", Type: arrow.PrimitiveTypes.Int32, Nullable: true}, {Name: "a", Type: arrow.BinaryTypes.String, Nullable: true}}, nil)
	rec := array.NewRecord(from, []arrow.Array{fromJSON(t, arrow.PrimitiveTypes.Int32, "[1, null]"), fromJSON(t, arrow.BinaryTypes.String, `["x", "y"]`)}, 2)
	field := func(name string, t arrow.DataType, nullable bool) arrow.Field {
		return arrow.Field{Name: name, Type: t, Nullable: nullable}
	}
	a, b := field("a", arrow.BinaryTypes.String, false), field("b", arrow.PrimitiveTypes.Int64, true)
	for _, c := range []struct {
		name string
		to   []arrow.Field
		want string
	}{
		{"another order", []arrow.Field{a, b}, ""},
		{"missing", []arrow.Field{a, b, field("c", arrow.PrimitiveTypes.Int64, true)}, `column "c": the column is missing; wanted int64`},
		{"extra", []arrow.Field{a}, `column "b": the table has no such column; wanted only the columns of the table`},
		{"required null", []arrow.Field{a, field("b", arrow.PrimitiveTypes.Int64, false)}, `column "b", row 1: value "null": null in a required column; wanted int64`},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, err := Cast(rec, arrow.NewSchema(c.to, nil), nil)
			if c.want != "" {
				if err == nil || err.Error() != c.want {
					t.Fatalf("got %v, want %s", err, c.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if out.Column(0).(*array.String).Value(1) != "y" {
				t.Fatalf("got %v", out)
			}
		})
	}
}

func TestCastRefusesInvalidUTF8(t *testing.T) {
	b := array.NewStringBuilder(memory.DefaultAllocator)
	b.AppendValues([]string{"grün", "a\xffb"}, nil)
	_, err := Cast(oneColumn("s", b.NewArray(), true), arrow.NewSchema([]arrow.Field{{Name: "s", Type: arrow.BinaryTypes.String}}, nil), nil)
	var ce *CastError
	if !errors.As(err, &ce) || ce.Row != 1 {
		t.Fatalf("got %v", err)
	}
}

func TestCastSharesWhatFits(t *testing.T) {
	a := fromJSON(t, arrow.PrimitiveTypes.Int64, "[1, 2, 3]")
	out, err := Cast(oneColumn("n", a, true), arrow.NewSchema([]arrow.Field{{Name: "n", Type: arrow.PrimitiveTypes.Int64}}, nil), nil)
	if err != nil {
		t.Fatal(err)
	}
	if &out.Column(0).(*array.Int64).Int64Values()[0] != &a.(*array.Int64).Int64Values()[0] {
		t.Fatal("the values were copied")
	}
}

func TestSchemasThereAndBack(t *testing.T) {
	kinds := []manifest.Type{
		plain(manifest.Boolean), plain(manifest.Int), plain(manifest.Long), plain(manifest.Float), plain(manifest.Double),
		{Kind: manifest.Decimal, Precision: 9, Scale: 2}, plain(manifest.Date), plain(manifest.Timestamp), plain(manifest.TimestampTZ),
		plain(manifest.String), plain(manifest.Binary),
		{Kind: manifest.List, Fields: []manifest.Field{{Name: "element", Type: plain(manifest.Long)}}},
		{Kind: manifest.Map, Fields: []manifest.Field{{Name: "key", Type: plain(manifest.String), Required: true}, {Name: "value", Type: plain(manifest.Int), Required: true}}},
		{Kind: manifest.Struct, Fields: []manifest.Field{{Name: "x", Type: plain(manifest.Double), Required: true}}},
	}
	var s manifest.Schema
	for i, k := range kinds {
		s.Fields = append(s.Fields, manifest.Field{ID: i + 1, Name: fmt.Sprint("c", i), Type: k, Required: i%2 == 0})
	}
	as := ArrowSchema(s)
	fields, notes, err := FromArrow(as)
	if err != nil || len(notes) > 0 {
		t.Fatal(err, notes)
	}
	for i, f := range fields {
		if id := FieldID(as.Field(i)); id != i+1 {
			t.Errorf("field %d has id %d", i, id)
		}
		f.ID = i + 1
		if got, want := fmt.Sprintf("%+v", f), fmt.Sprintf("%+v", s.Fields[i]); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestForeignTypes(t *testing.T) {
	for _, c := range []struct {
		t    arrow.DataType
		want string
	}{
		{arrow.PrimitiveTypes.Uint16, "int []"},
		{arrow.PrimitiveTypes.Uint32, `long [column "c": unsigned 32-bit integers become long]`},
		{arrow.PrimitiveTypes.Uint64, `decimal(20, 0) [column "c": unsigned 64-bit integers become decimal(20, 0)]`},
		{timestamp(arrow.Nanosecond, "UTC"), `timestamptz [column "c": nanoseconds become microseconds; a value that is not a whole microsecond is refused]`},
		{&arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}, "string []"},
		{arrow.FixedWidthTypes.Time64us, `type not supported in tables: column "c" has type time64[us]; cast it to string, or to a number of microseconds`},
		{arrow.FixedWidthTypes.Duration_s, `type not supported in tables: column "c" has type duration[s]; cast it to a number of microseconds (long)`},
		{arrow.FixedWidthTypes.Float16, `type not supported in tables: column "c" has type float16; cast it to float`},
		{arrow.ListOf(arrow.FixedWidthTypes.MonthInterval), `type not supported in tables: column "c.element" has type month_interval; cast it to string, or to numbers`},
		{&arrow.Decimal256Type{Precision: 40, Scale: 2}, `type not supported in tables: column "c" has type decimal256(40, 2); tables have decimals of precision 1 to 38 and scale 0 to the precision: cast it before`},
	} {
		fields, notes, err := FromArrow(arrow.NewSchema([]arrow.Field{{Name: "c", Type: c.t}}, nil))
		got := fmt.Sprint(err)
		if err == nil {
			got = fmt.Sprint(fields[0].Type, " ", notes)
		} else if !errors.Is(err, ErrType) {
			t.Errorf("%s: %v is no ErrType", c.t, err)
		}
		if got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.t, got, c.want)
		}
	}
}
