package source

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/tablectl/tablectl/internal/objstore"
)

// remotePiece is how much of an object one request asks for, remoteAhead how many of them are under way at once.
const (
	remotePiece = 4 << 20
	remoteAhead = 4
)

// remote reads an object from the beginning with several requests at a time, each bound to the object's ETag.
type remote struct {
	in     *input
	at     io.ReaderAt
	cancel context.CancelFunc
	next   int64 // offset of the next request
	ahead  []chan answer
	now    []byte
}

type answer struct {
	b   []byte
	err error
}

func newRemote(ctx context.Context, in *input) *remote {
	ctx, cancel := context.WithCancel(ctx)
	return &remote{in: in, at: objstore.RangeReaderAt(ctx, in.store, in.info), cancel: cancel}
}

func (r *remote) Read(p []byte) (int, error) {
	for len(r.now) == 0 {
		for len(r.ahead) < remoteAhead && r.next < r.in.size {
			r.ask()
		}
		if len(r.ahead) == 0 {
			return 0, io.EOF
		}
		a := <-r.ahead[0]
		r.ahead = r.ahead[1:]
		if a.err != nil {
			return 0, r.in.storeError(a.err)
		}
		r.now = a.b
	}
	n := copy(p, r.now)
	r.now = r.now[n:]
	return n, nil
}

func (r *remote) ask() {
	off, n := r.next, min(remotePiece, r.in.size-r.next)
	r.next += n
	c := make(chan answer, 1)
	r.ahead = append(r.ahead, c)
	go func() {
		b := make([]byte, n)
		_, err := io.ReadFull(io.NewSectionReader(r.at, off, n), b)
		c <- answer{b, err}
	}()
}

// Close ends the requests that are under way and waits for them.
func (r *remote) Close() error {
	r.cancel()
	for _, c := range r.ahead {
		<-c
	}
	r.ahead, r.next = nil, r.in.size
	return nil
}

// storeError says that the object is another one now, where that is what the store said.
func (in *input) storeError(err error) error {
	if errors.Is(err, objstore.ErrPrecondition) || errors.Is(err, objstore.ErrNotFound) {
		return in.changed()
	}
	return fmt.Errorf("read %s: %w", in.name, err)
}
