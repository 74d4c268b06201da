package encode

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer/internal/vector"
)

// oneColumn is a file of one row group of one column, and a way to read it.
func oneColumn(t *testing.T, s *Schema, c *Chunk) (*Origin, Bytes) {
	t.Helper()
	var w bytes.Buffer
	f, err := NewFile(&w, s, "test", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.RowGroup([]*Chunk{c}); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(nil); err != nil {
		t.Fatal(err)
	}
	b := w.Bytes()
	end := len(b) - 8
	o, err := ParseOrigin(b[end-int(binary.LittleEndian.Uint32(b[end:])) : end])
	if err != nil {
		t.Fatal(err)
	}
	return o, func(from, n int64) ([]byte, error) { return b[from : from+n : from+n], nil }
}

// withNulls makes some rows null.
func withNulls(r *rand.Rand, v vector.Vector, share float64) vector.Vector {
	v.Valid, v.Nulls = nil, 0
	for i := range v.Len {
		null := r.Float64() < share
		b := []byte{1}
		if null {
			b[0] = 0
			v.Nulls++
		}
		v.Valid = vector.AppendBits(v.Valid, i, b, 0, 1)
	}
	return v
}

// TestPatchIsLikeEncodingAnew compares values, statistics and page index of a changed chunk with those of one that is made of the
// changed rows.
func TestPatchIsLikeEncodingAnew(t *testing.T) {
	const rows = 70_000 // three pages
	table, batch := flightColumns(rows)
	table.Fields = append(table.Fields, manifest.Field{ID: 90, Name: "plain int", Type: manifest.Type{Kind: manifest.Int}})
	r := rand.New(rand.NewPCG(5, 6))
	noise := make([]int32, rows)
	for i := range noise {
		noise[i] = int32(r.Uint32())
	}
	batch.Cols = append(batch.Cols, vector.Vector{Len: rows, Width: 4, Data: vector.Raw(noise)})
	for i, f := range table.Fields {
		name := f.Name
		f.Name = "c"
		for _, c := range []struct {
			name               string
			nulls, nulls2      float64
			share, gone, alien float64
		}{
			{"few", 0, 0, 0.0001, 0, 0}, {"many", 0, 0, 0.1, 0, 0}, {"nulls", 0.2, 0.2, 0.02, 0, 0}, {"first nulls", 0, 0.5, 0.01, 0, 0},
			{"no more nulls", 0.001, 0, 0.5, 0, 0}, {"rows go", 0, 0, 0.01, 0.5, 0}, {"rows go, nulls", 0.3, 0.1, 0.05, 0.5, 0}, {"only go", 0.1, 0, 0.3, 1, 0},
			{"new entries", 0, 0, 0.001, 0, 1}, {"nearly all go", 0, 0, 0.95, 1, 0},
			{"to nothing", 0, 1, 0.00005, 0, 0},
		} {
			t.Run(fmt.Sprint(name, " ", c.name), func(t *testing.T) {
				s, err := NewSchema(manifest.Schema{Fields: []manifest.Field{f}})
				if err != nil {
					t.Fatal(err)
				}
				old := withNulls(r, batch.Cols[i], c.nulls)
				before := one(t, f.Type, old)
				o, read := oneColumn(t, s, before)
				changes, want := randomChanges(r, f.Type, old, c.share, c.gone, c.nulls2, c.alien)
				codec, _ := ParseCodec("")
				e, err := NewEncoder(codec)
				if err != nil {
					t.Fatal(err)
				}
				for range 2 { // with the memory of the first time
					got, err := e.Patch(o, 0, 0, &s.Leaves[0], read, changes, nil)
					if err != nil {
						t.Fatal(err)
					}
					if got == nil {
						if c.name != "nearly all go" {
							t.Fatal("not changed page by page")
						}
						return
					}
					samePatched(t, s, got, one(t, f.Type, want), c.gone > 0)
				}
			})
		}
	}
}

// randomChanges are changes, and the column after them. alien values do not occur yet.
func randomChanges(r *rand.Rand, t manifest.Type, old vector.Vector, share, gone, nulls, alien float64) (Changes, vector.Vector) {
	var c Changes
	var from []int32
	for i := range int32(old.Len) {
		if r.Float64() >= share {
			continue
		}
		c.Rows = append(c.Rows, i)
		c.Gone = append(c.Gone, r.Float64() < gone)
		if !c.Gone[len(c.Gone)-1] {
			from = append(from, int32(r.IntN(old.Len)))
		}
	}
	if gone == 0 {
		c.Gone = nil
	}
	plain := old
	plain.Valid, plain.Nulls = nil, 0
	values := vector.New(t)
	values.Gather(&plain, from)
	if alien > 0 && values.Width == 0 {
		values = texts(repeat(len(from), func(i int) string { return fmt.Sprint("~alien ", i) })...)
	}
	c.Values = withNulls(r, values, nulls)
	both := vector.Owned([]manifest.Field{{Type: t}})
	var refs []vector.Ref
	next, value := 0, int32(0)
	for i := range int32(old.Len) {
		if next < len(c.Rows) && c.Rows[next] == i {
			next++
			if c.Gone == nil || !c.Gone[next-1] {
				refs = append(refs, vector.Ref{Batch: 1, Row: value})
				value++
			}
			continue
		}
		refs = append(refs, vector.Ref{Row: i})
	}
	both.Pick([]vector.Batch{{Rows: old.Len, Cols: []vector.Vector{old}}, {Rows: c.Values.Len, Cols: []vector.Vector{c.Values}}}, refs, 1)
	return c, both.Cols[0]
}

// samePatched compares what two chunks say about themselves, and what they hold.
func samePatched(t *testing.T, s *Schema, got, want *Chunk, gone bool) {
	t.Helper()
	a, b := got.Stats, want.Stats
	a.Bytes, b.Bytes = 0, 0
	if !reflect.DeepEqual(a, b) || got.rows != want.rows || got.meta.NumValues != want.meta.NumValues {
		t.Errorf("%+v in %d rows, want %+v in %d", a, got.rows, b, want.rows)
	}
	if !reflect.DeepEqual(got.meta.Statistics, want.meta.Statistics) {
		t.Errorf("%+v, want %+v", got.meta.Statistics, want.meta.Statistics)
	}
	if pages := pageRows(t, got); !gone && !slices.Equal(pages, pageRows(t, want)) {
		t.Errorf("pages of other rows: %v", pages)
	}
	if !gone && !reflect.DeepEqual(got.index, want.index) {
		t.Errorf("another page index")
	}
	if !array.RecordEqual(decoded(t, s, got), decoded(t, s, want)) {
		t.Errorf("other values")
	}
}

// pageRows are the first rows of the pages, which must be as many as their headers say.
func pageRows(t *testing.T, c *Chunk) []int64 {
	t.Helper()
	var out []int64
	next := int64(0)
	for _, p := range c.offsets {
		h, _, ok := pageHeader(c.Data[p.Offset:][:p.CompressedPageSize])
		if !ok || p.FirstRowIndex != next {
			t.Errorf("a page begins with row %d, %d came before: %t", p.FirstRowIndex, next, ok)
			break
		}
		out = append(out, next)
		next += int64(h.DataPageHeader.V.NumValues)
	}
	if next != int64(c.rows) {
		t.Errorf("%d rows in pages, %d in the chunk", next, c.rows)
	}
	return out
}

// decoded are the rows of a chunk, read with another implementation.
func decoded(t *testing.T, s *Schema, c *Chunk) arrow.Record {
	t.Helper()
	again := *c
	again.offsets = slices.Clone(c.offsets)
	var w bytes.Buffer
	f, err := NewFile(&w, s, "test", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.RowGroup([]*Chunk{&again}), f.Close(nil)); err != nil {
		t.Fatal(err)
	}
	file, err := columnar.Open(bytes.NewReader(w.Bytes()), int64(w.Len()), columnar.OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	fields, err := file.Schema()
	if err != nil {
		t.Fatal(err)
	}
	r, err := file.Read(t.Context(), fields, columnar.ReadOptions{BatchRows: c.rows, BatchBytes: 1 << 30})
	if err != nil {
		t.Fatal(err)
	}
	if !r.Next() {
		t.Fatal(r.Err())
	}
	return r.Record()
}
