package writer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer/internal/encode"
	"github.com/tablectl/tablectl/writer/internal/spool"
)

// examination is the look at the content of one file.
type examination struct {
	v    *validator
	f    *manifest.File
	out  *findings
	file *columnar.File

	mu     sync.Mutex
	leaves []columnar.LeafCheck // of all row groups so far
}

// open reads the footer and compares schema and counts; nil if looking further makes no sense.
func (v *validator) open(r io.ReaderAt, f *manifest.File, out *findings) *examination {
	file, err := columnar.Open(r, f.Bytes, columnar.OpenOptions{MaxFooter: maxFooter})
	if err != nil {
		out.fail(checkFooter, "%v", err)
		return nil
	}
	out.ok(checkFooter, 1)
	if reason := misfit(file, v.schema, v.layout, f.Verbatim); reason != "" {
		out.fail(checkSchema, "%s", reason)
		return nil
	}
	out.ok(checkSchema, 1)
	if file.NumRows() != f.Rows || file.NumRowGroups() != f.RowGroups {
		out.fail(checkRows, "%d rows in %d row groups, recorded are %d in %d", file.NumRows(), file.NumRowGroups(), f.Rows, f.RowGroups)
		return nil
	}
	out.ok(checkRows, f.Rows)
	return &examination{v: v, f: f, out: out, file: file, leaves: make([]columnar.LeafCheck, len(v.layout.Leaves))}
}

