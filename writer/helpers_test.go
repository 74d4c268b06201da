package writer

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer/internal/spool"
)

// fromJSON are rows written as a JSON array.
func fromJSON(t *testing.T, s manifest.Schema, rows string) arrow.Record {
	t.Helper()
	rec, _, err := array.RecordFromJSON(memory.DefaultAllocator, columnar.ArrowSchema(s), strings.NewReader(rows))
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

func mustSpool(t *testing.T) *spool.Dir {
	d := spool.Open(t.TempDir(), 0)
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func readKeys(t *testing.T, k *keySet, store objstore.Store, files []manifest.File) {
	t.Helper()
	for _, f := range files {
		b := object(t, store, f.Key)
		file, err := columnar.Open(bytes.NewReader(b), int64(len(b)), columnar.OpenOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for g := range file.NumRowGroups() {
			if err := k.read(t.Context(), file, g); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// noise is a double and a long a row that nothing compresses.
func noise(s manifest.Schema, rows int) []arrow.Record {
	r := rand.New(rand.NewPCG(3, 4))
	b := array.NewRecordBuilder(memory.DefaultAllocator, columnar.ArrowSchema(s))
	defer b.Release()
	var recs []arrow.Record
	for i := range rows {
		b.Field(0).(*array.Float64Builder).Append(r.NormFloat64())
		b.Field(1).(*array.Int64Builder).Append(int64(r.Uint64()))
		if (i+1)%65536 == 0 || i == rows-1 {
			recs = append(recs, b.NewRecord())
		}
	}
	return recs
}

func decimal(n int64) decimal128.Num { return decimal128.FromI64(n) }

func newRecord(s *arrow.Schema, cols []arrow.Array, rows int64) arrow.Record {
	return array.NewRecord(s, cols, rows)
}

// readBackNulls are the rows of files, one text a row, in which a null is not like any text.
func readBackNulls(t *testing.T, store objstore.Store, files []manifest.File, s manifest.Schema) []string {
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
			for i := range int(r.Record().NumRows()) {
				row, text := rowOf(r.Record(), i), ""
				for _, f := range s.Fields {
					text += row[f.Name] + "|"
				}
				out = append(out, text)
			}
		}
		if r.Err() != nil {
			t.Fatal(r.Err())
		}
		r.Release()
	}
	return out
}
