package table

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/tablectl/tablectl/internal/objstore/filestore"
	"github.com/tablectl/tablectl/internal/objstore/overlay"
	"github.com/tablectl/tablectl/manifest"
)

// dryRun rehearses the publish: everything is read, written, read back and validated as it would be, but what is written goes to a
// temporary directory. Nothing is written to the table.
func (p *publication) dryRun(ctx context.Context) (*Result, error) {
	before := p.base.m
	r, err := p.rehearse(ctx)
	if err != nil {
		return nil, err
	}
	r.result.Plan, err = p.planOf(ctx, r, before)
	return r.result, err
}

// rehearsal is what a publish would do.
type rehearsal struct {
	result      *Result
	composition composition
	on          *parent
	puts, gets  int64 // requests
}

func (p *publication) rehearse(ctx context.Context) (r *rehearsal, err error) {
	dir, err := os.MkdirTemp(p.t.opts.SpoolDir, "tablectl-rehearsal-")
	if err != nil {
		return nil, fmt.Errorf("make a directory for the rehearsal: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	above, err := filestore.New(dir)
	if err != nil {
		return nil, err
	}
	store := overlay.New(p.t.store, above)
	if err := p.pretend(store); err != nil {
		return nil, err
	}
	if done, err := p.mayCommit(ctx); done != nil || err != nil {
		return &rehearsal{result: done}, err
	}
	if err := p.stage(ctx); err != nil {
		return nil, err
	}
	p.stray = false // the rehearsal has no second round
	c, _, err := p.gather(ctx)
	if err != nil {
		return nil, err
	}
	sealed, err := p.seal(ctx, c)
	if err != nil {
		return nil, err
	}
	on, err := p.parent(ctx)
	if err != nil {
		return nil, err
	}
	res := p.published(sealed.snapshot)
	res.Status = DryRun
	puts, gets := store.Counts()
	return &rehearsal{res, c, on, puts + manifestWrites, gets + manifestReads}, nil
}

// The requests of a publish for the manifest, which a rehearsal does not send: to look, to reserve, to commit and to look again.
const (
	manifestWrites = 2
	manifestReads  = 2
)

// pretend makes this attempt one that has reserved its version, in a copy of the table whose writes go elsewhere.
func (p *publication) pretend(store *overlay.Store) error {
	w := manifest.Write{ID: newID(), At: p.t.clock.now(), By: p.t.opts.By}
	next, err := p.reservation(p.base.m, w)
	if err != nil {
		return err
	}
	t := *p.t
	t.store = store
	p.t, p.began = &t, next
	p.base = head{m: next, etag: p.base.etag}
	p.pending, _ = next.PendingRun(p.run)
	return nil
}
