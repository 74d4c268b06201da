package filestore

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"

	"github.com/tablectl/tablectl/internal/objstore"
)

// Get reads an object or a part of it. Body and ETag are of one open file, so they belong together.
func (s *Store) Get(ctx context.Context, key string, o objstore.GetOptions) (*objstore.Object, error) {
	if err := s.check(ctx, "get", key); err != nil {
		return nil, err
	}
	root, err := s.open("get", key)
	if err != nil {
		return nil, err
	}
	defer root.Close() // an open file outlives it
	found, err := s.find(root, key)
	if err != nil {
		return nil, s.foreign("get", key, err)
	}
	body, err := found.part(o)
	if err != nil {
		found.f.Close() // only read
		return nil, s.fail("get", key, err, nil)
	}
	return &objstore.Object{Info: found.info, Body: body}, nil
}

// Head describes an object.
func (s *Store) Head(ctx context.Context, key string) (objstore.Info, error) {
	if err := s.check(ctx, "head", key); err != nil {
		return objstore.Info{}, err
	}
	root, err := s.open("head", key)
	if err != nil {
		return objstore.Info{}, err
	}
	defer root.Close() // only read
	found, err := s.find(root, key)
	if err != nil {
		return objstore.Info{}, s.foreign("head", key, err)
	}
	found.f.Close() // only read
	return found.info, nil
}

// file is an object that was found: open, and described as it was then.
type file struct {
	f       *os.File
	info    objstore.Info
	content []byte // of a small one
}

// find opens an object. Directories, devices and the like are not objects, and are not opened.
func (s *Store) find(root *os.Root, key string) (file, error) {
	if info, err := root.Stat(key); err != nil {
		return file{}, err
	} else if !info.Mode().IsRegular() {
		return file{}, fs.ErrNotExist
	}
	f, err := root.Open(key)
	if err != nil {
		return file{}, err
	}
	found, err := s.describe(f, key)
	if err != nil {
		f.Close() // only read
		return file{}, err
	}
	return found, nil
}

func (s *Store) describe(f *os.File, key string) (file, error) {
	stat, err := f.Stat()
	if err != nil {
		return file{}, err
	}
	if !stat.Mode().IsRegular() {
		return file{}, fs.ErrNotExist
	}
	tag, content, err := etag(f, stat)
	if err != nil {
		return file{}, err
	}
	info := objstore.Info{Key: key, Size: stat.Size(), ETag: tag, LastModified: stat.ModTime().UTC(), Date: s.now().UTC()}
	return file{f, info, content}, nil
}

// part is the body that o asks for. It closes the file, now or when it is closed.
func (d file) part(o objstore.GetOptions) (io.ReadCloser, error) {
	if o.IfMatch != "" && o.IfMatch != d.info.ETag {
		return nil, objstore.ErrPrecondition
	}
	from, to, ok := o.Span(d.info.Size)
	if !ok {
		return nil, objstore.ErrInvalidRange
	}
	if d.content != nil {
		d.f.Close() // only read
		return io.NopCloser(bytes.NewReader(d.content[from:to])), nil
	}
	return &body{io.NewSectionReader(d.f, from, to-from), d.f, to - from}, nil
}

// body reads a part of a file. The end of the file before that of the part means that somebody cut it.
type body struct {
	r    *io.SectionReader
	f    *os.File
	left int64
}

// Read reads on.
func (b *body) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	b.left -= int64(n)
	if errors.Is(err, io.EOF) && b.left > 0 {
		return n, io.ErrUnexpectedEOF
	}
	return n, err
}

// Close closes the file.
func (b *body) Close() error { return b.f.Close() }
