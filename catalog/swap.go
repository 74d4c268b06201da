package catalog

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/tablectl/tablectl/internal/objstore"
)

// maxSmall bounds the mutable objects of entrances that are read.
const maxSmall = 1 << 20

// there is a small mutable object as it was found.
type there struct {
	objstore.Info
	exists bool
	body   []byte // only if it was asked for
}

// swapping is one small mutable object that several writers move forward.
type swapping struct {
	store objstore.Store
	key   string
	body  bool // read the body too; else only the head

	// next says what is to be written over what is there. Nothing is written if write is false.
	next func(t there) (body []byte, metadata map[string]string, write bool, err error)
}

// How often the store may be away, and others may be faster: each of them has moved the object forward.
const (
	swapRounds = 12
	swapLosses = 100
)

// run looks, decides and writes by If-Match until next has nothing to write. An answer other than 200 is resolved by looking again. It
// says whether what next gave last was written, and the store said so.
func (s swapping) run(ctx context.Context) (wrote bool, err error) {
	var last error
	for n, lost := 1, 0; n <= swapRounds && lost < swapLosses; {
		wrote, done, err := s.round(ctx)
		if done || err != nil && !transient(err) {
			return wrote, err
		}
		if last = err; errors.Is(err, objstore.ErrPrecondition) {
			lost++ // somebody was faster: look at once
			continue
		}
		if err := objstore.Sleep(ctx, s.store, objstore.Backoff(n)); err != nil {
			return false, errors.Join(last, err)
		}
		n++
	}
	return false, fmt.Errorf("write %s: %w", s.key, last)
}

func (s swapping) round(ctx context.Context) (wrote, done bool, err error) {
	t, err := s.look(ctx)
	if err != nil {
		return false, false, err
	}
	body, metadata, write, err := s.next(t)
	if err != nil || !write {
		return false, true, err
	}
	o := objstore.PutOptions{Once: true, IfMatch: t.ETag, IfNoneMatch: !t.exists, ContentType: "text/plain", Metadata: metadata}
	_, err = s.store.Put(ctx, s.key, objstore.BytesBody(body), o)
	return err == nil, err == nil, err
}

func (s swapping) look(ctx context.Context) (there, error) {
	var t there
	var err error
	if s.body {
		t.body, t.Info, err = objstore.ReadAll(ctx, s.store, s.key, maxSmall)
	} else {
		t.Info, err = s.store.Head(ctx, s.key)
	}
	switch {
	case errors.Is(err, objstore.ErrNotFound):
		return there{}, nil
	case errors.Is(err, objstore.ErrTooLarge):
		err = nil // nothing that we have written: next sees no body
	}
	t.exists = err == nil
	return t, err
}

// transient says whether looking again may help.
func transient(err error) bool {
	return errors.Is(err, objstore.ErrTemporary) || errors.Is(err, objstore.ErrConflict) || errors.Is(err, objstore.ErrPrecondition) ||
		errors.Is(err, objstore.ErrNotFound) || errors.Is(err, io.ErrUnexpectedEOF)
}
