package table

import (
	"context"
	"errors"
	"fmt"

	"github.com/tablectl/tablectl/manifest"
)

// errExpected is the ErrConflict of --expect-version and --expect-partitions.
var errExpected = fmt.Errorf("%w: the table is not as expected", manifest.ErrConflict)

// errMoved ends a flip whose snapshot no longer fits the manifest: the commit loop looks again.
var errMoved = errors.New("the table has moved on")

// commitRounds bounds how often a publish starts over because others were faster. Each round means that another one got through.
const commitRounds = 1000

// commit is the commit loop, P5 to P8 of the protocol: seal a snapshot on what is current, flip, and start over if the table moved.
func (p *publication) commit(ctx context.Context) (*Result, error) {
	for range commitRounds {
		if done, err := p.mayCommit(ctx); done != nil || err != nil {
			return done, err
		}
		if int64(p.pending.Version) <= p.base.m.LastSequenceNumber || p.givesUpPrefix() {
			if err := p.renumber(ctx); err != nil {
				return nil, err
			}
			continue // what stands now may be later than the new number
		}
		c, fits, err := p.gather(ctx)
		if err != nil {
			return nil, err
		}
		if !fits {
			continue
		}
		sealed, err := p.seal(ctx, c)
		if err != nil {
			return nil, err
		}
		out, err := p.t.drive(ctx, p.commitment(sealed), &p.base)
		if err == nil {
			p.base = out.head
			return p.published(sealed.snapshot), nil
		}
		if !errors.Is(err, errMoved) {
			return nil, err
		}
		p.stray = true
		if p.base, err = p.t.head(ctx); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("%w: other publishes were faster %d times", ErrConflict, commitRounds)
}

// gather composes the version, and copies what it has to have in its own prefix. It does not fit if another version was seen to be current
// meanwhile, while the lease was kept, or if files were written that the version does not name.
func (p *publication) gather(ctx context.Context) (c composition, fits bool, err error) {
	on := current(p.base.m)
	if c, err = p.compose(ctx); err != nil || p.givesUpPrefix() {
		return c, false, err
	}
	err = p.copyFiles(ctx, c.copies)
	fits = current(p.base.m) == on
	p.stray = p.stray || !fits
	return c, fits, err
}

// mayCommit is (a) to (c) of P6: is the run still unpublished, and is this attempt the one that may publish it?
func (p *publication) mayCommit(ctx context.Context) (*Result, error) {
	m := p.base.m
	events := m.Tablectl.Recent
	if h := m.Tablectl.History; h != nil && h.Through > p.looked {
		var err error
		if events, err = p.t.events(ctx, m, p.run); err != nil {
			return nil, err
		}
	}
	if p.publishedSince(events) {
		return p.overtaken(ctx)
	}
	if !p.isPending(m) {
		return nil, fmt.Errorf("%w: another attempt of run %s has taken over", ErrFenced, p.run)
	}
	if err := p.agrees(m); err != nil {
		return nil, err
	}
	return nil, p.checkExpected(m)
}

// agrees refuses to go on with a layout that is not the table's any more. An alteration makes its layout anew.
func (p *publication) agrees(m *manifest.Manifest) error {
	if p.o.Mode == alteration {
		return nil
	}
	return p.layout.agrees(m)
}

// checkExpected is (c) of P6.
func (p *publication) checkExpected(m *manifest.Manifest) error {
	if want := p.o.ExpectVersion; want != nil && current(m) != *want {
		return fmt.Errorf("%w: version %d is current, %d was expected", errExpected, current(m), *want)
	}
	return nil
}

// publishedSince says whether another attempt of this run has published the same since this one looked. An attempt that died after
// sending its flip may still be published late, even between our look and our reservation.
func (p *publication) publishedSince(events []manifest.Event) bool {
	for _, e := range events {
		if e.Generation > p.looked && e.Op == manifest.OpPublish && e.Run == p.run && (e.Fingerprint == p.in.fingerprint || p.o.Mode == Append) {
			return true
		}
	}
	return false
}

// overtaken ends an attempt whose run another attempt has published: it is done, and a reservation of ours is in vain.
func (p *publication) overtaken(ctx context.Context) (*Result, error) {
	done, err := p.doneIn(ctx, p.base.m)
	if err == nil && p.isPending(p.base.m) {
		p.withdraw(ctx, "", "", "another attempt of this run was published")
	}
	return done, err
}

// renumber is (e) of P6: a higher number was published meanwhile, so this run takes a new one. Its files stay where they are. A run that
// gives its prefix up does the same.
func (p *publication) renumber(ctx context.Context) error {
	out, err := p.t.drive(ctx, p.renumbering(), &p.base)
	if err != nil {
		return err
	}
	p.base = out.head
	p.pending, _ = out.head.m.PendingRun(p.run)
	p.stray = false
	for i := range p.files {
		p.files[i].AddedBy.Version = p.pending.Version
	}
	if p.blank != nil {
		p.blank.AddedBy.Version = p.pending.Version
	}
	return nil
}

func (p *publication) renumbering() operation {
	had := p.pending.Version
	return operation{
		name: "take a new number",
		change: func(m *manifest.Manifest, w manifest.Write) (*manifest.Manifest, error) {
			if m == nil {
				return nil, ErrManifestMissing
			}
			next, _, err := m.Renumber(p.run, p.attempt, w)
			return next, err
		},
		effect: func(m *manifest.Manifest) bool {
			e, ok := m.PendingRun(p.run)
			return ok && e.Attempt == p.attempt && e.Version > had
		},
	}
}

// commitment is the flip that makes a sealed snapshot current.
func (p *publication) commitment(s sealed) operation {
	return operation{name: "publish", readBack: true, change: func(m *manifest.Manifest, w manifest.Write) (*manifest.Manifest, error) {
		if m == nil {
			return nil, ErrManifestMissing
		}
		if !p.isPending(m) || current(m) != s.parent || int64(p.pending.Version) <= m.LastSequenceNumber ||
			m.Tablectl.Settings.SelfContained() != s.snapshot.SelfContained() {
			return nil, errMoved
		}
		return m.Commit(manifest.Commit{
			Run: p.run, Attempt: p.attempt, Snapshot: s.snapshot, SnapshotKey: s.key, SnapshotSHA256: s.sha256,
			ManifestList: p.t.URL() + "/" + s.snapshot.Iceberg.ManifestList, Message: p.o.Message, ExpectVersion: p.o.ExpectVersion,
		}, w)
	}}
}

// published is the result of a flip that went through.
func (p *publication) published(s *manifest.Snapshot) *Result {
	res := p.t.resultOf(s, Published)
	res.Current = current(p.base.m)
	res.Notes = p.in.notes
	for _, f := range p.files {
		if f.Verbatim {
			res.Verbatim++
		}
	}
	return res
}

// current is the current version, 0 for none.
func current(m *manifest.Manifest) manifest.Version {
	if m == nil || m.CurrentSnapshotID < 1 {
		return 0
	}
	return manifest.Version(m.CurrentSnapshotID)
}

// resultOf says what a snapshot holds.
func (t *Table) resultOf(s *manifest.Snapshot, status Status) *Result {
	res := &Result{
		Table: t.URL(), Status: status, Version: s.Version, Run: s.Run, Mode: Mode(s.Mode), Rows: s.Rows, Files: s.FileCounts,
		Report: s.Report, Schema: s.Schema,
	}
	if s.Parent != nil {
		res.Previous = s.Parent.Version
	}
	return res
}

// alreadyPublished is the result of a run that has nothing left to do. A version that has expired since is known by its number only.
func (p *publication) alreadyPublished(ctx context.Context, m *manifest.Manifest, e manifest.Event) (*Result, error) {
	res := &Result{Table: p.t.URL(), Version: e.Version, Run: p.run, Mode: p.o.Mode, Schema: m.Schema()}
	if entry, ok := m.Live(e.Version); ok {
		s, err := p.t.snapshot(ctx, entry)
		if err != nil {
			return nil, err
		}
		res = p.t.resultOf(s, AlreadyPublished)
	}
	res.Status, res.Previous, res.Current, res.Notes = AlreadyPublished, e.From, current(m), p.in.notes
	return res, nil
}
