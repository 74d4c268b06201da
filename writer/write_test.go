package writer

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/internal/objstore/memstore"
	"github.com/tablectl/tablectl/manifest"
)

// rowTexts are the rows of record batches, one string each.
func rowTexts(recs ...arrow.Record) []string {
	var out []string
	for _, r := range recs {
		for i := range int(r.NumRows()) {
			var b strings.Builder
			for c := range int(r.NumCols()) {
				b.WriteString(r.Column(c).ValueStr(i))
				b.WriteByte('|')
			}
			out = append(out, b.String())
		}
	}
	return out
}

// readBack are the rows of files, read with another implementation than the one that wrote them.
func readBack(t *testing.T, store objstore.Store, files []manifest.File, s manifest.Schema) []string {
	t.Helper()
	var out []string
	for _, f := range files {
		b := object(t, store, f.Key)
		file, err := columnar.Open(bytes.NewReader(b), int64(len(b)), columnar.OpenOptions{})
		if err != nil {
			t.Fatal(err)
		}
		r, err := file.Read(t.Context(), s, columnar.ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for r.Next() {
			out = append(out, rowTexts(r.Record())...)
		}
		if r.Err() != nil {
			t.Fatal(r.Err())
		}
		r.Release()
	}
	return out
}

func object(t *testing.T, store objstore.Store, key string) []byte {
	t.Helper()
	o, err := store.Get(t.Context(), key, objstore.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Body.Close()
	b, err := io.ReadAll(o.Body)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// mustWrite writes and validates; nothing may stay in the spool directory.
func mustWrite(t *testing.T, rr *list, o Options) []manifest.File {
	t.Helper()
	if o.Store == nil {
		o.Store = memstore.New(memstore.Options{})
	}
	if o.Version == 0 {
		o.Version = 1
	}
	if o.SpoolDir == "" {
		o.SpoolDir = t.TempDir()
	}
	files, err := Write(t.Context(), rr, o)
	if err != nil {
		t.Fatal(err)
	}
	mustPass(t, o.Store, files, o)
	left, err := os.ReadDir(o.SpoolDir)
	if err != nil || len(left) > 0 {
		t.Errorf("in the spool directory: %v, %v", left, err)
	}
	return files
}

func mustPass(t *testing.T, store objstore.Store, files []manifest.File, o Options) {
	t.Helper()
	for _, level := range []string{LevelFull, LevelFooter} {
		report, err := Validate(t.Context(), store, files, o.Schema, o.Spec, ValidateOptions{Level: level, Older: o.Older, SpoolDir: o.SpoolDir})
		if err != nil {
			t.Fatal(err)
		}
		if !report.Passed {
			t.Fatalf("%s validation: %+v", level, report.Checks)
		}
	}
}

func options(t *testing.T, s manifest.Schema) Options {
	return Options{Store: memstore.New(memstore.Options{}), Version: 1, Run: "r", Schema: s, SpoolDir: t.TempDir()}
}

func compareRows(t *testing.T, got, want []string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d rows, want %d", len(got), len(want))
	}
	for i := range got {
		if got[i] != want[i] {
			t.Fatalf("row %d:\n got %s\nwant %s", i, got[i], want[i])
		}
	}
}

func TestRoundTripOfEveryKind(t *testing.T) {
	for _, rows := range []int{0, 1, 7, 3000} {
		for _, codec := range []string{"", "snappy"} {
			t.Run(fmt.Sprint(rows, codec), func(t *testing.T) {
				s := everyKind()
				rec := newGenerator(1).record(s, rows)
				o := options(t, s)
				o.Settings.Compression = codec
				o.Settings.RowGroupRows = 1000
				files := mustWrite(t, rebatch(rec.Schema(), []arrow.Record{rec}, 700), o)
				compareRows(t, readBack(t, o.Store, files, s), rowTexts(rec))
			})
		}
	}
}

func TestRoundTripOfRandomTables(t *testing.T) {
	for seed := range uint64(40) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			g := newGenerator(seed)
			g.nulls = []float64{0, 0.01, 0.5, 1}[seed%4]
			s := randomSchema(g)
			rec := g.record(s, 1+g.IntN(5000))
			o := options(t, s)
			o.Settings.RowGroupRows = int64(1 + g.IntN(4000))
			o.Settings.TargetFileBytes = int64(1 + g.IntN(50_000))
			files := mustWrite(t, rebatch(rec.Schema(), []arrow.Record{rec}, int64(1+g.IntN(2000)), 13), o)
			compareRows(t, readBack(t, o.Store, files, s), rowTexts(rec))
		})
	}
}

// content is all that must not depend on batches, cores and memory.
func content(t *testing.T, store objstore.Store, files []manifest.File) []string {
	var out []string
	for _, f := range files {
		b := object(t, store, f.Key)
		out = append(out, fmt.Sprintf("%s %d %d %s %v", f.Key, f.Rows, len(b), f.SHA256, f.Partition))
	}
	return out
}

