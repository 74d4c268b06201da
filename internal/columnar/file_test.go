package columnar

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/tablectl/tablectl/manifest"
)

// samples are the files that other libraries wrote.
func samples(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/*.parquet")
	if err != nil || len(files) < 15 {
		t.Fatalf("%d samples, %v", len(files), err)
	}
	return files
}

func open(t testing.TB, name string) (*File, []byte) {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Open(bytes.NewReader(b), int64(len(b)), OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return f, b
}

// plainValue is a value as testdata/make.py writes it.
func plainValue(a arrow.Array, i int) any {
	if a.IsNull(i) {
		return nil
	}
	switch a := a.(type) {
	case *array.Timestamp:
		return json.Number(strconv.FormatInt(int64(a.Value(i)), 10))
	case *array.Date32:
		return json.Number(strconv.FormatInt(int64(a.Value(i)), 10))
	case *array.Decimal128:
		return a.Value(i).BigInt().String()
	case *array.Struct:
		out := map[string]any{}
		for f, field := range a.DataType().(*arrow.StructType).Fields() {
			out[field.Name] = plainValue(a.Field(f), i)
		}
		return out
	case array.ListLike:
		out := []any{}
		start, end := a.ValueOffsets(i)
		for j := start; j < end; j++ {
			out = append(out, plainValue(a.ListValues(), int(j)))
		}
		return out
	case *array.Float32:
		return number(float64(a.Value(i)))
	case *array.Float64:
		return number(a.Value(i))
	case *array.Boolean:
		return a.Value(i)
	case *array.String:
		return a.Value(i)
	}
	text := FormatCell(a, i)
	if _, err := strconv.ParseInt(text, 10, 64); err == nil && a.DataType().ID() != arrow.BINARY {
		return json.Number(text)
	}
	return text
}

func number(v float64) any {
	var text any
	if err := json.Unmarshal(appendFloat(nil, v, 64), &text); err != nil {
		return err
	}
	return text
}

// same compares what was read with what the JSON says; numbers by value.
func same(got, want any) bool {
	if n, ok := want.(json.Number); ok {
		f, err := n.Float64()
		switch g := got.(type) {
		case json.Number:
			return g == n
		case float64:
			return err == nil && g == f
		}
		return false
	}
	switch want := want.(type) {
	case map[string]any:
		got, ok := got.(map[string]any)
		if !ok || len(got) != len(want) {
			return false
		}
		for k, v := range want {
			if !same(got[k], v) {
				return false
			}
		}
		return true
	case []any:
		got, ok := got.([]any)
		if !ok || len(got) != len(want) {
			return false
		}
		for i, v := range want {
			if !same(got[i], v) {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(got, want)
}

func expected(t *testing.T, parquet string) []map[string]any {
	t.Helper()
	b, err := os.ReadFile(strings.TrimSuffix(parquet, ".parquet") + ".json")
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var rows []map[string]any
	if err := d.Decode(&rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

// readRows reads a file into rows of plain values.
func readRows(t *testing.T, f *File, want manifest.Schema, o ReadOptions) []map[string]any {
	t.Helper()
	r, err := f.Read(context.Background(), want, o)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Release()
	var rows []map[string]any
	for r.Next() {
		rec := r.Record()
		if o.BatchRows > 0 && rec.NumRows() > int64(o.BatchRows) {
			t.Fatalf("a batch of %d rows", rec.NumRows())
		}
		for i := range int(rec.NumRows()) {
			row := map[string]any{}
			for c, field := range rec.Schema().Fields() {
				row[field.Name] = plainValue(rec.Column(c), i)
			}
			rows = append(rows, row)
		}
	}
	if r.Err() != nil {
		t.Fatal(r.Err())
	}
	return rows
}

func TestReadSamples(t *testing.T) {
	for _, name := range samples(t) {
		for _, o := range []ReadOptions{{}, {BatchRows: 7}, {BatchRows: 1, Concurrency: 1}} {
			t.Run(fmt.Sprint(filepath.Base(name), " by ", o.BatchRows), func(t *testing.T) {
				f, _ := open(t, name)
				s, err := f.Schema()
				if err != nil {
					t.Fatal(err)
				}
				want := expected(t, name)
				got := readRows(t, f, s, o)
				if len(got) != len(want) || f.NumRows() != int64(len(want)) {
					t.Fatalf("%d rows of %d", len(got), len(want))
				}
				for i := range want {
					if !same(got[i], want[i]) {
						t.Fatalf("row %d:\n got %v\nwant %v", i, got[i], want[i])
					}
				}
			})
		}
	}
}
