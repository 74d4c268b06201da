// Package expr understands the conditions of --where: comparisons of columns with values, joined by and, or and not, with the
// three-valued logic of SQL. It promises that a file that MayMatch leaves out holds no row for which Eval is true.
//
// Floats compare as in PostgreSQL: all NaN are equal and greater than any number, and -0 equals +0. Strings compare by bytes.
package expr

import (
	"errors"
	"fmt"
)

// ErrSyntax is the class of every *Error.
var ErrSyntax = errors.New("bad condition")

// Error says what is wrong with a condition and where.
type Error struct {
	Pos  int // of the first character in question, from 1
	Msg  string
	Hint string
}

func (e *Error) Error() string {
	text := fmt.Sprintf("%v at character %d: %s", ErrSyntax, e.Pos, e.Msg)
	if e.Hint != "" {
		text += "; " + e.Hint
	}
	return text
}

// Is makes errors.Is(err, ErrSyntax) true.
func (e *Error) Is(target error) bool { return target == ErrSyntax }

func fail(pos int, hint, format string, args ...any) error {
	return &Error{Pos: pos, Msg: fmt.Sprintf(format, args...), Hint: hint}
}
