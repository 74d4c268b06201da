// Package text turns the text of one value into the value, exactly or not at all: what it returns is what the text says, or one
// of its sentinels. Nothing is rounded, cut or guessed. It also tells which class of values a text belongs to, for inference.
//
// The functions take the bytes of the whole value, without quotes and without the delimiter. The SWAR functions (word at a
// time) are for parsers that look for the end of a value and read it in one go.
package text

import "errors"

// Why a text is not the value that was asked for. Test with errors.Is.
var (
	ErrSyntax   = errors.New("not of this form")
	ErrRange    = errors.New("out of range")
	ErrDigits   = errors.New("more digits than the type holds")
	ErrNoDate   = errors.New("no such date or time")
	ErrMicros   = errors.New("finer than microseconds")
	ErrZone     = errors.New("has a time zone, and the type has none")
	ErrNoZone   = errors.New("has no time zone")
	ErrEncoding = errors.New("not valid UTF-8")
)
