package histories

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/internal/objstore/faultstore"
	"github.com/tablectl/tablectl/internal/objstore/memstore"
	"github.com/tablectl/tablectl/internal/tabletest"
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/table"
)

// Oracle is somebody beside the model who can do what is done to the table.
type Oracle interface {
	Begin(columns []manifest.Field, key, parts []string)
	Do(*Step)                         // all but a rollback
	Keep(manifest.Version)            // what it holds now is that version
	Restore(manifest.Version)         // back to it
	Rows(like []manifest.Field) *Rows // all that it holds now
	Parquet(in *Rows, path string)    // writes a file
}

// Options are how histories are made.
type Options struct {
	Seed   uint64
	Steps  int
	Oracle Oracle // may be nil
	Dir    string // for inputs and temporary files
}

// done is a version that was published.
type done struct {
	step    *Step
	version manifest.Version
	parent  manifest.Version
	model   *Model
}

// state is what is current at a moment.
type state struct {
	current manifest.Version
	model   *Model
}

// player does one history.
type player struct {
	t       testing.TB
	o       Options
	d       *drawer
	check   *tabletest.Store
	model   *Model
	current manifest.Version
	states  []state // of the step that is being done: before, and after each of what took place
	old     []done
	trace   []string
	first   table.Definition
}

// Play does one history. Whatever differs fails the test, with the seed and the steps that led there.
func Play(t testing.TB, o Options) {
	t.Helper()
	r := rand.New(rand.NewPCG(o.Seed, 4))
	p := &player{t: t, o: o, d: &drawer{r: r, parquet: o.Oracle != nil}, check: tabletest.Check(t, memstore.New(memstore.Options{}))}
	p.model = p.d.table()
	p.first = table.Definition{Columns: p.model.Columns, Key: p.model.key, PartitionBy: quoted(p.model.parts), SortBy: quoted(p.model.sort),
		RowGroupRows: []int64{0, 4, 9}[r.IntN(3)], TargetFileBytes: []int64{0, 1 << 10}[r.IntN(2)], Layout: p.d.layout()}
	p.note("columns %v, key %q, partitions %q, sort %q, row groups of %d, files of %d bytes, %s", p.model.Columns, p.model.key, p.model.parts,
		p.model.sort, p.first.RowGroupRows, p.first.TargetFileBytes, p.first.Layout)
	if o.Oracle != nil {
		o.Oracle.Begin(p.model.Columns, p.model.key, p.model.parts)
	}
	if _, err := p.open(p.check).Init(context.Background(), p.first, false); err != nil {
		p.fail("init: %v", err)
	}
	p.play(p.d.publish(p.model, table.Append)) // what keyed deletes and rollbacks need
	for range o.Steps {
		if p.d.chance(8) {
			p.relay(p.d.layout())
		}
		if d := p.repeatable(); d != nil && p.d.chance(6) {
			p.again(d)
		} else if len(p.old) > 0 {
			p.play(p.d.step(p.model, p.old))
		} else {
			p.play(p.d.publish(p.model, table.Append))
		}
	}
	for _, d := range p.old {
		p.same(d.version, d.model)
	}
}

// relay changes the layout of what is published from now on.
func (p *player) relay(layout string) {
	p.note("layout %s", layout)
	err := p.open(p.check).Set(context.Background(), manifest.SettingsChange{Layout: &layout}, false)
	if err != nil && !errors.Is(err, table.ErrNothingToDo) {
		p.fail("set the layout: %v", err)
	}
}

// quoted are names in the words of layouts.
func quoted(names []string) []string {
	var out []string
	for _, n := range names {
		out = append(out, Quote(n))
	}
	return out
}

func (p *player) note(format string, args ...any) {
	p.trace = append(p.trace, fmt.Sprintf(format, args...))
}

func (p *player) fail(format string, args ...any) {
	p.t.Helper()
	p.t.Fatalf("%s\nseed %d:\n%s", fmt.Sprintf(format, args...), p.o.Seed, strings.Join(p.trace, "\n"))
}

