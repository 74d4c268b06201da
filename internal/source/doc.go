// Package source turns what people have (CSV, NDJSON, Parquet, Arrow IPC; files, directories, globs, s3:// objects and prefixes,
// standard input) into Arrow record batches of one schema.
//
// It promises that what comes out is exactly what the input says, or an *Error that names file, line and column; that batches come
// in the order of the input, with borders that depend on the input alone; that an input which is not the same when it is read as it
// was when its fingerprint was taken is refused with ErrChanged; that no more than Options.Memory is in use, unless one record is
// larger than that allows; and that no goroutine and no file outlives Close.
//
// Directories are read recursively, in order of names; names that begin with "_" or "." are left out. Directory names of the
// form column=value mean nothing here: a column comes from the files or not at all.
package source

import (
	"errors"

	"github.com/tablectl/tablectl/internal/source/blocks"
)

// Error is bad input: file, line, row, column, value, and what was expected. errors.Is(err, ErrInput) holds for it.
type Error = blocks.Error

// What can be wrong with an input. Test with errors.Is.
var (
	ErrInput   = blocks.ErrInput
	ErrNoInput = errors.New("no input")
	ErrChanged = errors.New("input changed while it was read")
)
