package table

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/internal/objstore/memstore"
	"github.com/tablectl/tablectl/manifest"
)

// The search drives the real flips and the real transitions through every interleaving of a few actors over a simulated manifest
// object, with every answer that a store can give, up to a number of faults. No I/O takes place, so a state costs microseconds.

// cell is the simulated manifest object.
type cell struct {
	m    *manifest.Manifest
	etag int
	late []delivery // requests on the wire: each may still be applied, once
	told []manifest.Event
}

type delivery struct {
	body *manifest.Manifest
	etag string
}

func etagOf(n int) string { return fmt.Sprintf(`"%d"`, n) }

// apply is what a store does with a conditional write.
func (c *cell) apply(d delivery) bool {
	if c.m == nil && d.etag != "" || c.m != nil && d.etag != etagOf(c.etag) {
		return false
	}
	for _, e := range d.body.Tablectl.Recent {
		if len(c.told) == 0 || e.Generation > c.told[len(c.told)-1].Generation {
			c.told = append(slices.Clip(c.told), e)
		}
	}
	c.m = d.body
	c.etag++
	return true
}

func (c *cell) head() head {
	if c.m == nil {
		return head{}
	}
	return head{m: c.m, etag: etagOf(c.etag)}
}

// actor is one command under way.
type actor struct {
	name string
	pub  publication // of a publisher
	to   manifest.Version
	flip flip
	step string // of a publisher: "reserve", "commit", "look", "renumber"; of a rollback: "rollback"; "dead" and "done" are ends
	seal sealed
	err  error
}

// space is one state of the search.
type space struct {
	cell   cell
	actors []actor
	faults int
}

func (w space) clone() space {
	w.actors = slices.Clone(w.actors)
	w.cell.late = slices.Clone(w.cell.late)
	for i := range w.actors {
		a := &w.actors[i]
		a.flip.sent = slices.Clone(a.flip.sent)
		a.pub.files = slices.Clone(a.pub.files)
	}
	return w
}

// searcher counts and remembers.
type searcher struct {
	t      *testing.T
	table  *Table
	states int
	seen   map[string]bool
	ends   map[string]int
}

func newSearch(t *testing.T) *searcher {
	tab, err := Open(context.Background(), "mem", Options{Store: memstore.New(memstore.Options{}), By: "search"})
	if err != nil {
		t.Fatal(err)
	}
	return &searcher{t: t, table: tab, seen: map[string]bool{}, ends: map[string]int{}}
}

func (s *searcher) newPublisher(run string, base head) actor {
	p := publication{t: s.table, run: run, attempt: newID(), base: base, looked: base.generation(), in: &inputs{fingerprint: "sha256:" + run}, layout: testLayout(s.t)}
	p.o.Mode = Replace
	return actor{name: run, pub: p, step: "reserve"}
}

// begin makes the flip of the step that a is at.
func (s *searcher) begin(w *space, i int) {
	a := &w.actors[i]
	known := &a.pub.base
	var op operation
	switch a.step {
	case "reserve":
		op = operation{name: "reserve", change: a.pub.reservation, effect: a.pub.isPending}
	case "renumber":
		op = a.pub.renumbering()
	case "commit":
		a.seal = s.sealFor(&a.pub)
		op = a.pub.commitment(a.seal)
	case "rollback":
		to := a.to
		op = operation{name: "rollback", readBack: true, change: func(m *manifest.Manifest, wr manifest.Write) (*manifest.Manifest, error) {
			return m.Rollback(to, "", "", wr)
		}}
	}
	a.flip = *newFlip(op, known, 1, "search", func() string { return newID() })
}

// sealFor is a snapshot without a store: the search is about the manifest.
func (s *searcher) sealFor(p *publication) sealed {
	snap := p.describe()
	sha := digest([]byte(fmt.Sprint(p.run, snap.Version, current(p.base.m))))
	snap.Iceberg.ManifestList = manifest.IcebergKey(snap.Version, sha)
	return sealed{snapshot: snap, key: manifest.SnapshotKey(snap.Version, sha), sha256: sha, parent: current(p.base.m)}
}

// settle takes an ended flip to the actor's next step.
func (s *searcher) settle(w *space, i int) {
	a := &w.actors[i]
	f := &a.flip
	if f.state != flipEnd {
		return
	}
	if f.err != nil {
		if a.step == "commit" && errors.Is(f.err, errMoved) {
			a.step = "look"
			return
		}
		a.step, a.err = "done", f.err
		return
	}
	switch a.step {
	case "rollback":
		a.step = "done"
		return
	case "commit":
		a.step = "done"
		a.pub.base = f.result.head
		return
	}
	a.pub.base = f.result.head
	a.pub.pending, _ = f.result.head.m.PendingRun(a.pub.run)
	s.afterLook(w, i)
}

