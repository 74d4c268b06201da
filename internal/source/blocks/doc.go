// Package blocks cuts text into blocks of whole records and has them worked on by several goroutines, with the results in the
// order of the text.
//
// It promises that the borders of blocks are a function of the bytes alone (never of the number of cores, of memory or of
// scheduling), that no more than the given memory is in flight unless a single record is larger, that an error comes after the
// results of everything before it, and that no goroutine outlives Close.
package blocks

import "errors"

// Size is how many bytes are read at a time; blocks are about as large.
const Size = 1 << 20

// MaxRecord is the largest record in bytes, however much memory there is. A larger one is refused with ErrTooLong.
const MaxRecord = 256 << 20

// Slack is how many bytes can be read (not used) behind the end of a block.
const Slack = 64

var (
	// ErrTooLong is the refusal of a record that is larger than a Splitter was told to take.
	ErrTooLong = errors.New("record is too long")
	// ErrInput is what every Error is.
	ErrInput = errors.New("bad input")
)
