package objstore_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/internal/objstore/faultstore"
	"github.com/tablectl/tablectl/internal/objstore/filestore"
	"github.com/tablectl/tablectl/internal/objstore/memstore"
)

// TestPutImmutableSurvives meets every fault with the first request, and every pair of faults with the first two. Whatever is
// told, success means that the bytes are there.
func TestPutImmutableSurvives(t *testing.T) {
	final := map[faultstore.Kind]error{
		faultstore.Answer403: objstore.ErrAccessDenied, faultstore.Answer404: objstore.ErrNotFound,
		faultstore.KillBefore: faultstore.ErrKilled, faultstore.KillAfter: faultstore.ErrKilled,
	}
	for _, first := range faultstore.Kinds() {
		t.Run(first.String(), func(t *testing.T) {
			if err := putThrough(t, faultstore.At(1, faultstore.Fault{Do: first})); !errors.Is(err, final[first]) {
				t.Errorf("%v, want %v", err, final[first])
			}
			for _, second := range faultstore.Kinds() {
				plan := faultstore.Plans(faultstore.At(1, faultstore.Fault{Do: first, After: 2}), faultstore.At(2, faultstore.Fault{Do: second}))
				if err := putThrough(t, sensible(plan)); err != nil && final[first] == nil && final[second] == nil {
					t.Errorf("%v then %v: %v", first, second, err)
				}
			}
		})
	}
}

// sensible is a plan in which no store says 412 to a request without a condition.
func sensible(p faultstore.Plan) faultstore.Plan {
	return func(r faultstore.Request) faultstore.Fault {
		f := p(r)
		if f.Do == faultstore.Answer412 && r.Condition == "" {
			return faultstore.Fault{}
		}
		return f
	}
}

// putThrough puts with faults, and checks that a success is one.
func putThrough(t *testing.T, plan faultstore.Plan) error {
	t.Helper()
	inner := memstore.New(memstore.Options{})
	s := faultstore.New(inner, faultstore.Options{Plan: plan})
	body := objstore.BytesBody([]byte("bytes"))
	info, err := objstore.PutImmutable(t.Context(), s, "k", body, objstore.PutOptions{})
	s.Deliver()
	if err != nil {
		return err
	}
	b, now, readErr := objstore.ReadAll(t.Context(), inner, "k", 100)
	if readErr != nil || string(b) != "bytes" || now.ETag != info.ETag || info.Size != body.Size {
		t.Errorf("told %+v, there is %q %+v, %v", info, b, now, readErr)
	}
	return nil
}

func TestPutImmutableCollides(t *testing.T) {
	file, err := filestore.New(t.TempDir()) // keeps no checksum
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]objstore.Store{"checksum": memstore.New(memstore.Options{}), "no checksum": file} {
		put := func(content string) error {
			body := objstore.BytesBody([]byte(content))
			body.CRC64NVME = nil
			_, err := objstore.PutImmutable(t.Context(), s, "k", body, objstore.PutOptions{IfMatch: "ignored"})
			return err
		}
		for content, want := range map[string]error{"first": nil, "fIrst": objstore.ErrKeyCollision, "longer": objstore.ErrKeyCollision} {
			if err := errors.Join(put("first"), put("first")); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if err := put(content); !errors.Is(err, want) {
				t.Errorf("%s: put %q: %v, want %v", name, content, err, want)
			}
			if b, _, err := objstore.ReadAll(t.Context(), s, "k", 100); err != nil || string(b) != "first" {
				t.Errorf("%s: %q, %v", name, b, err)
			}
		}
	}
}

func TestPutImmutableGivesUp(t *testing.T) {
	inner := memstore.New(memstore.Options{})
	start := inner.Now()
	s := faultstore.New(inner, faultstore.Options{Plan: func(faultstore.Request) faultstore.Fault {
		return faultstore.Fault{Do: faultstore.Answer503}
	}})
	_, err := objstore.PutImmutable(t.Context(), s, "k", objstore.BytesBody(nil), objstore.PutOptions{})
	if waited := inner.Now().Sub(start); !errors.Is(err, objstore.ErrTemporary) || waited < 5*time.Second || waited > 30*time.Second {
		t.Errorf("%v after %v", err, waited)
	}
}

func TestSleep(t *testing.T) {
	file, err := filestore.New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if err := objstore.Sleep(ctx, file, time.Millisecond); err != nil {
		t.Error(err)
	}
	cancel()
	for _, s := range []objstore.Store{file, memstore.New(memstore.Options{})} {
		if err := objstore.Sleep(ctx, s, time.Hour); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
}

func TestBackoff(t *testing.T) {
	for n, most := range map[int]time.Duration{
		1: 100 * time.Millisecond, 2: 200 * time.Millisecond, 6: 3200 * time.Millisecond, 7: 5 * time.Second, 99: 5 * time.Second,
	} {
		for range 100 {
			if d := objstore.Backoff(n); d < most/2 || d > most {
				t.Errorf("attempt %d: %v, want %v to %v", n, d, most/2, most)
			}
		}
	}
}
