package table

import (
	"context"
	"fmt"
	"iter"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/tablectl/tablectl/internal/rowdiff"
	"github.com/tablectl/tablectl/manifest"
)

// DiffOptions say how closely two versions are compared.
type DiffOptions struct {
	Rows   bool     // compare rows, too: read every column of the files that differ
	Key    []string // columns, by their names in B, that tell which rows belong together; default: the key of B. None: rows are compared whole
	NoSums bool     // read no files for the sake of sums
}

// Diff is how version B differs from version A. Files whose bytes both have are not read; everything that was read comes from the
// others. Columns are compared that both versions have, by field id, whatever they are called.
type Diff struct {
	Table      string
	A, B       manifest.Version
	Schema     []SchemaChange
	Partitions []PartitionDiff // in which files differ, in the order of their names
	Files      FileDiff
	RowsBefore int64 // of all files
	RowsAfter  int64
	Sums       []ColumnSum // of the files that differ only; nil with NoSums
	Rows       *RowCounts  // nil if rows were not compared
	Read       ReadCount

	set    *rowdiff.Set
	fields []manifest.Field
}

// RowCounts are how many rows differ. A changed row is one whose key is left with one row on each side; where a key has more of
// them, its rows are compared as multisets, and count as removed and added.
type RowCounts struct {
	Key      []string // the columns; empty: rows were compared whole
	Compared []string // all columns that were compared, in the order of the records of RowChanges
	Removed  int64
	Added    int64
	Changed  int64
	Columns  map[string]int64 // changed rows by column
	Repeated int64            // keys of which a side has more than one row that the other does not have
}

// ReadCount is what a diff cost.
type ReadCount struct {
	Files int
	Bytes int64 // that were asked of the store, of data files
}

// Different says whether B differs from A: in its schema or, if rows were compared, in a row; else in a file.
func (d *Diff) Different() bool {
	if d.Rows != nil {
		return len(d.Schema) > 0 || d.Rows.Removed+d.Rows.Added+d.Rows.Changed > 0
	}
	return len(d.Schema) > 0 || len(d.Files.Removed)+len(d.Files.Added) > 0
}

// Diff compares two versions; "" is "previous" for a and "current" for b. Close the result if rows were compared.
func (t *Table) Diff(ctx context.Context, a, b string, o DiffOptions) (*Diff, error) {
	if a == "" {
		a = "previous"
	}
	h, err := t.head(ctx)
	if err != nil {
		return nil, err
	}
	var views [2]*View
	for i, ref := range []string{a, b} {
		v, err := t.resolve(h.m, ref)
		if err != nil {
			return nil, err
		}
		if views[i], err = t.view(ctx, h.m, v); err != nil {
			return nil, err
		}
	}
	return t.diffViews(ctx, views[0], views[1], o)
}

func (t *Table) diffViews(ctx context.Context, a, b *View, o DiffOptions) (*Diff, error) {
	p, err := t.differ(ctx, a, b, o)
	if err != nil {
		return nil, err
	}
	d := p.diff
	if o.Rows {
		d.set, d.fields = rowdiff.NewSet(rowdiff.Options{
			Fields: p.new.fields, Key: len(p.key), Memory: t.opts.Memory / 4, SpoolDir: t.opts.SpoolDir,
		}), p.new.fields
		err = p.compareRows(ctx)
	} else if !o.NoSums {
		err = p.sumUp(ctx)
	}
	if err != nil {
		_ = d.Close() // temporary files, which have no names any more
		return nil, fmt.Errorf("compare versions %d and %d: %w", d.A, d.B, err)
	}
	d.Read = ReadCount{Files: int(p.files.Load()), Bytes: p.bytes.Load()}
	if !o.NoSums {
		d.Sums = p.sums()
	}
	return d, nil
}

// RowSchema is the schema of the records of RowChanges: "_change" (removed, added, before, after), "_columns" (the names of the columns in which
// before and after differ, else null), then the compared columns, those of the key first.
func (d *Diff) RowSchema() *arrow.Schema { return rowdiff.Schema(d.fields) }

// RowChanges yields the rows that differ, in the order of the compared columns, nulls first: those of the key are the first ones. A
// changed row is two lines in one record, before and after. At most limit rows are given, a changed one counting once; 0: all. A
// record is valid until the next step; Retain it to keep it.
func (d *Diff) RowChanges(ctx context.Context, limit int64) iter.Seq2[arrow.Record, error] {
	if d.set == nil {
		return func(func(arrow.Record, error) bool) {}
	}
	return d.set.Records(ctx, limit)
}

// Close removes what is on disk of the rows that differ.
func (d *Diff) Close() error {
	if d.set == nil {
		return nil
	}
	return d.set.Close()
}
