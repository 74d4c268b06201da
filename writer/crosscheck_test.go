package writer

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"slices"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/file"
	parquetgo "github.com/parquet-go/parquet-go"
)

// TestOtherReadersAgree reads levels and values with two foreign libraries.
func TestOtherReadersAgree(t *testing.T) {
	for seed, nulls := range []float64{0, 0.2, 1} {
		t.Run(fmt.Sprint(nulls), func(t *testing.T) {
			s := everyKind()
			g := newGenerator(uint64(seed))
			g.nulls = nulls
			rec := g.record(s, 5000)
			o := options(t, s)
			o.Settings.RowGroupRows = 2000
			files := mustWrite(t, &list{schema: rec.Schema(), recs: []arrow.Record{rec}}, o)
			b := object(t, o.Store, files[0].Key)
			a, err := file.NewParquetReader(bytes.NewReader(b))
			if err != nil {
				t.Fatal(err)
			}
			p, err := parquetgo.OpenFile(bytes.NewReader(b), int64(len(b)))
			if err != nil {
				t.Fatal(err)
			}
			for g := range a.NumRowGroups() {
				for c := range a.MetaData().Schema.NumColumns() {
					x, y := withArrow(t, a, g, c), withParquetGo(t, p, g, c)
					if !slices.Equal(x, y) {
						t.Fatalf("column %s differs", a.MetaData().Schema.Column(c).Path())
					}
				}
			}
			pageIndexHolds(t, p)
		})
	}
}

func withArrow(t *testing.T, r *file.Reader, group, column int) []string {
	t.Helper()
	c, err := r.RowGroup(group).Column(column)
	if err != nil {
		t.Fatal(err)
	}
	switch c := c.(type) {
	case *file.BooleanColumnChunkReader:
		return levels(t, c, c.ReadBatch, func(v bool) string { return fmt.Sprint(v) })
	case *file.Int32ColumnChunkReader:
		return levels(t, c, c.ReadBatch, func(v int32) string { return fmt.Sprint(v) })
	case *file.Int64ColumnChunkReader:
		return levels(t, c, c.ReadBatch, func(v int64) string { return fmt.Sprint(v) })
	case *file.Float32ColumnChunkReader:
		return levels(t, c, c.ReadBatch, func(v float32) string { return fmt.Sprint(math.Float32bits(v)) })
	case *file.Float64ColumnChunkReader:
		return levels(t, c, c.ReadBatch, func(v float64) string { return fmt.Sprint(math.Float64bits(v)) })
	case *file.ByteArrayColumnChunkReader:
		return levels(t, c, c.ReadBatch, func(v parquet.ByteArray) string { return fmt.Sprintf("%x", []byte(v)) })
	case *file.FixedLenByteArrayColumnChunkReader:
		return levels(t, c, c.ReadBatch, func(v parquet.FixedLenByteArray) string { return fmt.Sprintf("%x", []byte(v)) })
	}
	t.Fatalf("%T", c)
	return nil
}

// levels reads a column chunk in one go.
func levels[T any](t *testing.T, c file.ColumnChunkReader, read func(int64, []T, []int16, []int16) (int64, int, error), text func(T) string) []string {
	t.Helper()
	const most = 100_000
	values, def, rep := make([]T, most), make([]int16, most), make([]int16, most)
	n, _, err := read(most, values, def, rep)
	if err != nil && err != io.EOF || c.Err() != nil {
		t.Fatal(err, c.Err())
	}
	var out []string
	at := 0
	for i := range int(n) {
		line := fmt.Sprintf("%d %d", rep[i], def[i])
		if def[i] == c.Descriptor().MaxDefinitionLevel() {
			line += " " + text(values[at])
			at++
		}
		out = append(out, line)
	}
	return out
}

func withParquetGo(t *testing.T, f *parquetgo.File, group, column int) []string {
	t.Helper()
	pages := f.RowGroups()[group].ColumnChunks()[column].Pages()
	defer pages.Close()
	var out []string
	for {
		page, err := pages.ReadPage()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		values := make([]parquetgo.Value, page.NumValues())
		if n, err := page.Values().ReadValues(values); n != len(values) || err != nil && err != io.EOF {
			t.Fatal(n, err)
		}
		for _, v := range values {
			out = append(out, fmt.Sprintf("%d %d%s", v.RepetitionLevel(), v.DefinitionLevel(), parquetGoText(v)))
		}
	}
}

func parquetGoText(v parquetgo.Value) string {
	switch v.Kind() {
	case parquetgo.Boolean:
		return fmt.Sprint(" ", v.Boolean())
	case parquetgo.Int32:
		return fmt.Sprint(" ", v.Int32())
	case parquetgo.Int64:
		return fmt.Sprint(" ", v.Int64())
	case parquetgo.Float:
		return fmt.Sprint(" ", math.Float32bits(v.Float()))
	case parquetgo.Double:
		return fmt.Sprint(" ", math.Float64bits(v.Double()))
	case parquetgo.ByteArray, parquetgo.FixedLenByteArray:
		return fmt.Sprintf(" %x", v.ByteArray())
	}
	return ""
}

// pageIndexHolds compares the page index with the pages.
func pageIndexHolds(t *testing.T, f *parquetgo.File) {
	t.Helper()
	for n, g := range f.RowGroups() {
		for k, c := range g.ColumnChunks() {
			index, err := c.ColumnIndex()
			if err != nil {
				continue // a column with NaN has none
			}
			offsets, err := c.OffsetIndex()
			if err != nil {
				t.Fatal(err)
			}
			if at := f.Metadata().RowGroups[n].Columns[k].MetaData.DataPageOffset; offsets.Offset(0) != at {
				t.Errorf("the first page is at %d, the index says %d", at, offsets.Offset(0))
			}
			pages := c.Pages()
			row := int64(0)
			for i := 0; ; i++ {
				p, err := pages.ReadPage()
				if err == io.EOF {
					if i != index.NumPages() || i != offsets.NumPages() {
						t.Errorf("%d pages, %d and %d in the index", i, index.NumPages(), offsets.NumPages())
					}
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				lo, hi, ok := p.Bounds()
				if offsets.FirstRowIndex(i) != row || index.NullCount(i) != p.NumNulls() || index.NullPage(i) != !ok {
					t.Errorf("page %d: row %d, %d nulls", i, offsets.FirstRowIndex(i), index.NullCount(i))
				}
				// This library orders the pages of long decimals by unsigned bytes, which they are not ordered by.
				ordered := c.Type().Kind() != parquetgo.FixedLenByteArray
				if ok && ordered && (c.Type().Compare(index.MinValue(i), lo) > 0 || c.Type().Compare(index.MaxValue(i), hi) < 0) {
					t.Errorf("page %d holds %v to %v, the index says %v to %v", i, lo, hi, index.MinValue(i), index.MaxValue(i))
				}
				row += p.NumRows()
			}
			pages.Close()
		}
	}
}
