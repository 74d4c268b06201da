package objstore_test

import (
	"context"
	"errors"
	"testing"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/internal/objstore/faultstore"
	"github.com/tablectl/tablectl/internal/objstore/memstore"
)

func copyOf(content string) objstore.CopyOptions {
	body := objstore.BytesBody([]byte(content))
	return objstore.CopyOptions{Size: body.Size, CRC64NVME: body.CRC64NVME}
}

// TestCopyImmutableSurvives meets every fault with the first request, and every pair of faults with the first two.
func TestCopyImmutableSurvives(t *testing.T) {
	final := map[faultstore.Kind]error{
		faultstore.Answer403: objstore.ErrAccessDenied, faultstore.Answer404: objstore.ErrNotFound,
		faultstore.KillBefore: faultstore.ErrKilled, faultstore.KillAfter: faultstore.ErrKilled,
	}
	for _, first := range faultstore.Kinds() {
		if err := copyThrough(t, faultstore.At(1, faultstore.Fault{Do: first})); !errors.Is(err, final[first]) {
			t.Errorf("%v: %v, want %v", first, err, final[first])
		}
		for _, second := range faultstore.Kinds() {
			plan := faultstore.Plans(faultstore.At(1, faultstore.Fault{Do: first, After: 2}), faultstore.At(2, faultstore.Fault{Do: second}))
			if err := copyThrough(t, sensible(plan)); err != nil && final[first] == nil && final[second] == nil {
				t.Errorf("%v then %v: %v", first, second, err)
			}
		}
	}
}

// copyThrough copies with faults, and checks that a success is one.
func copyThrough(t *testing.T, plan faultstore.Plan) error {
	t.Helper()
	inner, s, _ := stored(t, "bytes", plan)
	info, err := objstore.CopyImmutable(t.Context(), s, "k", "copy", copyOf("bytes"))
	s.Deliver()
	if err != nil {
		return err
	}
	b, now, readErr := objstore.ReadAll(t.Context(), inner, "copy", 100)
	if readErr != nil || string(b) != "bytes" || now.ETag != info.ETag || info.Size != 5 {
		t.Errorf("told %+v, there is %q %+v, %v", info, b, now, readErr)
	}
	return nil
}

func TestCopyImmutableCollides(t *testing.T) {
	_, s, _ := stored(t, "bytes", nil)
	for content, want := range map[string]error{"bytes": nil, "bYtes": objstore.ErrKeyCollision, "longer": objstore.ErrKeyCollision} {
		if _, err := s.Put(t.Context(), content, objstore.BytesBody([]byte(content)), objstore.PutOptions{}); err != nil {
			t.Fatal(err)
		}
		if _, err := objstore.CopyImmutable(t.Context(), s, "k", content, copyOf("bytes")); !errors.Is(err, want) {
			t.Errorf("copy over %q: %v, want %v", content, err, want)
		}
		if b, _, err := objstore.ReadAll(t.Context(), s, content, 100); err != nil || string(b) != content {
			t.Errorf("%q became %q, %v", content, b, err)
		}
	}
}

// TestCopyImmutableComparesTheSource: a source that does not hold what is recorded of it is not handed on as if it did.
func TestCopyImmutableComparesTheSource(t *testing.T) {
	for content, want := range map[string]error{"bytes": nil, "bYtes": objstore.ErrChecksum, "longer": objstore.ErrChecksum} {
		_, s, _ := stored(t, "bytes", nil)
		if _, err := objstore.CopyImmutable(t.Context(), unaware{s}, "k", "copy", copyOf(content)); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", content, err, want)
		}
	}
	if _, err := objstore.CopyImmutable(t.Context(), memstore.New(memstore.Options{}), "k", "copy", objstore.CopyOptions{}); err == nil {
		t.Error("copied without a checksum")
	}
}

// unaware is a store that copies whatever the source holds.
type unaware struct{ objstore.Store }

func (u unaware) Copy(ctx context.Context, from, to string, _ objstore.CopyOptions) (objstore.Info, error) {
	return u.Store.Copy(ctx, from, to, objstore.CopyOptions{})
}
