package table

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/tablectl/tablectl/manifest"
)

// RollbackOptions say where to go back to.
type RollbackOptions struct {
	To         string // a number, a tag, a time, or "previous"
	Freeze     string // refuse publishes afterwards, for this reason
	Message    string // for the history; default: the reason in Freeze
	CheckFiles bool   // look for every file of that version first
	DryRun     bool
}

// RollbackError is a rollback that was decided on and did not end well. To is the version that was meant: "previous" may be another one
// by now.
type RollbackError struct {
	To  manifest.Version
	Err error
}

// Error names the version.
func (e *RollbackError) Error() string { return fmt.Sprintf("to version %d: %v", e.To, e.Err) }

// Unwrap is what went wrong.
func (e *RollbackError) Unwrap() error { return e.Err }

// Rollback makes an older (or newer) live version current, in one write. No data moves. Running it again does nothing, and is no error:
// so whoever does not know how it ended can find out. ErrBehind comes with a result: the table is rolled back, and a catalog does not show it.
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
		_, err := o.transition(h.m, to, manifest.Write{ID: newID(), At: t.clock.now(), By: t.opts.By})
		return res, res.settle(to, ofArguments(err))
	}
	out, err := t.change(ctx, "roll back", &h, func(m *manifest.Manifest, w manifest.Write) (*manifest.Manifest, error) {
		res.Previous = current(m)
		return o.transition(m, to, w)
	})
	if err := res.settle(to, err); err != nil {
		return nil, &RollbackError{to, err}
	}
	if out.head.m != nil {
		h, res.Current = out.head, current(out.head.m)
	}
	return res, t.followUp(ctx, h, res)
}

// transition rolls back and freezes. A table that is at this version already is only frozen. The history keeps why, also when the table is
// frozen no more.
func (o RollbackOptions) transition(m *manifest.Manifest, to manifest.Version, w manifest.Write) (*manifest.Manifest, error) {
	if o.Freeze != "" && to == current(m) {
		return m.Freeze(o.Freeze, w)
	}
	return m.Rollback(to, o.Freeze, cmp.Or(o.Message, o.Freeze), w)
}

// settle takes it for done that nothing is left to do.
func (r *Result) settle(to manifest.Version, err error) error {
	if !errors.Is(err, ErrNothingToDo) {
		return err
	}
	r.Notes = append(r.Notes, fmt.Sprintf("version %d is current already; nothing was written", to))
	return nil
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
