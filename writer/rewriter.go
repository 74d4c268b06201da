package writer

import (
	"context"
	"slices"
	"sync/atomic"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer/internal/encode"
)

// maxRegroupBytes is the largest row group, before compression, that is written as one again. Larger ones, which other writers make
// or many long new values, are cut anew.
const maxRegroupBytes = 4 * maxGroupBytes

// rewriter writes files of the version that is changed again, one new file after the other, each with the partition spec and values of
// the old one and its rows in their order.
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
	part := &partition{spec: b.SpecID, values: b.Partition, dir: b.dir()}
	leaves := b.origins(r.o.Schema, r.schema)
	var err error
	if b.origin, err = encode.ParseOrigin(b.footer()); err != nil {
		for i := range leaves {
			leaves[i] = -1
		}
	} else if err := b.holdIndex(); err != nil {
		return err
	}
	f := &refile{r: r, base: b, part: part, leaves: leaves, sorting: r.sorting(b, leaves)}
	for g := range b.file.NumRowGroups() {
		e, err := of(g)
		if err != nil {
			return err
		}
		rows, _ := b.file.RowGroup(g)
		switch {
		case int64(e.removed) == rows:
		case r.whole(b, g, e):
			err = f.group(ctx, g, e)
		default:
			err = f.recut(ctx, g, e)
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
	rows, compressed := b.file.RowGroup(g)
	_, _, uncompressed := b.origin.Group(g)
	if len(e.rows) == 0 {
		return compressed <= maxRegroupBytes
	}
	return rows <= maxGroupRows && uncompressed <= maxRegroupBytes && e.bytes(r.sources) <= maxGroupBytes
}

// anchors are the columns of the table that decide in which file a row is, and where in it: sources of partition fields, also of older
// specs that files of the base have, and the sort order's. A row stays in place only if they do not change.
func anchors(o *Options) []int {
	var out []int
	add := func(id int) {
		for i, f := range o.Schema.Fields {
			if f.ID == id && !slices.Contains(out, i) {
				out = append(out, i)
			}
		}
	}
	for _, spec := range append([]manifest.PartitionSpec{o.Spec}, o.Older...) {
		for _, f := range spec.Fields {
			add(f.SourceID)
		}
	}
	for _, f := range o.SortOrder.Fields {
		add(f.SourceID)
	}
	return out
}
