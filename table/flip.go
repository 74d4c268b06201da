package table

import (
	"errors"
	"fmt"

	"github.com/tablectl/tablectl/manifest"
)

// A flip takes the manifest from what it is to what a transition makes of it. It is a state machine without I/O: Next says which
// request to send, Feed takes what came back. The same machine runs against a real store, under the fault injector and under a
// search of interleavings. It holds the rule "never classify an error on the manifest, resolve it" (FORMAT.md): whatever a write
// answers but a clean 200, only the manifest itself says whether it was applied.
type flip struct {
	op    operation
	ids   func() string // new write ids
	by    string
	clock manifest.Time // of the store, as last heard

	state  flipState
	base   head   // what the request in flight replaces
	next   head   // what it would make current
	sent   []sent // every body that was ever sent: any of them may have been applied
	seen   head   // the manifest in which it is looked for
	result outcome
	err    error
}

// An operation is what a flip wants, as pure functions.
type operation struct {
	name string
	// change makes the next manifest. A nil manifest means that there is no table. Its error ends the flip.
	change func(m *manifest.Manifest, w manifest.Write) (*manifest.Manifest, error)
	// effect says whether m shows that this operation took place, for writes that leave no event (a reservation). May be nil.
	effect func(m *manifest.Manifest) bool
	// readBack asks for one more look after a clean 200.
	readBack bool
}

// head is a manifest as the store held it. Without a manifest: m is nil and etag empty.
type head struct {
	m    *manifest.Manifest
	etag string
	body []byte
}

func (h head) generation() int64 {
	if h.m == nil {
		return 0
	}
	return h.m.Tablectl.Generation
}

func (h head) writeID() string {
	if h.m == nil {
		return ""
	}
	return h.m.Tablectl.WriteID
}

type sent struct {
	id         string
	generation int64
}

type flipState int

const (
	flipRead    flipState = iota // look at the manifest, then change it
	flipSpill                    // write the history object that the next manifest names
	flipWrite                    // send the next manifest
	flipResolve                  // the answer was not a clean 200: look at the manifest
	flipSearch                   // look for our event in the history
	flipConfirm                  // a clean 200: look once more
	flipEnd
)

// outcome is how a flip ended well.
type outcome struct {
	head    head // the manifest as last seen, in which the operation has taken place
	applied *manifest.Manifest
	raced   bool // others wrote in between
}

// request is what a flip wants done next.
type request struct {
	kind reqKind
	body []byte // reqPut
	etag string // reqPut: If-Match; empty: If-None-Match: *
	// reqSpill: events to append to the history object old names (nil: none yet); reqSearch: old is the object to read.
	events []manifest.Event
	old    *manifest.History
	retry  bool // not the first write of this flip: wait a little
}

type reqKind int

const (
	reqGet reqKind = iota
	reqPut
	reqSpill
	reqSearch
	reqDone
)

// answer is what came back. For reqGet: head (no manifest and no error: missing). For reqPut: etag or err. For reqSpill: history.
// For reqSearch: events.
type answer struct {
	head    head
	etag    string
	history manifest.History
	events  []manifest.Event
	now     manifest.Time
	err     error
	gaveUp  error // the request was not sent, nor will another one be: the time is over
}

// newFlip starts from a manifest that was read or written before (its write may find it stale, and reads then), or from nothing.
func newFlip(op operation, known *head, now manifest.Time, by string, ids func() string) *flip {
	f := &flip{op: op, ids: ids, by: by, clock: now}
	if known != nil {
		f.propose(*known, false)
	}
	return f
}

// Next is the request to send now.
func (f *flip) Next() request {
	switch f.state {
	case flipRead, flipResolve, flipConfirm:
		return request{kind: reqGet}
	case flipSpill:
		return request{kind: reqSpill, events: f.next.m.Overflow(), old: f.next.m.Tablectl.History}
	case flipWrite:
		return request{kind: reqPut, body: f.next.body, etag: f.base.etag, retry: len(f.sent) > 0}
	case flipSearch:
		return request{kind: reqSearch, old: f.seen.m.Tablectl.History}
	}
	return request{kind: reqDone}
}

// Feed takes the answer to the request that Next gave.
func (f *flip) Feed(a answer) {
	f.clock = max(f.clock, a.now)
	if a.gaveUp != nil {
		f.fail(a.gaveUp)
		return
	}
	switch f.state {
	case flipRead:
		f.feedRead(a)
	case flipSpill:
		f.feedSpill(a)
	case flipWrite:
		f.feedWrite(a)
	case flipResolve:
		f.feedResolve(a)
	case flipSearch:
		f.feedSearch(a)
	case flipConfirm:
		f.feedConfirm(a)
	}
}

// Tainted says whether some request may have been applied without our knowing.
func (f *flip) Tainted() bool {
	return f.state == flipResolve || f.state == flipSearch || f.state == flipConfirm ||
		f.state == flipWrite && f.wasSent(f.next.writeID())
}

