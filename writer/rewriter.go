package writer

import (
	"context"
	"slices"
	"sync/atomic"

	"github.com/tablectl/tablectl/writer/internal/encode"
	"github.com/tablectl/tablectl/writer/internal/vector"
)

// maxRegroupBytes is the largest row group, before compression, that is written as one again. Larger ones, which other writers make
// or many long new values, are cut anew.
const maxRegroupBytes = 4 * maxGroupBytes

// rewriter writes files of the version that is changed again, one new file after the other, each with the partition values of the old
// one and its rows in their order.
type rewriter struct {
	o       *Options
	schema  *encode.Schema
	pool    *pool
	sources []int // per column of the table: the column of the edits' blocks that replaces it, or -1
	copied  atomic.Int64
}

func (r *rewriter) source(column int) int {
	if r.sources == nil {
		return -1
	}
	return r.sources[column]
}

// file submits the row groups of a file. of gives the edits of one.
func (r *rewriter) file(ctx context.Context, b *baseFile, of func(group int) (*edits, error)) error {
	part := &partition{values: b.Partition, dir: b.dir()}
	leaves := b.origins(r.o.Schema, r.schema)
	var err error
	if b.origin, err = encode.ParseOrigin(b.footer()); err != nil {
		for i := range leaves {
			leaves[i] = -1
		}
	} else if err := b.holdIndex(); err != nil {
		return err
	}
	sorting := r.sorting(b, leaves)
	for g := range b.file.NumRowGroups() {
		e, err := of(g)
		if err != nil {
			return err
		}
		rows, _ := b.file.RowGroup(g)
		switch {
		case int64(e.removed) == rows:
		case r.whole(b, g, e):
			err = r.group(ctx, part, sorting, &regroup{ctx: ctx, r: r, base: b, number: g, leaves: leaves, edits: e})
		default:
			err = r.recut(ctx, part, sorting, b, g, e)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// sorting is how the old file says that it is sorted, in leaves of the table. Edits never touch a column that the table is sorted by
// now, but perhaps one that it was sorted by before.
func (r *rewriter) sorting(b *baseFile, leaves []int) []encode.Sorting {
	if b.origin == nil {
		return nil
	}
	var out []encode.Sorting
	for _, s := range b.origin.Sorting() {
		if s.Leaf = slices.Index(leaves, s.Leaf); s.Leaf < 0 || r.source(r.schema.Leaves[s.Leaf].Column) >= 0 && !r.anchored(s.Leaf) {
			break
		}
		out = append(out, s)
	}
	return out
}

// anchored says whether rows stay in place only if the leaf's column does not change.
func (r *rewriter) anchored(leaf int) bool {
	return slices.Contains(anchors(r.o), r.schema.Leaves[leaf].Column)
}

// whole says whether a row group is written again as one. It depends on what is there alone, never on memory.
func (r *rewriter) whole(b *baseFile, g int, e *edits) bool {
	if b.origin == nil {
		return false
	}
	rows, _ := b.file.RowGroup(g)
	start, end, uncompressed := b.origin.Group(g)
	untouched := len(e.rows) == 0 && end-start <= maxForeignGroup
	return untouched || rows <= maxGroupRows && uncompressed <= maxRegroupBytes && e.bytes() <= maxGroupBytes
}

// group submits a row group that is written as one.
func (r *rewriter) group(ctx context.Context, part *partition, sorting []encode.Sorting, g *regroup) error {
	rows, compressed := g.base.file.RowGroup(g.number)
	_, _, uncompressed := g.base.origin.Group(g.number)
	g.nested = make([]lazyColumn, len(r.o.Schema.Fields))
	if err := g.base.hold(g.number); err != nil {
		return err
	}
	return r.pool.submit(ctx, &group{
		part: part, again: true, sorting: sorting, rows: rows - int64(g.edits.removed), chunk: g.chunk,
		bytes: (2*compressed + 4*uncompressed/int64(len(r.schema.Leaves))) / 3, // groupCost takes it three times
		free:  []func(){func() { g.base.drop(g.number) }},
	})
}

// recut reads a row group in batches and makes row groups of the usual size of it.
func (r *rewriter) recut(ctx context.Context, part *partition, sorting []encode.Sorting, b *baseFile, g int, e *edits) error {
	cut := &cutter{
		maxRows: r.o.Settings.RowGroupRows, maxBytes: maxGroupBytes,
		emit: func(g *group) error {
			g.again, g.sorting = true, sorting
			return r.pool.submit(ctx, g)
		},
	}
	defer cut.drop()
	row := 0
	err := eachBatch(ctx, b, r.o.Schema, g, columnarBatches(r.o), func(batch vector.Batch) error {
		here := e.within(row, batch.Rows)
		row += batch.Rows
		out := vector.Batch{Rows: batch.Rows - here.removed, Cols: make([]vector.Vector, len(batch.Cols))}
		for c := range out.Cols {
			t := r.o.Schema.Fields[c].Type
			whole := vector.New(t)
			for _, p := range here.apply(batch.Cols[c:c+1], t, r.source(c)) {
				whole.Append(&p)
			}
			out.Cols[c] = whole
		}
		return cut.add(part, out, nil)
	})
	if err != nil {
		return err
	}
	return cut.flush()
}

// anchors are the columns of the table that decide in which file a row is, and where in it: sources of partition fields, and the sort
// order's. A row stays in place only if they do not change.
func anchors(o *Options) []int {
	var out []int
	add := func(id int) {
		for i, f := range o.Schema.Fields {
			if f.ID == id && !slices.Contains(out, i) {
				out = append(out, i)
			}
		}
	}
	for _, f := range o.Spec.Fields {
		add(f.SourceID)
	}
	for _, f := range o.SortOrder.Fields {
		add(f.SourceID)
	}
	return out
}
