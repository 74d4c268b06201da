package filestore

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"syscall"
	"time"

	"github.com/tablectl/tablectl/internal/objstore"
)

// Delete removes exactly these keys, and directories that are empty afterwards.
func (s *Store) Delete(ctx context.Context, keys ...string) error {
	for _, key := range keys {
		if err := s.check(ctx, "delete", key); err != nil {
			return err
		}
	}
	if len(keys) == 0 {
		return nil
	}
	root, err := s.open("delete", keys[0])
	if errors.Is(err, objstore.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	defer root.Close() // nothing is written through it
	if err := s.remove(ctx, root, keys); err != nil {
		return s.foreign("delete", keys[0], err)
	}
	return nil
}

func (s *Store) remove(ctx context.Context, root *os.Root, keys []string) error {
	if err := s.prepare(root); err != nil {
		return err
	}
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	there, latest, err := present(root, keys)
	if err != nil {
		return err
	}
	if err := raiseFloor(root, latest); err != nil {
		return err
	}
	dirs := map[string]bool{}
	for _, key := range there {
		if err := root.Remove(key); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return s.foreign("delete", key, err)
		}
		dirs[path.Dir(key)] = true
	}
	for dir := range dirs {
		if err := syncDir(root, prune(root, dir)); err != nil {
			return err
		}
	}
	return nil
}

// present is those keys that are objects, and the latest of their modification times.
func present(root *os.Root, keys []string) (there []string, latest time.Time, err error) {
	for _, key := range keys {
		info, err := root.Stat(key)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || err == nil && !info.Mode().IsRegular() {
			continue
		}
		if err != nil {
			return nil, time.Time{}, err
		}
		there = append(there, key)
		if info.ModTime().After(latest) {
			latest = info.ModTime()
		}
	}
	return there, latest, nil
}

// prune removes dir and what leads to it as far as it is empty, and returns the first directory that stays.
func prune(root *os.Root, dir string) string {
	for dir != "." {
		if err := root.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			break // not empty
		}
		dir = path.Dir(dir)
	}
	return dir
}
