package writer

import (
	"context"

	"github.com/tablectl/tablectl/internal/columnar"
)

// columnarBatches are those in which whole rows are read.
func columnarBatches(o *Options) columnar.ReadOptions {
	return columnar.ReadOptions{BatchBytes: 4 << 20, Concurrency: o.Concurrency}
}

// write writes the files that are changed again, and then the rows that are new or move.
func (a *application) write(ctx context.Context) error {
	w := &writing{o: a.o, plan: a.plan, spools: a.spools, memory: max(a.o.Memory/3, MinMemory/2), mayBeNone: true}
	var err error
	a.out, _, err = w.run(ctx, func(ctx context.Context, p *pool) error {
		r := &rewriter{o: a.o, schema: p.schema, pool: p}
		if !a.c.o.Delete {
			r.sources = a.c.layout.update
		}
		for _, f := range a.files {
			if f.edited == 0 || f.gone == f.Rows && !a.returns(f) {
				continue
			}
			if err := a.rewrite(ctx, r, f); err != nil {
				return err
			}
		}
		a.chunks = r.copied.Load()
		return a.emit(ctx, p)
	})
	return err
}

// returns says whether rows of the file come back with values that only the file has.
func (a *application) returns(f *baseRows) bool { return !a.covers && f.moves > 0 }

func (a *application) rewrite(ctx context.Context, r *rewriter, f *baseRows) error {
	b, err := openBase(ctx, a.o.Store, f.File)
	if err != nil {
		return err
	}
	return r.file(ctx, b, func(g int) (*edits, error) {
		e, err := a.edits(f, g)
		if err != nil || a.covers || len(e.moved) == 0 {
			return e, err
		}
		return e, a.arriveMoved(ctx, b, g, e)
	})
}

// edits are those of a row group.
func (a *application) edits(f *baseRows, g int) (*edits, error) {
	if a.moves != nil {
		return a.spiltEdits(f, g)
	}
	p := a.c.part
	e := &edits{blocks: p.blocks}
	for _, m := range f.groups[g].matches {
		e.add(m.row, m.what, p.refs[m.change])
	}
	f.groups[g].matches = nil
	return e, nil
}

// emit gives out the rows that are new or moved.
func (a *application) emit(ctx context.Context, p *pool) error {
	cut := &cutter{
		maxRows: a.o.Settings.RowGroupRows, maxBytes: maxGroupBytes,
		emit: func(g *group) error { return p.submit(ctx, g) },
	}
	defer cut.drop()
	return a.arrive.emit(ctx, cut)
}
