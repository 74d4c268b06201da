package faultstore_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/internal/objstore/faultstore"
	"github.com/tablectl/tablectl/internal/objstore/memstore"
	"github.com/tablectl/tablectl/internal/objstore/s3store"
	"github.com/tablectl/tablectl/internal/objstore/storetest"
	"github.com/tablectl/tablectl/internal/testserver"
)

func TestConformance(t *testing.T) {
	storetest.Run(t, func(*testing.T) objstore.Store {
		return faultstore.New(memstore.New(memstore.Options{}), faultstore.Options{})
	})
}

// told is what the caller must be told of a create-only put of a new key.
func told() map[faultstore.Kind]error {
	out := map[faultstore.Kind]error{
		faultstore.Answer403: objstore.ErrAccessDenied, faultstore.Answer404: objstore.ErrNotFound,
		faultstore.Answer409: objstore.ErrConflict, faultstore.Answer412: objstore.ErrPrecondition,
		faultstore.TwiceFirst: nil, faultstore.TwiceSecond: objstore.ErrPrecondition,
		faultstore.KillBefore: faultstore.ErrKilled, faultstore.KillAfter: faultstore.ErrKilled,
	}
	for _, k := range faultstore.Kinds() {
		if _, ok := out[k]; !ok {
			out[k] = objstore.ErrTemporary
		}
	}
	return out
}

// faulty is a store whose first request meets a fault, with the store behind it and the trace.
type faulty struct {
	objstore.Store
	inner   objstore.Store
	deliver func()
	trace   func() []faultstore.Event
}

func overMemory(_ *testing.T, o faultstore.Options) faulty {
	inner := memstore.New(memstore.Options{})
	s := faultstore.New(inner, o)
	return faulty{s, inner, s.Deliver, s.Trace}
}

