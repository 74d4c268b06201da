package columnar

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/tablectl/tablectl/manifest"
)

// counted is what Check should find in a flat column, told from what Read gives.
func counted(t *testing.T, f *File, group int, field manifest.Field) LeafCheck {
	t.Helper()
	r, err := f.Read(context.Background(), manifest.Schema{Fields: []manifest.Field{field}}, ReadOptions{RowGroups: []int{group}, BatchRows: 7})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Release()
	var out LeafCheck
	for r.Next() {
		a := r.Record().Column(0)
		for i := range a.Len() {
			out.Rows++
			out.Values++
			v := ValueAt(a, i)
			switch x := v.(type) {
			case nil:
				out.Nulls++
				continue
			case float32:
				if math.IsNaN(float64(x)) {
					out.NaNs++
					continue
				}
			case float64:
				if math.IsNaN(x) {
					out.NaNs++
					continue
				}
			case []byte:
				v = bytes.Clone(x)
			}
			if out.Min == nil || manifest.Compare(field.Type, v, out.Min) < 0 {
				out.Min = v
			}
			if out.Max == nil || manifest.Compare(field.Type, v, out.Max) > 0 {
				out.Max = v
			}
		}
	}
	if r.Err() != nil {
		t.Fatal(r.Err())
	}
	return out
}

func TestCheckFindsWhatReadGives(t *testing.T) {
	checked := 0
	for _, name := range samples(t) {
		f, _ := open(t, name)
		s, err := f.Schema()
		if err != nil {
			t.Fatal(err)
		}
		leaf := 0
		for _, field := range s.Fields {
			if field.Type.Nested() {
				leaf += len(manifest.Schema{Fields: []manifest.Field{field}}.Leaves())
				continue
			}
			for g := range f.NumRowGroups() {
				got, err := f.Check(context.Background(), g, leaf)
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				rows, _ := f.RowGroup(g)
				if got.Rows != rows || (got.Pages == 0) != (rows == 0) {
					t.Fatalf("%s: %d rows in %d pages, %d in the footer", name, got.Rows, got.Pages, rows)
				}
				got.Pages = 0
				if want := counted(t, f, g, field); !reflect.DeepEqual(got, want) {
					t.Errorf("%s, %s in row group %d:\n got %v\nwant %v", name, field.Name, g, got, want)
				}
				checkStats(t, f, g, leaf, field, got)
				checked++
			}
			leaf++
		}
		if leaf != len(f.Leaves()) {
			t.Fatalf("%s: %d leaves of %d", name, leaf, len(f.Leaves()))
		}
	}
	if checked < 80 {
		t.Fatalf("only %d column chunks", checked)
	}
}

// checkStats compares the footer's statistics, which the libraries that wrote the samples are trusted with.
func checkStats(t *testing.T, f *File, g, leaf int, field manifest.Field, c LeafCheck) {
	t.Helper()
	s, ok := f.Stats(g, leaf)
	if !ok {
		return
	}
	if s.Nulls >= 0 && s.Nulls != c.Nulls {
		t.Errorf("%s: %d nulls in the footer, %d in the pages", field.Name, s.Nulls, c.Nulls)
	}
	if s.Min != nil && c.Min != nil && manifest.Compare(field.Type, s.Min, c.Min) > 0 {
		t.Errorf("%s: least value %v in the footer, %v in the pages", field.Name, s.Min, c.Min)
	}
	if s.Max != nil && c.Max != nil && manifest.Compare(field.Type, s.Max, c.Max) < 0 {
		t.Errorf("%s: greatest value %v in the footer, %v in the pages", field.Name, s.Max, c.Max)
	}
}

// TestCheckNested counts by hand what testdata/make.py wrote.
func TestCheckNested(t *testing.T) {
	f, _ := open(t, "testdata/nested_v2.parquet")
	for leaf, want := range map[int]LeafCheck{
		1: {Values: 15, Nulls: 4, Min: "a", Max: "c"},           // tags
		2: {Values: 9, Nulls: 6, Min: int32(1), Max: int32(3)},  // grid
		5: {Values: 8, Nulls: 4, Min: int32(2), Max: int32(5)},  // trail.x
		6: {Values: 8, Nulls: 3, Min: 1.0, Max: 5.0},            // trail.y
		7: {Values: 10, Nulls: 2, Min: "0", Max: "z"},           // keys of props
		8: {Values: 10, Nulls: 3, Min: int64(0), Max: int64(9)}, // values of props
		9: {Values: 5, Nulls: 4, Min: "p", Max: "p"},            // deep.inner.names
	} {
		got, err := f.Check(context.Background(), 0, leaf)
		if err != nil {
			t.Fatal(err)
		}
		want.Rows, want.Values, want.Nulls = 30, 6*want.Values, 6*want.Nulls
		want.Pages = got.Pages
		if !reflect.DeepEqual(got, want) {
			t.Errorf("leaf %d %v:\n got %v\nwant %v", leaf, f.Leaves()[leaf].Path, got, want)
		}
	}
}