func (p *player) open(s objstore.Store) *table.Table {
	t, err := table.Open(context.Background(), "", table.Options{Store: s, By: "test@test", SpoolDir: p.o.Dir})
	if err != nil {
		p.fail("open: %v", err)
	}
	return t
}

// outcome is how a step ended for the one who did it.
type outcome struct {
	res *table.Result
	err error
}

// play does a step, with what goes wrong or comes between, and compares.
func (p *player) play(s *Step) {
	p.t.Helper()
	p.note("%s", s)
	p.tag(s)
	p.tag(s.Between)
	before := len(p.check.Events())
	var between outcome
	p.states = []state{{p.current, p.model}}
	reserved, came := false, false
	got := p.try(s, func() {
		came = true
		reserved = p.pending(s.Run)
		between = p.do(context.Background(), p.check, s.Between)
	})
	var did []*Step
	for _, e := range p.check.Events()[before:] {
		if step := p.stepOf(s, e, came); step != nil {
			p.took(step, e.Version)
			did = append(did, step)
		}
	}
	if s.Abandon && got.err != nil {
		return // whoever died knows nothing
	}
	p.settle(s, got, did, came && reserved)
	if came {
		p.settle(s.Between, between, did, false)
	}
}

// tag gives a version the name by which a rollback goes.
func (p *player) tag(s *Step) {
	if s == nil || s.Tag == "" {
		return
	}
	if _, err := p.open(p.check).Tag(context.Background(), s.Tag, fmt.Sprint(s.Rollback), true, false); err != nil {
		p.fail("tag: %v", err)
	}
}

// stepOf is the step that an event is of.
func (p *player) stepOf(s *Step, e manifest.Event, came bool) *Step {
	for _, step := range []*Step{s, s.Between} {
		if step == nil || step == s.Between && !came {
			continue
		}
		switch e.Op {
		case manifest.OpRollback:
			if step.Rollback != 0 {
				return step
			}
		case manifest.OpPublish:
			if step.Run == e.Run {
				return step
			}
		}
	}
	return nil
}

// try does a step once or, where something goes wrong, twice.
func (p *player) try(s *Step, meanwhile func()) outcome {
	if s.Request == 0 {
		return p.do(context.Background(), p.check, s)
	}
	if s.Between != nil {
		return p.do(context.Background(), faultstore.New(p.check, faultstore.Options{Plan: func(r faultstore.Request) faultstore.Fault {
			if r.N == s.Request {
				meanwhile()
			}
			return faultstore.Fault{}
		}}), s)
	}
	ctx, kill := context.WithCancelCause(context.Background())
	defer kill(nil)
	f := faultstore.New(p.check, faultstore.Options{Plan: faultstore.At(s.Request, s.Fault), OnKill: func() { kill(faultstore.ErrKilled) }})
	out := p.do(ctx, f, s)
	if !s.Abandon {
		out = p.do(context.Background(), p.check, s)
	}
	f.Deliver()
	return out
}

// pending says whether a run has its reservation.
func (p *player) pending(run string) bool {
	_, ok := p.check.Manifest().PendingRun(run)
	return ok
}

// took notes that a step took place and is now a version, and compares.
func (p *player) took(s *Step, v manifest.Version) {
	p.t.Helper()
	if s.Rollback != 0 {
		if v != s.Rollback {
			p.fail("rolled back to %d, not to %d", v, s.Rollback)
		}
		p.model = p.model.backTo(p.at(v))
		if p.o.Oracle != nil {
			p.o.Oracle.Restore(v)
		}
	} else {
		next := p.model.clone()
		c, err := next.do(s)
		if err != nil {
			p.fail("version %d was published, but %v", v, err)
		}
		p.counted(s, v, c, len(next.Values))
		if p.o.Oracle != nil {
			p.o.Oracle.Do(s)
			p.o.Oracle.Keep(v)
		}
		p.model = next
		p.old = append(p.old, done{step: s, version: v, parent: p.current, model: next.clone()})
	}
	p.current = v
	p.states = append(p.states, state{v, p.model})
	p.same(v, p.model)
	if p.o.Oracle != nil {
		p.equal(fmt.Sprintf("version %d as the oracle has it", v), p.o.Oracle.Rows(p.model.Columns), p.model)
	}
}

