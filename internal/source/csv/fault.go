package csv

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/tablectl/tablectl/internal/source/blocks"
	"github.com/tablectl/tablectl/internal/source/text"
)

// at makes an error of something wrong at b[i].
func at(b []byte, i int, msg string) *blocks.Error {
	return &blocks.Error{Line: 1 + int64(bytes.Count(b[:i], []byte("\n"))), Msg: msg}
}

// found says that a line has n fields and not as many as it should.
func found(n, want int) string {
	if n == 1 {
		return fmt.Sprintf("found 1 field, expected %d", want)
	}
	return fmt.Sprintf("found %d fields, expected %d", n, want)
}

// ragged is the error for a record, at start, with too few or too many fields.
func (s *scanner) ragged(b []byte, start, want int) *blocks.Error {
	e := at(b, start, found(s.count(b, start), want))
	e.Hint = "every line needs as many fields as the header"
	return e
}

// broken is the error for text that is no field.
func broken(b []byte, i int, name string, err error) *blocks.Error {
	e := at(b, i, err.Error())
	e.Column = name
	e.Value = blocks.Cut(b[i:])
	if n := bytes.IndexByte(b[i:], '\n'); n >= 0 {
		e.Value = blocks.Cut(b[i : i+n])
	}
	switch {
	case errors.Is(err, errBareQuote):
		e.Hint = "quote the field and double the quote, or say that there are no quotes"
	case errors.Is(err, text.ErrEncoding):
		e.Hint = "convert the file to UTF-8"
	}
	return e
}
