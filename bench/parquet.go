package main

import (
	"context"
	"math/rand/v2"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/tablectl/tablectl/table"
)

// noise yields rows of random numbers and words, which do not compress: about 72 bytes each. It is an array.RecordReader.
type noise struct {
	schema *arrow.Schema
	random *rand.Rand
	left   int64 // rows
	next   int64 // id
	rec    arrow.Record
}

// Sizes of the noise.
const (
	noiseRowBytes = 72
	noiseBatch    = 64 << 10
)

func newNoise(bytes int64) *noise {
	fields := []arrow.Field{{Name: "id", Type: arrow.PrimitiveTypes.Int64}}
	for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
		fields = append(fields, arrow.Field{Name: name, Type: arrow.PrimitiveTypes.Int64, Nullable: true})
	}
	fields = append(fields, arrow.Field{Name: "word", Type: arrow.BinaryTypes.String, Nullable: true})
	return &noise{arrow.NewSchema(fields, nil), rand.New(rand.NewPCG(1, 2)), bytes / noiseRowBytes, 1, nil}
}

func (n *noise) Next() bool {
	n.drop()
	rows := min(n.left, noiseBatch)
	if rows == 0 {
		return false
	}
	b := array.NewRecordBuilder(memory.DefaultAllocator, n.schema)
	defer b.Release()
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	word := make([]byte, 16)
	for range rows {
		b.Field(0).(*array.Int64Builder).Append(n.next)
		for c := 1; c <= 6; c++ {
			b.Field(c).(*array.Int64Builder).Append(n.random.Int64())
		}
		for i, bits := 0, n.random.Uint64(); i < len(word); i, bits = i+1, bits>>4^n.random.Uint64() {
			word[i] = letters[bits&63]
		}
		b.Field(7).(*array.StringBuilder).Append(string(word))
		n.next++
	}
	n.left -= rows
	n.rec = b.NewRecord()
	return true
}

func (n *noise) drop() {
	if n.rec != nil {
		n.rec.Release()
		n.rec = nil
	}
}

func (n *noise) Schema() *arrow.Schema { return n.schema }
func (n *noise) Record() arrow.Record  { return n.rec }
func (n *noise) Err() error            { return nil }
func (n *noise) Retain()               {} // it has one owner
func (n *noise) Release()              { n.drop() }

// writeParquet publishes noise to a local table, so that its files are as tablectl writes them.
func writeParquet(ctx context.Context, url string, bytes int64) error {
	t, err := table.Open(ctx, url, table.Options{})
	if err != nil {
		return err
	}
	_, err = t.Publish(ctx, table.PublishOptions{Reader: newNoise(bytes), RunID: "noise", Validate: "footer"})
	return err
}
