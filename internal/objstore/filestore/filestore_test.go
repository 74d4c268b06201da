package filestore

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/internal/objstore/storetest"
)

func open(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := New(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestConformance(t *testing.T) {
	storetest.Run(t, func(t *testing.T) objstore.Store { return open(t, filepath.Join(t.TempDir(), "table")) })
}

// TestETagWhateverTheClock writes the same bytes again and again under a clock that stands still or goes back, also after deletion
// and with a new Store each time: no ETag comes twice.
func TestETagWhateverTheClock(t *testing.T) {
	dir := t.TempDir()
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	seen := map[string]int{}
	for i := range 60 {
		s := open(t, dir)
		s.now = func() time.Time { return start.Add(-time.Duration(i/20) * time.Hour) }
		if i%3 == 2 {
			if err := s.Delete(t.Context(), "m"); err != nil {
				t.Fatal(err)
			}
		}
		info, err := s.Put(t.Context(), "m", objstore.BytesBody([]byte("same")), objstore.PutOptions{IfNoneMatch: i%3 == 2})
		if err != nil {
			t.Fatal(err)
		}
		if j, ok := seen[info.ETag]; ok {
			t.Fatalf("ETag of write %d came back at write %d", j, i)
		}
		seen[info.ETag] = i
	}
}

// TestETagOfChangedBytes edits a manifest behind the store's back, keeping size and time: its ETag must not be the old one.
func TestETagOfChangedBytes(t *testing.T) {
	s := open(t, t.TempDir())
	info, err := s.Put(t.Context(), "m", objstore.BytesBody([]byte("one")), objstore.PutOptions{})
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(s.URL(), "m")
	if err := errors.Join(os.WriteFile(name, []byte("two"), 0o666), os.Chtimes(name, info.LastModified, info.LastModified)); err != nil {
		t.Fatal(err)
	}
	_, err = s.Put(t.Context(), "m", objstore.BytesBody([]byte("three")), objstore.PutOptions{IfMatch: info.ETag})
	if !errors.Is(err, objstore.ErrPrecondition) {
		t.Fatalf("put over an edited object: %v", err)
	}
}

func TestStampOnCoarseFileSystems(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 1, 500, time.UTC)
	for _, grain := range []time.Duration{1, 100, time.Microsecond, time.Millisecond, time.Second, 2 * time.Second} {
		set := func(t time.Time) (time.Time, error) { return t.Truncate(grain), nil }
		last := time.Time{}
		for range 5 {
			next, err := stamp(now, last, set)
			if err != nil || !next.After(last) {
				t.Fatalf("grain %v: %v after %v, %v", grain, next, last, err)
			}
			last = next
		}
		if late := last.Sub(now); late > 5*max(4*time.Second, grain) {
			t.Errorf("grain %v: %v ahead of the clock", grain, late)
		}
	}
	stuck := func(time.Time) (time.Time, error) { return now, nil }
	if _, err := stamp(now, now, stuck); err == nil {
		t.Error("a file system that keeps no times was accepted")
	}
}

func TestHiddenFilesAreNoObjects(t *testing.T) {
	s := open(t, t.TempDir())
	if _, err := s.Put(t.Context(), "version=1/a", objstore.BytesBody(nil), objstore.PutOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := s.Delete(t.Context(), "version=1/a"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(s.URL(), "version=1")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("empty directory stays: %v", err)
	}
	if left, err := os.ReadDir(filepath.Join(s.URL(), hidden)); err != nil || len(left) != 2 {
		t.Errorf("hidden directory holds %v, %v, want the lock and the floor", left, err)
	}
	for _, prefix := range []string{"", ".", hidden, hidden + "/", hidden + "/l"} {
		for info, err := range s.List(t.Context(), prefix) {
			t.Errorf("list %q: %v, %v", prefix, info.Key, err)
		}
	}
	for _, key := range []string{hidden + "/lock", hidden + "/floor", ".x", "a/.x/b", "a/.x", `a\b`, `..\b`} {
		_, getErr := s.Get(t.Context(), key, objstore.GetOptions{})
		_, headErr := s.Head(t.Context(), key)
		_, putErr := s.Put(t.Context(), key, objstore.BytesBody(nil), objstore.PutOptions{})
		for _, err := range []error{getErr, headErr, putErr, s.Delete(t.Context(), key)} {
			if !errors.Is(err, objstore.ErrInvalidKey) {
				t.Errorf("%s: %v", key, err)
			}
		}
	}
}

func TestSymbolicLinksDoNotLeadOut(t *testing.T) {
	base := t.TempDir()
	outside, table := filepath.Join(base, "outside"), filepath.Join(base, "table")
	for _, err := range []error{
		os.Mkdir(outside, 0o777), os.Mkdir(table, 0o777),
		os.WriteFile(filepath.Join(outside, "secret"), []byte("secret"), 0o666),
		os.Symlink(outside, filepath.Join(table, "dir")),
		os.Symlink(filepath.Join(outside, "secret"), filepath.Join(table, "file")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	s := open(t, table)
	for _, key := range []string{"dir/secret", "file"} {
		if _, err := s.Get(t.Context(), key, objstore.GetOptions{}); err == nil {
			t.Errorf("read %s outside of the table", key)
		}
	}
	if _, err := s.Put(t.Context(), "dir/new", objstore.BytesBody(nil), objstore.PutOptions{}); err == nil {
		t.Error("wrote outside of the table")
	}
	if err := s.Delete(t.Context(), "dir/secret"); err == nil {
		t.Error("deleting outside of the table was not refused")
	}
	for info := range s.List(t.Context(), "") {
		t.Errorf("list: %s", info.Key)
	}
	if b, err := os.ReadFile(filepath.Join(outside, "secret")); err != nil || string(b) != "secret" {
		t.Errorf("outside: %q, %v", b, err)
	}
}

func TestRoot(t *testing.T) {
	base := t.TempDir()
	orphan, young := open(t, filepath.Join(base, "no", "table")), open(t, filepath.Join(base, "table"))
	if err := os.WriteFile(filepath.Join(base, "file"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, s := range []*Store{orphan, open(t, filepath.Join(base, "file")), open(t, filepath.Join(base, "file", "table"))} {
		_, getErr := s.Get(t.Context(), "a", objstore.GetOptions{})
		_, putErr := s.Put(t.Context(), "a", objstore.BytesBody(nil), objstore.PutOptions{})
		var listErr error
		for _, listErr = range s.List(t.Context(), "") {
		}
		for _, err := range []error{getErr, putErr, listErr} {
			if !errors.Is(err, objstore.ErrNoBucket) {
				t.Errorf("%s: %v", s.URL(), err)
			}
		}
	}
	if _, err := young.Head(t.Context(), "a"); !errors.Is(err, objstore.ErrNotFound) {
		t.Errorf("head before the first put: %v", err)
	}
	if err := young.Delete(t.Context(), "a"); err != nil {
		t.Errorf("delete before the first put: %v", err)
	}
	if _, err := os.Stat(young.URL()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("reading made the directory: %v", err)
	}
	if _, err := young.Put(t.Context(), "a/b/c", objstore.BytesBody(nil), objstore.PutOptions{}); err != nil {
		t.Error(err)
	}
}

func TestLeftoversAreSwept(t *testing.T) {
	s := open(t, t.TempDir())
	if err := os.Mkdir(filepath.Join(s.URL(), hidden), 0o777); err != nil {
		t.Fatal(err)
	}
	left := func(name string, age time.Duration) string {
		name = filepath.Join(s.URL(), hidden, name)
		if err := errors.Join(os.WriteFile(name, nil, 0o666), os.Chtimes(name, time.Now(), time.Now().Add(-age))); err != nil {
			t.Fatal(err)
		}
		return name
	}
	old, young, other := left("old.tmp", 2*time.Hour), left("young.tmp", time.Minute), left("other", 2*time.Hour)
	if _, err := s.Put(t.Context(), "a", objstore.BytesBody(nil), objstore.PutOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(old); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("old leftover is still there: %v", err)
	}
	for _, name := range []string{young, other} {
		if _, err := os.Stat(name); err != nil {
			t.Error(err)
		}
	}
}

func TestErrors(t *testing.T) {
	s := open(t, t.TempDir())
	for _, c := range []struct {
		op   string
		err  error
		want error
	}{
		{"put", syscall.ENOSPC, objstore.ErrNoSpace},
		{"put", syscall.EDQUOT, objstore.ErrNoSpace},
		{"put", syscall.EACCES, objstore.ErrAccessDenied},
		{"put", syscall.EROFS, objstore.ErrAccessDenied},
		{"put", syscall.ENAMETOOLONG, objstore.ErrInvalidKey},
		{"put", syscall.ENOENT, objstore.ErrTemporary},
		{"get", syscall.ENOENT, objstore.ErrNotFound},
		{"get", syscall.ENOTDIR, objstore.ErrNotFound},
		{"get", syscall.EMFILE, objstore.ErrTemporary},
		{"list", context.Canceled, nil},
		{"get", syscall.EIO, nil},
	} {
		err := s.foreign(c.op, "k", &fs.PathError{Op: "x", Path: "y", Err: c.err})
		var e *objstore.Error
		if !errors.As(err, &e) || e.Kind != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s %v: %v, want kind %v", c.op, c.err, err, c.want)
		}
	}
	long := strings.Repeat("x", 300)
	if _, err := s.Put(t.Context(), long, objstore.BytesBody(nil), objstore.PutOptions{}); !errors.Is(err, objstore.ErrInvalidKey) {
		t.Errorf("put with a name of 300 bytes: %v", err)
	}
}

// keysIn lists a store.
func keysIn(t *testing.T, s objstore.Store) []string {
	t.Helper()
	var out []string
	for info, err := range s.List(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, info.Key)
	}
	if !slices.IsSorted(out) {
		t.Errorf("list is not in order: %q", out)
	}
	return out
}
