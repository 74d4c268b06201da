package filestore

import (
	"context"
	"errors"
	"io/fs"
	"syscall"

	"github.com/tablectl/tablectl/internal/objstore"
)

// foreign turns an error of the operating system into ours. It is the only place that does.
func (s *Store) foreign(op, key string, err error) error {
	var known *objstore.Error
	if errors.As(err, &known) {
		return err
	}
	return s.fail(op, key, kindOf(op, err), err)
}

func (s *Store) fail(op, key string, kind, err error) error {
	return &objstore.Error{Op: op, Key: key, Date: s.now(), Kind: kind, Err: err}
}

func kindOf(op string, err error) error {
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return nil
	case isNoSpace(err):
		return objstore.ErrNoSpace
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return objstore.ErrAccessDenied
	case errors.Is(err, syscall.ENAMETOOLONG):
		return objstore.ErrInvalidKey
	case (op == "put" || op == "copy") && errors.Is(err, fs.ErrNotExist):
		return objstore.ErrTemporary // a directory or the unfinished file was taken away from under us
	case errors.Is(err, fs.ErrNotExist), op != "put" && errors.Is(err, syscall.ENOTDIR):
		return objstore.ErrNotFound
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE), isShared(err):
		return objstore.ErrTemporary
	}
	return nil
}
