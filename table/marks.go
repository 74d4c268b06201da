package table

import (
	"context"
	"errors"
	"fmt"

	"github.com/tablectl/tablectl/manifest"
)

// Freeze refuses publishes until Unfreeze. dryRun only looks whether it could.
func (t *Table) Freeze(ctx context.Context, reason string, dryRun bool) error {
	return t.mark(ctx, "freeze", dryRun, func(m *manifest.Manifest, w manifest.Write) (*manifest.Manifest, error) {
		return m.Freeze(reason, w)
	})
}

// Unfreeze allows publishes again.
func (t *Table) Unfreeze(ctx context.Context, dryRun bool) error {
	return t.mark(ctx, "unfreeze", dryRun, (*manifest.Manifest).Unfreeze)
}

// Tag names the version that ref names ("" is the current one), and keeps it from expiring. An existing tag moves only with force.
func (t *Table) Tag(ctx context.Context, name, ref string, force, dryRun bool) (manifest.Version, error) {
	var v manifest.Version
	err := t.mark(ctx, "tag", dryRun, func(m *manifest.Manifest, w manifest.Write) (*manifest.Manifest, error) {
		var err error
		if v, err = t.resolve(m, ref); err != nil {
			return nil, err
		}
		return m.SetTag(name, v, force, w)
	})
	return v, err
}

// Untag forgets a name. The version stays.
func (t *Table) Untag(ctx context.Context, name string, dryRun bool) error {
	return t.mark(ctx, "untag", dryRun, func(m *manifest.Manifest, w manifest.Write) (*manifest.Manifest, error) {
		return m.Untag(name, w)
	})
}

// mark is a flip without a version, and what follows it. What is as wanted already is done already: so a repeated command succeeds.
func (t *Table) mark(ctx context.Context, name string, dryRun bool,
	change func(*manifest.Manifest, manifest.Write) (*manifest.Manifest, error)) error {
	h, err := t.head(ctx)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	var out outcome
	if dryRun {
		if err = t.inPlace(h.m); err == nil {
			_, err = change(h.m, manifest.Write{ID: newID(), At: t.clock.now(), By: t.opts.By})
			err = ofArguments(err)
		}
	} else {
		out, err = t.change(ctx, name, &h, change)
	}
	switch {
	case errors.Is(err, ErrNothingToDo):
		t.opts.Logger.Info("nothing to do", "op", name, "why", err)
	case err != nil:
		return err
	case out.head.m != nil:
		h = out.head
	}
	if dryRun {
		return nil
	}
	_, err = t.follow(ctx, h, false)
	return err
}
