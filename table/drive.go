package table

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/manifest"
)

// resolveGrace is how long a cancelled flip may still look at the manifest to say what became of its write.
const resolveGrace = 10 * time.Second

// drive sends the requests of a flip until it ends. The context's end stops it between requests; if a write is undecided then, the
// manifest is still looked at for a short while, because "unknown" is the worst answer.
func (t *Table) drive(ctx context.Context, op operation, known *head) (outcome, error) {
	f := newFlip(op, known, t.clock.now(), t.opts.By, newID)
	d := &driver{t: t, ctx: ctx, op: op.name, deadline: t.opts.Deadline, started: time.Now()}
	defer d.release()
	for {
		req := f.Next()
		if req.kind == reqDone {
			break
		}
		f.Feed(d.send(req, f.Tainted()))
	}
	if f.err != nil {
		return outcome{}, fmt.Errorf("%s: %w", op.name, f.err)
	}
	return f.result, nil
}

// driver does the I/O of one flip.
type driver struct {
	t        *Table
	ctx      context.Context
	cancel   context.CancelFunc
	op       string
	deadline time.Duration
	started  time.Time
	waited   time.Duration // by the store's own clock, where it has one
	tries    int
	answer   error // to the last write that was not a clean 200
	open     bool  // some write was answered with something else than a refusal
	warned   bool
}

func (d *driver) release() {
	if d.cancel != nil {
		d.cancel()
	}
}

func (d *driver) send(req request, tainted bool) answer {
	switch req.kind {
	case reqGet:
		return d.get(tainted)
	case reqPut:
		return d.put(req, tainted)
	case reqSpill:
		return d.spill(req)
	default:
		events, err := d.t.history(d.ctx, req.old)
		return answer{events: events, err: d.undecided(err, tainted)}
	}
}

// get reads the manifest until the store says something definite.
func (d *driver) get(tainted bool) answer {
	if tainted {
		d.detach()
	}
	for {
		h, err := d.t.load(d.ctx)
		switch {
		case err == nil:
			return answer{head: h, now: d.t.clock.now()}
		case errors.Is(err, objstore.ErrNotFound):
			return answer{now: d.t.clock.now()}
		case !passing(err) || d.wait() != nil:
			return answer{err: d.undecided(err, tainted)}
		}
	}
}

// put sends one conditional write, exactly once. The identical request is sent again only after a pause.
func (d *driver) put(req request, tainted bool) answer {
	if req.retry {
		if err := d.wait(); err != nil {
			return answer{gaveUp: d.undecided(err, tainted)}
		}
	}
	if tainted && !d.warned {
		d.warned = true
		d.t.opts.Logger.Warn("the manifest is not written yet; sending it again", "op", d.op, "answer", d.answer, "for", d.patience())
	}
	o := objstore.PutOptions{Once: true, IfMatch: req.etag, IfNoneMatch: req.etag == "", ContentType: "application/json"}
	info, err := d.t.store.Put(d.ctx, manifest.ObjectKey, objstore.BytesBody(req.body), o)
	d.t.clock.saw(info.Date)
	d.t.opts.Logger.Debug("manifest written", "op", d.op, "if_match", req.etag, "etag", info.ETag, "err", err)
	d.answer, d.open = err, d.open || !refusal(err)
	return answer{etag: info.ETag, now: d.t.clock.now(), err: err}
}

// spill writes the history object that takes the events which no longer fit. Two writers that race build the same object.
func (d *driver) spill(req request) answer {
	past, err := d.t.history(d.ctx, req.old)
	if err != nil {
		return answer{err: err}
	}
	h, err := d.t.writeHistory(d.ctx, append(past, req.events...))
	return answer{history: h, err: err}
}

// longestPause bounds the pauses, as a number of tries: a manifest that many write to changes hands many times a second, and waiting
// longer than about half a second only lets others go first.
const longestPause = 3

// wait pauses before the next try, or says that the deadline is over.
func (d *driver) wait() error {
	d.tries++
	pause := objstore.Backoff(min(d.tries, longestPause))
	if limit := d.patience(); max(time.Since(d.started), d.waited)+pause > limit {
		return fmt.Errorf("%w after %s", context.DeadlineExceeded, limit)
	}
	d.waited += pause
	return objstore.Sleep(d.ctx, d.t.store, pause)
}

// refusedPatience is how long a write is pursued to which the store has only ever said that it may not be, or cannot be. Rights take a
// few seconds to spread through a large store; who has none need not be kept for two minutes.
const refusedPatience = 10 * time.Second

func (d *driver) patience() time.Duration {
	if d.answer == nil || d.open {
		return d.deadline
	}
	return min(d.deadline, refusedPatience)
}

