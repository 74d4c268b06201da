package encode

import (
	"encoding/binary"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer/internal/vector"
)

// flightColumns are generated columns of the kinds that real tables have.
func flightColumns(rows int) (manifest.Schema, vector.Batch) {
	r := rand.New(rand.NewPCG(1, 2))
	schema := manifest.Schema{}
	batch := vector.Batch{Rows: rows}
	add := func(name string, k manifest.Kind, v vector.Vector) {
		v.Len = rows
		schema.Fields = append(schema.Fields, manifest.Field{ID: len(schema.Fields) + 1, Name: name, Type: manifest.Type{Kind: k}})
		batch.Cols = append(batch.Cols, v)
	}
	ints := func(f func(i int) int32) vector.Vector {
		b := make([]byte, 0, 4*rows)
		for i := range rows {
			b = binary.LittleEndian.AppendUint32(b, uint32(f(i)))
		}
		return vector.Vector{Width: 4, Data: b}
	}
	longs := func(f func(i int) int64) vector.Vector {
		b := make([]byte, 0, 8*rows)
		for i := range rows {
			b = binary.LittleEndian.AppendUint64(b, uint64(f(i)))
		}
		return vector.Vector{Width: 8, Data: b}
	}
	text := func(f func(i int) string) vector.Vector {
		v := vector.Vector{Offs: []int32{0}}
		for i := range rows {
			v.Data = append(v.Data, f(i)...)
			v.Offs = append(v.Offs, int32(len(v.Data)))
		}
		return v
	}
	word := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte('A' + r.IntN(26))
		}
		return string(b)
	}
	airports := make([]string, 300)
	for i := range airports {
		airports[i] = word(3)
	}
	carriers := make([]string, 20)
	for i := range carriers {
		carriers[i] = word(12)
	}
	add("id", manifest.Long, longs(func(i int) int64 { return int64(i) }))
	add("date", manifest.Date, ints(func(i int) int32 { return 11323 + int32(i*90/rows) }))
	add("time", manifest.Timestamp, longs(func(i int) int64 { return 978307200000000 + r.Int64N(90*86400)*1000000 }))
	add("delay", manifest.Int, ints(func(int) int32 { return int32(r.NormFloat64() * 40) }))
	add("distance", manifest.Int, ints(func(int) int32 { return int32(r.IntN(1500)) * 2 }))
	add("origin", manifest.String, text(func(int) string { return airports[r.IntN(len(airports))] }))
	add("destination", manifest.String, text(func(int) string { return airports[r.IntN(len(airports))] }))
	add("carrier", manifest.String, text(func(int) string { return carriers[r.IntN(len(carriers))] }))
	add("amount", manifest.Double, longs(func(int) int64 { return int64(r.Uint64()>>2 | 1<<61) }))
	add("tail", manifest.String, text(func(i int) string { return "N" + airports[i%300] + airports[r.IntN(300)] }))
	return schema, batch
}

// BenchmarkEncode encodes row groups of ten columns on one core.
func BenchmarkEncode(b *testing.B) {
	const rows = 400_000
	table, batch := flightColumns(rows)
	schema, err := NewSchema(table)
	if err != nil {
		b.Fatal(err)
	}
	codec, err := ParseCodec("zstd")
	if err != nil {
		b.Fatal(err)
	}
	e, err := NewEncoder(codec)
	if err != nil {
		b.Fatal(err)
	}
	for i := range schema.Leaves {
		leaf := &schema.Leaves[i]
		b.Run(leaf.Path[0], func(b *testing.B) {
			var buf []byte
			for b.Loop() {
				c, err := e.Encode(leaf, batch.Cols[leaf.Column:leaf.Column+1], buf)
				if err != nil {
					b.Fatal(err)
				}
				buf = c.Data
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/value")
			b.ReportMetric(float64(len(buf))/rows, "B/value")
		})
	}
	b.Run("all", func(b *testing.B) {
		for b.Loop() {
			f, err := NewFile(io.Discard, schema, "bench", nil)
			if err != nil {
				b.Fatal(err)
			}
			var chunks []*Chunk
			for i := range schema.Leaves {
				leaf := &schema.Leaves[i]
				c, err := e.Encode(leaf, batch.Cols[leaf.Column:leaf.Column+1], nil)
				if err != nil {
					b.Fatal(err)
				}
				chunks = append(chunks, c)
			}
			if err := f.RowGroup(chunks); err != nil {
				b.Fatal(err)
			}
			if err := f.Close(nil); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows/10, "ns/value")
	})
}
