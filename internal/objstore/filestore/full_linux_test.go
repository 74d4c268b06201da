package filestore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/tablectl/tablectl/internal/objstore"
)

// TestDiskFull fills a real file system of 2 MiB, which a child process mounts in a namespace of its own.
func TestDiskFull(t *testing.T) {
	cmd := child(t, "fill", t.TempDir())
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	if os.Getuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
	}
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
}

func fillDisk(ctx context.Context, s *Store) error {
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	if err := syscall.Mount("tmpfs", s.dir, "tmpfs", 0, "size=2m"); err != nil {
		return fmt.Errorf("mount: %w", err)
	}
	small, big := bytes.Repeat([]byte("x"), 1<<20), bytes.Repeat([]byte("y"), 1<<21)
	if _, err := s.Put(ctx, "m", objstore.BytesBody(small), objstore.PutOptions{}); err != nil {
		return err
	}
	for _, o := range []objstore.PutOptions{{}, {IfNoneMatch: true}} {
		key := map[bool]string{false: "m", true: "new"}[o.IfNoneMatch]
		if _, err := s.Put(ctx, key, objstore.BytesBody(big), o); !errors.Is(err, objstore.ErrNoSpace) {
			return fmt.Errorf("put on a full disk: %v", err)
		}
	}
	left, err := filepath.Glob(filepath.Join(s.dir, hidden, "*.tmp"))
	if err != nil || len(left) > 0 {
		return fmt.Errorf("left behind: %q, %v", left, err)
	}
	b, _, err := objstore.ReadAll(ctx, s, "m", 1<<20)
	if err != nil || !bytes.Equal(b, small) {
		return fmt.Errorf("old object has %d bytes, %v", len(b), err)
	}
	return nil
}
