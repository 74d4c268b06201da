package storetest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/tablectl/tablectl/internal/objstore"
)

func (*suite) ranges(t *testing.T, s objstore.Store) {
	const content = "0123456789"
	put(t, s, "r", content, objstore.PutOptions{})
	put(t, s, "empty", "", objstore.PutOptions{})
	for _, c := range []struct {
		offset, length int64
		want           string
	}{
		{0, 0, content},
		{0, 1, "0"},
		{3, 4, "3456"},
		{3, 0, "3456789"},
		{9, 1, "9"},
		{8, 100, "89"},
		{-3, 0, "789"},
		{-10, 0, content},
		{-100, 0, content},
	} {
		b, info, err := read(t.Context(), s, "r", objstore.GetOptions{Offset: c.offset, Length: c.length})
		if err != nil || string(b) != c.want {
			t.Errorf("range %d+%d: %q, %v, want %q", c.offset, c.length, b, err, c.want)
		}
		if info.Size != int64(len(content)) {
			t.Errorf("range %d+%d: size %d, want the whole object's", c.offset, c.length, info.Size)
		}
	}
	for _, c := range []struct {
		key            string
		offset, length int64
	}{{"r", 10, 0}, {"r", 10, 1}, {"r", 1 << 40, 5}, {"empty", 0, 1}, {"empty", 1, 0}} {
		_, err := s.Get(t.Context(), c.key, objstore.GetOptions{Offset: c.offset, Length: c.length})
		fails(t, err, objstore.ErrInvalidRange)
	}
}

func (*suite) conditionalGet(t *testing.T, s objstore.Store) {
	first := put(t, s, "m", "first", objstore.PutOptions{})
	b, _, err := read(t.Context(), s, "m", objstore.GetOptions{IfMatch: first.ETag, Offset: 1, Length: 2})
	if err != nil || string(b) != "ir" {
		t.Fatalf("get with the right ETag: %q, %v", b, err)
	}
	put(t, s, "m", "second", objstore.PutOptions{})
	for _, o := range []objstore.GetOptions{{IfMatch: first.ETag}, {IfMatch: first.ETag, Offset: 1, Length: 2}} {
		_, err := s.Get(t.Context(), "m", o)
		fails(t, err, objstore.ErrPrecondition)
	}
}

func (*suite) deletes(t *testing.T, s objstore.Store) {
	all := []string{"version=1/a", "version=1/ab", "version=10/a", "version=2/a"}
	for _, key := range all {
		put(t, s, key, key, objstore.PutOptions{})
	}
	if err := s.Delete(t.Context()); err != nil {
		t.Fatalf("delete nothing: %v", err)
	}
	for range 2 { // the second time nothing is there any more
		if err := s.Delete(t.Context(), "version=1/a", "version=1", "version=3/none", "none"); err != nil {
			t.Fatalf("delete: %v", err)
		}
		if got := keys(t, s, ""); !slices.Equal(got, all[1:]) {
			t.Fatalf("after delete: %q, want %q", got, all[1:])
		}
	}
	put(t, s, "version=1/a", "again", objstore.PutOptions{IfNoneMatch: true})
	holds(t, s, "version=1/a", "again")
}

func (*suite) lists(t *testing.T, s objstore.Store) {
	if got := keys(t, s, ""); len(got) != 0 {
		t.Fatalf("empty store lists %q", got)
	}
	all := []string{
		"A", "_manifest.metadata.json", "_tablectl/gc/7.json", "a-b/c", "a.b", "a/b", "a/b.c/d", "a/b0", "a0", "ab/c",
		"version=1-x/a", "version=1.5/a", "version=1/_lists/x", "version=1/a", "version=1/b/c", "version=10/a", "version=100",
		"version=1=/a", "version=2/a", "z",
	}
	slices.Sort(all)
	for i, key := range all {
		put(t, s, key, strings.Repeat("x", i), objstore.PutOptions{})
	}
	for _, prefix := range []string{
		"", "A", "a", "a/", "a/b", "a/b.", "version=1", "version=1/", "version=1/b/", "version=10", "version=", "version=1/_lists/x", "none", "a/b/c",
	} {
		var want []string
		for _, key := range all {
			if strings.HasPrefix(key, prefix) {
				want = append(want, key)
			}
		}
		if got := keys(t, s, prefix); !slices.Equal(got, want) {
			t.Errorf("list %q:\n got %q\nwant %q", prefix, got, want)
		}
	}
	for info, err := range s.List(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		head, err := s.Head(t.Context(), info.Key)
		if err != nil || head.Size != info.Size || head.ETag != info.ETag {
			t.Errorf("listed %+v, head says %+v, %v", info, head, err)
		}
	}
}

func (*suite) listStops(t *testing.T, s objstore.Store) {
	for _, key := range []string{"a", "b/c", "d"} {
		put(t, s, key, "x", objstore.PutOptions{})
	}
	for n := 1; n < 3; n++ {
		seen := 0
		for _, err := range s.List(t.Context(), "") {
			if err != nil {
				t.Fatal(err)
			}
			if seen++; seen == n {
				break
			}
		}
	}
}

func keys(t *testing.T, s objstore.Store, prefix string) []string {
	t.Helper()
	var out []string
	for info, err := range s.List(t.Context(), prefix) {
		if err != nil {
			t.Fatalf("list %q: %v", prefix, err)
		}
		out = append(out, info.Key)
	}
	return out
}

// metadata comes back with its object, or is refused with nothing written. It goes with the bytes beside which it was put.
func (*suite) metadata(t *testing.T, s objstore.Store) {
	for _, multipart := range []bool{false, true} {
		key := fmt.Sprintf("metadata-%v", multipart)
		want := map[string]string{"tablectl-generation": "41", "tablectl-version": "7"}
		_, err := s.Put(t.Context(), key, objstore.BytesBody([]byte("x")), objstore.PutOptions{Metadata: want, ForceMultipart: multipart})
		if errors.Is(err, objstore.ErrUnsupported) {
			absent(t, s, key)
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		_, got := get(t, s, key)
		head, err := s.Head(t.Context(), key)
		if err != nil || !maps.Equal(got.Metadata, want) || !maps.Equal(head.Metadata, want) {
			t.Errorf("get %v, head %v, %v", got.Metadata, head.Metadata, err)
		}
		put(t, s, key, "x", objstore.PutOptions{})
		if _, got := get(t, s, key); len(got.Metadata) > 0 {
			t.Errorf("left over: %v", got.Metadata)
		}
	}
}
