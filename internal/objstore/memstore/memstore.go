// Package memstore is an object store in memory, with a clock that a test can set and wait by. It promises what S3 promises:
// atomic writes, conditions decided in one total order, listings that see every write that returned before.
package memstore

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/tablectl/tablectl/internal/objstore"
)

// Options are the name and the clock of a store. The zero value is fit for use.
type Options struct {
	URL string           // what Store.URL says; default "s3://memory/table"
	Now func() time.Time // default: time.Now; Advance and Sleep add to it
}

// Store is an empty store after New. It is safe for concurrent use.
type Store struct {
	url string
	now func() time.Time

	mu      sync.Mutex
	ahead   time.Duration // what Advance added
	writes  uint64        // makes every ETag new
	objects map[string]object
}

type object struct {
	data     []byte // never changed once stored
	etag     string
	crc      uint64
	metadata map[string]string
	modified time.Time
}

// New makes an empty store.
func New(o Options) *Store {
	if o.URL == "" {
		o.URL = "s3://memory/table"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Store{url: o.URL, now: o.Now, objects: map[string]object{}}
}

// Clone is another store with the same objects and clock: from then on each goes its own way.
func (s *Store) Clone() *Store {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &Store{url: s.url, now: s.now, ahead: s.ahead, writes: s.writes, objects: maps.Clone(s.objects)}
}

// URL is the one given to New.
func (s *Store) URL() string { return s.url }

// Advance puts the clock forward by d, or back.
func (s *Store) Advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ahead += d
}

// Now is the store's clock.
func (s *Store) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.date()
}

// Sleep advances the clock instead of waiting: see objstore.Sleeper.
func (s *Store) Sleep(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	s.Advance(d)
	return nil
}

// Get reads an object or a part of it.
func (s *Store) Get(ctx context.Context, key string, o objstore.GetOptions) (*objstore.Object, error) {
	info, data, err := s.find(ctx, "get", key)
	if err != nil {
		return nil, err
	}
	if o.IfMatch != "" && o.IfMatch != info.ETag {
		return nil, s.fail("get", key, objstore.ErrPrecondition)
	}
	from, to, ok := o.Span(info.Size)
	if !ok {
		return nil, s.fail("get", key, objstore.ErrInvalidRange)
	}
	return &objstore.Object{Info: info, Body: io.NopCloser(bytes.NewReader(data[from:to]))}, nil
}

// Head describes an object.
func (s *Store) Head(ctx context.Context, key string) (objstore.Info, error) {
	info, _, err := s.find(ctx, "head", key)
	return info, err
}

// Put writes an object. The body is read first; the condition is decided afterwards, in one step with the write.
func (s *Store) Put(ctx context.Context, key string, body objstore.Body, o objstore.PutOptions) (objstore.Info, error) {
	if err := s.check(ctx, "put", key); err != nil {
		return objstore.Info{}, err
	}
	data := make([]byte, body.Size)
	if _, err := io.ReadFull(body.Reader(), data); err != nil {
		return objstore.Info{}, &objstore.Error{Op: "put", Key: key, Err: fmt.Errorf("read body: %w", err)}
	}
	crc, err := objstore.BytesBody(data).Checksum(ctx)
	if err != nil {
		return objstore.Info{}, &objstore.Error{Op: "put", Key: key, Err: err}
	}
	if body.CRC64NVME != nil && *body.CRC64NVME != crc {
		return objstore.Info{}, s.fail("put", key, objstore.ErrChecksum)
	}
	if err := ctx.Err(); err != nil {
		return objstore.Info{}, &objstore.Error{Op: "put", Key: key, Err: context.Cause(ctx)}
	}
	return s.store(key, object{data: data, crc: crc, metadata: maps.Clone(o.Metadata)}, o)
}

