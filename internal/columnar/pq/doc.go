// Package pq decodes Parquet files (apache/parquet-format, Thrift compact protocol and Encodings.md) that nobody vouches for. It
// promises that whatever the bytes are, it neither panics nor hangs, and that it allocates in proportion to what is there and
// not to what a header claims: every length is checked against the bytes that hold it before memory is taken for it.
//
// It only reads, and gives the physical values of leaf columns with their levels; what they mean is decided by its callers.
package pq

import (
	"errors"
	"fmt"
)

var (
	// ErrCorrupt is the class of everything that a sound Parquet file would not have.
	ErrCorrupt = errors.New("corrupt Parquet file")
	// ErrUnsupported is the class of what the format allows and this decoder does not read, encryption for one.
	ErrUnsupported = errors.New("unsupported Parquet feature")
)

func corrupt(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrCorrupt, fmt.Sprintf(format, args...))
}

func unsupported(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrUnsupported, fmt.Sprintf(format, args...))
}
