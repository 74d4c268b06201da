package table

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tablectl/tablectl/manifest"
)

// Publish writes the inputs as a new version, validates it and makes it current. Running the same publish again is safe at any
// time and after any failure: it resumes, or finds that it is done. The steps are those of FORMAT.md, "Publish".
//
// Errors: ErrInput and ErrValidation leave nothing visible; ErrConflict, ErrFrozen, ErrRolledBack, ErrRunReused and ErrFenced are
// refusals; ErrOutcomeUnknown is settled by running the same again; ErrStoreNotAtomic means that the store is no place for a table.
// ErrBehind comes with a result: the version is published, and a catalog does not show it yet.
func (t *Table) Publish(ctx context.Context, o PublishOptions) (*Result, error) {
	started := time.Now()
	if err := o.checkOptions(); err != nil {
		return nil, fmt.Errorf("publish: %w", err)
	}
	p := &publication{t: t, o: o, attempt: newID()}
	defer p.close()
	res, err := p.publish(ctx)
	if err != nil {
		return nil, fmt.Errorf("publish: %w", err)
	}
	err = t.followUp(ctx, p.base, res) // P9
	res.Elapsed = time.Since(started)
	return res, err
}

// publication is one attempt of one run.
type publication struct {
	t       *Table
	o       PublishOptions
	run     string
	attempt string

	base    head                                             // the manifest at the start; without one there was no table
	create  func(manifest.Write) (*manifest.Manifest, error) // set if there was none
	define  *manifest.Table                                  // set if there is a blank one, which this publish may define
	created bool                                             // the reservation of this attempt brought the definition
	looked  int64                                            // generation at which P1 was decided: what came later, this attempt does not know yet
	in      *inputs
	layout  layout
	pending manifest.Pending
	resumed bool                     // an earlier attempt had the reservation
	stray   bool                     // the prefix may hold data files that the version will not name
	began   *manifest.Manifest       // what stood when this attempt reserved: later changes of the same rows are conflicts
	on      *parent                  // the version that is built on, as far as it was read
	changes []manifest.Change        // of an alteration
	older   []manifest.PartitionSpec // of files that are there, beside the table's own
	stated  stated
	merging *merging // of an upsert or delete

	uniqueOn manifest.Version  // the parent with which the keys of the files that were written go together
	files    []manifest.File   // what this run wrote and the version names
	blank    *manifest.File    // a file without rows, for a version that has no other
	reports  []manifest.Report // of all files that this attempt wrote
	gauge    *gauge
}

func (p *publication) close() {
	if p.in != nil {
		p.in.close()
	}
	if p.merging != nil {
		p.merging.close() //nolint:errcheck // temporary files; the next run sweeps what is left
	}
}

func (p *publication) publish(ctx context.Context) (*Result, error) {
	if err := p.look(ctx); err != nil { // P0
		return nil, err
	}
	if err := p.prepare(ctx); err != nil {
		return nil, err
	}
	if done, err := p.alreadyDone(ctx); done != nil || err != nil { // P1
		return done, err
	}
	if err := p.checkExpected(p.base.m); err != nil { // no need to reserve what cannot be committed
		return nil, err
	}
	if p.o.DryRun {
		return p.dryRun(ctx)
	}
	if err := p.reserve(ctx); err != nil { // P2
		return nil, err
	}
	if done, err := p.mayCommit(ctx); done != nil || err != nil { // nor to write it
		return done, p.giveUp(ctx, err)
	}
	if err := p.leased(ctx, p.stage); err != nil { // P3, P4
		return nil, p.giveUp(ctx, err)
	}
	res, err := p.commit(ctx) // P5 to P8
	if err != nil {
		return nil, p.giveUp(ctx, err)
	}
	return res, nil
}

// look reads the manifest, or finds that the table has to be created.
func (p *publication) look(ctx context.Context) error {
	h, err := p.t.load(ctx)
	switch {
	case isNotFound(err):
		if p.create, err = p.t.creation(ctx, p.o.Definition); err != nil {
			return err
		}
		return p.t.checkEmpty(ctx)
	case err != nil:
		return err
	}
	p.base, p.looked = h, h.generation()
	if err := p.t.inPlace(h.m); err != nil || !h.m.Blank(p.o.RunID) {
		return err
	}
	def, err := p.t.describe(ctx, p.o.Definition)
	p.define = &def
	return err
}

// alreadyDone is P1: a run that was published before is not published again, unless that is asked for.
func (p *publication) alreadyDone(ctx context.Context) (*Result, error) {
	if p.base.m == nil || p.o.Rerun {
		return nil, nil
	}
	return p.doneIn(ctx, p.base.m)
}

// doneIn looks for this run in the history of m.
func (p *publication) doneIn(ctx context.Context, m *manifest.Manifest) (*Result, error) {
	state, event, err := p.t.sameRunAgain(ctx, m, p.run, p.in.fingerprint)
	switch {
	case err != nil:
		return nil, err
	case state == manifest.RunPublished:
		return p.alreadyPublished(ctx, m, event)
	case state == manifest.RunOther && p.o.Mode == Append:
		return nil, fmt.Errorf("%w: run %s published version %d with other content or options; adding to it would count rows twice; --rerun replaces what it added",
			ErrRunReused, p.run, event.Version)
	case state == manifest.RunRolledBack:
		return nil, fmt.Errorf("%w: run %s published version %d with the same content, and the table was rolled back past it (current is %d); use --rerun to publish it again",
			ErrRolledBack, p.run, event.Version, m.CurrentSnapshotID)
	}
	return nil, nil
}

