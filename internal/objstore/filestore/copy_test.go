package filestore

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/tablectl/tablectl/internal/objstore"
)

// copied puts an object and copies it, and says whether both are one file.
func copied(t *testing.T, s *Store) (same bool, err error) {
	t.Helper()
	body := objstore.BytesBody([]byte("bytes"))
	if _, err := s.Put(t.Context(), "version=1/part", body, objstore.PutOptions{IfNoneMatch: true}); err != nil {
		t.Fatal(err)
	}
	o := objstore.CopyOptions{Size: body.Size, CRC64NVME: body.CRC64NVME}
	info, err := objstore.CopyImmutable(t.Context(), s, "version=1/part", "version=2/city=Oslo/part", o)
	if err != nil {
		return false, err
	}
	if b, _, err := objstore.ReadAll(t.Context(), s, "version=2/city=Oslo/part", 100); err != nil || string(b) != "bytes" || info.Size != 5 {
		t.Errorf("copy holds %q, %v; told %+v", b, err, info)
	}
	from, err1 := os.Stat(filepath.Join(s.URL(), "version=1", "part"))
	to, err2 := os.Stat(filepath.Join(s.URL(), "version=2", "city=Oslo", "part"))
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	return os.SameFile(from, to), nil
}

func TestCopyIsALink(t *testing.T) {
	if same, err := copied(t, open(t, t.TempDir())); err != nil || !same {
		t.Errorf("one file: %v, %v", same, err)
	}
}

// TestCopyWithoutLinks: where the file system refuses, the bytes are copied, and are those that are expected.
func TestCopyWithoutLinks(t *testing.T) {
	for _, refusal := range []error{syscall.EXDEV, syscall.EPERM, syscall.EMLINK, syscall.ENOTSUP, errors.ErrUnsupported} {
		s := open(t, t.TempDir())
		s.link = func(*os.Root, string, string) error { return refusal }
		if same, err := copied(t, s); err != nil || same {
			t.Errorf("%v: one file: %v, %v", refusal, same, err)
		}
	}
	s := open(t, t.TempDir())
	s.link = func(*os.Root, string, string) error { return syscall.ENOSPC }
	if _, err := copied(t, s); !errors.Is(err, objstore.ErrNoSpace) {
		t.Errorf("a full disk: %v", err)
	}
}
