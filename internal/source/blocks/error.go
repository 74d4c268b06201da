package blocks

import (
	"errors"
	"fmt"

	"github.com/tablectl/tablectl/internal/source/text"
)

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
	if e.Hint != "" {
		s += " (" + e.Hint + ")"
	}
	return s
}

// Is makes errors.Is(err, ErrInput) true.
func (e *Error) Is(target error) bool { return target == ErrInput }

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

// BadValue is the error for a text that is not a value of the type want; err is a sentinel of package text.
func BadValue(b []byte, want string, err error) *Error {
	e := &Error{Value: Cut(b), Want: want}
	e.Msg = fmt.Sprintf("%q is not of type %s", e.Value, want)
	if !errors.Is(err, text.ErrSyntax) {
		e.Msg += ": " + err.Error()
	}
	switch {
	case errors.Is(err, text.ErrNoZone):
		e.Hint = "write Z or an offset behind it, or make the column a timestamp without zone"
	case errors.Is(err, text.ErrZone):
		e.Hint = "make the column a timestamptz"
	case len(b) > 0 && (b[0] == ' ' || b[len(b)-1] == ' '):
		e.Hint = "there are spaces around it"
	}
	return e
}