// all looks at every row group.
func (x *examination) all(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(2) // the slots bound the work; this bounds what is begun
	for i := range x.file.NumRowGroups() {
		g.Go(func() error { return x.group(ctx, i) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	x.finish()
	return nil
}

// group decodes every page of a row group.
func (x *examination) group(ctx context.Context, i int) error {
	g, ctx := errgroup.WithContext(ctx)
	for leaf := range x.leaves {
		x.spawn(ctx, g, func() error { return x.chunk(ctx, i, leaf) })
	}
	for field, p := range x.parts() {
		if !p.t.Ordered() {
			x.spawn(ctx, g, func() error { return x.buckets(ctx, i, field) })
		}
	}
	if x.v.keys != nil {
		x.spawn(ctx, g, func() error { return x.v.keys.read(ctx, x.file, i) })
	}
	return g.Wait()
}

// spawn decodes when a slot is free. What the decoder finds wrong is a finding; so would be a panic of it.
func (x *examination) spawn(ctx context.Context, g *errgroup.Group, do func() error) {
	select {
	case x.v.slots <- struct{}{}:
	case <-ctx.Done():
		g.Go(func() error { return context.Cause(ctx) })
		return
	}
	g.Go(func() (err error) {
		defer func() {
			<-x.v.slots
			if r := recover(); r != nil {
				x.v.o.Logger.Error("decoder panic", "key", x.f.Key, "panic", r, "stack", string(debug.Stack()))
				x.out.fail(checkPages, "the decoder failed: %v", r)
			}
		}()
		err = do()
		if err == nil || ctx.Err() != nil || isStorage(err) {
			return err
		}
		x.out.fail(checkPages, "%v", err)
		return nil
	})
}

// isStorage tells errors of the place where the bytes are from errors of the bytes.
func isStorage(err error) bool {
	var e *objstore.Error
	return errors.As(err, &e) || errors.Is(err, spool.ErrSpool)
}

func (x *examination) chunk(ctx context.Context, group, leaf int) error {
	c, err := x.file.Check(ctx, group, leaf)
	if err != nil {
		return err
	}
	x.out.ok(checkPages, int64(c.Pages))
	x.mu.Lock()
	defer x.mu.Unlock()
	addLeaf(&x.leaves[leaf], c, x.v.layout.Leaves[leaf].Type)
	return nil
}

// addLeaf folds a chunk into what is known of the column.
func addLeaf(sum *columnar.LeafCheck, c columnar.LeafCheck, t manifest.Type) {
	sum.Rows += c.Rows
	sum.Values += c.Values
	sum.Nulls += c.Nulls
	sum.NaNs += c.NaNs
	if c.Min != nil && (sum.Min == nil || manifest.Compare(t, c.Min, sum.Min) < 0) {
		sum.Min = c.Min
	}
	if c.Max != nil && (sum.Max == nil || manifest.Compare(t, c.Max, sum.Max) > 0) {
		sum.Max = c.Max
	}
}

// finish compares what was decoded with what is recorded.
func (x *examination) finish() {
	if x.out.failed() {
		return // what was not decoded cannot be compared
	}
	for i := range x.leaves {
		leaf, c := &x.v.layout.Leaves[i], &x.leaves[i]
		x.required(leaf, c.Nulls)
		x.recorded(leaf, c)
		x.bounds(leaf, c.Min, c.Max)
	}
	x.partition(func(leaf int) (lo, hi any, nulls int64) {
		c := &x.leaves[leaf]
		return c.Min, c.Max, c.Nulls
	})
}

// required looks for nulls in a column that has none. Inside structs and lists the levels that the schema allows say the same.
func (x *examination) required(leaf *encode.Leaf, nulls int64) {
	if !leaf.Required() {
		return
	}
	if nulls > 0 {
		x.out.fail(checkRequired, "column %q is required and has %d nulls", leaf.Name(), nulls)
	}
	x.out.ok(checkRequired, 1)
}

// recorded compares the counts of a column.
func (x *examination) recorded(leaf *encode.Leaf, c *columnar.LeafCheck) {
	s, ok := x.f.Columns[leaf.ID]
	if ok && (s.Values != c.Values || s.Nulls != c.Nulls || s.NaNs != c.NaNs) {
		x.out.fail(checkBounds, "column %q has %d values, %d null, %d NaN; recorded are %d, %d, %d",
			leaf.Name(), c.Values, c.Nulls, c.NaNs, s.Values, s.Nulls, s.NaNs)
	}
	if ok && s.Bound && c.NaNs > 0 {
		x.out.fail(checkBounds, "column %q has bounds recorded and holds NaN", leaf.Name())
	}
}

// bounds looks whether the recorded bounds enclose the values.
func (x *examination) bounds(leaf *encode.Leaf, lo, hi any) {
	s, ok := x.f.Columns[leaf.ID]
	if !ok || !s.Bound {
		return
	}
	lower, err := manifest.DecodeValue(leaf.Type, s.Lower)
	if err != nil {
		x.out.fail(checkBounds, "column %q: lower bound: %v", leaf.Name(), err)
		return
	}
	upper, err := manifest.DecodeValue(leaf.Type, s.Upper)
	if err != nil {
		x.out.fail(checkBounds, "column %q: upper bound: %v", leaf.Name(), err)
		return
	}
	if lo != nil && manifest.Compare(leaf.Type, lo, lower) < 0 {
		x.out.fail(checkBounds, "column %q holds %s, its recorded lower bound is %s", leaf.Name(), show(leaf.Type, lo), show(leaf.Type, lower))
	}
	if hi != nil && manifest.Compare(leaf.Type, hi, upper) > 0 {
		x.out.fail(checkBounds, "column %q holds %s, its recorded upper bound is %s", leaf.Name(), show(leaf.Type, hi), show(leaf.Type, upper))
	}
	x.out.ok(checkBounds, 1)
}

// parts are the partition fields of the file's own spec.
func (x *examination) parts() []partLeaf { return x.v.parts[x.f.SpecID] }

// partition looks whether all rows have the file's partition values.
func (x *examination) partition(column func(leaf int) (lo, hi any, nulls int64)) {
	parts, known := x.v.parts[x.f.SpecID]
	if !known {
		x.out.fail(checkPartition, "the table has no partition spec %d", x.f.SpecID)
		return
	}
	if len(parts) == 0 || x.f.Rows == 0 {
		return
	}
	if len(x.f.Partition) != len(parts) {
		x.out.fail(checkPartition, "%d partition values, the table has %d partition columns", len(x.f.Partition), len(parts))
		return
	}
	for i, p := range parts {
		name := p.source.Name
		lo, hi, nulls := column(p.leaf)
		want, err := manifest.DecodeValue(p.result(), x.f.Partition[i])
		got, same := p.same(lo, hi)
		switch {
		case err != nil:
			x.out.fail(checkPartition, "column %q: %v", name, err)
		case want == nil && nulls != x.f.Rows:
			x.out.fail(checkPartition, "column %q holds values, the file's partition is null", name)
		case want != nil && (nulls > 0 || lo == nil):
			x.out.fail(checkPartition, "column %q holds nulls, the file's partition is %s", name, x.partitionText(p, want))
		case want != nil && p.t.Ordered() && (!same || manifest.Compare(p.result(), got, want) != 0):
			x.out.fail(checkPartition, "column %q does not hold %s only, which is the file's partition", name, x.partitionText(p, want))
		}
	}
	x.out.ok(checkPartition, 1)
}

// partitionText is a partition value for people.
func (x *examination) partitionText(p partLeaf, v any) string {
	if p.t.Kind == manifest.Identity {
		return show(p.source.Type, v)
	}
	return fmt.Sprintf("%s %.64q", p.t, p.t.Format(p.source.Type, v))
}

// buckets looks whether all values of a row group fall into the bucket that is the file's; bounds do not tell.
func (x *examination) buckets(ctx context.Context, group, field int) error {
	if field >= len(x.f.Partition) {
		return nil // partition says so
	}
	p := x.parts()[field]
	want, err := manifest.DecodeValue(p.result(), x.f.Partition[field])
	if err != nil || want == nil {
		return nil // the same
	}
	others := 0
	err = p.buckets(ctx, x.file, []int{group}, func(bucket int32) {
		if bucket != want {
			others++
		}
	})
	if err == nil && others > 0 {
		x.out.fail(checkPartition, "column %q has %d values outside of %s, which is the file's partition", p.source.Name, others, x.partitionText(p, want))
	}
	return err
}

// show is a value for people, cut to what a line can take.
func show(t manifest.Type, v any) string {
	s := manifest.FormatValue(t, v)
	if len(s) > 64 {
		return fmt.Sprintf("%.64q…", s)
	}
	return fmt.Sprintf("%q", s)
}
