package objstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// ReadAll reads a whole object of at most limit bytes, again from the start if the answer breaks off or the store is unavailable
// for a moment. A larger one is ErrTooLarge, before its body is read.
func ReadAll(ctx context.Context, s Store, key string, limit int64) ([]byte, Info, error) {
	var body []byte
	var info Info
	err := retry(ctx, s, func() (err error) {
		body, info, err = readOnce(ctx, s, key, limit)
		return err
	})
	return body, info, err
}

func readOnce(ctx context.Context, s Store, key string, limit int64) ([]byte, Info, error) {
	o, err := s.Get(ctx, key, GetOptions{})
	if err != nil {
		return nil, Info{}, err
	}
	defer o.Body.Close() // read to its end, or given up
	if o.Size > limit {
		detail := fmt.Errorf("%d bytes, at most %d are allowed", o.Size, limit)
		return nil, o.Info, &Error{Op: "get", Key: key, Date: o.Date, Kind: ErrTooLarge, Err: detail}
	}
	b := make([]byte, o.Size)
	if _, err := io.ReadFull(o.Body, b); err != nil {
		return nil, Info{}, bodyError(key, cutShort(err))
	}
	// One more byte: a body that goes on past its length is as wrong as a short one, and a store that compares checksums does
	// so at the end.
	if n, err := io.ReadFull(o.Body, make([]byte, 1)); n > 0 || !errors.Is(err, io.EOF) {
		if err == nil {
			err = errors.New("body is longer than its length says")
		}
		return nil, Info{}, bodyError(key, err)
	}
	return b, o.Info, nil
}

// RangeReaderAt reads the object that info describes piece by piece: each ReadAt is one ranged GET, bound to info's ETag (another
// object under the same key is ErrPrecondition) and repeated while the store is unavailable. It is safe for concurrent use and
// ends with ctx.
func RangeReaderAt(ctx context.Context, s Store, info Info) io.ReaderAt {
	return &rangeReader{ctx, s, info}
}

type rangeReader struct {
	ctx  context.Context // of the object's use, which the io.ReaderAt signature has no place for
	s    Store
	info Info
}

// ReadAt reads len(p) bytes at off, fewer only at the end of the object, then with io.EOF.
func (r *rangeReader) ReadAt(p []byte, off int64) (int, error) {
	switch {
	case off < 0:
		return 0, fmt.Errorf("read %s: negative offset %d", r.info.Key, off)
	case len(p) == 0:
		return 0, nil
	case off >= r.info.Size:
		return 0, io.EOF
	}
	want := min(int64(len(p)), r.info.Size-off)
	var n int
	err := retry(r.ctx, r.s, func() (err error) {
		n, err = r.readOnce(p[:want], off)
		return err
	})
	if err == nil && want < int64(len(p)) {
		err = io.EOF
	}
	return n, err
}

func (r *rangeReader) readOnce(p []byte, off int64) (int, error) {
	o, err := r.s.Get(r.ctx, r.info.Key, GetOptions{Offset: off, Length: int64(len(p)), IfMatch: r.info.ETag})
	if err != nil {
		return 0, err
	}
	defer o.Body.Close() // read as far as wanted
	n, err := io.ReadFull(o.Body, p)
	if err != nil {
		return n, bodyError(r.info.Key, cutShort(err))
	}
	return n, nil
}

// bodyError is an error of reading a body: temporary unless the store already said what it is.
func bodyError(key string, err error) error {
	var known *Error
	if errors.As(err, &known) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &Error{Op: "get", Key: key, Kind: ErrTemporary, Err: err}
}

// dateOf is the store's clock as far as an error knows it.
func dateOf(err error) time.Time {
	var e *Error
	if errors.As(err, &e) {
		return e.Date
	}
	return time.Time{}
}
