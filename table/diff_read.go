package table

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync/atomic"

	"github.com/apache/arrow/go/v17/arrow"
	"golang.org/x/sync/errgroup"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/manifest"
)

// differ compares two versions.
type differ struct {
	t        *Table
	diff     *Diff
	key      []string
	old, new diffSide
	files    atomic.Int64 // read
	bytes    atomic.Int64
	total    int64 // bytes of the files that differ, for the progress
	done     atomic.Int64
}

// diffSide is one version: the files that only it has, and the columns that both have with its names.
type diffSide struct {
	view    *View
	files   []diffFile
	fields  []manifest.Field
	numbers []int     // indices of the fields that have sums
	sums    [][]adder // of each file, in the order of the version, by number
}

// differ finds out what can be known without data files.
func (t *Table) differ(ctx context.Context, old, new *View, o DiffOptions) (*differ, error) {
	d := &Diff{Table: t.URL(), A: old.Version(), B: new.Version()}
	p := &differ{t: t, diff: d, old: diffSide{view: old}, new: diffSide{view: new}}
	before, err := old.Files(ctx)
	if err != nil {
		return nil, err
	}
	after, err := new.Files(ctx)
	if err != nil {
		return nil, err
	}
	d.Schema = diffSchemas(old.snap, new.snap)
	var shared []manifest.File
	d.Files, shared = diffFiles(before, after)
	inOld, inNew := namesOfPartitions(old.snap), namesOfPartitions(new.snap)
	d.Partitions = diffPartitions(inOld, inNew, d.Files, shared)
	d.RowsBefore, d.RowsAfter = old.snap.Rows.Total, new.snap.Rows.Total
	p.old.files, p.new.files = inPartitions(d.Files.Removed, inOld), inPartitions(d.Files.Added, inNew)
	return p, p.columns(o)
}

func (p *differ) side(i int) *diffSide {
	if i == 0 {
		return &p.old
	}
	return &p.new
}

// columns chooses what is read: the columns that both have, those of the key first; without rows only those that have sums.
func (p *differ) columns(o DiffOptions) error {
	old, new := &p.old, &p.new
	inA, inB := common(old.view.snap.Schema.Fields, new.view.snap.Schema.Fields)
	if o.Rows {
		order, err := p.keyFirst(inB, o.Key)
		if err != nil {
			return err
		}
		p.diff.Rows = &RowCounts{Key: p.key, Columns: map[string]int64{}}
		for _, i := range order {
			old.fields, new.fields = append(old.fields, inA[i]), append(new.fields, inB[i])
			p.diff.Rows.Compared = append(p.diff.Rows.Compared, inB[i].Name)
		}
	}
	for i, f := range inB {
		if !o.Rows && summable(f.Type) {
			old.fields, new.fields = append(old.fields, inA[i]), append(new.fields, f)
		}
	}
	for _, s := range []*diffSide{old, new} {
		for i, f := range s.fields {
			if summable(f.Type) && !o.NoSums {
				s.numbers = append(s.numbers, i)
			}
		}
		s.sums = make([][]adder, len(s.files))
		for _, f := range s.files {
			p.total += f.Bytes
		}
	}
	return nil
}

// keyFirst is the order of fields in which those of the key come first.
func (p *differ) keyFirst(fields []manifest.Field, key []string) ([]int, error) {
	schema := p.new.view.snap.Schema
	if len(key) == 0 {
		for _, id := range schema.IdentifierFieldIDs {
			key = append(key, nameOf(schema, id))
		}
	}
	var order []int
	for _, name := range key {
		i := slices.IndexFunc(fields, func(f manifest.Field) bool { return f.Name == name })
		switch {
		case i < 0:
			return nil, fmt.Errorf("%w: the key column %q is not in both versions; they share %s", ErrUsage, name, columnNames(manifest.Schema{Fields: fields}))
		case slices.Contains(order, i):
			return nil, fmt.Errorf("%w: the key column %q is named twice", ErrUsage, name)
		case fields[i].Type.Nested():
			return nil, fmt.Errorf("%w: the key column %q has type %s; only columns with single values can be a key", ErrUsage, name, fields[i].Type)
		}
		order = append(order, i)
	}
	p.key = append([]string{}, key...)
	for i := range fields {
		if !slices.Contains(order, i) {
			order = append(order, i)
		}
	}
	if len(order) == 0 {
		return nil, fmt.Errorf("%w: versions %d and %d have no column in common", ErrUsage, p.diff.A, p.diff.B)
	}
	return order, nil
}

// sumUp reads the columns that have sums.
func (p *differ) sumUp(ctx context.Context) error {
	if len(p.new.fields) == 0 {
		return nil
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(p.t.requests())
	for i := range 2 {
		s := p.side(i)
		for _, f := range s.files {
			g.Go(func() error {
				return p.scan(ctx, s, f, p.t.requests(), func(arrow.Record) error { return nil })
			})
		}
	}
	return g.Wait()
}

// scan reads the columns of a side from one of its files, adds up, and gives the records to take. Share is how many files are read
// at once.
func (p *differ) scan(ctx context.Context, s *diffSide, f diffFile, share int, take func(arrow.Record) error) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("scan %s: %w", f.Key, p.t.missing(ctx, s.view.Version(), err))
		}
	}()
	sums := make([]adder, len(s.numbers))
	s.sums[f.index] = sums
	if f.Rows == 0 {
		return nil
	}
	r := &countingReader{objstore.RangeReaderAt(ctx, p.t.store, objstore.Info{Key: f.Key, Size: f.Bytes}), &p.bytes}
	file, err := columnar.Open(r, f.Bytes, columnar.OpenOptions{})
	if err != nil {
		return err
	}
	memory := p.t.opts.Memory
	batch := int(max(1<<20, min(16<<20, memory/int64(8*share))))
	rows, err := file.Known(s.view.formerNames()).Read(ctx, manifest.Schema{Fields: s.fields}, columnar.ReadOptions{
		Concurrency: p.t.opts.Concurrency, BatchBytes: batch, BatchRows: int(min(16<<10, memory>>14)),
	})
	if err != nil {
		return err
	}
	defer rows.Release()
	for rows.Next() {
		for i, c := range s.numbers {
			sums[i].take(rows.Record().Column(c))
		}
		if err := take(rows.Record()); err != nil {
			return err
		}
	}
	p.files.Add(1)
	p.t.opts.Progress(Progress{Phase: "read", Bytes: p.done.Add(f.Bytes), Total: p.total})
	return rows.Err()
}

// sums are those of all files, in the order of the columns of B.
func (p *differ) sums() []ColumnSum {
	out := []ColumnSum{}
	for n, c := range p.new.numbers {
		var total [2]adder
		for i := range total {
			for _, file := range p.side(i).sums {
				total[i].join(file[n])
			}
		}
		out = append(out, columnSum(p.new.fields[c], total[0], total[1]))
	}
	order := p.new.view.snap.Schema.Fields
	slices.SortFunc(out, func(a, b ColumnSum) int { return indexOfID(order, a.FieldID) - indexOfID(order, b.FieldID) })
	return out
}

func indexOfID(fields []manifest.Field, id int) int {
	return slices.IndexFunc(fields, func(f manifest.Field) bool { return f.ID == id })
}

// countingReader counts the bytes that were asked for.
type countingReader struct {
	io.ReaderAt
	n *atomic.Int64
}

// ReadAt reads and counts.
func (c *countingReader) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.ReaderAt.ReadAt(p, off)
	c.n.Add(int64(n))
	return n, err
}
