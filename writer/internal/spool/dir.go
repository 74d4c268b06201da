// Package spool keeps bytes that are not yet where they belong: in memory while they are few, else in temporary files. It promises
// that the files of a process are gone when its Dir is closed, and those of a killed process when the next one opens a Dir in the
// same place.
package spool

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"

	"github.com/gofrs/flock"

	"github.com/tablectl/tablectl/internal/objstore"
)

const (
	prefix = "tablectl-"
	suffix = ".lock" // of the file beside a directory, locked as long as its owner lives
)

// ErrSpool is any failure of temporary files.
var ErrSpool = errors.New("spool")

// Dir is the temporary files of one piece of work. It is made on disk with the first file.
type Dir struct {
	parent string
	memory atomic.Int64 // bytes that spools may still keep in memory
	seq    atomic.Int64
	made   lazy
}

// Open prepares a Dir below parent (default: the system's temporary directory), whose spools keep at most memory bytes in memory
// together. It removes what killed processes left behind there.
func Open(parent string, memory int64) *Dir {
	if parent == "" {
		parent = os.TempDir()
	}
	d := &Dir{parent: parent}
	d.memory.Store(memory)
	sweep(parent)
	return d
}

// Parent is where the Dir is.
func (d *Dir) Parent() string { return d.parent }

// Close removes all files. Spools must be closed before, or are void.
func (d *Dir) Close() error { return d.made.remove() }

// File makes an empty file that Dir.Close removes.
func (d *Dir) File() (*os.File, error) {
	path, err := d.made.path(d.parent)
	if err != nil {
		return nil, d.Explain(err)
	}
	f, err := os.OpenFile(filepath.Join(path, fmt.Sprintf("%06d", d.seq.Add(1))), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	return f, d.Explain(err)
}

// Explain makes an error of a file in the Dir say where it is and what helps. A full disk is objstore.ErrNoSpace.
func (d *Dir) Explain(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fmt.Errorf("%w in %s: %w: make room there or name another place with --spool-dir (%w)", ErrSpool, d.parent, objstore.ErrNoSpace, err)
	}
	return fmt.Errorf("%w in %s: %w", ErrSpool, d.parent, err)
}

// sweep removes the directories of processes that are gone: nobody holds their lock. What cannot be looked at is left alone, since
// it is somebody else's.
func sweep(parent string) {
	locks, err := filepath.Glob(filepath.Join(parent, prefix+"*"+suffix))
	if err != nil {
		return // a parent that is no valid pattern is swept by hand
	}
	for _, path := range locks {
		lock := flock.New(path)
		if ok, err := lock.TryLock(); err != nil || !ok {
			continue // in use
		}
		os.RemoveAll(strings.TrimSuffix(path, suffix)) // the next sweep takes what this one could not
		unlock(lock)
	}
}

// unlock gives up a lock and its file.
func unlock(l *flock.Flock) {
	l.Close()           // nothing is left that the lock guards
	os.Remove(l.Path()) // somebody who took the lock meanwhile removes it
}