func TestCheckStops(t *testing.T) {
	f, _ := open(t, "testdata/plain.parquet")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := f.Check(ctx, 0, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("check: %v", err)
	}
	s, err := f.Schema()
	if err != nil {
		t.Fatal(err)
	}
	r, err := f.Read(ctx, s, ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Next() || !errors.Is(r.Err(), context.Canceled) {
		t.Errorf("read: %v", r.Err())
	}
}

func TestDescription(t *testing.T) {
	f, _ := open(t, "testdata/ids.parquet")
	if !f.HasFieldIDs() || f.NumRowGroups() != 1 {
		t.Fatal("ids or row groups")
	}
	var got []string
	for _, l := range f.Leaves() {
		got = append(got, fmt.Sprint(l.ID, l.Path, l.Physical, l.Length, l.Logical, l.Converted, l.MaxDef, l.MaxRep, l.Type, l.Repetition))
	}
	for i, want := range []string{
		`10 [b] BOOLEAN 0   1 0 boolean OPTIONAL`,
		`20 [i] INT32 0   1 0 int OPTIONAL`,
		`30 [l] INT64 0   1 0 long OPTIONAL`,
		`40 [f] FLOAT 0   1 0 float OPTIONAL`,
		`50 [d] DOUBLE 0   1 0 double OPTIONAL`,
		`60 [day] INT32 0 DATE DATE 1 0 date OPTIONAL`,
		`70 [ts] INT64 0 TIMESTAMP(MICROS, false) TIMESTAMP_MICROS 1 0 timestamp OPTIONAL`,
		`80 [tz] INT64 0 TIMESTAMP(MICROS, true) TIMESTAMP_MICROS 1 0 timestamptz OPTIONAL`,
		`90 [s] BYTE_ARRAY 0 STRING UTF8 1 0 string OPTIONAL`,
		`100 [bin] BYTE_ARRAY 0   1 0 binary OPTIONAL`,
		`110 [small] FIXED_LEN_BYTE_ARRAY 4 DECIMAL(9, 2) DECIMAL 1 0 decimal(9, 2) OPTIONAL`,
		`120 [big] FIXED_LEN_BYTE_ARRAY 16 DECIMAL(38, 10) DECIMAL 1 0 decimal(38, 10) OPTIONAL`,
		`130 [need] BYTE_ARRAY 0 STRING UTF8 0 0 string REQUIRED`,
	} {
		if spaced(got[i]) != spaced(want) {
			t.Errorf("leaf %d:\n got %s\nwant %s", i, got[i], want)
		}
	}
	c := f.Chunk(0, 1)
	if c.Codec != "SNAPPY" || !c.Dictionary || c.Values != 8 || c.Bytes <= 0 || c.DataPages != 1 || fmt.Sprint(c.Encodings) != "[PLAIN RLE RLE_DICTIONARY]" {
		t.Errorf("chunk: %+v", c)
	}
}

func spaced(s string) string {
	out := ""
	for _, r := range s {
		if r != ' ' {
			out += string(r)
		}
	}
	return out
}

func TestNotesOfForeignFiles(t *testing.T) {
	f, _ := open(t, "testdata/foreign.parquet")
	s, notes, err := f.ArrowFields()
	if err != nil {
		t.Fatal(err)
	}
	fields, more, err := FromArrow(s)
	if err != nil {
		t.Fatal(err)
	}
	types := ""
	for _, f := range fields {
		types += f.Name + " " + f.Type.String() + ", "
	}
	if want := "u8 int, u16 int, u32 long, u64 decimal(20, 0), ns timestamp, ms timestamp, i8 int, void string, dict string, large string, fsb binary, "; types != want {
		t.Errorf("types are %s", types)
	}
	if len(notes) != 2 || len(more) != 4 {
		t.Errorf("notes are %v and %v", notes, more)
	}
}

func TestFilterNested(t *testing.T) {
	f, _ := open(t, "testdata/nested.parquet")
	s, err := f.Schema()
	if err != nil {
		t.Fatal(err)
	}
	r, err := f.Read(context.Background(), s, ReadOptions{})
	if err != nil || !r.Next() {
		t.Fatal(err, r.Err())
	}
	rec := r.Record()
	for _, keep := range []func(i int) bool{
		func(int) bool { return true }, func(int) bool { return false }, func(i int) bool { return i%2 == 0 }, func(i int) bool { return i%3 == 1 },
	} {
		mask, want := make([]bool, rec.NumRows()), ""
		for i := range mask {
			if mask[i] = keep(i); mask[i] {
				want += rowText(rec, i)
			}
		}
		out, err := Filter(rec.NewSlice(0, rec.NumRows()), mask)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for i := range int(out.NumRows()) {
			got += rowText(out, i)
		}
		if got != want {
			t.Errorf("got %s\nwant %s", got, want)
		}
		out.Release()
	}
}

func rowText(rec arrow.Record, i int) string {
	text := []byte(nil)
	for c := range int(rec.NumCols()) {
		text = append(AppendJSON(text, rec.Column(c), i), '\n')
	}
	return string(text)
}

func TestFilterSlices(t *testing.T) {
	a := fromJSON(t, arrow.ListOf(arrow.BinaryTypes.String), `[["x"], null, ["a", "b"], [], ["c", null]]`)
	out, err := Filter(oneColumn("l", array.NewSlice(a, 1, 5), true), []bool{false, true, false, true})
	if err != nil {
		t.Fatal(err)
	}
	if got := jsonOf(out.Column(0)); got != `[["a","b"],["c",null]]` {
		t.Fatal(got)
	}
}
