package histories

import (
	"context"
	"errors"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/table"
)

// repeatable is a publish that was done once, to columns as they are now.
func (p *player) repeatable() *done {
	if len(p.old) == 0 {
		return nil
	}
	d := &p.old[p.d.r.IntN(len(p.old))]
	if d.step.Alter != nil || !sameColumns(p.model, p.old, d.parent) {
		return nil
	}
	times := 0
	for _, o := range p.old {
		if o.step.Run == d.step.Run {
			times++
		}
	}
	if times > 1 {
		return nil
	}
	return d
}

// again does a publish once more: it is known for one, and changes nothing.
func (p *player) again(d *done) {
	p.t.Helper()
	p.note("again %s, which is version %d", d.step.Run, d.version)
	s := *d.step
	s.Planned = false
	events := len(p.check.Events())
	got := p.do(context.Background(), p.check, &s)
	switch {
	case len(p.check.Events()) != events:
		p.fail("the same again left an event")
	case p.ancestor(d.version):
		if got.err != nil || got.res.Status != table.AlreadyPublished || got.res.Version != d.version {
			p.fail("the same again: %+v, %v", got.res, got.err)
		}
	case !errors.Is(got.err, table.ErrRolledBack):
		p.fail("the same again, after a rollback: %+v, %v", got.res, got.err)
	}
}

// ancestor says whether what is current was built on v.
func (p *player) ancestor(v manifest.Version) bool {
	for at := p.current; at != 0; {
		if at == v {
			return true
		}
		for _, d := range p.old {
			if d.version == at {
				at = d.parent
				break
			}
		}
	}
	return false
}

// backTo is the state of a version that is current again. What may have been rewritten since is known as it was then.
func (m *Model) backTo(then *Model) *Model { return then.clone() }
