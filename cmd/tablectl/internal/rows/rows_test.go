package rows_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/tablectl/tablectl/cmd/tablectl/internal/rows"
)

func schema() *arrow.Schema {
	return arrow.NewSchema([]arrow.Field{
		{Name: "flag", Type: arrow.FixedWidthTypes.Boolean},
		{Name: "n", Type: arrow.PrimitiveTypes.Int64},
		{Name: "x", Type: arrow.PrimitiveTypes.Float64},
		{Name: "price", Type: &arrow.Decimal128Type{Precision: 9, Scale: 2}},
		{Name: "day", Type: arrow.FixedWidthTypes.Date32},
		{Name: "at", Type: &arrow.TimestampType{Unit: arrow.Microsecond}},
		{Name: "instant", Type: &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}},
		{Name: "a \"name\"", Type: arrow.BinaryTypes.String},
		{Name: "raw", Type: arrow.BinaryTypes.Binary},
		{Name: "list", Type: arrow.ListOf(arrow.PrimitiveTypes.Int32)},
		{Name: "pair", Type: arrow.StructOf(arrow.Field{Name: "l", Type: arrow.BinaryTypes.String}, arrow.Field{Name: "r", Type: arrow.PrimitiveTypes.Int32})},
		{Name: "map", Type: arrow.MapOf(arrow.BinaryTypes.String, arrow.PrimitiveTypes.Int32)},
	}, nil)
}

const input = `[
{"flag":true,"n":9007199254740993,"x":0.1,"price":"-12.50","day":"2001-02-03","at":"2001-02-03T04:05:06.789","instant":"2001-02-03T04:05:06Z",
 "a \"name\"":"say \"hi\",\nthen <go> é","raw":"AP8=","list":[1,null,3],"pair":{"l":"x","r":null},"map":[{"key":"k","value":7}]},
{"flag":null,"n":null,"x":null,"price":null,"day":null,"at":null,"instant":null,"a \"name\"":"","raw":null,"list":[],"pair":null,"map":null}]`

func record(t *testing.T) arrow.Record {
	t.Helper()
	rec, _, err := array.RecordFromJSON(memory.DefaultAllocator, schema(), strings.NewReader(input), array.WithUseNumber())
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

func write(t *testing.T, w rows.Writer, recs ...arrow.Record) {
	t.Helper()
	for _, r := range recs {
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestCSV(t *testing.T) {
	var out bytes.Buffer
	write(t, rows.CSV(&out, schema()), record(t))
	got, err := csv.NewReader(bytes.NewReader(out.Bytes())).ReadAll()
	if err != nil {
		t.Fatalf("not CSV: %v\n%s", err, out.String())
	}
	want := []string{"true", "9007199254740993", "0.1", "-12.50", "2001-02-03", "2001-02-03 04:05:06.789", "2001-02-03 04:05:06Z",
		"say \"hi\",\nthen <go> é", "00ff", "[1,null,3]", `{"l":"x","r":null}`, `[{"key":"k","value":7}]`}
	for i := range want {
		if got[1][i] != want[i] {
			t.Errorf("column %s: got %q, want %q", got[0][i], got[1][i], want[i])
		}
	}
	if last := lastLine(out.String()); last != `,,,,,,,"",,[],,` {
		t.Errorf("null and empty must differ: %s", last)
	}
}

func TestJSON(t *testing.T) {
	var out bytes.Buffer
	write(t, rows.JSON(&out, schema()), record(t))
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2 {
		t.Fatalf("%d lines: %s", len(lines), out.String())
	}
	want := `{"flag":true,"n":9007199254740993,"x":0.1,"price":-12.50,"day":"2001-02-03","at":"2001-02-03T04:05:06.789",` +
		`"instant":"2001-02-03T04:05:06Z","a \"name\"":"say \"hi\",\nthen <go> é","raw":"00ff","list":[1,null,3],` +
		`"pair":{"l":"x","r":null},"map":[{"key":"k","value":7}]}`
	if lines[0] != want {
		t.Errorf("got  %s\nwant %s", lines[0], want)
	}
	for _, l := range lines {
		if !json.Valid([]byte(l)) {
			t.Errorf("not JSON: %s", l)
		}
	}
}

func TestJSONWithoutNumbersOfItsOwn(t *testing.T) {
	s := arrow.NewSchema([]arrow.Field{{Name: "x", Type: arrow.PrimitiveTypes.Float64}}, nil)
	b := array.NewFloat64Builder(memory.DefaultAllocator)
	b.AppendValues([]float64{math.NaN(), math.Inf(1), math.Inf(-1)}, nil)
	var out bytes.Buffer
	write(t, rows.JSON(&out, s), array.NewRecord(s, []arrow.Array{b.NewArray()}, 3))
	if want := "{\"x\":\"NaN\"}\n{\"x\":\"Infinity\"}\n{\"x\":\"-Infinity\"}\n"; out.String() != want {
		t.Errorf("got %s", out.String())
	}
}

func TestChanges(t *testing.T) {
	s := arrow.NewSchema([]arrow.Field{
		{Name: "_change", Type: arrow.BinaryTypes.String}, {Name: "_columns", Type: arrow.ListOf(arrow.BinaryTypes.String)},
		{Name: "id", Type: arrow.PrimitiveTypes.Int32}, {Name: "a", Type: arrow.BinaryTypes.String}, {Name: "b \"c\", d", Type: arrow.ListOf(arrow.PrimitiveTypes.Int32)},
	}, nil)
	rec, _, err := array.RecordFromJSON(memory.DefaultAllocator, s, strings.NewReader(`[
{"_change":"removed","_columns":null,"id":1,"a":"x","b \"c\", d":[1]},
{"_change":"before","_columns":["a","b \"c\", d"],"id":2,"a":null,"b \"c\", d":[]},
{"_change":"after","_columns":["a","b \"c\", d"],"id":2,"a":"y","b \"c\", d":null},
{"_change":"before","_columns":["b \"c\", d"],"id":3,"a":"z","b \"c\", d":[1]},
{"_change":"after","_columns":["b \"c\", d"],"id":3,"a":"z","b \"c\", d":[2]}]`))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	write(t, rows.Changes(&out, s, 1), rec)
	want := `{"change":"removed","row":{"id":1,"a":"x","b \"c\", d":[1]}},
{"change":"changed","key":{"id":2},"columns":{"a":{"before":null,"after":"y"},"b \"c\", d":{"before":[],"after":null}}},
{"change":"changed","key":{"id":3},"columns":{"b \"c\", d":{"before":[1],"after":[2]}}}`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}

func TestTableNeverSendsControlCharacters(t *testing.T) {
	s := arrow.NewSchema([]arrow.Field{{Name: "n", Type: arrow.PrimitiveTypes.Int32}, {Name: "s", Type: arrow.BinaryTypes.String}}, nil)
	rec, _, err := array.RecordFromJSON(memory.DefaultAllocator, s, strings.NewReader(`[{"n":7,"s":"a\u001b[2Jb\n"},{"n":12345,"s":null}]`))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	write(t, rows.Table(&out, s), rec)
	want := "    n  s\n-----  -------\n    7  a\uFFFD[2Jb\uFFFD\n12345  NULL\n(2 rows)\n"
	if out.String() != want {
		t.Errorf("got\n%q\nwant\n%q", out.String(), want)
	}
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}