func TestSameRowsGiveTheSameBytes(t *testing.T) {
	s, recs := flights(200_000, 30)
	for _, arranged := range []string{"as they come", "partitioned", "sorted", "both"} {
		t.Run(arranged, func(t *testing.T) {
			var want []string
			for i, c := range []struct {
				concurrency int
				memory      int64
				batches     []int64
			}{{1, 0, []int64{65536}}, {2, MinMemory, []int64{1000, 17, 30000}}, {8, 1 << 30, []int64{200_000}}, {3, 1, []int64{4096}}} {
				o := options(t, s)
				o.Concurrency, o.Memory = c.concurrency, c.memory
				o.Settings.RowGroupRows = 30_000
				o.Settings.TargetFileBytes = 1 << 20
				arrange(&o, arranged)
				got := content(t, o.Store, mustWrite(t, rebatch(recs[0].Schema(), recs, c.batches...), o))
				if i == 0 {
					want = got
					if len(want) < 2 {
						t.Fatalf("%d files: nothing to see", len(want))
					}
				} else if !slices.Equal(got, want) {
					t.Errorf("%+v gives %d files\n%s\nwant %d\n%s", c, len(got), got[0], len(want), want[0])
				}
			}
		})
	}
}

// arrange gives the flights a spec and a sort order.
func arrange(o *Options, how string) {
	if how == "partitioned" || how == "both" {
		o.Spec.Fields = []manifest.PartitionField{
			{SourceID: 2, FieldID: 1000, Name: "date", Transform: "identity"},
			{SourceID: 8, FieldID: 1001, Name: "carrier", Transform: "identity"},
		}
		if how == "both" {
			o.Spec.Fields = o.Spec.Fields[:1]
		}
	}
	if how == "sorted" || how == "both" {
		o.SortOrder.Fields = []manifest.SortField{
			{SourceID: 6, Transform: "identity", Direction: "desc", NullOrder: "nulls-last"},
			{SourceID: 4, Transform: "identity", Direction: "asc", NullOrder: "nulls-first"},
		}
	}
}

// TestFileSizes: no file would be nearer to the target with one row group more or less.
func TestFileSizes(t *testing.T) {
	s, recs := flights(300_000, 30)
	for _, target := range []int64{700_000, 900_000, 1_000_000, 1_100_000, 1_300_000} {
		o := options(t, s)
		o.Settings.RowGroupRows = 10_000
		o.Settings.TargetFileBytes = target
		files := mustWrite(t, &list{schema: recs[0].Schema(), recs: recs}, o)
		if len(files) < 4 {
			t.Fatalf("%d files", len(files))
		}
		for i, f := range files[:len(files)-1] {
			group := f.Bytes / int64(f.RowGroups)
			if off := max(f.Bytes-target, target-f.Bytes); off > group/2+footerRoom {
				t.Errorf("file %d has %d bytes in row groups of %d, the target is %d", i, f.Bytes, group, target)
			}
		}
	}
}

func TestOneHugeValue(t *testing.T) {
	s := manifest.Schema{Fields: []manifest.Field{{ID: 1, Name: "a", Type: manifest.Type{Kind: manifest.String}}, {ID: 2, Name: "b", Type: manifest.Type{Kind: manifest.Int}}}}
	rec := hugeRecord(t, s, 100<<20)
	o := options(t, s)
	o.Memory = MinMemory
	files := mustWrite(t, rebatch(rec.Schema(), []arrow.Record{rec}, 3), o)
	if files[0].Rows != 5 || files[0].RowGroups != 3 {
		t.Errorf("%d rows in %d row groups", files[0].Rows, files[0].RowGroups)
	}
}

func TestNoRowsInAPartitionedTable(t *testing.T) {
	s := everyKind()
	rec := newGenerator(1).record(s, 0)
	o := options(t, s)
	o.Spec.Fields = []manifest.PartitionField{{SourceID: s.Fields[2].ID, FieldID: 1000, Name: "p", Transform: "identity"}}
	files := mustWrite(t, &list{schema: rec.Schema(), recs: []arrow.Record{rec}}, o)
	if len(files) != 1 || !slices.Equal(files[0].Partition, []manifest.Value{""}) || files[0].Rows != 0 || strings.Count(files[0].Key, "/") != 1 {
		t.Errorf("%+v", files)
	}
	if err := manifest.CheckDataKey(files[0].Key); err != nil {
		t.Error(err)
	}
}

func TestNullInRequiredColumn(t *testing.T) {
	s := everyKind()
	rec := newGenerator(1).record(s, 10)
	for i := range s.Fields {
		s.Fields[i].Required = true
	}
	_, err := Write(context.Background(), &list{schema: rec.Schema(), recs: []arrow.Record{rec}}, options(t, s))
	if err == nil || !strings.Contains(err.Error(), "holds a null") {
		t.Error(err)
	}
}
