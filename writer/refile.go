package writer

import (
	"context"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer/internal/encode"
	"github.com/tablectl/tablectl/writer/internal/vector"
)

// refile is a file that is written again.
type refile struct {
	r       *rewriter
	base    *baseFile
	part    *partition
	leaves  []int // per leaf of the table: the file's leaf whose chunks can be copied, or -1
	sorting []encode.Sorting
}

// group submits a row group that is written as one.
func (f *refile) group(ctx context.Context, number int, e *edits) error {
	r := f.r
	g := &regroup{ctx: ctx, r: r, base: f.base, number: number, leaves: f.leaves, edits: e}
	rows, compressed := g.base.file.RowGroup(g.number)
	_, _, uncompressed := g.base.origin.Group(g.number)
	g.nested = make([]lazyColumn, len(r.o.Schema.Fields))
	if err := g.base.hold(g.number); err != nil {
		return err
	}
	return r.pool.submit(ctx, &group{
		part: f.part, again: true, sorting: f.sorting, rows: rows - int64(g.edits.removed), chunk: g.chunk,
		bytes: (2*compressed + 4*uncompressed/int64(len(r.schema.Leaves))) / 3, // groupCost takes it three times
		free:  []func(){func() { g.base.drop(g.number) }},
	})
}

// recut reads a row group in batches and makes row groups of the usual size of it.
func (f *refile) recut(ctx context.Context, number int, e *edits) error {
	r := f.r
	cut := &cutter{
		maxRows: r.o.Settings.RowGroupRows, maxBytes: maxGroupBytes,
		emit: func(g *group) error {
			g.again, g.sorting = true, f.sorting
			return r.pool.submit(ctx, g)
		},
	}
	defer cut.drop()
	row := 0
	err := eachBatch(ctx, f.base, r.o.Schema, number, columnarBatches(r.o), func(batch vector.Batch) error {
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
		return cut.add(f.part, out, nil)
	})
	if err != nil {
		return err
	}
	return cut.flush()
}

// eachFile opens files, some ahead, and calls visit with one after the other. Small ones are read whole.
func eachFile(ctx context.Context, o *Options, files []manifest.File, visit func(int, *baseFile) error) error {
	type opened struct {
		b   *baseFile
		err error
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ahead := make([]chan opened, len(files))
	open := func(i int) {
		if i < len(files) {
			ahead[i] = make(chan opened, 1)
			go func() {
				b, err := openBase(ctx, o, files[i], wholeBytes/2)
				ahead[i] <- opened{b, err}
			}()
		}
	}
	const most = 4 // files, of up to wholeBytes each
	for i := range most {
		open(i)
	}
	for i := range files {
		got := <-ahead[i]
		if got.err != nil {
			return got.err
		}
		if err := visit(i, got.b); err != nil {
			return err
		}
		ahead[i] = nil
		open(i + most)
	}
	return nil
}
