package filestore

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"

	"github.com/tablectl/tablectl/internal/objstore"
)

// Copy gives the file of an object a second name. Both are the same file from then on, which is safe because objects are replaced and
// removed by their names and never written in place; they have one modification time, so that a copy that was deleted and made again
// has the ETag that it had, with the same bytes. Where the file system refuses the link (another device, too many names, no links at
// all), the bytes are copied as a Put would write them.
func (s *Store) Copy(ctx context.Context, from, to string, o objstore.CopyOptions) (objstore.Info, error) {
	for _, key := range []string{from, to} {
		if err := s.check(ctx, "copy", key); err != nil {
			return objstore.Info{}, err
		}
	}
	root, err := s.open("copy", to)
	if err != nil {
		return objstore.Info{}, err
	}
	defer root.Close() // nothing is written through it
	if err := s.prepare(root); err != nil {
		return objstore.Info{}, s.foreign("copy", to, err)
	}
	source, err := s.find(root, from)
	if errors.Is(err, fs.ErrNotExist) {
		return objstore.Info{}, s.fail("copy", from, objstore.ErrNotFound, nil)
	}
	if err != nil {
		return objstore.Info{}, s.foreign("copy", from, err)
	}
	defer source.f.Close() // only read
	info, err := s.linkLocked(ctx, root, from, to)
	switch {
	case errors.Is(err, errNoLink):
		body := objstore.Body{ReaderAt: source.f, Size: source.info.Size, CRC64NVME: o.CRC64NVME}
		return s.Put(ctx, to, body, objstore.PutOptions{IfNoneMatch: true})
	case err == nil:
		err = syncDir(root, path.Dir(to))
	}
	if err != nil {
		return objstore.Info{}, s.foreign("copy", to, err)
	}
	return info, nil
}

// errNoLink: the file system does not link these two names.
var errNoLink = errors.New("cannot be linked")

// linkLocked links, if nothing is there.
func (s *Store) linkLocked(ctx context.Context, root *os.Root, from, to string) (objstore.Info, error) {
	unlock, err := s.lock(ctx)
	if err != nil {
		return objstore.Info{}, err
	}
	defer unlock()
	if _, err := s.decide(root, to, objstore.PutOptions{IfNoneMatch: true}); err != nil {
		return objstore.Info{}, err
	}
	if err := makeDirs(root, path.Dir(to)); err != nil {
		return objstore.Info{}, err
	}
	err = s.link(root, from, to)
	switch {
	case errors.Is(err, fs.ErrExist): // put there without the lock
		return objstore.Info{}, s.fail("copy", to, objstore.ErrPrecondition, nil)
	case errors.Is(err, fs.ErrNotExist), isNoSpace(err):
		return objstore.Info{}, err
	case err != nil:
		return objstore.Info{}, errNoLink
	}
	now, err := s.find(root, to)
	if err != nil {
		return objstore.Info{}, err
	}
	now.f.Close() // only read
	return now.info, nil
}