func (f *flip) feedRead(a answer) {
	switch {
	case a.err != nil:
		f.fail(a.err)
	case a.head.m == nil && len(f.sent) > 0:
		f.fail(ErrManifestMissing)
	default:
		f.propose(a.head, len(f.sent) > 0)
	}
}

// propose makes the next manifest from a body that was read.
func (f *flip) propose(base head, raced bool) {
	f.base, f.result.raced = base, raced
	w := manifest.Write{ID: f.ids(), At: f.clock, By: f.by}
	next, err := f.op.change(base.m, w)
	if err != nil {
		f.fail(ofArguments(err))
		return
	}
	f.next = head{m: next}
	if next.Overflow() != nil {
		f.state = flipSpill
		return
	}
	f.encode()
}

// ofArguments says whose fault a next manifest is that cannot be. The one that it was made from is valid, so it is not the table.
func ofArguments(err error) error {
	if errors.Is(err, manifest.ErrInvalid) {
		return fmt.Errorf("%w: %w", ErrUsage, err)
	}
	return err
}

func (f *flip) encode() {
	body, err := f.next.m.Encode()
	if err != nil {
		f.fail(fmt.Errorf("encode manifest: %w", err))
		return
	}
	f.next.body, f.state = body, flipWrite
}

func (f *flip) feedSpill(a answer) {
	if a.err != nil {
		f.fail(a.err)
		return
	}
	f.next.m = f.next.m.WithHistory(a.history)
	f.encode()
}

func (f *flip) feedWrite(a answer) {
	if !f.wasSent(f.next.writeID()) {
		f.sent = append(f.sent, sent{f.next.writeID(), f.next.generation()})
	}
	if a.err != nil || a.etag == "" {
		f.state = flipResolve
		return
	}
	f.next.etag = a.etag
	if f.op.readBack {
		f.state = flipConfirm
		return
	}
	f.done(f.next)
}

// feedResolve decides from the manifest what became of the write (FORMAT.md, "Resolving an answer").
func (f *flip) feedResolve(a answer) {
	switch {
	case a.err != nil:
		f.fail(a.err)
	case a.head.m == nil && f.base.m != nil:
		f.fail(ErrManifestMissing)
	case a.head.m == nil: // nothing was there, nothing is: undecided, the identical request again
		f.state = flipWrite
	case f.shows(a.head.m):
		f.done(a.head)
	case f.base.m != nil && a.head.m.TableUUID != f.base.m.TableUUID:
		f.fail(fmt.Errorf("%w: another table (uuid %s) stands at its place", ErrManifestMissing, a.head.m.TableUUID))
	case a.head.etag == f.base.etag && a.head.generation() == f.base.generation():
		f.state = flipWrite
	case a.head.generation() <= f.base.generation():
		f.fail(fmt.Errorf("%w: the manifest went back from generation %d to %d", ErrCorrupt, f.base.generation(), a.head.generation()))
	case f.mayBeInHistory(a.head.m):
		f.seen, f.state = a.head, flipSearch
	default: // the generation moved on without us; that ETag never comes back, so no late delivery can apply
		f.propose(a.head, true)
	}
}

func (f *flip) feedSearch(a answer) {
	if a.err != nil {
		f.fail(a.err)
		return
	}
	for _, e := range a.events {
		if f.wasSent(e.WriteID) {
			f.done(f.seen)
			return
		}
	}
	f.propose(f.seen, true)
}

// feedConfirm looks once after a clean 200. A store that honours conditions shows our write or a later one that knows of it.
func (f *flip) feedConfirm(a answer) {
	switch {
	case a.err != nil:
		f.fail(a.err)
	case a.head.m == nil:
		f.fail(ErrManifestMissing)
	case f.shows(a.head.m):
		f.done(a.head)
	case a.head.generation() > f.next.generation() && f.mayBeInHistory(a.head.m):
		f.seen, f.state = a.head, flipSearch
	default:
		f.fail(fmt.Errorf("%w: it answered 200 to a write that is not there (generation %d, seen %d)",
			ErrStoreNotAtomic, f.next.generation(), a.head.generation()))
	}
}

// shows says whether m is one of ours, or names one of ours in its recent events, or shows the effect.
func (f *flip) shows(m *manifest.Manifest) bool {
	if f.wasSent(m.Tablectl.WriteID) {
		return true
	}
	for _, e := range m.Tablectl.Recent {
		if f.wasSent(e.WriteID) {
			return true
		}
	}
	return f.op.effect != nil && f.op.effect(m)
}

// mayBeInHistory says whether an event of ours could have dropped out of the recent ones.
func (f *flip) mayBeInHistory(m *manifest.Manifest) bool {
	h := m.Tablectl.History
	if h == nil || f.op.effect != nil {
		return false
	}
	for _, s := range f.sent {
		if s.generation <= h.Through {
			return true
		}
	}
	return false
}

func (f *flip) wasSent(id string) bool {
	for _, s := range f.sent {
		if s.id == id {
			return true
		}
	}
	return false
}

func (f *flip) done(seen head) {
	f.result.head, f.result.applied, f.state = seen, f.next.m, flipEnd
}

func (f *flip) fail(err error) {
	f.state, f.err = flipEnd, err
}
