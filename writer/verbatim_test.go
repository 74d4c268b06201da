package writer

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"

	"github.com/tablectl/tablectl/internal/objstore/memstore"
	"github.com/tablectl/tablectl/manifest"
)

func inputOf(b []byte) Input {
	return Input{Name: "in.parquet", ReaderAt: bytes.NewReader(b), Size: int64(len(b))}
}

func TestVerbatimTakesWhatWriteWrites(t *testing.T) {
	for seed := range uint64(15) {
		g := newGenerator(seed)
		s := randomSchema(g)
		rec := g.record(s, 2000)
		o := options(t, s)
		o.Settings.RowGroupRows = 700
		files := mustWrite(t, rebatch(rec.Schema(), []arrow.Record{rec}, 500), o)
		b := object(t, o.Store, files[0].Key)
		o.Store, o.Version = memstore.New(memstore.Options{}), 2
		f, reason, err := Verbatim(t.Context(), inputOf(b), 4, o)
		if err != nil || reason != "" {
			t.Fatal(reason, err)
		}
		if !f.Verbatim || f.SHA256 != files[0].SHA256 || f.CRC64NVME != files[0].CRC64NVME || f.Rows != 2000 || f.RowGroups != 3 || !strings.HasPrefix(f.Key, "version=2/part-00004-") {
			t.Errorf("%+v", f)
		}
		if !bytes.Equal(object(t, o.Store, f.Key), b) {
			t.Error("other bytes")
		}
		for id, c := range files[0].Columns {
			if got := f.Columns[id]; got.Values != c.Values || got.Nulls != c.Nulls || got.NaNs != c.NaNs || got.Bytes != c.Bytes {
				t.Errorf("column %d: %+v, want %+v", id, got, c)
			}
		}
		mustPass(t, o.Store, []manifest.File{f}, o)
	}
}

