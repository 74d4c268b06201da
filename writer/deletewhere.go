package writer

import (
	"context"
	"errors"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"golang.org/x/sync/errgroup"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer/internal/spool"
)

// DeleteWhere writes the files of base again without the rows for which match is true. A file without such a row stays; one of such
// rows only is dropped. match gets batches of the columns, of which it keeps nothing, from several goroutines at once, and gives an
// entry a row.
func DeleteWhere(ctx context.Context, base []manifest.File, columns manifest.Schema, match func(arrow.Record) ([]bool, error), o Options) (m Merged, err error) {
	if o, err = o.withDefaults(); err != nil {
		return m, err
	}
	spools := spool.Open(o.SpoolDir, spoolMemory)
	defer func() { err = errors.Join(err, spools.Close()) }()
	plan, err := newPlan(&o)
	if err != nil {
		return m, err
	}
	w := &writing{o: &o, plan: plan, spools: spools, memory: max(o.Memory/2, MinMemory/2), mayBeNone: true}
	d := &deletion{rewriter: rewriter{o: &o}, columns: columns, match: match}
	m.Files, _, err = w.run(ctx, func(ctx context.Context, p *pool) error {
		d.pool, d.schema = p, p.schema
		return eachFile(ctx, &o, base, func(_ int, b *baseFile) error { return d.file(ctx, b, &m) })
	})
	m.Chunks = d.copied.Load()
	return m, err
}

// deletion is one DeleteWhere.
type deletion struct {
	rewriter
	columns manifest.Schema
	match   func(arrow.Record) ([]bool, error)
}

func (d *deletion) file(ctx context.Context, b *baseFile, m *Merged) error {
	all := make([]*edits, b.file.NumRowGroups())
	g, inner := errgroup.WithContext(ctx)
	g.SetLimit(d.o.Concurrency)
	for i := range all {
		g.Go(func() (err error) {
			all[i], err = d.group(inner, b, i)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	gone := int64(0)
	for _, e := range all {
		gone += int64(e.removed)
	}
	if gone == 0 {
		return nil
	}
	m.Dropped = append(m.Dropped, b.Key)
	m.Deleted += gone
	m.Carried += b.Rows - gone
	if gone == b.Rows {
		return nil
	}
	return d.rewriter.file(ctx, b, func(i int) (*edits, error) { return all[i], nil })
}

// group finds the rows of a row group that go.
func (d *deletion) group(ctx context.Context, b *baseFile, group int) (*edits, error) {
	r, err := b.file.Read(ctx, d.columns, columnar.ReadOptions{RowGroups: []int{group}, Concurrency: 1, BatchBytes: 4 << 20})
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", b.Key, err)
	}
	defer r.Release()
	e := &edits{}
	row := int32(0)
	for r.Next() {
		hit, err := d.match(r.Record())
		if err != nil {
			return nil, err
		}
		for _, yes := range hit {
			if yes {
				e.add(row, actRemove, nowhere)
			}
			row++
		}
	}
	if err := r.Err(); err != nil {
		return nil, fmt.Errorf("read %s: %w", b.Key, err)
	}
	return e, nil
}
