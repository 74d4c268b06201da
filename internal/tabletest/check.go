// Package tabletest is a store for tests that checks the invariants of the protocol by itself, at every request, whatever the test
// is about: keys are of the grammar, nothing is overwritten but the manifest, nothing is deleted, and every manifest that becomes
// current is valid Iceberg metadata that follows from the one before it and names only objects that are there. FORMAT.md numbers the
// invariants; failures name them.
package tabletest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"iter"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/manifest"
)

// Store checks what passes through it. Put it between the faults and the real store: it must see what is really applied.
type Store struct {
	inner objstore.Store
	t     testing.TB

	mu     sync.Mutex // makes the order of manifest writes known
	last   *manifest.Manifest
	etags  map[string]int64 // ETag of the manifest → generation
	writes map[string]int64 // write id → generation
	owner  map[manifest.Version]string
	flips  []manifest.Event // all events ever, in order
}

// Check wraps inner. Violations are errors of t.
func Check(t testing.TB, inner objstore.Store) *Store {
	return &Store{
		inner: inner, t: t, etags: map[string]int64{}, writes: map[string]int64{}, owner: map[manifest.Version]string{},
	}
}

// Clone checks inner, which holds what this one's inner store holds, and remembers what this one does.
func (s *Store) Clone(t testing.TB, inner objstore.Store) *Store {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &Store{
		inner: inner, t: t, last: s.last, etags: maps.Clone(s.etags), writes: maps.Clone(s.writes), owner: maps.Clone(s.owner),
		flips: slices.Clone(s.flips),
	}
}

// URL is the inner store's.
func (s *Store) URL() string { return s.inner.URL() }

// Sleep waits by the inner store's clock.
func (s *Store) Sleep(ctx context.Context, d time.Duration) error {
	return objstore.Sleep(ctx, s.inner, d)
}

// Get is not checked: reading changes nothing.
func (s *Store) Get(ctx context.Context, key string, o objstore.GetOptions) (*objstore.Object, error) {
	return s.inner.Get(ctx, key, o)
}

// Head is not checked.
func (s *Store) Head(ctx context.Context, key string) (objstore.Info, error) {
	return s.inner.Head(ctx, key)
}

// List is not checked.
func (s *Store) List(ctx context.Context, prefix string) iter.Seq2[objstore.Info, error] {
	return s.inner.List(ctx, prefix)
}

// Delete is invariant 10: nothing that these tests run may delete.
func (s *Store) Delete(ctx context.Context, keys ...string) error {
	s.t.Errorf("invariant 10: DELETE %q", keys)
	return s.inner.Delete(ctx, keys...)
}

// Put checks what is written and, for the manifest, what it becomes.
func (s *Store) Put(ctx context.Context, key string, body objstore.Body, o objstore.PutOptions) (objstore.Info, error) {
	if key == manifest.ObjectKey {
		return s.putManifest(ctx, body, o)
	}
	if _, ok := pointers[key]; ok {
		return s.putPointer(ctx, key, body, o)
	}
	if err := manifest.CheckKey(key); err != nil && !derived.MatchString(key) {
		s.t.Errorf("key grammar: put %q: %v", key, err)
	}
	if !o.IfNoneMatch {
		s.t.Errorf("invariant 6: put %q is not create-only", key)
	}
	before := s.bytes(key)
	info, err := s.inner.Put(ctx, key, body, o)
	if after := s.bytes(key); before != nil && !bytes.Equal(before, after) {
		s.t.Errorf("invariant 6: %q was overwritten", key)
	}
	s.checkDelta(key)
	return info, err
}

// bytes reads an object, nil if there is none. Large ones are not what these tests write.
func (s *Store) bytes(key string) []byte {
	o, err := s.inner.Get(context.Background(), key, objstore.GetOptions{})
	if errors.Is(err, objstore.ErrNotFound) {
		return nil
	}
	if err != nil {
		s.t.Errorf("check %q: %v", key, err)
		return nil
	}
	defer o.Body.Close() //nolint:errcheck // read to its end
	b, err := io.ReadAll(o.Body)
	if err != nil {
		s.t.Errorf("check %q: %v", key, err)
	}
	if b == nil {
		b = []byte{}
	}
	return b
}

func (s *Store) putManifest(ctx context.Context, body objstore.Body, o objstore.PutOptions) (objstore.Info, error) {
	if !o.Once || o.ForceMultipart || (o.IfMatch == "") == !o.IfNoneMatch {
		s.t.Errorf("manifest write must be one conditional request: %+v", o)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.bytes(manifest.ObjectKey)
	info, err := s.inner.Put(ctx, manifest.ObjectKey, body, o)
	after := s.bytes(manifest.ObjectKey)
	if bytes.Equal(before, after) {
		return info, err
	}
	m, derr := manifest.Decode(after)
	if derr != nil {
		s.t.Errorf("invariant 15: the manifest became invalid: %v\n%s", derr, after)
		return info, err
	}
	etag := info.ETag
	if head, herr := s.inner.Head(context.Background(), manifest.ObjectKey); herr == nil {
		etag = head.ETag
	}
	s.step(m, etag)
	return info, err
}

// Manifest is the manifest that is current, nil if there is none.
func (s *Store) Manifest() *manifest.Manifest {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}

// Events are all events that ever took place, oldest first.
func (s *Store) Events() []manifest.Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]manifest.Event(nil), s.flips...)
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