// Copy writes an object with the bytes and the metadata of another one.
func (s *Store) Copy(ctx context.Context, from, to string, o objstore.CopyOptions) (objstore.Info, error) {
	if err := s.check(ctx, "copy", to); err != nil {
		return objstore.Info{}, err
	}
	if err := s.check(ctx, "copy", from); err != nil {
		return objstore.Info{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	source, ok := s.objects[from]
	_, taken := s.objects[to]
	var refused error
	switch {
	case !ok:
		refused = objstore.ErrNotFound
	case taken:
		refused = objstore.ErrPrecondition
	case o.CRC64NVME != nil && *o.CRC64NVME != source.crc:
		refused = objstore.ErrChecksum
	default:
		return s.place(to, source), nil
	}
	return objstore.Info{}, &objstore.Error{Op: "copy", Key: to, Date: s.date(), Kind: refused}
}

func (s *Store) store(key string, obj object, o objstore.PutOptions) (objstore.Info, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, exists := s.objects[key]
	var refused error
	switch {
	case o.IfNoneMatch && exists:
		refused = objstore.ErrPrecondition
	case o.IfMatch != "" && !exists:
		refused = objstore.ErrNotFound
	case o.IfMatch != "" && o.IfMatch != old.etag:
		refused = objstore.ErrPrecondition
	}
	if refused != nil {
		return objstore.Info{}, &objstore.Error{Op: "put", Key: key, Date: s.date(), Kind: refused}
	}
	return s.place(key, obj), nil
}

// place keeps an object under a key, as a new write. The caller holds mu.
func (s *Store) place(key string, obj object) objstore.Info {
	s.writes++
	obj.etag = fmt.Sprintf("\"%016x\"", s.writes)
	obj.modified = s.date()
	s.objects[key] = obj
	return s.info(key, obj)
}

// List yields a listing as of its beginning.
func (s *Store) List(ctx context.Context, prefix string) iter.Seq2[objstore.Info, error] {
	return func(yield func(objstore.Info, error) bool) {
		s.mu.Lock()
		now := maps.Clone(s.objects)
		s.mu.Unlock()
		for _, key := range slices.Sorted(maps.Keys(now)) {
			if !strings.HasPrefix(key, prefix) {
				continue
			}
			if ctx.Err() != nil {
				yield(objstore.Info{}, &objstore.Error{Op: "list", Key: prefix, Err: context.Cause(ctx)})
				return
			}
			obj := now[key]
			if !yield(objstore.Info{Key: key, Size: int64(len(obj.data)), ETag: obj.etag, LastModified: obj.modified}, nil) {
				return
			}
		}
	}
}

// Delete removes exactly these keys.
func (s *Store) Delete(ctx context.Context, keys ...string) error {
	for _, key := range keys {
		if err := s.check(ctx, "delete", key); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range keys {
		delete(s.objects, key)
	}
	return nil
}

func (s *Store) find(ctx context.Context, op, key string) (objstore.Info, []byte, error) {
	if err := s.check(ctx, op, key); err != nil {
		return objstore.Info{}, nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	obj, ok := s.objects[key]
	if !ok {
		return objstore.Info{}, nil, &objstore.Error{Op: op, Key: key, Date: s.date(), Kind: objstore.ErrNotFound}
	}
	return s.info(key, obj), obj.data, nil
}

// check refuses what no request is made for.
func (s *Store) check(ctx context.Context, op, key string) error {
	if err := ctx.Err(); err != nil {
		return &objstore.Error{Op: op, Key: key, Err: context.Cause(ctx)}
	}
	return objstore.CheckKey(op, key)
}

func (s *Store) info(key string, obj object) objstore.Info {
	return objstore.Info{
		Key: key, Size: int64(len(obj.data)), ETag: obj.etag,
		CRC64NVME: &obj.crc, Metadata: maps.Clone(obj.metadata), LastModified: obj.modified, Date: s.date(),
	}
}

// date is the clock, to the second as in an HTTP Date header. The caller holds mu.
func (s *Store) date() time.Time { return s.now().Add(s.ahead).UTC().Truncate(time.Second) }

func (s *Store) fail(op, key string, kind error) error {
	return &objstore.Error{Op: op, Key: key, Date: s.Now(), Kind: kind}
}
