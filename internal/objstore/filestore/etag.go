package filestore

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"
)

// How an ETag never comes back. It is a digest of the file's modification time, its size and, for small files such as a
// manifest, its bytes. Put chooses the modification time, not the kernel: it is later than that of the object being replaced,
// and later than that of any object ever deleted here (the floor, kept in a file that Delete syncs before it deletes). Both
// are durable whenever they matter, so the times of one key strictly grow whatever the clock does. File systems that keep
// only coarse times are asked what they made of it, until it is later. A copy is the exception: it is the same file, with the time that
// it has, and what is copied never changes.

// digested is the largest file, in bytes, whose content is part of its ETag: room for a manifest, cheap to read in a listing.
const digested = 256 << 10

// floorFile holds the latest modification time of any deleted object, in decimal nanoseconds since 1970.
const floorFile = hidden + "/floor"

// etag is the ETag of an open file, with its content if that was read for it.
func etag(f *os.File, info fs.FileInfo) (tag string, content []byte, err error) {
	h := sha256.New()
	var b [16]byte
	binary.LittleEndian.PutUint64(b[:], uint64(info.ModTime().UnixNano()))
	binary.LittleEndian.PutUint64(b[8:], uint64(info.Size()))
	h.Write(b[:])
	if info.Size() <= digested {
		content = make([]byte, info.Size())
		if _, err := io.ReadFull(io.NewSectionReader(f, 0, info.Size()), content); err != nil {
			return "", nil, err
		}
		h.Write(content)
	}
	return `"` + hex.EncodeToString(h.Sum(nil)[:16]) + `"`, content, nil
}

// steps are how much later a time is tried, so that every file system in use can tell: FAT counts in 2 s.
var steps = [...]time.Duration{1, time.Microsecond, time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second}

// stamp gives a file its modification time: now, but later than after. set sets it and says what the file system made of it;
// so does stamp.
func stamp(now, after time.Time, set func(time.Time) (time.Time, error)) (time.Time, error) {
	for _, step := range steps {
		t := now
		if least := after.Add(step); t.Before(least) {
			t = least
		}
		if kept, err := set(t); err != nil || kept.After(after) {
			return kept, err
		}
	}
	return time.Time{}, fmt.Errorf("file system keeps no modification time later than %v", after)
}

// setTime sets the modification time of a file and returns what was kept.
func setTime(root *os.Root, name string) func(time.Time) (time.Time, error) {
	return func(t time.Time) (time.Time, error) {
		if err := root.Chtimes(name, t, t); err != nil {
			return time.Time{}, err
		}
		info, err := root.Stat(name)
		if err != nil {
			return time.Time{}, err
		}
		return info.ModTime(), nil
	}
}

// floor is the time that every new object must be later than. The caller holds the lock.
func floor(root *os.Root) (time.Time, error) {
	b, err := root.ReadFile(floorFile)
	if errors.Is(err, fs.ErrNotExist) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("read %s: %w", floorFile, err)
	}
	return time.Unix(0, n), nil
}

// raiseFloor makes the floor at least t, durably. The caller holds the lock.
func raiseFloor(root *os.Root, t time.Time) error {
	now, err := floor(root)
	if err != nil || !t.After(now) {
		return err
	}
	next := floorFile + ".next"
	f, err := root.OpenFile(next, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(f, "%d\n", t.UnixNano())
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := root.Rename(next, floorFile); err != nil {
		return err
	}
	return syncDir(root, hidden)
}
