// Package source turns what people have (CSV, NDJSON, Parquet, Arrow IPC; files, directories, globs, s3:// objects and prefixes,
// standard input) into Arrow record batches of one schema.
//
// It promises that what comes out is exactly what the input says, or an *Error that names file, line and column; that batches come
// in the order of the input, with borders that depend on the input alone; that an input which is not the same when it is read as it
// was when its fingerprint was taken is refused with ErrChanged; that no more than Options.Memory is in use; and that no goroutine and no
// file outlives Close.
//
// Directories are read recursively, in order of names; names that begin with "_" or "." are left out. Directory names of the
// form column=value mean nothing here: a column comes from the files or not at all.
//
// Types that text is given when there is no schema. A column has the type that holds all of its values:
//
//   - boolean: true and false, without regard to case
//   - long: digits, perhaps behind a minus sign, within 64 bits; with a leading zero (00501) or a plus sign they are text
//   - double: numbers with a point or an exponent, and whole numbers among them, unless one of these is beyond 2^53
//   - date: YYYY-MM-DD of a day that exists
//   - timestamp: YYYY-MM-DD[ T]HH:MM[:SS[.ffffff]], and dates among them; timestamptz: all with Z or an offset (+hh, +hhmm, +hh:mm)
//   - string: everything else, and columns without values. Decimals, ints and floats come from a schema only
//
// Quotes do not matter for this. Given a schema, a value is read exactly or refused: more digits than a decimal has, a seventh digit of
// a second that is not zero, a timestamp with a zone for a type without one or the other way round. Doubles are rounded to the nearest
// one, as by strconv; NaN and inf are taken where the schema says double or float. Binary is written in hex.
//
// A record of a text format may have a quarter of Memory, and at most 256 MiB (blocks.MaxRecord). A Parquet or Arrow file is read by batches; of an Arrow file, a batch is in memory as a whole.
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
	ErrUsage   = errors.New("wrong use") // the arguments do not say what is to be read
	ErrChanged = errors.New("input changed while it was read")
)