func (p *player) at(v manifest.Version) *Model {
	i := slices.IndexFunc(p.old, func(d done) bool { return d.version == v })
	if i < 0 {
		p.fail("no version %d was published", v)
	}
	return p.old[i].model
}

// same compares a version with what it must hold.
func (p *player) same(v manifest.Version, want *Model) {
	p.t.Helper()
	view, err := p.open(p.check).At(context.Background(), fmt.Sprint(v))
	if err != nil {
		p.fail("open version %d: %v", v, err)
	}
	got, err := scan(context.Background(), view)
	if err != nil {
		p.fail("scan version %d: %v", v, err)
	}
	p.equal(fmt.Sprintf("version %d", v), got, want)
}

func (p *player) equal(what string, got *Rows, want *Model) {
	p.t.Helper()
	if !slices.EqualFunc(got.Columns, want.Columns, func(a, b manifest.Field) bool { return a.Name == b.Name && a.Type.Equal(b.Type) }) {
		p.fail("%s: columns %v\nwant %v", what, got.Columns, want.Columns)
	}
	a, b := got.Texts(), want.Texts()
	for i := range max(len(a), len(b)) {
		if i >= len(a) || i >= len(b) || a[i] != b[i] {
			p.fail("%s: %d rows, want %d; from row %d on\n%s\nwant\n%s", what, len(a), len(b), i, strings.Join(a[min(i, len(a)):], "\n"), strings.Join(b[min(i, len(b)):], "\n"))
		}
	}
}

// counted compares what a version says that it did.
func (p *player) counted(s *Step, v manifest.Version, want counts, total int) {
	p.t.Helper()
	view, err := p.open(p.check).At(context.Background(), fmt.Sprint(v))
	if err != nil {
		p.fail("open version %d: %v", v, err)
	}
	r := view.Snapshot().Rows
	before := int64(len(p.model.Values))
	if r.Added != want.added || r.Updated != want.updated || r.Deleted != want.deleted || r.Total != int64(total) || r.CarriedOver != before-want.updated-want.deleted {
		p.fail("version %d counts %+v; want %+v of %d before and %d after", v, r, want, before, total)
	}
	if f := view.Snapshot().FileCounts; f.Kept+f.Written != f.Total {
		p.fail("version %d counts files %+v", v, f)
	}
}

// settle demands that who did a step was told what happened.
func (p *player) settle(s *Step, got outcome, did []*Step, moved bool) {
	p.t.Helper()
	switch {
	case slices.Contains(did, s):
		if got.err != nil {
			p.fail("%s took place, but answered: %v", s.Run, got.err)
		}
	case got.err == nil:
		if p.nothingToDo(s) {
			return
		}
		p.fail("%s answered %+v, but did not take place", s.Run, got.res)
	case !p.mayRefuse(s, got.err, moved):
		p.fail("refused: %v", got.err)
	}
}

// nothingToDo says whether a step changes nothing at one of the moments at which it may have looked.
func (p *player) nothingToDo(s *Step) bool {
	return slices.ContainsFunc(p.states, func(at state) bool {
		c, ok := s.Alter.(manifest.SetSort)
		return ok && slices.Equal(c.By, at.model.sort) || s.Rollback != 0 && s.Rollback == at.current
	})
}

// mayRefuse says whether a step may be refused in this way, at one of the moments at which it may have looked.
func (p *player) mayRefuse(s *Step, err error, moved bool) bool {
	if s.Rollback != 0 || s.Alter != nil {
		return false
	}
	if s.Mode == table.ReplacePartitions && moved && errors.Is(err, table.ErrConflict) {
		return true
	}
	return slices.ContainsFunc(p.states, func(at state) bool {
		if s.Rerun && at.model.rewrote[s.Run] && errors.Is(err, table.ErrConflict) {
			return true
		}
		_, refused := at.model.clone().do(s)
		wrong := errors.Is(err, table.ErrInput) || errors.Is(err, table.ErrValidation) || s.Most > 0 && errors.Is(err, table.ErrConflict)
		return wrong && errors.Is(refused, errRefused)
	})
}
