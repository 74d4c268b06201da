// Package blocks cuts text into blocks of whole records and has them worked on by several goroutines, with the results in the
// order of the text.
//
// It promises that the borders of blocks are a function of the bytes alone (never of the number of cores, of memory or of
// scheduling), that no more than the given memory is in flight unless a single record is larger, that an error comes after the
// results of everything before it, and that no goroutine outlives Close.
package blocks

import (
	"errors"
	"fmt"
)

// Size is how many bytes are read at a time; blocks are about as large.
const Size = 1 << 20

// MaxRecord is the largest record in bytes. A larger one is refused with ErrTooLong.
const MaxRecord = 256 << 20

// Slack is how many bytes can be read (not used) behind the end of a block.
const Slack = 64

// ErrTooLong is the refusal of a record above MaxRecord.
var ErrTooLong = errors.New("record is too long")

// Error is bad input: where it is, what is wrong with it, and what can be done. Line and Row count from 1; 0 is unknown.
type Error struct {
	File   string
	Line   int64 // physical line
	Row    int64 // record, without header
	Column string
	Value  string // cut to 64 characters
	Want   string // the type that was expected
	Msg    string
	Hint   string
}

// Error says all of it in one sentence.
func (e *Error) Error() string {
	s := e.File
	if e.Line > 0 {
		s += fmt.Sprintf(", line %d", e.Line)
	} else if e.Row > 0 {
		s += fmt.Sprintf(", row %d", e.Row)
	}
	if e.Column != "" {
		s += fmt.Sprintf(", column %q", e.Column)
	}
	s += ": " + e.Msg
	if e.Want != "" {
		s += fmt.Sprintf(": %q is not a %s", e.Value, e.Want)
	}
	if e.Hint != "" {
		s += " (" + e.Hint + ")"
	}
	return s
}

// Cut shortens a value for an error: at most 64 characters.
func Cut(b []byte) string {
	n := 0
	for i := range string(b[:min(len(b), 4*65)]) {
		if n++; n > 64 {
			return string(b[:i]) + "…"
		}
	}
	return string(b[:min(len(b), 4*65)])
}
