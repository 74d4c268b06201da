package source

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/parquet-go/parquet-go"
)

func parquetFile[T any](t *testing.T, rows ...T) string {
	t.Helper()
	var b bytes.Buffer
	if err := parquet.Write(&b, rows); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// arrowFile writes one record batch of JSON rows in the file or the stream format.
func arrowFile(t *testing.T, schema *arrow.Schema, stream bool, rows string, o ...ipc.Option) string {
	t.Helper()
	rec, _, err := array.RecordFromJSON(memory.DefaultAllocator, schema, strings.NewReader(rows))
	if err != nil {
		t.Fatal(err)
	}
	defer rec.Release()
	o = append(o, ipc.WithSchema(schema))
	if stream {
		var b bytes.Buffer
		w := ipc.NewWriter(&b, o...)
		if err := errors.Join(w.Write(rec), w.Close()); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	f, err := os.Create(filepath.Join(t.TempDir(), "x"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w, err := ipc.NewFileWriter(f, o...)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Write(rec), w.Close()); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(f.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func field(name string, t arrow.DataType) arrow.Field {
	return arrow.Field{Name: name, Type: t, Nullable: true}
}

func TestParquet(t *testing.T) {
	type narrow struct {
		N int32  `parquet:"n"`
		S string `parquet:"s"`
	}
	type wide struct {
		S string `parquet:"s"`
		N int64  `parquet:"n"`
	}
	dir := folder(t, map[string]string{"a.parquet": parquetFile(t, narrow{1, "x"}, narrow{2, "y"}), "b.parquet": parquetFile(t, wide{"z", 1 << 40})})
	s := must(t, Options{}, dir)
	schema, _, err := s.Schema(context.Background())
	if err != nil || shape(schema) != "n int64, s utf8" {
		t.Fatal(schema, err)
	}
	if got, err := rows(t, s, nil); err != nil || got != "1|x\n2|y\n1099511627776|z\n" {
		t.Fatal(got, err)
	}
	if _, err := rows(t, s, arrow.NewSchema([]arrow.Field{field("n", arrow.PrimitiveTypes.Int32), field("s", arrow.BinaryTypes.String)}, nil)); !strings.Contains(errorText(err), "b.parquet, row 1, column \"n\": \"1099511627776\"") {
		t.Fatal(err)
	}
	files := s.Parquet(context.Background())
	if len(files) != 2 || len(files[0].SHA256) != 64 {
		t.Fatal(files)
	}
	b, err := io.ReadAll(io.NewSectionReader(files[1], 0, files[1].Size))
	if want, readErr := os.ReadFile(files[1].Name); err != nil || readErr != nil || !bytes.Equal(b, want) {
		t.Fatal(err, readErr)
	}
	if err := patch(files[1].Name, 5); err != nil {
		t.Fatal(err)
	}
	if _, err := rows(t, s, nil); !errors.Is(err, ErrChanged) {
		t.Fatal(err)
	}
}

func errorText(err error) string {
	if !errors.Is(err, ErrInput) {
		return "not ErrInput"
	}
	return err.Error()
}

func TestSchemasThatDoNotAgree(t *testing.T) {
	type a struct {
		N int64 `parquet:"n"`
	}
	type b struct {
		N string `parquet:"n"`
	}
	type c struct {
		M int64 `parquet:"m"`
	}
	for _, x := range []struct{ name, second, want string }{
		{"types", parquetFile(t, b{"x"}), "column \"n\": the type is string, and long in "},
		{"names", parquetFile(t, c{1}), "column \"m\": "},
		{"no parquet", "PAR1 this is none PAR1", "b.parquet: "},
		{"empty", "", "b.parquet: "},
	} {
		s := must(t, Options{}, folder(t, map[string]string{"a.parquet": parquetFile(t, a{1}), "b.parquet": x.second}))
		if _, _, err := s.Schema(context.Background()); !strings.Contains(errorText(err), x.want) {
			t.Errorf("%s: %v", x.name, err)
		}
	}
	s := must(t, Options{}, folder(t, map[string]string{"a.csv": "n\n1\n", "b.csv": "m\n1\n"}))
	if _, _, err := s.Schema(context.Background()); !strings.Contains(errorText(err), "column \"m\": ") {
		t.Error(err)
	}
}

func TestArrow(t *testing.T) {
	schema := arrow.NewSchema([]arrow.Field{
		field("u", arrow.PrimitiveTypes.Uint32), field("d", &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}),
		field("l", arrow.ListOf(arrow.PrimitiveTypes.Int64)), field("t", &arrow.TimestampType{Unit: arrow.Nanosecond, TimeZone: "Europe/Berlin"}),
	}, nil)
	in := `[{"u":4000000000,"d":"x","l":[1,null],"t":"2026-04-15 10:11:12Z"},{"u":null,"d":null,"l":null,"t":null}]`
	dir := folder(t, map[string]string{
		"a.arrow":   arrowFile(t, schema, false, in),
		"b.arrows":  arrowFile(t, schema, true, in),
		"c.feather": arrowFile(t, schema, false, in, ipc.WithZstd()),
		"d.ipc":     arrowFile(t, schema, true, in, ipc.WithLZ4()),
	})
	s := must(t, Options{}, dir)
	got, notes, err := s.Schema(context.Background())
	if err != nil || shape(got) != "u int64, d utf8, l list<element: int64, nullable>, t timestamp[us, tz=UTC]" || len(notes) != 3 {
		t.Fatal(got, notes, err)
	}
	want := strings.Repeat("4000000000|x|[1,null]|2026-04-15 10:11:12Z\n(null)|(null)|(null)|(null)\n", 4)
	if rows, err := rows(t, s, nil); err != nil || rows != want {
		t.Fatal(rows, err)
	}
	if err := patch(filepath.Join(dir, "a.arrow"), 300); err != nil {
		t.Fatal(err)
	}
	if _, err := rows(t, s, nil); !errors.Is(err, ErrChanged) {
		t.Fatal(err)
	}
}

func TestLargeArrowBatchIsSliced(t *testing.T) {
	b := array.NewInt64Builder(memory.DefaultAllocator)
	for i := range 200_000 {
		b.Append(int64(i))
	}
	col := b.NewArray()
	schema := arrow.NewSchema([]arrow.Field{field("n", arrow.PrimitiveTypes.Int64)}, nil)
	rec := array.NewRecord(schema, []arrow.Array{col}, 200_000)
	var out bytes.Buffer
	w := ipc.NewWriter(&out, ipc.WithSchema(schema))
	if err := errors.Join(w.Write(rec), w.Close()); err != nil {
		t.Fatal(err)
	}
	s := must(t, Options{Memory: 1 << 20}, filepath.Join(folder(t, map[string]string{"a.arrow": out.String()}), "a.arrow"))
	r, err := s.Read(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Release()
	next := int64(0)
	for r.Next() {
		if r.Record().NumRows() > sliceRows {
			t.Fatal(r.Record().NumRows())
		}
		for _, v := range r.Record().Column(0).(*array.Int64).Int64Values() {
			if v != next {
				t.Fatal(v, next)
			}
			next++
		}
	}
	if next != 200_000 || r.Err() != nil {
		t.Fatal(next, r.Err())
	}
}

func FuzzArrow(f *testing.F) {
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "s", Type: arrow.BinaryTypes.String, Nullable: true}, {Name: "l", Type: arrow.ListOf(arrow.PrimitiveTypes.Int32), Nullable: true},
		{Name: "d", Type: &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}, Nullable: true},
		{Name: "b", Type: arrow.FixedWidthTypes.Boolean, Nullable: true},
	}, nil)
	rec, _, err := array.RecordFromJSON(memory.DefaultAllocator, schema, strings.NewReader(`[{"s":"abc","l":[1,2],"d":"x","b":true},{"s":null,"l":null,"d":null,"b":null}]`))
	if err != nil {
		f.Fatal(err)
	}
	for _, o := range [][]ipc.Option{{}, {ipc.WithZstd()}, {ipc.WithLZ4()}} {
		var b bytes.Buffer
		w := ipc.NewWriter(&b, append(o, ipc.WithSchema(schema))...)
		if err := errors.Join(w.Write(rec), w.Close()); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := os.CreateTemp(dir, "*.arrow")
		if err != nil {
			t.Fatal(err)
		}
		defer os.Remove(file.Name())
		if _, err := file.Write(b); err != nil {
			t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
		s, err := Open(context.Background(), []string{file.Name()}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if _, err := rows(t, s, nil); err != nil && !errors.Is(err, ErrInput) {
			t.Fatal(err)
		}
	})
}
