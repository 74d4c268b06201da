package columnar

import (
	"context"
	"fmt"
	"runtime"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"golang.org/x/sync/errgroup"

	"github.com/tablectl/tablectl/manifest"
)

// ReadOptions say what is read of a file, and how. Zero values mean the defaults.
type ReadOptions struct {
	RowGroups   []int // nil: all
	BatchRows   int   // at most; default 65,536
	BatchBytes  int   // about, in memory; default 32 MiB
	Concurrency int   // columns decoded at once; default GOMAXPROCS
}

const (
	defaultBatchRows  = 64 << 10
	defaultBatchBytes = 32 << 20
	minBatchRows      = 1 << 10
	minColumnBytes    = 1 << 20
)

// Reader gives the rows of a file as record batches. It is an array.RecordReader; records are valid until the next call of Next
// unless retained.
type Reader struct {
	ctx    context.Context
	f      *File
	o      ReadOptions
	schema *arrow.Schema
	plans  []*plan
	group  int   // index in o.RowGroups of the next one
	left   int64 // rows of the current one
	base   int64 // rows of the file before the next batch
	cols   []*leafReader
	rec    arrow.Record
	err    error
}

var _ array.RecordReader = (*Reader)(nil)

// Read reads the wanted columns, each found by its field id if the file has ids, else by its name or one that it had before (Known), as
// the types of ArrowSchema. A column that the file does not have is null, or refused if it is required. Values are carried over exactly,
// or the Reader ends with a *CastError whose row counts from the beginning of the file.
func (f *File) Read(ctx context.Context, want manifest.Schema, o ReadOptions) (*Reader, error) {
	plans, err := f.project(want.Fields, f.columns, "", f.names)
	if err != nil {
		return nil, fmt.Errorf("read Parquet file: %w", err)
	}
	if o.RowGroups == nil {
		for i := range f.f.RowGroups {
			o.RowGroups = append(o.RowGroups, i)
		}
	}
	for _, i := range o.RowGroups {
		if i < 0 || i >= len(f.f.RowGroups) {
			return nil, fmt.Errorf("read Parquet file: no row group %d of %d", i, len(f.f.RowGroups))
		}
	}
	if o.BatchRows <= 0 {
		o.BatchRows = defaultBatchRows
	}
	if o.BatchBytes <= 0 {
		o.BatchBytes = defaultBatchBytes
	}
	if o.Concurrency <= 0 {
		o.Concurrency = runtime.GOMAXPROCS(0)
	}
	r := &Reader{ctx: ctx, f: f, o: o, schema: ArrowSchema(want), plans: plans}
	r.o.BatchRows = min(o.BatchRows, max(minBatchRows, o.BatchBytes/rowBytes(r.schema)))
	return r, nil
}

// rowBytes is about what a row takes in memory, strings and nested columns taken for 16 bytes.
func rowBytes(s *arrow.Schema) int {
	total := 1
	for _, f := range s.Fields() {
		if t, ok := f.Type.(arrow.FixedWidthDataType); ok {
			total += max(1, t.Bytes())
		} else {
			total += 16
		}
	}
	return total
}

// Schema is the Arrow schema of every record.
func (r *Reader) Schema() *arrow.Schema { return r.schema }

// Record is the current batch.
func (r *Reader) Record() arrow.Record { return r.rec }

// Err says why Next returned false; nil at the end of the file.
func (r *Reader) Err() error { return r.err }

// Retain does nothing: the memory of batches belongs to the garbage collector.
func (r *Reader) Retain() {}

// Release drops the current batch.
func (r *Reader) Release() { r.drop() }

func (r *Reader) drop() {
	if r.rec != nil {
		r.rec.Release()
		r.rec = nil
	}
}

// Next reads the next batch.
func (r *Reader) Next() bool {
	r.drop()
	if r.err != nil {
		return false
	}
	for r.left == 0 {
		if r.group == len(r.o.RowGroups) {
			return false
		}
		r.begin(r.o.RowGroups[r.group])
		r.group++
	}
	if r.err = r.ctx.Err(); r.err == nil {
		r.err = r.batch()
	}
	return r.err == nil
}

// begin goes to a row group.
func (r *Reader) begin(group int) {
	r.base = 0
	for i := range group {
		r.base += r.f.f.RowGroups[i].NumRows
	}
	r.left = r.f.f.RowGroups[group].NumRows
	limit := max(minColumnBytes, r.o.BatchBytes/max(1, len(r.plans)))
	r.cols = make([]*leafReader, len(r.plans))
	for i, p := range r.plans {
		r.cols[i] = newLeafReader(r.f, p, group, r.base, limit)
	}
}

// fill decodes the columns that have nothing left over from the batch before.
func (r *Reader) fill(rows int) error {
	var g errgroup.Group
	g.SetLimit(r.o.Concurrency)
	for _, c := range r.cols {
		if c.pending != nil {
			continue
		}
		if r.o.Concurrency > 1 && len(r.cols) > 1 {
			g.Go(func() error { return c.fill(rows) })
		} else if err := c.fill(rows); err != nil {
			return err
		}
	}
	return g.Wait()
}

// batch fills all columns and cuts them at the shortest.
func (r *Reader) batch() error {
	rows := min(int64(r.o.BatchRows), r.left)
	if err := r.fill(int(rows)); err != nil {
		return fmt.Errorf("read Parquet file: %w", err)
	}
	for _, c := range r.cols {
		rows = min(rows, int64(c.pending.Len()))
	}
	cols := make([]arrow.Array, len(r.cols))
	defer release(cols)
	for i, c := range r.cols {
		cols[i] = c.take(int(rows))
	}
	r.rec = array.NewRecord(r.schema, cols, rows)
	r.left -= rows
	r.base += rows
	return nil
}
