package main

import (
	"bytes"
	"context"
	"fmt"
	"runtime"

	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/file"
	"golang.org/x/sync/errgroup"
)

// readAndDecode reads an object back and decodes every value of it, on all cores.
func (u *uploader) readAndDecode(ctx context.Context, key string) error {
	b, err := u.download(ctx, key)
	if err != nil {
		return err
	}
	r, err := file.NewParquetReader(bytes.NewReader(b))
	if err != nil {
		return err
	}
	defer r.Close()
	g := errgroup.Group{}
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i := range r.NumRowGroups() {
		g.Go(func() error { return decode(r.RowGroup(i)) })
	}
	return g.Wait()
}

// batch is how many values are decoded at once.
const batch = 8192

func decode(rg *file.RowGroupReader) error {
	for i := range rg.NumColumns() {
		col, err := rg.Column(i)
		if err != nil {
			return err
		}
		defs := make([]int16, batch)
		var n int64
		switch c := col.(type) {
		case *file.Int64ColumnChunkReader:
			n, err = drain(make([]int64, batch), func(v []int64) (int64, int, error) { return c.ReadBatch(batch, v, defs, nil) })
		case *file.ByteArrayColumnChunkReader:
			n, err = drain(make([]parquet.ByteArray, batch), func(v []parquet.ByteArray) (int64, int, error) { return c.ReadBatch(batch, v, defs, nil) })
		default:
			err = fmt.Errorf("column %d is of a type that the benchmark does not write", i)
		}
		if err == nil && n != rg.NumRows() {
			err = fmt.Errorf("column %d has %d of %d values", i, n, rg.NumRows())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func drain[T any](buf []T, read func([]T) (int64, int, error)) (int64, error) {
	var all int64
	for {
		n, _, err := read(buf)
		all += n
		if err != nil || n == 0 {
			return all, err
		}
	}
}
