package filestore

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"iter"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/tablectl/tablectl/internal/objstore"
)

// errStop ends a walk whose caller wants no more.
var errStop = errors.New("stop")

// List yields the regular files whose keys begin with prefix. It does not follow symbolic links. A directory that is not there
// has no objects.
func (s *Store) List(ctx context.Context, prefix string) iter.Seq2[objstore.Info, error] {
	return func(yield func(objstore.Info, error) bool) {
		root, err := s.open("list", prefix)
		if errors.Is(err, objstore.ErrNotFound) && ctx.Err() == nil {
			return
		}
		if err == nil {
			defer root.Close() // only read
			l := listing{s, ctx, root, prefix, yield}
			err = l.walk(l.start())
		}
		if err != nil && !errors.Is(err, errStop) {
			yield(objstore.Info{}, s.foreign("list", prefix, err))
		}
	}
}

type listing struct {
	s      *Store
	ctx    context.Context
	root   *os.Root
	prefix string
	yield  func(objstore.Info, error) bool
}

// start is the deepest directory that all wanted keys are in.
func (l listing) start() string {
	if i := strings.LastIndexByte(l.prefix, '/'); i >= 0 && objstore.CheckKey("list", l.prefix[:i]) == nil && nameFault(l.prefix[:i]) == "" {
		return l.prefix[:i]
	}
	return "."
}

// walk yields what is in dir. Sorting each directory with a slash after the names of directories gives the byte order of whole
// keys: "a.b" < "a/b" < "a0".
func (l listing) walk(dir string) error {
	entries, err := fs.ReadDir(l.root.FS(), dir)
	if errors.Is(err, fs.ErrNotExist) || isNotDir(l.root, dir) {
		return nil // never there, or deleted meanwhile
	}
	if err != nil {
		return err
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return cmp.Compare(sortName(a), sortName(b)) })
	for _, entry := range entries {
		if l.ctx.Err() != nil {
			return context.Cause(l.ctx)
		}
		key := path.Join(dir, entry.Name())
		switch {
		case strings.HasPrefix(entry.Name(), "."):
		case entry.IsDir():
			err = l.enter(key)
		case entry.Type().IsRegular() && strings.HasPrefix(key, l.prefix):
			err = l.visit(key)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// enter walks a directory that can hold wanted keys.
func (l listing) enter(dir string) error {
	d := dir + "/"
	if strings.HasPrefix(d, l.prefix) || strings.HasPrefix(l.prefix, d) {
		return l.walk(dir)
	}
	return nil
}

func (l listing) visit(key string) error {
	found, err := l.s.find(l.root, key)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // deleted meanwhile
	}
	if err != nil {
		return err
	}
	found.f.Close() // only read
	found.info.Date = time.Time{}
	if !l.yield(found.info, nil) {
		return errStop
	}
	return nil
}

func sortName(e fs.DirEntry) string {
	if e.IsDir() {
		return e.Name() + "/"
	}
	return e.Name()
}

func isNotDir(root *os.Root, dir string) bool {
	info, err := root.Stat(dir)
	return err == nil && !info.IsDir()
}
