package storetest

import (
	"slices"
	"strings"
	"testing"

	"github.com/tablectl/tablectl/internal/objstore"
)

func (*suite) roundTrip(t *testing.T, s objstore.Store) {
	for _, c := range []struct{ key, content string }{
		{"empty", ""},
		{"version=1/d=2026-01-01/part-00000-0123456789abcdef.parquet", "PAR1"},
		{"_manifest.metadata.json", "{}"},
		{"big", strings.Repeat("0123456789", 200_000)},
	} {
		put1 := put(t, s, c.key, c.content, objstore.PutOptions{ContentType: "application/octet-stream"})
		got := holds(t, s, c.key, c.content)
		head, err := s.Head(t.Context(), c.key)
		if err != nil {
			t.Fatalf("head %s: %v", c.key, err)
		}
		for name, info := range map[string]objstore.Info{"put": put1, "get": got, "head": head} {
			checkInfo(t, name, info, c.key, c.content)
		}
		if put1.ETag != got.ETag || got.ETag != head.ETag {
			t.Errorf("%s: ETag of put %s, get %s, head %s", c.key, put1.ETag, got.ETag, head.ETag)
		}
		put(t, s, c.key, "other", objstore.PutOptions{})
		holds(t, s, c.key, "other")
	}
}

func checkInfo(t *testing.T, op string, info objstore.Info, key, content string) {
	t.Helper()
	if info.Key != key || info.Size != int64(len(content)) {
		t.Errorf("%s: key %q size %d, want %q %d", op, info.Key, info.Size, key, len(content))
	}
	if !strings.HasPrefix(info.ETag, `"`) || !strings.HasSuffix(info.ETag, `"`) || len(info.ETag) < 3 {
		t.Errorf("%s %s: ETag %s is not quoted", op, key, info.ETag)
	}
	if want := *objstore.BytesBody([]byte(content)).CRC64NVME; info.CRC64NVME != nil && *info.CRC64NVME != want {
		t.Errorf("%s %s: CRC64NVME %016x, want %016x", op, key, *info.CRC64NVME, want)
	}
}

func (*suite) missing(t *testing.T, s objstore.Store) {
	put(t, s, "there/too.txt", "x", objstore.PutOptions{})
	for _, key := range []string{"none", "no/such/key", "there", "there/too", "there/too.txt2", "THERE/too.txt"} {
		_, err := s.Get(t.Context(), key, objstore.GetOptions{})
		fails(t, err, objstore.ErrNotFound)
		_, err = s.Get(t.Context(), key, objstore.GetOptions{Offset: -8})
		fails(t, err, objstore.ErrNotFound)
		_, err = s.Head(t.Context(), key)
		fails(t, err, objstore.ErrNotFound)
	}
}

func (*suite) invalidKeys(t *testing.T, s objstore.Store) {
	put(t, s, "neighbour", "x", objstore.PutOptions{})
	bad := []string{
		"", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/./b", "a/..", "a\x00b", "a\nb", "\xff", strings.Repeat("k", 1025),
	}
	for _, key := range bad {
		_, err := s.Get(t.Context(), key, objstore.GetOptions{})
		fails(t, err, objstore.ErrInvalidKey)
		_, err = s.Head(t.Context(), key)
		fails(t, err, objstore.ErrInvalidKey)
		_, err = s.Put(t.Context(), key, objstore.BytesBody([]byte("x")), objstore.PutOptions{})
		fails(t, err, objstore.ErrInvalidKey)
		fails(t, s.Delete(t.Context(), "neighbour", key), objstore.ErrInvalidKey)
	}
	holds(t, s, "neighbour", "x")
	if got := keys(t, s, ""); !slices.Equal(got, []string{"neighbour"}) {
		t.Errorf("store holds %q", got)
	}
}

func (*suite) createOnly(t *testing.T, s objstore.Store) {
	put(t, s, "a/b", "first", objstore.PutOptions{IfNoneMatch: true})
	for _, content := range []string{"second", "first", ""} {
		_, err := s.Put(t.Context(), "a/b", objstore.BytesBody([]byte(content)), objstore.PutOptions{IfNoneMatch: true, Once: true})
		fails(t, err, objstore.ErrPrecondition)
		holds(t, s, "a/b", "first")
	}
}

func (*suite) ifMatch(t *testing.T, s objstore.Store) {
	first := put(t, s, "m", "1", objstore.PutOptions{IfNoneMatch: true})
	second := put(t, s, "m", "2", objstore.PutOptions{IfMatch: first.ETag, Once: true})
	if first.ETag == second.ETag {
		t.Fatalf("ETag %s for two contents", first.ETag)
	}
	for _, stale := range []string{first.ETag, `"0"`, `"nonsense"`} {
		_, err := s.Put(t.Context(), "m", objstore.BytesBody([]byte("3")), objstore.PutOptions{IfMatch: stale, Once: true})
		fails(t, err, objstore.ErrPrecondition)
	}
	holds(t, s, "m", "2")
	put(t, s, "m", "4", objstore.PutOptions{IfMatch: second.ETag})
	holds(t, s, "m", "4")
}

func (*suite) ifMatchOnMissing(t *testing.T, s objstore.Store) {
	old := put(t, s, "m", "1", objstore.PutOptions{})
	if err := s.Delete(t.Context(), "m"); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"m", "never"} {
		_, err := s.Put(t.Context(), key, objstore.BytesBody([]byte("1")), objstore.PutOptions{IfMatch: old.ETag})
		fails(t, err, objstore.ErrPrecondition, objstore.ErrNotFound)
		absent(t, s, key)
	}
}

func (u *suite) etagNeverComesBack(t *testing.T, s objstore.Store) {
	seen := map[string]string{}
	remember := func(info objstore.Info, content string) {
		t.Helper()
		if other, ok := seen[info.ETag]; ok && (!u.digestETags || other != content) {
			t.Errorf("ETag %s of %q came back for %q", info.ETag, other, content)
		}
		seen[info.ETag] = content
	}
	for range 5 {
		remember(put(t, s, "m", "A", objstore.PutOptions{}), "A")
		remember(put(t, s, "m", "B", objstore.PutOptions{}), "B")
		remember(put(t, s, "m", "A", objstore.PutOptions{IfMatch: holds(t, s, "m", "B").ETag}), "A")
		if err := s.Delete(t.Context(), "m"); err != nil {
			t.Fatal(err)
		}
		remember(put(t, s, "m", "A", objstore.PutOptions{IfNoneMatch: true}), "A")
	}
}
