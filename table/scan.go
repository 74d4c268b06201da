package table

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/internal/expr"
	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/manifest"
)

// ScanOptions narrow a scan. The zero value is all columns of all rows.
type ScanOptions struct {
	Columns []string // in this order; empty: all
	Where   string   // SQL: "delay > 120 and origin = 'JFK'"; NULL is not true
	Limit   int64    // rows; 0: all
}

// scan is a scan whose options were understood.
type scan struct {
	read  manifest.Schema // the columns that are read: those asked for, then those that only the condition needs
	out   *arrow.Schema
	where *expr.Expr
	limit int64
}

// ScanSchema is the schema of the records that Scan yields.
func (v *View) ScanSchema(o ScanOptions) (*arrow.Schema, error) {
	s, err := v.plan(o)
	if err != nil {
		return nil, err
	}
	return s.out, nil
}

// Scan yields the rows of the version as Arrow record batches, in the order in which they were written. Files, row groups and
// columns that are not needed are not read. A record is valid until the next step; Retain it to keep it.
func (v *View) Scan(ctx context.Context, o ScanOptions) iter.Seq2[arrow.Record, error] {
	return func(yield func(arrow.Record, error) bool) {
		s, err := v.plan(o)
		if err != nil {
			yield(nil, err)
			return
		}
		err = v.eachFile(ctx, s.where, func(f manifest.File) error {
			if f.Rows == 0 {
				return nil
			}
			more, err := v.scanFile(ctx, f, s, yield)
			if err != nil {
				return fmt.Errorf("scan %s: %w", f.Key, err)
			}
			if !more {
				return errStop
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStop) {
			yield(nil, v.t.missing(ctx, v.Version(), err))
		}
	}
}

// plan resolves names.
func (v *View) plan(o ScanOptions) (*scan, error) {
	schema := v.snap.Schema
	s := &scan{limit: o.Limit}
	if o.Limit == 0 {
		s.limit = -1
	}
	if len(o.Columns) == 0 {
		s.read.Fields = schema.Fields
	}
	taken := map[string]bool{}
	take := func(name string) error {
		f, ok := schema.Field(name)
		if !ok {
			return fmt.Errorf("%w: no column %q in version %d; it has %s", ErrUsage, name, v.Version(), columnNames(schema))
		}
		if !taken[name] {
			taken[name] = true
			s.read.Fields = append(s.read.Fields, f)
		}
		return nil
	}
	for _, name := range o.Columns {
		if err := take(name); err != nil {
			return nil, err
		}
	}
	s.out = columnar.ArrowSchema(s.read)
	if o.Where == "" {
		return s, nil
	}
	var err error
	if s.where, err = expr.Parse(o.Where, schema); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUsage, err)
	}
	if len(o.Columns) == 0 {
		return s, nil
	}
	for _, name := range s.where.Columns() {
		if err := take(name); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// scanFile yields the matching rows of one file and says whether more are wanted.
func (v *View) scanFile(ctx context.Context, f manifest.File, s *scan, yield func(arrow.Record, error) bool) (bool, error) {
	r := objstore.RangeReaderAt(ctx, v.t.store, objstore.Info{Key: f.Key, Size: f.Bytes})
	file, err := columnar.Open(r, f.Bytes, columnar.OpenOptions{})
	if err != nil {
		return false, err
	}
	rows, err := file.Known(v.formerNames()).Read(ctx, s.read, columnar.ReadOptions{Concurrency: v.t.opts.Concurrency})
	if err != nil {
		return false, err
	}
	defer rows.Release()
	for rows.Next() {
		out, err := s.apply(rows.Record())
		if err != nil {
			return false, err
		}
		more := out.NumRows() == 0 || yield(out, nil)
		out.Release()
		if !more || s.limit == 0 {
			return false, nil
		}
	}
	return true, rows.Err()
}

// apply keeps the rows that match, up to the limit, and the columns that were asked for.
func (s *scan) apply(rec arrow.Record) (arrow.Record, error) {
	rec.Retain()
	if s.where != nil {
		match, err := s.where.Eval(rec)
		if err == nil {
			rec, err = columnar.Filter(rec, match)
		}
		if err != nil {
			return nil, err
		}
	}
	rows := rec.NumRows()
	if s.limit >= 0 {
		rows = min(rows, s.limit)
		s.limit -= rows
	}
	cols := make([]arrow.Array, s.out.NumFields())
	for i := range cols {
		cols[i] = array.NewSlice(rec.Column(i), 0, rows)
	}
	return array.NewRecord(s.out, cols, rows), nil
}

func columnNames(s manifest.Schema) string {
	const most = 20
	out := ""
	for i, f := range s.Fields {
		if i == most {
			return out + ", …"
		}
		if i > 0 {
			out += ", "
		}
		out += f.Name
	}
	return out
}
