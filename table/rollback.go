package table

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/tablectl/tablectl/manifest"
)

// RollbackOptions say where to go back to.
type RollbackOptions struct {
	To         string // a number, a tag, a time, or "previous"
	Freeze     string // refuse publishes afterwards, for this reason
	Message    string
	CheckFiles bool // look for every file of that version first
	DryRun     bool
}

// Rollback makes an older (or newer) live version current, in one write. No data moves. Running it again does nothing.
func (t *Table) Rollback(ctx context.Context, o RollbackOptions) (*Result, error) {
	h, err := t.head(ctx)
	if err != nil {
		return nil, fmt.Errorf("roll back: %w", err)
	}
	if err := t.inPlace(h.m); err != nil {
		return nil, err
	}
	to, err := t.resolve(h.m, o.To)
	if err != nil {
		return nil, fmt.Errorf("roll back: %w", err)
	}
	v, err := t.view(ctx, h.m, to)
	if err != nil {
		return nil, fmt.Errorf("roll back: %w", err)
	}
	if o.CheckFiles {
		if err := v.checkFiles(ctx); err != nil {
			return nil, fmt.Errorf("roll back to version %d: %w", to, err)
		}
	}
	res := t.resultOf(v.snap, RolledBack)
	res.Previous, res.Current = current(h.m), to
	if o.DryRun {
		res.Status = DryRun
		_, err := h.m.Rollback(to, o.Freeze, o.Message, manifest.Write{ID: newID(), At: t.clock.now(), By: t.opts.By})
		return res, err
	}
	out, err := t.change(ctx, "roll back", &h, func(m *manifest.Manifest, w manifest.Write) (*manifest.Manifest, error) {
		res.Previous = current(m)
		return m.Rollback(to, o.Freeze, o.Message, w)
	})
	if err != nil {
		return nil, err
	}
	res.Current = current(out.head.m)
	return res, nil
}

// change is a flip of a table that exists.
func (t *Table) change(ctx context.Context, name string, known *head,
	change func(*manifest.Manifest, manifest.Write) (*manifest.Manifest, error)) (outcome, error) {
	op := operation{name: name, readBack: true, change: func(m *manifest.Manifest, w manifest.Write) (*manifest.Manifest, error) {
		if m == nil {
			return nil, fmt.Errorf("%w: %s", ErrNoTable, t.URL())
		}
		if err := t.inPlace(m); err != nil {
			return nil, err
		}
		return change(m, w)
	}}
	return t.drive(ctx, op, known)
}

// checkFiles looks for every file of the version, with its size.
func (v *View) checkFiles(ctx context.Context) error {
	g, heads := errgroup.WithContext(ctx)
	g.SetLimit(v.t.requests())
	err := v.eachFile(ctx, nil, func(f manifest.File) error {
		g.Go(func() error { return v.checkFile(heads, f) })
		return heads.Err()
	})
	if missed := g.Wait(); missed != nil {
		return missed
	}
	return v.t.missing(ctx, v.Version(), err)
}

func (v *View) checkFile(ctx context.Context, f manifest.File) error {
	info, err := v.t.store.Head(ctx, f.Key)
	switch {
	case isNotFound(err):
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	case err != nil:
		return err
	case info.Size != f.Bytes:
		return fmt.Errorf("%w: %s has %d bytes, not %d", ErrCorrupt, f.Key, info.Size, f.Bytes)
	}
	return nil
}
