package filestore

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"

	"github.com/tablectl/tablectl/internal/objstore"
)

// Put writes an object. The body is written and synced before the lock is taken; under the lock there are only the condition and
// one link or rename. PutOptions.Resume has nothing to continue here: a file is written again from its beginning.
func (s *Store) Put(ctx context.Context, key string, body objstore.Body, o objstore.PutOptions) (objstore.Info, error) {
	if err := s.check(ctx, "put", key); err != nil {
		return objstore.Info{}, err
	}
	if len(o.Metadata) > 0 {
		return objstore.Info{}, s.fail("put", key, objstore.ErrUnsupported, errors.New("a file has no place for metadata"))
	}
	root, err := s.make(key)
	if err != nil {
		return objstore.Info{}, err
	}
	defer root.Close() // nothing is written through it
	if err := s.prepare(root); err != nil {
		return objstore.Info{}, s.foreign("put", key, err)
	}
	// A condition that already does not hold is not worth writing the body for.
	if _, err := s.decide(root, key, o); err != nil {
		return objstore.Info{}, s.foreign("put", key, err)
	}
	u := upload{s: s, root: root, key: key, temp: path.Join(hidden, rand.Text()+".tmp")}
	defer root.Remove(u.temp) // gone by rename, or a second name of the object, or refused; else the sweep finds it
	if err := u.write(ctx, body); err != nil {
		return objstore.Info{}, s.foreign("put", key, err)
	}
	info, err := u.place(ctx, o)
	if err != nil {
		return objstore.Info{}, s.foreign("put", key, err)
	}
	info.CRC64NVME = &u.crc
	return info, nil
}

// prepare makes the hidden directory and, once in the life of a Store, removes what crashed writers left there an hour ago or
// more. A writer that is slower than that fails and can try again; objects are never touched, since no object has such a name.
func (s *Store) prepare(root *os.Root) error {
	if err := makeDirs(root, hidden); err != nil {
		return err
	}
	s.sweep.Do(func() {
		left, err := fs.ReadDir(root.FS(), hidden)
		if err != nil {
			return // leftovers are harmless
		}
		for _, entry := range left {
			info, err := entry.Info()
			if err == nil && strings.HasSuffix(entry.Name(), ".tmp") && s.now().Sub(info.ModTime()) > time.Hour {
				root.Remove(path.Join(hidden, entry.Name())) // leftovers are harmless
			}
		}
	})
	return nil
}

// decide is the condition of a Put: nil or the refusal. It returns the modification time that the new object must be later than,
// as far as the object that is there says.
func (s *Store) decide(root *os.Root, key string, o objstore.PutOptions) (time.Time, error) {
	old, err := s.find(root, key)
	switch {
	case errors.Is(err, fs.ErrNotExist) && o.IfMatch != "":
		return time.Time{}, s.fail("put", key, objstore.ErrNotFound, nil)
	case errors.Is(err, fs.ErrNotExist):
		return time.Time{}, nil
	case err != nil:
		return time.Time{}, err
	}
	old.f.Close() // only read
	if o.IfNoneMatch || o.IfMatch != "" && o.IfMatch != old.info.ETag {
		// Whoever is told that the object is there may build on it, so it must outlive a power cut from now on.
		if err := syncDir(root, path.Dir(key)); err != nil {
			return time.Time{}, err
		}
		return time.Time{}, s.fail("put", key, objstore.ErrPrecondition, nil)
	}
	return old.info.LastModified, nil
}

// upload is a file on its way to becoming an object.
type upload struct {
	s    *Store
	root *os.Root
	key  string
	temp string // name below the hidden directory
	mod  time.Time
	crc  uint64
}

// write makes the body durable under the temporary name.
func (u *upload) write(ctx context.Context, body objstore.Body) error {
	f, err := u.root.OpenFile(u.temp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	if err := u.fill(ctx, f, body); err != nil {
		f.Close() // to be removed
		return err
	}
	if u.mod, err = stamp(u.s.now(), time.Time{}, setTime(u.root, u.temp)); err != nil {
		f.Close() // to be removed
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func (u *upload) fill(ctx context.Context, f *os.File, body objstore.Body) error {
	h := objstore.NewCRC64NVME()
	buf := make([]byte, min(1<<20, max(1, body.Size)))
	for off := int64(0); off < body.Size; {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		p := buf[:min(int64(len(buf)), body.Size-off)]
		if n, err := body.ReadAt(p, off); n < len(p) {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return fmt.Errorf("read body: %w", err)
		}
		h.Write(p)
		if _, err := f.Write(p); err != nil {
			return err
		}
		off += int64(len(p))
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	u.crc = h.Sum64()
	if body.CRC64NVME != nil && *body.CRC64NVME != u.crc {
		return u.s.fail("put", u.key, objstore.ErrChecksum, nil)
	}
	return nil
}

// place makes the file the object, if the condition holds, and makes that durable. Overwriting is durable before the next writer
// may look; creating need not be, since decide syncs before it tells anybody that the object is there.
func (u *upload) place(ctx context.Context, o objstore.PutOptions) (objstore.Info, error) {
	info, err := u.placeLocked(ctx, o)
	if err == nil && o.IfNoneMatch {
		err = syncDir(u.root, path.Dir(u.key))
	}
	return info, err
}

func (u *upload) placeLocked(ctx context.Context, o objstore.PutOptions) (objstore.Info, error) {
	unlock, err := u.s.lock(ctx)
	if err != nil {
		return objstore.Info{}, err
	}
	defer unlock()
	old, err := u.s.decide(u.root, u.key, o)
	if err != nil {
		return objstore.Info{}, err
	}
	if err := u.restamp(old); err != nil {
		return objstore.Info{}, err
	}
	if err := makeDirs(u.root, path.Dir(u.key)); err != nil {
		return objstore.Info{}, err
	}
	if err := u.move(o.IfNoneMatch); err != nil {
		return objstore.Info{}, err
	}
	now, err := u.s.find(u.root, u.key)
	if err != nil {
		return objstore.Info{}, err
	}
	now.f.Close() // only read
	if !o.IfNoneMatch {
		err = syncDir(u.root, path.Dir(u.key))
	}
	return now.info, err
}

// restamp makes the file later than old and the floor, if it is not.
func (u *upload) restamp(old time.Time) error {
	after, err := floor(u.root)
	if err != nil {
		return err
	}
	if old.After(after) {
		after = old
	}
	if u.mod.After(after) {
		return nil
	}
	if u.mod, err = stamp(u.s.now(), after, setTime(u.root, u.temp)); err != nil {
		return err
	}
	f, err := u.root.OpenFile(u.temp, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// move gives the file its name. Create-only never overwrites, not even what another program put there without the lock; where
// the file system knows no links, the lock and the look just taken must do.
func (u *upload) move(createOnly bool) error {
	if !createOnly {
		return u.root.Rename(u.temp, u.key)
	}
	err := u.root.Link(u.temp, u.key)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrExist):
		return u.s.fail("put", u.key, objstore.ErrPrecondition, nil)
	case errors.Is(err, fs.ErrNotExist), isNoSpace(err):
		return err
	}
	return u.root.Rename(u.temp, u.key)
}
