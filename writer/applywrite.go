package writer

import (
	"context"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/manifest"
)

// columnarBatches are those in which whole rows are read.
func columnarBatches(o *Options) columnar.ReadOptions {
	return columnar.ReadOptions{BatchBytes: 4 << 20, Concurrency: o.Concurrency}
}

// write writes the files that are changed again, and then the rows that are new or move.
func (a *application) write(ctx context.Context) error {
	w := &writing{o: a.o, plan: a.plan, spools: a.spools, memory: max(a.o.Memory/3, MinMemory/2), mayBeNone: true}
	r := &rewriter{o: a.o}
	var err error
	a.out, _, err = w.run(ctx, func(ctx context.Context, p *pool) error {
		r.pool, r.schema = p, p.schema
		if !a.c.o.Delete {
			r.sources = a.c.layout.update
		}
		if err := a.rewrite(ctx, r); err != nil {
			return err
		}
		return a.emit(ctx, p)
	})
	a.chunks = r.copied.Load()
	return err
}

// returns says whether rows of the file come back with values that only the file has.
func (a *application) returns(f *baseRows) bool { return !a.covers && f.moves > 0 }

// rewrite writes the files again in which rows stay, or from which rows move.
func (a *application) rewrite(ctx context.Context, r *rewriter) error {
	var touched []*baseRows
	var files []manifest.File
	for _, f := range a.files {
		if f.edited > 0 && (f.gone < f.Rows || a.returns(f)) {
			touched, files = append(touched, f), append(files, f.File)
		}
	}
	return eachFile(ctx, a.o, files, func(i int, b *baseFile) error {
		return r.file(ctx, b, func(g int) (*edits, error) {
			e, err := a.edits(touched[i], g)
			if err != nil || a.covers || len(e.moved) == 0 {
				return e, err
			}
			return e, a.arriveMoved(ctx, b, g, e)
		})
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
