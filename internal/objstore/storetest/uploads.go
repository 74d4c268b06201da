package storetest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/tablectl/tablectl/internal/objstore"
)

// several is more than two parts of the least size that S3 allows, and not a multiple of it.
const several = 11<<20 + 4321

func (*suite) multipart(t *testing.T, s objstore.Store) {
	for _, size := range []int{1, several} {
		content := string(pattern(size))
		info := put(t, s, "big", content, objstore.PutOptions{ForceMultipart: true})
		checkInfo(t, "put", info, "big", content)
		got := holds(t, s, "big", content)
		if got.ETag != info.ETag {
			t.Errorf("ETag of put %s, of get %s", info.ETag, got.ETag)
		}
		checkInfo(t, "get", got, "big", content)
	}
}

func (*suite) multipartCreateOnly(t *testing.T, s objstore.Store) {
	body := objstore.BytesBody(pattern(several))
	o := objstore.PutOptions{IfNoneMatch: true, ForceMultipart: true}
	if _, err := s.Put(t.Context(), "big", body, o); err != nil {
		t.Fatal(err)
	}
	_, err := s.Put(t.Context(), "big", objstore.BytesBody([]byte("other")), o)
	fails(t, err, objstore.ErrPrecondition)
	holds(t, s, "big", string(pattern(several)))
}

func (*suite) resume(t *testing.T, s objstore.Store) {
	content := pattern(several)
	whole := objstore.BytesBody(content)
	broken := whole
	broken.ReaderAt = &brokenReader{r: whole.ReaderAt, from: 6 << 20}
	o := objstore.PutOptions{IfNoneMatch: true, ForceMultipart: true, Resume: true}
	_, err := s.Put(t.Context(), "big", broken, o)
	fails(t, err, errBroken)
	absent(t, s, "big")

	if _, err := s.Put(t.Context(), "big", whole, o); err != nil {
		t.Fatalf("resume: %v", err)
	}
	holds(t, s, "big", string(content))

	// What an attempt with other bytes left behind must not get into the object.
	_, err = s.Put(t.Context(), "other", broken, o)
	fails(t, err, errBroken)
	changed := bytes.Clone(content)
	changed[3]++
	if _, err := s.Put(t.Context(), "other", objstore.BytesBody(changed), o); err != nil {
		t.Fatalf("resume with other bytes: %v", err)
	}
	holds(t, s, "other", string(changed))
}

func (*suite) wrongChecksum(t *testing.T, s objstore.Store) {
	for _, o := range []objstore.PutOptions{{}, {IfNoneMatch: true, Once: true}, {IfNoneMatch: true, ForceMultipart: true}} {
		body := objstore.BytesBody(pattern(6 << 20))
		wrong := *body.CRC64NVME ^ 1
		body.CRC64NVME = &wrong
		_, err := s.Put(t.Context(), "x", body, o)
		fails(t, err, objstore.ErrChecksum)
		absent(t, s, "x")
	}
	body := objstore.BytesBody(pattern(100)) // unknown is not wrong
	body.CRC64NVME = nil
	if _, err := s.Put(t.Context(), "x", body, objstore.PutOptions{}); err != nil {
		t.Fatal(err)
	}
	holds(t, s, "x", string(pattern(100)))
}

func (*suite) brokenBody(t *testing.T, s objstore.Store) {
	put(t, s, "old", "old", objstore.PutOptions{})
	for _, key := range []string{"old", "new"} {
		body := objstore.BytesBody(pattern(1 << 20))
		body.ReaderAt = &brokenReader{r: body.ReaderAt, from: 1 << 19}
		_, err := s.Put(t.Context(), key, body, objstore.PutOptions{})
		fails(t, err, errBroken)
		short := objstore.BytesBody(pattern(1 << 20))
		short.Size++
		short.CRC64NVME = nil
		_, err = s.Put(t.Context(), key, short, objstore.PutOptions{})
		fails(t, err, io.ErrUnexpectedEOF)
	}
	holds(t, s, "old", "old")
	absent(t, s, "new")
}

func (*suite) cancelled(t *testing.T, s objstore.Store) {
	put(t, s, "a", "a", objstore.PutOptions{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.Get(ctx, "a", objstore.GetOptions{})
	fails(t, err, context.Canceled)
	_, err = s.Head(ctx, "a")
	fails(t, err, context.Canceled)
	_, err = s.Put(ctx, "b", objstore.BytesBody([]byte("b")), objstore.PutOptions{})
	fails(t, err, context.Canceled)
	fails(t, s.Delete(ctx, "a"), context.Canceled)
	for _, err := range s.List(ctx, "") {
		fails(t, err, context.Canceled)
	}
	holds(t, s, "a", "a")
	absent(t, s, "b")
}

func (*suite) cancelledMidway(t *testing.T, s objstore.Store) {
	for _, o := range []objstore.PutOptions{{}, {ForceMultipart: true}} {
		ctx, cancel := context.WithCancel(t.Context())
		body := objstore.BytesBody(pattern(several))
		body.ReaderAt = &hookReader{r: body.ReaderAt, from: 2 << 20, hook: cancel}
		_, err := s.Put(ctx, "x", body, o)
		fails(t, err, context.Canceled)
		absent(t, s, "x")
	}
}

func (*suite) dates(t *testing.T, s objstore.Store) {
	info := put(t, s, "a", "a", objstore.PutOptions{})
	_, got := get(t, s, "a")
	head, err := s.Head(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	for op, date := range map[string]time.Time{"put": info.Date, "get": got.Date, "head": head.Date, "last modified": head.LastModified} {
		if date.IsZero() {
			t.Errorf("%s: no date", op)
		}
	}
	_, err = s.Put(t.Context(), "a", objstore.BytesBody(nil), objstore.PutOptions{IfNoneMatch: true})
	fails(t, err, objstore.ErrPrecondition)
	var e *objstore.Error
	if errors.As(err, &e); e.Date.IsZero() {
		t.Errorf("no date in %v", err)
	}
	_, err = s.Get(t.Context(), "none", objstore.GetOptions{})
	if errors.As(err, &e); e.Date.IsZero() {
		t.Errorf("no date in %v", err)
	}
}

var errBroken = errors.New("disk on fire")

// brokenReader cannot be read past from.
type brokenReader struct {
	r    io.ReaderAt
	from int64
}

func (b *brokenReader) ReadAt(p []byte, off int64) (int, error) {
	if off+int64(len(p)) > b.from {
		return 0, errBroken
	}
	return b.r.ReadAt(p, off)
}

// hookReader calls hook when it is first read past from.
type hookReader struct {
	r    io.ReaderAt
	from int64
	once sync.Once
	hook func()
}

func (h *hookReader) ReadAt(p []byte, off int64) (int, error) {
	if off+int64(len(p)) > h.from {
		h.once.Do(h.hook)
	}
	return h.r.ReadAt(p, off)
}
