package objstore_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/internal/objstore/faultstore"
	"github.com/tablectl/tablectl/internal/objstore/memstore"
)

func stored(t *testing.T, content string, plan faultstore.Plan) (*memstore.Store, *faultstore.Store, objstore.Info) {
	t.Helper()
	inner := memstore.New(memstore.Options{})
	info, err := inner.Put(t.Context(), "k", objstore.BytesBody([]byte(content)), objstore.PutOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return inner, faultstore.New(inner, faultstore.Options{Plan: plan}), info
}

func TestReadAll(t *testing.T) {
	for _, k := range faultstore.Kinds() {
		_, s, info := stored(t, "content", faultstore.At(1, faultstore.Fault{Do: k}))
		b, got, err := objstore.ReadAll(t.Context(), s, "k", 7)
		switch k {
		case faultstore.Answer403, faultstore.Answer404, faultstore.Answer412, faultstore.KillBefore, faultstore.KillAfter:
			if err == nil {
				t.Errorf("%v: no error", k)
			}
		default:
			if err != nil || string(b) != "content" || got.ETag != info.ETag {
				t.Errorf("%v: %q, %+v, %v", k, b, got, err)
			}
		}
	}
	_, s, _ := stored(t, "content", nil)
	if _, info, err := objstore.ReadAll(t.Context(), s, "k", 6); !errors.Is(err, objstore.ErrTooLarge) || info.Size != 7 {
		t.Errorf("over the limit: %+v, %v", info, err)
	}
}

func TestRangeReaderAt(t *testing.T) {
	content := strings.Repeat("0123456789", 50)
	every3rd := func(r faultstore.Request) faultstore.Fault {
		if r.N%3 == 0 {
			return faultstore.Fault{Do: faultstore.Truncated}
		}
		return faultstore.Fault{}
	}
	inner, s, info := stored(t, content, every3rd)
	r := objstore.RangeReaderAt(t.Context(), s, info)
	if err := iotest.TestReader(io.NewSectionReader(r, 0, info.Size), []byte(content)); err != nil {
		t.Error(err)
	}
	for _, c := range []struct {
		off  int64
		n    int
		want string
		err  error
	}{
		{0, 10, "0123456789", nil}, {498, 2, "89", nil}, {498, 3, "89", io.EOF}, {500, 1, "", io.EOF}, {900, 1, "", io.EOF}, {500, 0, "", nil},
	} {
		p := make([]byte, c.n)
		if n, err := r.ReadAt(p, c.off); err != c.err || string(p[:n]) != c.want {
			t.Errorf("read %d at %d: %q, %v, want %q, %v", c.n, c.off, p[:n], err, c.want, c.err)
		}
	}
	if _, err := r.ReadAt(make([]byte, 1), -1); err == nil {
		t.Error("negative offset was accepted")
	}
	if _, err := inner.Put(t.Context(), "k", objstore.BytesBody(bytes.Repeat([]byte("x"), 500)), objstore.PutOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.ReadAt(make([]byte, 1), 0); !errors.Is(err, objstore.ErrPrecondition) {
		t.Errorf("read of another object: %v", err)
	}
}

func TestSpan(t *testing.T) {
	for _, c := range []struct {
		offset, length, size, from, to int64
		ok                             bool
	}{
		{0, 0, 0, 0, 0, true}, {0, 0, 9, 0, 9, true}, {0, 4, 9, 0, 4, true}, {5, 0, 9, 5, 9, true}, {5, 9, 9, 5, 9, true},
		{9, 0, 9, 0, 0, false}, {0, 1, 0, 0, 0, false}, {-4, 0, 9, 5, 9, true}, {-4, 2, 9, 5, 9, true}, {-20, 0, 9, 0, 9, true},
		{-1, 0, 0, 0, 0, false},
	} {
		from, to, ok := objstore.GetOptions{Offset: c.offset, Length: c.length}.Span(c.size)
		if from != c.from || to != c.to || ok != c.ok {
			t.Errorf("%+v: %d, %d, %v", c, from, to, ok)
		}
	}
}
