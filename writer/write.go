package writer

import (
	"context"
	"errors"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow/array"
	"golang.org/x/sync/errgroup"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer/internal/encode"
	"github.com/tablectl/tablectl/writer/internal/spool"
	"github.com/tablectl/tablectl/writer/internal/vector"
)

// spoolMemory is what finished files may keep in memory together until they are sent.
const spoolMemory = 8 << 20

// Write writes the rows of rr, whose schema is columnar.ArrowSchema(o.Schema), and returns the files in their order: at least one.
// On an error files may be left in the store; nothing names them, and the same call again finds them.
func Write(ctx context.Context, rr array.RecordReader, o Options) (files []manifest.File, err error) {
	o, err = o.withDefaults()
	if err != nil {
		return nil, err
	}
	spools := spool.Open(o.SpoolDir, spoolMemory)
	defer func() { err = errors.Join(err, spools.Close()) }()
	files, _, err = write(ctx, rr, &o, spools)
	return files, err
}

// write also returns the most memory that was under way, for tests.
func write(ctx context.Context, rr array.RecordReader, o *Options, spools *spool.Dir) ([]manifest.File, int64, error) {
	plan, err := newPlan(o)
	if err != nil {
		return nil, 0, err
	}
	// One row group is being collected while others are encoded.
	w := &writing{o: o, plan: plan, spools: spools, memory: max(o.Memory-spoolMemory-maxGroupBytes, MinMemory/2)}
	return w.run(ctx, func(ctx context.Context, p *pool) error { return feed(ctx, rr, o, plan, p, spools) })
}

// writing is row groups on their way to files.
type writing struct {
	o         *Options
	plan      *plan
	spools    *spool.Dir
	memory    int64
	mayBeNone bool // no rows give no file
}

// run encodes the row groups that feed submits and sends the files that they make.
func (w *writing) run(ctx context.Context, feed func(context.Context, *pool) error) ([]manifest.File, int64, error) {
	schema, err := encode.NewSchema(w.o.Schema)
	if err != nil {
		return nil, 0, err
	}
	codec, err := encode.ParseCodec(w.o.Settings.Compression)
	if err != nil {
		return nil, 0, fmt.Errorf("%w: %w", ErrOptions, err)
	}
	g, ctx := errgroup.WithContext(ctx)
	p := newPool(schema, codec, newBudget(w.memory))
	for range w.o.Concurrency {
		g.Go(func() error { return p.work(ctx) })
	}
	s := newSender(w.o, g)
	a := &assembler{
		o: w.o, pool: p, spools: w.spools, sender: s, sorting: w.plan.sorting(schema), seq: w.o.FirstSeq, mayBeNone: w.mayBeNone,
	}
	g.Go(func() error { return a.run(ctx) })
	g.Go(func() error {
		if err := feed(ctx, p); err != nil {
			return err
		}
		p.close()
		return nil
	})
	if err := g.Wait(); err != nil {
		p.abandon()
		return nil, 0, err
	}
	return s.files, p.budget.peak, nil
}

// feed reads all rows and submits them as row groups.
func feed(ctx context.Context, rr array.RecordReader, o *Options, plan *plan, p *pool, spools *spool.Dir) error {
	cut := &cutter{
		maxRows: o.Settings.RowGroupRows, maxBytes: maxGroupBytes,
		emit: func(g *group) error { return p.submit(ctx, g) },
	}
	defer cut.drop()
	take := func(b vector.Batch, keep func() func()) error { return cut.add(nil, b, keep) }
	finish := cut.flush
	if plan.arranges() {
		r := newArranger(o, plan, spools)
		defer r.close()
		take = func(b vector.Batch, _ func() func()) error { return r.add(ctx, b) }
		finish = func() error { return r.emit(ctx, cut) }
	}
	for rr.Next() {
		rec := rr.Record()
		b, err := vector.FromRecord(rec)
		if err != nil {
			return fmt.Errorf("take record batch: %w", err)
		}
		if len(b.Cols) != len(o.Schema.Fields) {
			return fmt.Errorf("take record batch: %d columns, the table has %d", len(b.Cols), len(o.Schema.Fields))
		}
		if err := take(b, func() func() { rec.Retain(); return rec.Release }); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
	}
	if err := rr.Err(); err != nil {
		return err
	}
	return finish()
}
