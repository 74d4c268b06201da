// Package overlay is a store for rehearsals: what is written to it stays in a store of its own, what is read comes from there or else
// from the store below, which is never written to.
package overlay

import (
	"context"
	"errors"
	"iter"
	"sync"
	"sync/atomic"

	"github.com/tablectl/tablectl/internal/objstore"
)

// Store reads through and keeps writes. List shows what is below only; Delete is refused.
type Store struct {
	below, above objstore.Store
	puts, gets   atomic.Int64

	mu     sync.Mutex
	copied map[string]string // keys of copies, to where their bytes are
}

// New lays above over below.
func New(below, above objstore.Store) *Store {
	return &Store{below: below, above: above, copied: map[string]string{}}
}

// Counts are the requests so far: writes, and reads of either store.
func (s *Store) Counts() (puts, gets int64) { return s.puts.Load(), s.gets.Load() }

// URL is that of the store below.
func (s *Store) URL() string { return s.below.URL() }

// Get reads what was written here, else what is below.
func (s *Store) Get(ctx context.Context, key string, o objstore.GetOptions) (*objstore.Object, error) {
	s.gets.Add(1)
	key = s.source(key)
	obj, err := s.above.Get(ctx, key, o)
	if errors.Is(err, objstore.ErrNotFound) {
		return s.below.Get(ctx, key, o)
	}
	return obj, err
}

// Head looks at what was written here, else at what is below.
func (s *Store) Head(ctx context.Context, key string) (objstore.Info, error) {
	s.gets.Add(1)
	return s.head(ctx, s.source(key))
}

func (s *Store) head(ctx context.Context, key string) (objstore.Info, error) {
	info, err := s.above.Head(ctx, key)
	if errors.Is(err, objstore.ErrNotFound) {
		return s.below.Head(ctx, key)
	}
	return info, err
}

// Put keeps the object here.
func (s *Store) Put(ctx context.Context, key string, body objstore.Body, o objstore.PutOptions) (objstore.Info, error) {
	s.puts.Add(1)
	return s.above.Put(ctx, key, body, o)
}

// Copy remembers where the bytes are, and copies none. It counts as on S3: a look before and one after.
func (s *Store) Copy(ctx context.Context, from, to string, _ objstore.CopyOptions) (objstore.Info, error) {
	if err := objstore.CheckKey("copy", to); err != nil {
		return objstore.Info{}, err
	}
	s.puts.Add(1)
	s.gets.Add(2)
	from = s.source(from)
	info, err := s.head(ctx, from)
	if err != nil {
		return objstore.Info{}, err
	}
	if _, err := s.head(ctx, s.source(to)); err == nil {
		return objstore.Info{}, &objstore.Error{Op: "copy", Key: to, Date: info.Date, Kind: objstore.ErrPrecondition}
	} else if !errors.Is(err, objstore.ErrNotFound) {
		return objstore.Info{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.copied[to], info.Key = from, to
	return info, nil
}

// source is where the bytes of a key are: its own place unless it is a copy.
func (s *Store) source(key string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if from, ok := s.copied[key]; ok {
		return from
	}
	return key
}

// List lists what is below.
func (s *Store) List(ctx context.Context, prefix string) iter.Seq2[objstore.Info, error] {
	return s.below.List(ctx, prefix)
}

// Delete is refused.
func (s *Store) Delete(context.Context, ...string) error {
	return &objstore.Error{Op: "delete", Kind: objstore.ErrUnsupported}
}
