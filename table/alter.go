package table

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/tablectl/tablectl/catalog"
	"github.com/tablectl/tablectl/manifest"
)

// AlterOptions say how a table is to change.
type AlterOptions struct {
	Changes       []manifest.Change // one after the other, in one version
	RunID         string            // makes a repeat known for one; default: none
	Message       string
	ExpectVersion *manifest.Version
	DryRun        bool
}

// alteration is a run that changes how a table is described: its version has the files of its parent.
const alteration Mode = manifest.ModeAlter

// Alter changes the columns, the key, the partition spec or the sort order, by field id: no file is touched, and files that are there are
// read through their ids. It is a version, which shows in the history and can be rolled back. A new partition spec or sort order holds
// for what is written from then on. What is so already is done. Errors: ErrUsage for a change that Iceberg does not allow; ErrInput for
// one that the rows forbid; the refusals of Publish.
func (t *Table) Alter(ctx context.Context, o AlterOptions) (*Result, error) {
	p := &publication{t: t, attempt: newID(), changes: o.Changes, o: PublishOptions{
		Mode: alteration, RunID: o.RunID, Message: o.Message, ExpectVersion: o.ExpectVersion, DryRun: o.DryRun,
	}}
	res, err := p.alter(ctx)
	if err != nil {
		return nil, fmt.Errorf("alter: %w", err)
	}
	return res, t.followUp(ctx, p.base, res)
}

func (p *publication) alter(ctx context.Context) (*Result, error) {
	h, err := p.t.head(ctx)
	if err != nil {
		return nil, err
	}
	p.base, p.looked = h, h.generation()
	if err := p.t.inPlace(h.m); err != nil {
		return nil, err
	}
	if err := p.nameAlteration(); err != nil {
		return nil, err
	}
	if done, err := p.alreadyDone(ctx); done != nil || err != nil {
		return done, err
	}
	err = p.redesign(ctx)
	if errors.Is(err, ErrNothingToDo) {
		return &Result{Table: p.t.URL(), Status: AlreadyPublished, Version: current(h.m), Previous: current(h.m), Current: current(h.m),
			Mode: alteration, Schema: h.m.Schema(), Notes: []string{"the table is so already"}}, nil
	}
	if err != nil {
		return nil, err
	}
	if err := p.checkExpected(h.m); err != nil {
		return nil, err
	}
	if current(h.m) == 0 {
		return p.alterEmpty(ctx)
	}
	if p.o.DryRun {
		return p.dryRun(ctx)
	}
	if err := p.reserve(ctx); err != nil {
		return nil, err
	}
	res, err := p.commit(ctx)
	return res, p.giveUp(ctx, err)
}

// nameAlteration gives the run its id and its fingerprint, which is of the changes.
func (p *publication) nameAlteration() error {
	var words []any
	for _, c := range p.changes {
		words = append(words, fmt.Sprintf("%T", c), c)
	}
	b, err := json.Marshal(words)
	if err != nil {
		return fmt.Errorf("fingerprint: %w", err)
	}
	sum := sha256.Sum256(b)
	p.in = &inputs{fingerprint: "sha256:" + hex.EncodeToString(sum[:])}
	if p.run = p.o.RunID; p.run == "" {
		p.run = "alter-" + newID()[:16]
	}
	return nil
}

// redesign is the design that the changes make of what is current now.
func (p *publication) redesign(ctx context.Context) error {
	m := p.base.m
	on, err := p.parent(ctx)
	if err != nil {
		return err
	}
	d, err := m.Evolve(on.olderSpecs(), p.changes...)
	if errors.Is(err, manifest.ErrSchema) {
		err = fmt.Errorf("%w: %w", ErrUsage, err)
	}
	if err != nil {
		return err
	}
	if err := catalog.CheckPartitioning(d.Schema, d.Spec); err != nil {
		return fmt.Errorf("%w: %w", ErrUsage, err)
	}
	p.layout = layoutWith(d, m.Design(nil), m.Tablectl.Settings)
	return p.checkRows(ctx, on)
}

// alterEmpty changes a table that has no version: a flip without one.
func (p *publication) alterEmpty(ctx context.Context) (*Result, error) {
	res := &Result{Table: p.t.URL(), Status: Published, Mode: alteration, Schema: p.layout.schema}
	change := func(m *manifest.Manifest, w manifest.Write) (*manifest.Manifest, error) {
		d, err := m.Evolve(nil, p.changes...)
		if err != nil {
			return nil, err
		}
		return m.Alter(d, p.o.Message, w)
	}
	if p.o.DryRun {
		res.Status = DryRun
		_, err := change(p.base.m, manifest.Write{ID: newID(), At: p.t.clock.now(), By: p.t.opts.By})
		return res, err
	}
	out, err := p.t.change(ctx, "alter", &p.base, change)
	if err == nil {
		p.base = out.head
	}
	return res, err
}

// Set changes settings and properties: a flip without a version. What is set so already is done.
func (t *Table) Set(ctx context.Context, c manifest.SettingsChange, dryRun bool) error {
	return t.mark(ctx, "set", dryRun, func(m *manifest.Manifest, w manifest.Write) (*manifest.Manifest, error) {
		next, err := m.SetSettings(c, w)
		if errors.Is(err, manifest.ErrInvalid) {
			err = fmt.Errorf("%w: %w", ErrUsage, err)
		}
		return next, err
	})
}
