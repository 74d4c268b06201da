package spool

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/gofrs/flock"

	"github.com/tablectl/tablectl/internal/objstore"
)

func entries(t *testing.T, dir string) int {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

func TestSpoolInMemoryAndOnDisk(t *testing.T) {
	for _, tc := range []struct {
		name   string
		memory int64
		onDisk bool
	}{{"memory", 1 << 20, false}, {"disk", 0, true}, {"both", step, true}} {
		t.Run(tc.name, func(t *testing.T) {
			parent := t.TempDir()
			d := Open(parent, tc.memory)
			s := d.New()
			want := bytes.Repeat([]byte("0123456789abcdef"), 10_000)
			for p := want; len(p) > 0; p = p[1000:] {
				if n, err := s.Write(p[:1000]); n != 1000 || err != nil {
					t.Fatal(n, err)
				}
			}
			got, err := io.ReadAll(io.NewSectionReader(s, 0, s.Size()))
			if err != nil || !bytes.Equal(got, want) {
				t.Fatalf("%d bytes back of %d, %v", len(got), len(want), err)
			}
			sum := sha256.Sum256(want)
			crc := objstore.NewCRC64NVME()
			crc.Write(want)
			if s.SHA256() != hex.EncodeToString(sum[:]) || s.CRC64NVME() != crc.Sum64() {
				t.Error("digests differ")
			}
			if onDisk := entries(t, parent) > 0; onDisk != tc.onDisk {
				t.Errorf("on disk: %v", onDisk)
			}
			if err := errors.Join(s.Close(), s.Close(), d.Close()); err != nil {
				t.Error(err)
			}
			if n := entries(t, parent); n != 0 {
				t.Errorf("%d entries left", n)
			}
			if got := d.memory.Load(); got != tc.memory {
				t.Errorf("%d bytes of memory free, want %d", got, tc.memory)
			}
		})
	}
}

func TestSweepTakesOnlyWhatNobodyHolds(t *testing.T) {
	parent := t.TempDir()
	alive := Open(parent, 0)
	if _, err := alive.File(); err != nil {
		t.Fatal(err)
	}
	dead := filepath.Join(parent, prefix+"DEAD")
	for _, dir := range []string{dead, filepath.Join(parent, prefix+"unlocked"), filepath.Join(parent, "other")} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	l := flock.New(dead + suffix) // what a killed process leaves: the file without the lock
	if _, err := l.TryLock(); err != nil {
		t.Fatal(err)
	}
	l.Close()

	Open(parent, 0)
	if _, err := os.Stat(dead); !errors.Is(err, os.ErrNotExist) {
		t.Error("the dead process's directory is still there")
	}
	if n := entries(t, parent); n != 4 { // the living one and its lock, and two that are not ours to judge
		t.Errorf("%d entries left, want 4", n)
	}
	if err := alive.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestFullDiskNamesTheDirectory(t *testing.T) {
	d := Open("/some/dir", 0)
	err := d.Explain(&os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC})
	if !errors.Is(err, objstore.ErrNoSpace) || !errors.Is(err, syscall.ENOSPC) || !bytes.Contains([]byte(err.Error()), []byte("/some/dir")) {
		t.Error(err)
	}
}

func TestMissingParent(t *testing.T) {
	d := Open(filepath.Join(t.TempDir(), "missing"), 0)
	if _, err := d.New().Write([]byte("x")); err == nil {
		t.Error("no error")
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}
