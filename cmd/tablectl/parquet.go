package main

import (
	"context"
	"fmt"
	"io"
	"iter"
	"math"
	"os"
	"path/filepath"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/tablectl/tablectl/internal/objstore/filestore"
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/table"
	"github.com/tablectl/tablectl/writer"
)

// catParquet writes the rows as one Parquet file, with the writer that tables are written with. Nothing goes to standard output
// before the file is whole.
func (a *app) catParquet(ctx context.Context, v *table.View, scan table.ScanOptions) error {
	schema, err := v.ScanSchema(scan)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp(a.flags.spoolDir, "tablectl-cat-")
	if err != nil {
		return fmt.Errorf("make spool directory: %w", err)
	}
	defer os.RemoveAll(dir) // what stays is the operating system's to sweep
	store, err := filestore.New(dir)
	if err != nil {
		return err
	}
	rr := newScanReader(schema, v.Scan(ctx, scan))
	defer rr.Release()
	files, err := writer.Write(ctx, rr, writer.Options{
		Store: store, Version: v.Version(), Run: "cat", Schema: selected(v.Schema(), schema), Logger: a.log,
		Settings: manifest.Settings{TargetFileBytes: math.MaxInt64}, Memory: int64(a.flags.memory) / 2,
		SpoolDir: a.flags.spoolDir, Concurrency: a.flags.concurrency,
	})
	if err != nil {
		return fmt.Errorf("write rows: %w", err)
	}
	f, err := os.Open(filepath.Join(dir, filepath.FromSlash(files[0].Key)))
	if err != nil {
		return fmt.Errorf("write rows: %w", err)
	}
	defer f.Close() // read only
	if _, err := io.Copy(a.stdout, f); err != nil {
		return fmt.Errorf("write rows: %w", err)
	}
	return nil
}

// selected is the part of a schema that a scan yields, in its order.
func selected(s manifest.Schema, scan *arrow.Schema) manifest.Schema {
	out := manifest.Schema{ID: s.ID}
	for _, f := range scan.Fields() {
		if field, ok := s.Field(f.Name); ok {
			out.Fields = append(out.Fields, field)
		}
	}
	return out
}

// scanReader makes an Arrow record reader of a scan.
type scanReader struct {
	schema *arrow.Schema
	next   func() (arrow.Record, error, bool)
	stop   func()
	rec    arrow.Record
	err    error
}

func newScanReader(schema *arrow.Schema, scan iter.Seq2[arrow.Record, error]) *scanReader {
	next, stop := iter.Pull2(scan)
	return &scanReader{schema: schema, next: next, stop: stop}
}

func (r *scanReader) Next() bool {
	rec, err, ok := r.next()
	r.rec, r.err = rec, err
	return ok && err == nil
}

func (r *scanReader) Schema() *arrow.Schema { return r.schema }
func (r *scanReader) Record() arrow.Record  { return r.rec }
func (r *scanReader) Err() error            { return r.err }
func (r *scanReader) Retain()               {} // it has one owner
func (r *scanReader) Release()              { r.stop() }
