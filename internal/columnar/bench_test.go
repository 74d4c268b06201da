package columnar

import (
	"context"
	"testing"
)

const flights = "../.././testdata/flights/flights-3m.parquet"

func BenchmarkCheck(b *testing.B) {
	f, raw := open(b, flights)
	b.SetBytes(int64(len(raw)))
	values := int64(0)
	for b.Loop() {
		for g := range f.NumRowGroups() {
			for leaf := range f.Leaves() {
				c, err := f.Check(context.Background(), g, leaf)
				if err != nil {
					b.Fatal(err)
				}
				values += c.Values
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(values), "ns/value")
}

func BenchmarkRead(b *testing.B) {
	f, raw := open(b, flights)
	s, err := f.Schema()
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(raw)))
	values := int64(0)
	for b.Loop() {
		r, err := f.Read(context.Background(), s, ReadOptions{Concurrency: 1})
		if err != nil {
			b.Fatal(err)
		}
		for r.Next() {
			values += r.Record().NumRows() * r.Record().NumCols()
		}
		if r.Err() != nil {
			b.Fatal(r.Err())
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(values), "ns/value")
}