// leased does something while a lease on the reservation is kept. It ends early if another attempt takes the run over.
func (p *publication) leased(ctx context.Context, do func(context.Context) error) error {
	leased, l := p.t.keepLease(ctx, p.run, p.attempt, p.base)
	err := do(leased)
	p.base = l.stop()
	if cause := context.Cause(leased); err != nil && errors.Is(cause, ErrFenced) {
		return cause
	}
	return err
}

// reserve is P2: the number, the pending entry, and with them the fence against earlier attempts of this run. A table that does
// not exist is created by the same write.
func (p *publication) reserve(ctx context.Context) error {
	if p.create != nil {
		if err := p.t.probeUpdate(ctx); err != nil {
			return err
		}
	}
	op := operation{name: "reserve a version", change: p.reservation, effect: p.isPending}
	out, err := p.t.drive(ctx, op, &p.base)
	if err != nil {
		return err
	}
	p.base = out.head
	p.pending, _ = out.head.m.PendingRun(p.run)
	p.began = out.head.m
	p.t.opts.Logger.Info("reserved", "run", p.run, "version", p.pending.Version, "attempt", p.attempt)
	if p.create != nil {
		return p.t.probeCreate(ctx)
	}
	if p.stray = p.resumed; p.givesUpPrefix() {
		return p.renumber(ctx)
	}
	return nil
}

func (p *publication) reservation(m *manifest.Manifest, w manifest.Write) (*manifest.Manifest, error) {
	p.created = false
	if m == nil {
		if p.create == nil {
			return nil, ErrManifestMissing
		}
		var err error
		if m, err = p.create(manifest.Write{ID: newID(), At: w.At, By: w.By}); err != nil {
			return nil, err
		}
		p.created = true
	} else if err := p.t.inPlace(m); err != nil {
		return nil, err
	} else if p.define != nil && m.Blank(p.run) {
		if m, err = m.Define(*p.define, w); err != nil {
			return nil, err
		}
		p.created = true
	}
	if err := p.agrees(m); err != nil {
		return nil, err
	}
	_, had := m.PendingRun(p.run)
	p.resumed = had && !p.isPending(m)
	next, _, err := m.Reserve(p.run, p.attempt, string(p.o.Mode), w.At+manifest.Time(p.t.opts.Lease.Milliseconds()), w)
	return next, err
}

// isPending says whether this attempt holds the reservation.
func (p *publication) isPending(m *manifest.Manifest) bool {
	e, ok := m.PendingRun(p.run)
	return ok && e.Attempt == p.attempt
}

// giveUp ends an attempt that cannot succeed. What another try could cure (the store away, a cancelled context) leaves the
// reservation for that try to resume; what is wrong with the input or the files takes it out, with the reason in the history.
func (p *publication) giveUp(ctx context.Context, cause error) error {
	if cause == nil || !final(cause) || ctx.Err() != nil {
		return cause
	}
	var invalid *ValidationError
	key, sha := "", ""
	if errors.As(cause, &invalid) {
		var err error
		if key, sha, err = p.putFailedSnapshot(ctx, invalid.Report); err != nil {
			p.t.opts.Logger.Warn("the failed report could not be kept", "err", err)
		}
	}
	p.withdraw(ctx, key, sha, reasonFor(cause))
	return cause
}

// withdraw takes the reservation out, with the reason in the history. If that cannot be done now, the reservation stays until its
// lease ends; it does no harm.
func (p *publication) withdraw(ctx context.Context, snapshotKey, sha, why string) {
	op := operation{name: "withdraw the reservation", change: func(m *manifest.Manifest, w manifest.Write) (*manifest.Manifest, error) {
		if m == nil {
			return nil, ErrManifestMissing
		}
		if p.created {
			return m.RejectFirst(p.run, p.attempt, p.pending.Version, snapshotKey, sha, why, w)
		}
		return m.Reject(p.run, p.attempt, p.pending.Version, snapshotKey, sha, why, w)
	}}
	if _, err := p.t.drive(ctx, op, &p.base); err != nil {
		p.t.opts.Logger.Warn("the reservation stays until its lease ends", "version", p.pending.Version, "err", err)
	}
}

// final says whether the same inputs would fail in the same way again.
func final(err error) bool {
	return errors.Is(err, ErrInput) || errors.Is(err, ErrUsage) || errors.Is(err, ErrValidation) || errors.Is(err, ErrInputChanged) ||
		errors.Is(err, errExpected) || errors.Is(err, errOverlap)
}

// reasonFor is the cause as the history keeps it: without values of the input, which may be private.
func reasonFor(cause error) string {
	switch {
	case errors.Is(cause, ErrValidation):
		return "validation failed"
	case errors.Is(cause, errExpected):
		return "the table is not as it was expected to be"
	case errors.Is(cause, errOverlap):
		return "another publish has changed the same rows"
	case errors.Is(cause, ErrInputChanged):
		return "an input changed while it was read"
	default:
		return "an input does not fit the table"
	}
}
