package filestore

import (
	"errors"
	"os"
	"syscall"
)

// Windows error codes that package syscall has no name for.
const (
	errSharingViolation = syscall.Errno(32)
	errLockViolation    = syscall.Errno(33)
	errHandleDiskFull   = syscall.Errno(39)
	errDiskFull         = syscall.Errno(112)
)

// isNoSpace is true for a full disk.
func isNoSpace(err error) bool {
	return errors.Is(err, errDiskFull) || errors.Is(err, errHandleDiskFull)
}

// isShared is true where another program, a virus scanner say, has the file open for a moment.
func isShared(err error) bool {
	return errors.Is(err, errSharingViolation) || errors.Is(err, errLockViolation)
}

// syncDir does nothing: NTFS journals its directories, and Windows has no call to sync one.
func syncDir(*os.Root, string) error { return nil }
