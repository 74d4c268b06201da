package writer

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/internal/objstore/filestore"
	"github.com/tablectl/tablectl/internal/objstore/memstore"
	"github.com/tablectl/tablectl/manifest"
)

// flights is a table of ten columns like those that people have, in batches of 64 Ki rows.
func flights(rows, days int) (manifest.Schema, []arrow.Record) {
	kinds := []struct {
		name string
		kind manifest.Kind
	}{
		{"id", manifest.Long}, {"date", manifest.Date}, {"departure", manifest.Timestamp}, {"delay", manifest.Int}, {"distance", manifest.Int},
		{"origin", manifest.String}, {"destination", manifest.String}, {"carrier", manifest.String}, {"amount", manifest.Double}, {"tail", manifest.String},
	}
	s := manifest.Schema{}
	for i, k := range kinds {
		s.Fields = append(s.Fields, manifest.Field{ID: i + 1, Name: k.name, Type: manifest.Type{Kind: k.kind}})
	}
	r := rand.New(rand.NewPCG(1, 2))
	airports := make([]string, 300)
	for i := range airports {
		airports[i] = fmt.Sprintf("%c%c%c", 'A'+i%26, 'A'+i/26%26, 'A'+r.IntN(26))
	}
	var recs []arrow.Record
	b := array.NewRecordBuilder(memory.DefaultAllocator, columnar.ArrowSchema(s))
	defer b.Release()
	for i := range rows {
		day := int32(11323 + r.IntN(days))
		b.Field(0).(*array.Int64Builder).Append(int64(i))
		b.Field(1).(*array.Date32Builder).Append(arrow.Date32(day))
		b.Field(2).(*array.TimestampBuilder).Append(arrow.Timestamp((int64(day)*86400 + r.Int64N(86400)) * 1e6))
		b.Field(3).(*array.Int32Builder).Append(int32(r.NormFloat64() * 40))
		b.Field(4).(*array.Int32Builder).Append(int32(r.IntN(1500) * 2))
		b.Field(5).(*array.StringBuilder).Append(airports[r.IntN(300)])
		b.Field(6).(*array.StringBuilder).Append(airports[r.IntN(300)])
		b.Field(7).(*array.StringBuilder).Append("Carrier " + airports[r.IntN(20)])
		b.Field(8).(*array.Float64Builder).Append(float64(r.IntN(100000)) / 100)
		b.Field(9).(*array.StringBuilder).Append("N" + airports[r.IntN(300)] + airports[r.IntN(20)])
		if (i+1)%65536 == 0 || i == rows-1 {
			recs = append(recs, b.NewRecord())
		}
	}
	return s, recs
}

// BenchmarkWrite writes to a local directory with all cores.
func BenchmarkWrite(b *testing.B) {
	for _, c := range []struct {
		name       string
		rows, days int
		part, sort int // column id, 0: none
		disk       bool
	}{
		{"plain", 6_000_000, 90, 0, 0, true},
		{"90partitions", 6_000_000, 90, 2, 0, true},
		{"10000partitions", 1_000_000, 10_000, 2, 0, false},
		{"10000partitions on disk", 1_000_000, 10_000, 2, 0, true},
		{"sorted", 3_000_000, 90, 0, 3, true},
	} {
		b.Run(c.name, func(b *testing.B) {
			schema, recs := flights(c.rows, c.days)
			for b.Loop() {
				var store objstore.Store = memstore.New(memstore.Options{})
				if c.disk {
					var err error
					if store, err = filestore.New(b.TempDir()); err != nil {
						b.Fatal(err)
					}
				}
				o := Options{Store: store, Version: 1, Schema: schema, SpoolDir: b.TempDir()}
				if c.part > 0 {
					o.Spec.Fields = []manifest.PartitionField{{SourceID: c.part, FieldID: 1000, Name: "part", Transform: "identity"}}
				}
				if c.sort > 0 {
					o.SortOrder.Fields = []manifest.SortField{{SourceID: c.sort, Transform: "identity", Direction: "asc", NullOrder: "nulls-first"}}
				}
				files, err := Write(context.Background(), &list{schema: recs[0].Schema(), recs: recs}, o)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(len(files)), "files")
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(c.rows), "ns/row")
		})
	}
}