// foreign is what another writer makes of Go structs.
func foreign[T any](t *testing.T, rows []T, o ...parquet.WriterOption) []byte {
	t.Helper()
	var b bytes.Buffer
	w := parquet.NewGenericWriter[T](&b, o...)
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

type plainRow struct {
	A int64   `parquet:"a"`
	B *string `parquet:"b,optional"`
	C float64 `parquet:"c"`
}

// plainTable is the table of plainRow; a is required.
func plainTable() manifest.Schema {
	return manifest.Schema{Fields: []manifest.Field{
		{ID: 1, Name: "a", Type: manifest.Type{Kind: manifest.Long}, Required: true},
		{ID: 2, Name: "b", Type: manifest.Type{Kind: manifest.String}},
		{ID: 3, Name: "c", Type: manifest.Type{Kind: manifest.Double}, Required: true},
	}}
}

func plainRows(n int) []plainRow {
	out := make([]plainRow, n)
	for i := range out {
		out[i].A, out[i].C = int64(i), float64(i)/8
		if i%3 > 0 {
			out[i].B = new(string)
			*out[i].B = "b"
		}
	}
	return out
}

func TestVerbatimTakesFilesOfOthers(t *testing.T) {
	for _, codec := range []compress.Codec{&parquet.Uncompressed, &parquet.Snappy, &parquet.Gzip, &parquet.Zstd} {
		b := foreign(t, plainRows(1000), parquet.Compression(codec), parquet.MaxRowsPerRowGroup(300))
		o := options(t, plainTable())
		f, reason, err := Verbatim(t.Context(), inputOf(b), 0, o)
		if err != nil || reason != "" {
			t.Fatal(codec, reason, err)
		}
		if f.Columns[1].Upper != "999" || f.Columns[2].Nulls != 334 || f.Columns[3].Lower != "-0.0" {
			t.Errorf("%+v", f.Columns)
		}
		mustPass(t, o.Store, []manifest.File{f}, o)
	}
}

func TestVerbatimOptionalColumnWithoutNulls(t *testing.T) {
	s := plainTable()
	s.Fields[1].Required = true
	o := options(t, s)
	rows := slices.DeleteFunc(plainRows(100), func(r plainRow) bool { return r.B == nil })
	f, reason, err := Verbatim(t.Context(), inputOf(foreign(t, rows)), 0, o)
	if err != nil || reason != "" {
		t.Fatal(reason, err)
	}
	mustPass(t, o.Store, []manifest.File{f}, o)
}

func TestVerbatimPartitionAndOrder(t *testing.T) {
	s := plainTable()
	o := options(t, s)
	o.Spec.Fields = []manifest.PartitionField{{SourceID: 2, FieldID: 1000, Name: "b", Transform: "identity"}}
	o.SortOrder.Fields = []manifest.SortField{{SourceID: 1, Transform: "identity", Direction: "asc", NullOrder: "nulls-first"}}
	rows := slices.DeleteFunc(plainRows(100), func(r plainRow) bool { return r.B == nil })
	f, reason, err := Verbatim(t.Context(), inputOf(foreign(t, rows)), 0, o)
	if err != nil || reason != "" {
		t.Fatal(reason, err)
	}
	if !slices.Equal(f.Partition, []manifest.Value{`"b"`}) || !strings.HasPrefix(f.Key, "version=1/b=b/part-00000-") {
		t.Errorf("%+v", f)
	}
	mustPass(t, o.Store, []manifest.File{f}, o)
	none := slices.DeleteFunc(plainRows(100), func(r plainRow) bool { return r.B != nil })
	if f, reason, err = Verbatim(t.Context(), inputOf(foreign(t, none)), 0, o); err != nil || reason != "" {
		t.Fatal(reason, err)
	}
	if !slices.Equal(f.Partition, []manifest.Value{""}) {
		t.Errorf("%+v", f)
	}
	mustPass(t, o.Store, []manifest.File{f}, o)
}

func TestVerbatimReasons(t *testing.T) {
	text := func(s string) *string { return &s }
	type narrow struct {
		A int32   `parquet:"a"`
		B *string `parquet:"b,optional"`
		C float64 `parquet:"c"`
	}
	type unsigned struct {
		A uint64  `parquet:"a"`
		B *string `parquet:"b,optional"`
		C float64 `parquet:"c"`
	}
	type swapped struct {
		B *string `parquet:"b,optional"`
		A int64   `parquet:"a"`
		C float64 `parquet:"c"`
	}
	type split struct {
		A int64   `parquet:"a"`
		B *string `parquet:"b,optional"`
		C float64 `parquet:"c,split"`
	}
	type loose struct {
		A *int64  `parquet:"a,optional"`
		B *string `parquet:"b,optional"`
		C float64 `parquet:"c"`
	}
	type numbered struct {
		A int64   `parquet:"a,id(9)"`
		B *string `parquet:"b,optional,id(2)"`
		C float64 `parquet:"c,id(3)"`
	}
	rows := plainRows(100)
	sound := foreign(t, rows)
	bySort := func(desc string) func(*Options) {
		return func(o *Options) {
			o.SortOrder.Fields = []manifest.SortField{{SourceID: 1, Transform: "identity", Direction: desc, NullOrder: "nulls-first"}}
		}
	}
	byPart := func(id int) func(*Options) {
		return func(o *Options) {
			o.Spec.Fields = []manifest.PartitionField{{SourceID: id, FieldID: 1000, Name: "p", Transform: "identity"}}
		}
	}
	for _, c := range []struct {
		name, reason string
		file         []byte
		change       func(*Options)
	}{
		{"not Parquet", "Parquet", []byte("a,b\n1,2\n"), nil},
		{"empty file", "Parquet", nil, nil},
		{"cut off", "Parquet", sound[:len(sound)-9], nil},
		{"no rows", "no rows", foreign(t, rows[:0]), nil},
		{"narrow", "int", foreign(t, make([]narrow, 3)), nil},
		{"unsigned", "decimal", foreign(t, make([]unsigned, 3)), nil},
		{"order of columns", "stands where", foreign(t, make([]swapped, 3)), nil},
		{"encoding", "BYTE_STREAM_SPLIT", foreign(t, make([]split, 3)), nil},
		{"codec", "LZ4_RAW", foreign(t, rows, parquet.Compression(&parquet.Lz4Raw)), nil},
		{"codec", "BROTLI", foreign(t, rows, parquet.Compression(&parquet.Brotli)), nil},
		{"null in required", "required and has", foreign(t, make([]loose, 3)), nil},
		{"field ids", "field id", foreign(t, make([]numbered, 3)), nil},
		{"too large", "more than twice", sound, func(o *Options) { o.Settings.TargetFileBytes = 100 }},
		{"several partitions", "several values", sound, byPart(1)},
		{"value and null", "several values", sound, byPart(2)},
		{"two strings", "several values", foreign(t, []plainRow{{B: text("x")}, {B: text("y")}}), byPart(2)},
		{"not sorted", "sort order", sound, bySort("desc")},
		{"calendar", "calendar", foreign(t, rows, parquet.KeyValueMetadata("org.apache.spark.legacyDateTime", "")), nil},
	} {
		t.Run(c.name+" "+c.reason, func(t *testing.T) {
			o := options(t, plainTable())
			if c.change != nil {
				c.change(&o)
			}
			store := &counting{Store: o.Store}
			o.Store = store
			_, reason, err := Verbatim(t.Context(), inputOf(c.file), 0, o)
			if err != nil || !strings.Contains(reason, c.reason) {
				t.Errorf("reason %q, %v", reason, err)
			}
			if store.puts.Load() > 0 {
				t.Error("sent")
			}
		})
	}
	o := options(t, plainTable())
	bySort("asc")(&o)
	if _, reason, err := Verbatim(t.Context(), inputOf(sound), 0, o); err != nil || reason != "" {
		t.Error(reason, err)
	}
}

// TestVerbatimDamaged flips bits of a file: it is taken or not, and nothing panics.
func TestVerbatimDamaged(t *testing.T) {
	sound := foreign(t, plainRows(20))
	for i := range 8 * len(sound) {
		b := bytes.Clone(sound)
		b[i/8] ^= 1 << (i % 8)
		o := options(t, plainTable())
		o.Spec.Fields = []manifest.PartitionField{{SourceID: 2, FieldID: 1000, Name: "b", Transform: "identity"}}
		if _, _, err := Verbatim(t.Context(), inputOf(b), 0, o); err != nil {
			t.Fatal(i, err)
		}
	}
}

func TestReuse(t *testing.T) {
	s, recs := flights(50_000, 5)
	o := options(t, s)
	arrange(&o, "partitioned")
	counted := &counting{Store: o.Store}
	o.Store, o.Version = counted, 3
	first, err := Write(t.Context(), &list{schema: recs[0].Schema(), recs: recs}, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.Store.Delete(t.Context(), first[2].Key); err != nil {
		t.Fatal(err)
	}
	puts := counted.puts.Load()
	o.Version, o.Reuse = 5, []manifest.Version{5, 3}
	second, err := Write(t.Context(), &list{schema: recs[0].Schema(), recs: recs}, o)
	if err != nil {
		t.Fatal(err)
	}
	if n := counted.puts.Load() - puts; n != 1 {
		t.Errorf("%d files sent, want 1", n)
	}
	for i := range first {
		if i != 2 && second[i].Key != first[i].Key || i == 2 && !strings.HasPrefix(second[i].Key, "version=5/") {
			t.Errorf("file %d is %s, was %s", i, second[i].Key, first[i].Key)
		}
	}
	mustPass(t, o.Store, second, o)
}

func TestSpoolDirectoryThatIsNotThere(t *testing.T) {
	s, recs := flights(400_000, 5)
	o := options(t, s)
	o.Memory = MinMemory
	o.SpoolDir = filepath.Join(o.SpoolDir, "missing")
	arrange(&o, "sorted")
	_, err := Write(t.Context(), &list{schema: recs[0].Schema(), recs: recs}, o)
	if err == nil || !strings.Contains(err.Error(), o.SpoolDir) {
		t.Error(err)
	}
}

func TestFailedPutLeavesNoTemporaryFiles(t *testing.T) {
	s, recs := flights(400_000, 5)
	o := options(t, s)
	o.Memory = MinMemory
	arrange(&o, "both")
	files, err := Write(t.Context(), &list{schema: recs[0].Schema(), recs: recs}, o)
	if err != nil {
		t.Fatal(err)
	}
	o.Store = withObject(t, files[1].Key, []byte("other bytes"))
	_, err = Write(t.Context(), &list{schema: recs[0].Schema(), recs: recs}, o)
	if err == nil || !strings.Contains(err.Error(), files[1].Key) {
		t.Error(err)
	}
	left, err := os.ReadDir(o.SpoolDir)
	if err != nil || len(left) > 0 {
		t.Error(fmt.Sprint(left), err)
	}
}
