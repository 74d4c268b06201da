//go:build !windows

package filestore

import (
	"errors"
	"os"
	"syscall"
)

// isNoSpace is true for a full disk or quota.
func isNoSpace(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// isShared is for Windows, where an open file can be in the way.
func isShared(error) bool { return false }

// syncDir makes the entries of a directory durable. File systems that cannot sync a directory say so with EINVAL or ENOTSUP,
// and have nothing more to offer.
func syncDir(root *os.Root, dir string) error {
	d, err := root.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		err = nil
	}
	return errors.Join(err, d.Close())
}
