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

// swapRounds bounds how often others may be faster, or the store away.
const swapRounds = 12

// run looks, decides and writes by If-Match until next has nothing to write. An answer other than 200 is resolved by looking again.
func (s swapping) run(ctx context.Context) error {
	var last error
	for n := 1; n <= swapRounds; n++ {
		t, err := s.look(ctx)
		if err != nil {
			if last = err; !transient(err) {
				return err
			}
		} else if done, err := s.write(ctx, t); done || err != nil && !transient(err) {
			return err
		} else if last = err; errors.Is(err, objstore.ErrPrecondition) {
			continue // somebody was faster: look at once
		}
		if err := objstore.Sleep(ctx, s.store, objstore.Backoff(n)); err != nil {
			return errors.Join(last, err)
		}
	}
	return fmt.Errorf("write %s: %w", s.key, last)
}

func (s swapping) write(ctx context.Context, t there) (done bool, err error) {
	body, metadata, write, err := s.next(t)
	if err != nil || !write {
		return true, err
	}
	o := objstore.PutOptions{Once: true, IfMatch: t.ETag, IfNoneMatch: !t.exists, ContentType: "text/plain", Metadata: metadata}
	_, err = s.store.Put(ctx, s.key, objstore.BytesBody(body), o)
	return err == nil, err
}

func (s swapping) look(ctx context.Context) (there, error) {
	var t there
	var err error
	if s.body {
		t.body, t.Info, err = objstore.ReadAll(ctx, s.store, s.key, maxSmall)
	} else {
		t.Info, err = s.store.Head(ctx, s.key)
	}
	if errors.Is(err, objstore.ErrNotFound) {
		return there{}, nil
	}
	t.exists = err == nil
	return t, err
}

// transient says whether looking again may help.
func transient(err error) bool {
	return errors.Is(err, objstore.ErrTemporary) || errors.Is(err, objstore.ErrConflict) || errors.Is(err, objstore.ErrPrecondition) ||
		errors.Is(err, objstore.ErrNotFound) || errors.Is(err, io.ErrUnexpectedEOF)
}