// afterLook decides, as the commit loop does, between renumbering and committing.
func (s *searcher) afterLook(w *space, i int) {
	a := &w.actors[i]
	if a.pub.publishedSince(a.pub.base.m.Tablectl.Recent) {
		a.step = "done"
		return
	}
	if !a.pub.isPending(a.pub.base.m) {
		a.step, a.err = "done", ErrFenced
		return
	}
	a.step = "commit"
	if int64(a.pub.pending.Version) <= a.pub.base.m.LastSequenceNumber {
		a.step = "renumber"
	}
	s.begin(w, i)
	s.settle(w, i)
}

// fates are what can become of a write. Each is followed by "the flip sees ok or an error".
var fates = []struct {
	name          string
	applied, late bool
	answered      bool
}{
	{"done", true, false, true},
	{"applied, answer lost", true, false, false},
	{"lost", false, false, false},
	{"late", false, true, false},
	{"applied, and once more late", true, true, false},
}

var errWire = &objstore.Error{Op: "put", Kind: objstore.ErrTemporary}

func (s *searcher) walk(w space) {
	key := w.key()
	if s.seen[key] {
		return
	}
	s.seen[key] = true
	s.states++
	moved := false
	for i := range w.actors {
		if w.actors[i].step != "done" && w.actors[i].step != "dead" {
			moved = true
			s.advance(w, i)
			if w.faults > 0 { // the process dies here
				n := w.clone()
				n.faults--
				n.actors[i].step = "dead"
				s.walk(n)
			}
		}
	}
	for j := range w.cell.late { // a request that was given up arrives after all
		n := w.clone()
		d := n.cell.late[j]
		n.cell.late = slices.Delete(n.cell.late, j, j+1)
		n.cell.apply(d)
		s.check(n)
		s.walk(n)
	}
	if !moved {
		s.finish(w)
	}
}

func (s *searcher) advance(w space, i int) {
	if w.actors[i].step == "look" {
		n := w.clone()
		n.actors[i].pub.base = n.cell.head()
		s.afterLook(&n, i)
		s.walk(n)
		return
	}
	f := &w.actors[i].flip
	switch req := f.Next(); req.kind {
	case reqGet:
		n := w.clone()
		n.actors[i].flip.Feed(answer{head: n.cell.head(), now: 1})
		s.settle(&n, i)
		s.walk(n)
	case reqPut:
		for _, fate := range fates {
			if fate.name != "done" && w.faults == 0 {
				continue
			}
			n := w.clone()
			d := delivery{body: f.next.m, etag: req.etag}
			ans := answer{err: errWire, now: 1}
			ok := fate.applied && n.cell.apply(d)
			if fate.answered && ok {
				ans = answer{etag: etagOf(n.cell.etag), now: 1}
			} else if fate.answered {
				ans.err = &objstore.Error{Op: "put", Kind: objstore.ErrPrecondition}
			}
			if fate.late {
				n.cell.late = append(n.cell.late, d)
			}
			if fate.name != "done" {
				n.faults--
			}
			n.actors[i].flip.Feed(ans)
			s.settle(&n, i)
			s.check(n)
			s.walk(n)
		}
	default:
		s.t.Fatalf("unexpected request %d in step %s", req.kind, w.actors[i].step)
	}
}

// key tells states apart: what the cell holds and how far each actor is. Write ids are random and do not count.
func (w space) key() string {
	k := fmt.Sprintf("%d|%d|", w.faults, w.cell.etag)
	if m := w.cell.m; m != nil {
		k += fmt.Sprint(m.CurrentSnapshotID, m.LastSequenceNumber, m.Tablectl.Pending, len(m.Tablectl.Recent))
	}
	for _, e := range w.cell.told {
		k += fmt.Sprint(";", e.Op, e.Version, e.Run)
	}
	for _, d := range w.cell.late {
		k += "|" + d.etag + fmt.Sprint(d.body.CurrentSnapshotID, d.body.Tablectl.Pending)
	}
	for i := range w.actors {
		a := &w.actors[i]
		f := &a.flip
		k += fmt.Sprintf("|%s %d %s %v %d", a.step, f.state, f.base.etag, a.pub.pending, len(f.sent))
		for _, x := range f.sent {
			k += fmt.Sprint(" ", x.generation)
		}
		if f.next.m != nil {
			k += fmt.Sprint(" ", f.next.m.CurrentSnapshotID, f.next.m.Tablectl.Generation)
		}
		k += fmt.Sprint(a.pub.base.etag, a.err)
	}
	return k
}

