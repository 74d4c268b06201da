//go:build !linux

package filestore

import (
	"context"
	"errors"
)

// fillDisk needs a file system of its own, which only Linux gives to a test.
func fillDisk(context.Context, *Store) error { return errors.ErrUnsupported }
