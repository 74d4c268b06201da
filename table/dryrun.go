package table

import (
	"context"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/manifest"
)

// dryRun reads and parses every row and says what a publish would do. Nothing is written anywhere.
func (p *publication) dryRun(ctx context.Context) (*Result, error) {
	m := p.base.m
	if m == nil {
		var err error
		if m, err = p.create(manifest.Write{ID: newID(), At: p.t.clock.now(), By: p.t.opts.By}); err != nil {
			return nil, err
		}
	}
	if _, err := p.reservation(m, manifest.Write{ID: newID(), At: p.t.clock.now(), By: p.t.opts.By}); err != nil {
		return nil, err
	}
	rr, err := p.rows(ctx, columnar.ArrowSchema(p.layout.schema))
	if err != nil {
		return nil, err
	}
	defer rr.Release()
	res := &Result{
		Table: p.t.URL(), Status: DryRun, Version: m.Tablectl.NextVersion, Previous: current(m), Current: current(m),
		Run: p.run, Mode: p.o.Mode, Schema: p.layout.schema, Notes: p.in.notes,
	}
	if e, ok := m.PendingRun(p.run); ok {
		res.Version = e.Version
	}
	for rr.Next() {
		res.Rows.Added += rr.Record().NumRows()
	}
	res.Rows.Total = res.Rows.Added
	if e, ok := m.Current(); ok {
		res.Rows.Deleted = summaryCount(e, "total-records")
	}
	return res, rr.Err()
}