// check holds in every state.
func (s *searcher) check(w space) {
	published := map[string]manifest.Version{}
	last := manifest.Version(0)
	for _, e := range w.cell.told {
		if e.Op != "publish" {
			continue
		}
		if v, twice := published[e.Run]; twice {
			s.t.Fatalf("run %s published as %d and %d", e.Run, v, e.Version)
		}
		if e.Version <= last {
			s.t.Fatalf("version %d published after %d", e.Version, last)
		}
		published[e.Run], last = e.Version, e.Version
	}
	for i := range w.actors {
		a := &w.actors[i]
		if a.step != "done" || a.to != 0 {
			continue
		}
		_, in := published[a.pub.run]
		if a.err == nil && !in {
			s.t.Fatalf("%s reported success and is not in the history", a.name)
		}
		if a.err != nil && !errors.Is(a.err, ErrFenced) && in {
			s.t.Fatalf("%s reported %v and is in the history", a.name, a.err)
		}
	}
}

// finish holds where nobody has anything left to do: after the retry of every run that died, each is published exactly once.
func (s *searcher) finish(w space) {
	for i := range w.actors {
		if w.actors[i].to == 0 {
			s.ends[fmt.Sprint(w.actors[i].step, " ", w.actors[i].err)]++
		}
	}
	for i := range w.actors {
		a := w.actors[i]
		if a.step != "dead" || a.to != 0 {
			continue
		}
		if hasRun(w.cell.told, a.pub.run) {
			continue
		}
		n := w.clone()
		n.faults = 0
		n.actors[i] = s.newPublisher(a.pub.run, n.cell.head())
		s.begin(&n, i)
		s.settle(&n, i)
		s.walk(n)
	}
}

// testLayout is one long column.
func testLayout(t testing.TB) layout {
	l, err := firstLayout([]manifest.Field{{Name: "a", Type: manifest.Type{Kind: manifest.Long}}}, manifest.Settings{
		Layout: "shared", TargetFileBytes: manifest.DefaultTargetFileBytes,
	})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// seeded is a table with two published versions.
func (s *searcher) seeded() space {
	create, err := s.table.creation(context.Background(), Definition{})
	if err != nil {
		s.t.Fatal(err)
	}
	m, err := create(manifest.Write{ID: newID(), At: 1})
	if err != nil {
		s.t.Fatal(err)
	}
	w := space{cell: cell{m: m, etag: 1, told: m.Tablectl.Recent}}
	for _, run := range []string{"seed-1", "seed-2"} {
		a := s.newPublisher(run, w.cell.head())
		w.actors = []actor{a}
		s.begin(&w, 0)
		s.settle(&w, 0)
		for w.actors[0].step != "done" {
			f := &w.actors[0].flip
			switch req := f.Next(); req.kind {
			case reqGet:
				f.Feed(answer{head: w.cell.head(), now: 1})
			case reqPut:
				w.cell.apply(delivery{body: f.next.m, etag: req.etag})
				f.Feed(answer{etag: etagOf(w.cell.etag), now: 1})
			}
			s.settle(&w, 0)
		}
		if w.actors[0].err != nil {
			s.t.Fatal(w.actors[0].err)
		}
	}
	w.actors = nil
	return w
}

func (s *searcher) run(w space) {
	for i := range w.actors {
		w.actors[i].pub.base, w.actors[i].pub.looked = w.cell.head(), w.cell.head().generation()
		s.begin(&w, i)
		s.settle(&w, i)
	}
	s.walk(w)
	s.t.Logf("%d states, ends: %v", s.states, s.ends)
}

func TestEveryInterleavingOfTwoPublishers(t *testing.T) {
	s := newSearch(t)
	w := s.seeded()
	w.faults = 2
	w.actors = []actor{s.newPublisher("A", head{}), s.newPublisher("B", head{})}
	s.run(w)
}

func TestEveryInterleavingOfTwoAttemptsOfOneRun(t *testing.T) {
	s := newSearch(t)
	w := s.seeded()
	w.faults = 2
	w.actors = []actor{s.newPublisher("A", head{}), s.newPublisher("A", head{})}
	s.run(w)
}

func TestEveryInterleavingOfPublishAndRollback(t *testing.T) {
	s := newSearch(t)
	w := s.seeded()
	w.faults = 2
	w.actors = []actor{s.newPublisher("A", head{}), {name: "rollback", to: 1, step: "rollback"}}
	s.run(w)
}