func overMinIO(t *testing.T, o faultstore.Options) faulty {
	server := testserver.MinIO(t)
	url := server.NewURL()
	open := func(wrap func(http.RoundTripper) http.RoundTripper) objstore.Store {
		so := server.Options()
		so.Transport = wrap
		s, err := s3store.New(t.Context(), url, so)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	var tr *faultstore.Transport
	s := open(func(next http.RoundTripper) http.RoundTripper {
		tr = faultstore.NewTransport(next, o)
		return tr
	})
	return faulty{s, open(nil), tr.Deliver, tr.Trace}
}

func TestPut(t *testing.T) {
	for name, open := range map[string]func(*testing.T, faultstore.Options) faulty{"store": overMemory, "transport": overMinIO} {
		for _, k := range faultstore.Kinds() {
			t.Run(name+"/"+k.String(), func(t *testing.T) { testPut(t, open, k) })
		}
	}
}

func testPut(t *testing.T, open func(*testing.T, faultstore.Options) faulty, k faultstore.Kind) {
	ctx, kill := context.WithCancel(t.Context())
	defer kill()
	s := open(t, faultstore.Options{Plan: faultstore.At(1, faultstore.Fault{Do: k})})
	_, err := s.Put(ctx, "k", objstore.BytesBody([]byte("body")), objstore.PutOptions{IfNoneMatch: true, Once: true})
	want := told()[k]
	// A put has no body to be cut: over HTTP only its headers can be.
	if !errors.Is(err, want) {
		t.Errorf("put: %v, want %v", err, want)
	}
	if got := s.trace(); len(got) != 1 || got[0].N != 1 || got[0].Condition != "if-none-match: *" || got[0].Op != "put" {
		t.Errorf("trace: %+v", got)
	}
	if _, err := s.inner.Head(t.Context(), "k"); k == faultstore.Late && !errors.Is(err, objstore.ErrNotFound) {
		t.Errorf("delivered too early: %v", err)
	}
	s.deliver()
	if _, err := s.inner.Head(t.Context(), "k"); (err == nil) != k.Applied() {
		t.Errorf("head: %v, but applied is %v", err, k.Applied())
	}
	_, err = s.Head(t.Context(), "k")
	if dead := k == faultstore.KillBefore || k == faultstore.KillAfter; errors.Is(err, faultstore.ErrKilled) != dead {
		t.Errorf("head afterwards: %v, dead is %v", err, dead)
	}
}

// TestLateOverwrites delivers a put after the caller gave up and another writer went on: before the second request that follows.
func TestLateOverwrites(t *testing.T) {
	inner := memstore.New(memstore.Options{})
	s := faultstore.New(inner, faultstore.Options{Plan: faultstore.At(1, faultstore.Fault{Do: faultstore.Late, After: 2})})
	body := []byte("late")
	_, err := s.Put(t.Context(), "k", objstore.BytesBody(body), objstore.PutOptions{})
	if !errors.Is(err, objstore.ErrTemporary) {
		t.Fatal(err)
	}
	copy(body, "xxxx") // the caller's memory is the caller's again
	put := func(key string) {
		t.Helper()
		if _, err := s.Put(t.Context(), key, objstore.BytesBody([]byte("second")), objstore.PutOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	holds := func(want string) {
		t.Helper()
		if b, _, err := objstore.ReadAll(t.Context(), inner, "k", 100); err != nil || string(b) != want {
			t.Fatalf("k holds %q, %v, want %q", b, err, want)
		}
	}
	put("k")
	holds("second")
	put("other")
	holds("late")
	if got := s.Trace(); len(got) != 4 || !got[2].Delivered || got[2].N != 1 || s.Count() != 3 {
		t.Errorf("trace: %+v", got)
	}
}

func TestTruncatedBody(t *testing.T) {
	for name, open := range map[string]func(*testing.T, faultstore.Options) faulty{"store": overMemory, "transport": overMinIO} {
		t.Run(name, func(t *testing.T) {
			s := open(t, faultstore.Options{Plan: faultstore.At(1, faultstore.Fault{Do: faultstore.Truncated})})
			if _, err := s.inner.Put(t.Context(), "k", objstore.BytesBody([]byte("0123456789")), objstore.PutOptions{}); err != nil {
				t.Fatal(err)
			}
			o, err := s.Get(t.Context(), "k", objstore.GetOptions{})
			if err != nil {
				t.Fatal(err)
			}
			defer o.Body.Close()
			if b, err := io.ReadAll(o.Body); string(b) != "01234" || !errors.Is(err, objstore.ErrTemporary) {
				t.Errorf("read %q, %v", b, err)
			}
			if b, _, err := objstore.ReadAll(t.Context(), s, "k", 100); err != nil || string(b) != "0123456789" {
				t.Errorf("again: %q, %v", b, err)
			}
		})
	}
}

// TestEveryRead meets every fault on get, head, list and delete: either the right answer or an error, never a wrong answer.
func TestEveryRead(t *testing.T) {
	for _, k := range faultstore.Kinds() {
		s := overMemory(t, faultstore.Options{Plan: func(faultstore.Request) faultstore.Fault { return faultstore.Fault{Do: k} }})
		for _, key := range []string{"a", "b"} {
			if _, err := s.inner.Put(t.Context(), key, objstore.BytesBody([]byte(key)), objstore.PutOptions{}); err != nil {
				t.Fatal(err)
			}
		}
		fine := k == faultstore.TwiceFirst || k == faultstore.TwiceSecond
		_, headErr := s.Head(t.Context(), "a")
		var listErr error
		n := 0
		for _, err := range s.List(t.Context(), "") {
			if listErr = err; err == nil {
				n++
			}
		}
		deleteErr := s.Delete(t.Context(), "a")
		for op, err := range map[string]error{"head": headErr, "list": listErr, "delete": deleteErr} {
			if (err == nil) != fine {
				t.Errorf("%v: %s: %v", k, op, err)
			}
		}
		if fine && n != 2 {
			t.Errorf("%v: %d objects listed", k, n)
		}
	}
}

func TestKillIsFinal(t *testing.T) {
	kills := 0
	seen := 0
	s := overMemory(t, faultstore.Options{
		Plan:    faultstore.Plans(faultstore.At(2, faultstore.Fault{Do: faultstore.KillAfter})),
		OnKill:  func() { kills++ },
		Observe: func(faultstore.Event) { seen++ },
	})
	for i, key := range []string{"a", "b", "c", "d"} {
		_, err := s.Put(t.Context(), key, objstore.BytesBody(nil), objstore.PutOptions{})
		if errors.Is(err, faultstore.ErrKilled) != (i >= 1) {
			t.Errorf("put %s: %v", key, err)
		}
		if _, err := s.inner.Head(t.Context(), key); (err == nil) != (i <= 1) {
			t.Errorf("head %s: %v", key, err)
		}
	}
	if kills != 1 || seen != 4 {
		t.Errorf("killed %d times, %d requests observed", kills, seen)
	}
}
