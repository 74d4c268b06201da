// Package filestore is an object store in a local directory, with the guarantees of S3 between processes and across a crash.
//
// An object is a file of the same name. A write goes to a hidden file in the same file system, is synced, and takes its place
// by link (create-only) or rename, under a lock that all writers of the directory share; then the directory is synced. So no
// reader ever sees a part of an object, a condition is decided once, and what was reported as written outlives a power cut.
//
// ETags never come back: see etag.go. Names that begin with a dot are not objects: the store keeps its lock and its unfinished
// files in ".tablectl". No path leaves the directory, neither by ".." nor through a symbolic link.
package filestore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/tablectl/tablectl/internal/objstore"
)

// hidden is the directory for what is no object.
const hidden = ".tablectl"

// Store is a directory. It is safe for concurrent use, also by several processes.
type Store struct {
	dir   string
	now   func() time.Time
	turn  chan struct{} // who waits for the lock file; one at a time within this process
	sweep sync.Once
	link  func(root *os.Root, from, to string) error // a second name for a file
}

// New is the store in dir, which need not exist yet: the first Put makes it, if its parent is there. No I/O.
func New(dir string) (*Store, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("find directory %s: %w", dir, err)
	}
	return &Store{dir: abs, now: time.Now, turn: make(chan struct{}, 1), link: (*os.Root).Link}, nil
}

// URL is the absolute path of the directory.
func (s *Store) URL() string { return s.dir }

// check refuses what no I/O is done for.
func (s *Store) check(ctx context.Context, op, key string) error {
	if ctx.Err() != nil {
		return &objstore.Error{Op: op, Key: key, Err: context.Cause(ctx)}
	}
	if err := objstore.CheckKey(op, key); err != nil {
		return err
	}
	if why := nameFault(key); why != "" {
		return &objstore.Error{Op: op, Key: key, Kind: objstore.ErrInvalidKey, Err: errors.New(why)}
	}
	return nil
}

// nameFault says why a key that S3 allows cannot be a file here.
func nameFault(key string) string {
	if strings.HasPrefix(key, ".") || strings.Contains(key, "/.") {
		return "hidden file"
	}
	if strings.Contains(key, `\`) {
		return "backslash"
	}
	if runtime.GOOS == "windows" && (strings.ContainsAny(key, `<>:"|?*`) || !filepath.IsLocal(filepath.FromSlash(key))) {
		return "name that Windows reserves"
	}
	return ""
}

// open opens the directory. Every call opens it anew, so that a table that was moved away and made again is not mistaken for
// the old one. ErrNotFound: it may be made; ErrNoBucket: it may not.
func (s *Store) open(op, key string) (*os.Root, error) {
	root, err := os.OpenRoot(s.dir)
	if err == nil {
		return root, nil
	}
	if errors.Is(err, fs.ErrNotExist) {
		if parent, err := os.Stat(filepath.Dir(s.dir)); err == nil && parent.IsDir() {
			return nil, s.fail(op, key, objstore.ErrNotFound, nil)
		}
	}
	if errors.Is(err, fs.ErrPermission) {
		return nil, s.fail(op, key, objstore.ErrAccessDenied, err)
	}
	return nil, s.fail(op, key, objstore.ErrNoBucket, err)
}

// make opens the directory, and makes it if only itself is missing.
func (s *Store) make(key string) (*os.Root, error) {
	root, err := s.open("put", key)
	if !errors.Is(err, objstore.ErrNotFound) {
		return root, err
	}
	if err := os.Mkdir(s.dir, 0o777); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, s.foreign("put", key, err)
	}
	parent, err := os.OpenRoot(filepath.Dir(s.dir))
	if err != nil {
		return nil, s.foreign("put", key, err)
	}
	defer parent.Close() // only read
	if err := syncDir(parent, "."); err != nil {
		return nil, s.foreign("put", key, err)
	}
	return s.open("put", key)
}

// makeDirs makes a directory below root with all that lead to it, and syncs every directory that got a new entry.
func makeDirs(root *os.Root, dir string) error {
	if info, err := root.Stat(dir); err == nil && info.IsDir() {
		return nil
	}
	if parent := path.Dir(dir); parent != "." {
		if err := makeDirs(root, parent); err != nil {
			return err
		}
	}
	if err := root.Mkdir(dir, 0o777); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(root, path.Dir(dir))
}
