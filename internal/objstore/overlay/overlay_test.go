package overlay

import (
	"context"
	"errors"
	"testing"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/internal/objstore/memstore"
)

func TestReadsThroughAndKeepsWrites(t *testing.T) {
	ctx := context.Background()
	below, above := memstore.New(memstore.Options{}), memstore.New(memstore.Options{})
	put := func(s objstore.Store, key, text string) {
		t.Helper()
		if _, err := s.Put(ctx, key, objstore.BytesBody([]byte(text)), objstore.PutOptions{IfNoneMatch: true}); err != nil {
			t.Fatal(err)
		}
	}
	put(below, "a", "from below")
	s := New(below, above)
	put(s, "b", "from above")
	for key, want := range map[string]string{"a": "from below", "b": "from above"} {
		got, _, err := objstore.ReadAll(ctx, s, key, 100)
		if err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", key, got, err)
		}
		if info, err := s.Head(ctx, key); err != nil || info.Size != int64(len(want)) {
			t.Errorf("head %s: %+v, %v", key, info, err)
		}
	}
	if _, err := below.Head(ctx, "b"); !errors.Is(err, objstore.ErrNotFound) {
		t.Errorf("the store below was written to: %v", err)
	}
	if _, err := s.Head(ctx, "c"); !errors.Is(err, objstore.ErrNotFound) {
		t.Error(err)
	}
	bytes := objstore.BytesBody([]byte("from below"))
	if _, err := objstore.CopyImmutable(ctx, s, "a", "d", objstore.CopyOptions{Size: bytes.Size, CRC64NVME: bytes.CRC64NVME}); err != nil {
		t.Error(err)
	}
	if got, _, err := objstore.ReadAll(ctx, s, "d", 100); err != nil || string(got) != "from below" {
		t.Errorf("copy: %q, %v", got, err)
	}
	for _, store := range []objstore.Store{below, above} {
		if _, err := store.Head(ctx, "d"); !errors.Is(err, objstore.ErrNotFound) {
			t.Errorf("something was copied: %v", err)
		}
	}
	for from, want := range map[string]error{"a": objstore.ErrPrecondition, "none": objstore.ErrNotFound} {
		if _, err := s.Copy(ctx, from, "b", objstore.CopyOptions{}); !errors.Is(err, want) {
			t.Errorf("copy of %s over b: %v, want %v", from, err, want)
		}
	}
	if err := s.Delete(ctx, "a"); !errors.Is(err, objstore.ErrUnsupported) {
		t.Error(err)
	}
	for info, err := range s.List(ctx, "") {
		if err != nil || info.Key != "a" {
			t.Errorf("list: %+v, %v", info, err)
		}
	}
	if puts, gets := s.Counts(); puts != 4 || gets != 12 {
		t.Errorf("%d puts, %d gets", puts, gets)
	}
}