// refusal says whether an answer was about the writer or the store and not about this write.
func refusal(err error) bool {
	return errors.Is(err, objstore.ErrAccessDenied) || errors.Is(err, objstore.ErrCredentials) || errors.Is(err, objstore.ErrUnsupported) ||
		errors.Is(err, objstore.ErrNoSpace)
}

// detach lets the driver go on for a short while after the caller's context has ended.
func (d *driver) detach() {
	if d.ctx.Err() == nil || d.cancel != nil {
		return
	}
	d.ctx, d.cancel = context.WithTimeout(context.WithoutCancel(d.ctx), resolveGrace)
}

// undecided marks an error that leaves open what became of a write. What the store answered to the write is for people only: it must
// not be taken for the answer to something else.
func (d *driver) undecided(err error, tainted bool) error {
	switch {
	case err == nil || !tainted:
		return err
	case d.answer != nil:
		return fmt.Errorf("%w (%w; the last answer was: %v)", ErrOutcomeUnknown, err, d.answer)
	}
	return fmt.Errorf("%w (%w)", ErrOutcomeUnknown, err)
}

// passing says whether waiting may cure err.
func passing(err error) bool {
	return errors.Is(err, objstore.ErrTemporary) || errors.Is(err, objstore.ErrConflict)
}

// newID is 128 random bits in hex.
func newID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails, crypto/rand documents
	return hex.EncodeToString(b[:])
}

// load reads the manifest. A missing one is objstore.ErrNotFound.
func (t *Table) load(ctx context.Context) (head, error) {
	body, info, err := objstore.ReadAll(ctx, t.store, manifest.ObjectKey, manifest.MaxBytes)
	if err != nil {
		var e *objstore.Error
		if errors.As(err, &e) {
			t.clock.saw(e.Date)
		}
		return head{}, fmt.Errorf("read manifest: %w", err)
	}
	t.clock.saw(info.Date)
	m, err := manifest.Decode(body)
	if err != nil {
		return head{}, fmt.Errorf("read manifest %s/%s: %w", t.store.URL(), manifest.ObjectKey, err)
	}
	return head{m: m, etag: info.ETag, body: body}, nil
}

// history reads the events of a history object, oldest first. Nil means none.
func (t *Table) history(ctx context.Context, h *manifest.History) ([]manifest.Event, error) {
	if h == nil {
		return nil, nil
	}
	b, err := t.readVerified(ctx, h.Object, h.SHA256, maxHistoryBytes)
	if err != nil {
		return nil, fmt.Errorf("read history: %w", err)
	}
	return manifest.DecodeEvents(b)
}

// maxHistoryBytes bounds a history object, compressed.
const maxHistoryBytes = 256 << 20

// writeHistory puts the object that holds events. If another writer has put the same events in other bytes (another version of
// the compressor), theirs stand.
func (t *Table) writeHistory(ctx context.Context, events []manifest.Event) (manifest.History, error) {
	b, err := manifest.EncodeEvents(events)
	if err != nil {
		return manifest.History{}, fmt.Errorf("encode history: %w", err)
	}
	through := events[len(events)-1].Generation
	key := manifest.HistoryKey(through)
	_, err = objstore.PutImmutable(ctx, t.store, key, objstore.BytesBody(b), objstore.PutOptions{ContentType: "application/gzip"})
	if errors.Is(err, objstore.ErrKeyCollision) {
		b, err = t.sameHistory(ctx, key, events)
	}
	if err != nil {
		return manifest.History{}, fmt.Errorf("write history: %w", err)
	}
	return manifest.History{Object: key, SHA256: digest(b), Through: through}, nil
}

// sameHistory reads the history object at key and accepts it if it says the same.
func (t *Table) sameHistory(ctx context.Context, key string, want []manifest.Event) ([]byte, error) {
	there, _, err := objstore.ReadAll(ctx, t.store, key, maxHistoryBytes)
	if err != nil {
		return nil, err
	}
	got, err := manifest.DecodeEvents(there)
	if err != nil {
		return nil, err
	}
	mine, err1 := manifest.EncodeEvents(want)
	theirs, err2 := manifest.EncodeEvents(got)
	if err1 != nil || err2 != nil || !bytes.Equal(mine, theirs) {
		return nil, fmt.Errorf("%w: %s holds another history", ErrCorrupt, key)
	}
	return there, nil
}

// readVerified reads an immutable object and compares its digest.
func (t *Table) readVerified(ctx context.Context, key, sha string, limit int64) ([]byte, error) {
	b, _, err := objstore.ReadAll(ctx, t.store, key, limit)
	if err != nil {
		return nil, err
	}
	if got := digest(b); got != sha {
		return nil, fmt.Errorf("%w: %s has digest %s, not %s", ErrCorrupt, key, got, sha)
	}
	return b, nil
}

// digest is the SHA-256 of b in hex.
func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
