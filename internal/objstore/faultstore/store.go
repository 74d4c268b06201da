package faultstore

import (
	"bytes"
	"context"
	"io"
	"iter"
	"time"

	"github.com/tablectl/tablectl/internal/objstore"
)

// Store passes requests on to another store. It is safe for concurrent use.
type Store struct {
	*script
	inner objstore.Store
}

// New is inner with faults.
func New(inner objstore.Store, o Options) *Store {
	return &Store{&script{o: o}, inner}
}

// URL is that of the inner store.
func (s *Store) URL() string { return s.inner.URL() }

// Sleep waits by the clock of the inner store.
func (s *Store) Sleep(ctx context.Context, d time.Duration) error {
	return objstore.Sleep(ctx, s.inner, d)
}

// Get passes on a Get. Truncated cuts the body in the middle.
func (s *Store) Get(ctx context.Context, key string, o objstore.GetOptions) (*objstore.Object, error) {
	r, f := s.begin(Request{Op: "get", Key: key, Condition: condition(false, o.IfMatch)})
	apply := func(ctx context.Context) (*objstore.Object, error) { return s.inner.Get(ctx, key, o) }
	drop := func(o *objstore.Object) { o.Body.Close() } // nobody reads it
	var obj *objstore.Object
	var err error
	if f.Do == Truncated {
		if obj, err = apply(ctx); err == nil {
			obj.Body = cut(obj.Body, r)
		}
	} else {
		obj, err = perform(ctx, s.script, r, f, apply, drop)
	}
	s.record(Event{Request: r, Fault: f, Err: err})
	return obj, err
}

// Head passes on a Head.
func (s *Store) Head(ctx context.Context, key string) (objstore.Info, error) {
	return play(ctx, s.script, Request{Op: "head", Key: key},
		func(ctx context.Context) (objstore.Info, error) { return s.inner.Head(ctx, key) }, ignore)
}

// Put passes on a Put, as one request whatever its size.
func (s *Store) Put(ctx context.Context, key string, body objstore.Body, o objstore.PutOptions) (objstore.Info, error) {
	r, f := s.begin(Request{Op: "put", Key: key, Condition: condition(o.IfNoneMatch, o.IfMatch)})
	if f.Do == Late {
		body = copyOf(body)
	}
	info, err := perform(ctx, s.script, r, f,
		func(ctx context.Context) (objstore.Info, error) { return s.inner.Put(ctx, key, body, o) }, ignore)
	s.record(Event{Request: r, Fault: f, Err: err})
	return info, err
}

// Copy passes on a Copy, as one request whatever its size.
func (s *Store) Copy(ctx context.Context, from, to string, o objstore.CopyOptions) (objstore.Info, error) {
	return play(ctx, s.script, Request{Op: "copy", Key: to, Condition: condition(true, "")},
		func(ctx context.Context) (objstore.Info, error) { return s.inner.Copy(ctx, from, to, o) }, ignore)
}

// List passes on a List, as one request. Truncated yields half of it, then an error.
func (s *Store) List(ctx context.Context, prefix string) iter.Seq2[objstore.Info, error] {
	return func(yield func(objstore.Info, error) bool) {
		r, f := s.begin(Request{Op: "list", Key: prefix})
		apply := func(ctx context.Context) (all []objstore.Info, err error) {
			for info, err := range s.inner.List(ctx, prefix) {
				if err != nil {
					return all, err
				}
				all = append(all, info)
			}
			return all, nil
		}
		var all []objstore.Info
		var err error
		if f.Do == Truncated {
			if all, err = apply(ctx); err == nil {
				all, err = all[:len(all)/2], storeError(r, f.Do)
			}
		} else {
			all, err = perform(ctx, s.script, r, f, apply, func([]objstore.Info) {})
		}
		s.record(Event{Request: r, Fault: f, Err: err})
		for _, info := range all {
			if !yield(info, nil) {
				return
			}
		}
		if err != nil {
			yield(objstore.Info{}, err)
		}
	}
}

// Delete passes on a Delete, as one request.
func (s *Store) Delete(ctx context.Context, keys ...string) error {
	r := Request{Op: "delete"}
	if len(keys) > 0 {
		r.Key = keys[0]
	}
	_, err := play(ctx, s.script, r, func(ctx context.Context) (objstore.Info, error) {
		return objstore.Info{}, s.inner.Delete(ctx, keys...)
	}, ignore)
	return err
}

func ignore(objstore.Info) {}

func condition(ifNoneMatch bool, ifMatch string) string {
	switch {
	case ifNoneMatch:
		return "if-none-match: *"
	case ifMatch != "":
		return "if-match: " + ifMatch
	}
	return ""
}

// copyOf is a body that the caller cannot change any more. What cannot be read fails again when it is delivered.
func copyOf(b objstore.Body) objstore.Body {
	var buf bytes.Buffer
	if _, err := io.Copy(&buf, b.Reader()); err != nil {
		return b
	}
	b.ReaderAt = bytes.NewReader(buf.Bytes())
	return b
}

// cut is the first half of a body and then an error.
func cut(body io.ReadCloser, r Request) io.ReadCloser {
	all, err := io.ReadAll(body)
	if err != nil {
		return body
	}
	body.Close() // read to its end
	return struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(all[:len(all)/2]), failing{storeError(r, Truncated)}), io.NopCloser(nil)}
}

// failing is a reader that fails.
type failing struct{ err error }

// Read fails.
func (f failing) Read([]byte) (int, error) { return 0, f.err }
