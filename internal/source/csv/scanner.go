package csv

import (
	"bytes"
	"errors"
	"slices"

	"github.com/tablectl/tablectl/internal/source/text"
)

// What can be wrong with the text of a record, whatever its columns are.
var (
	errOpenQuote  = errors.New("a quote is opened and never closed")
	errAfterQuote = errors.New("text behind a closing quote")
	errBareQuote  = errors.New("a quote inside a field that is not quoted")
)

// scanner finds fields. It is for one goroutine.
type scanner struct {
	delim, quote     byte
	quoting          bool
	delims, ends, qs uint64 // the same, repeated, and the line feed
	nulls            [][]byte
	timeHasDelim     bool // the delimiter can stand inside a timestamp
	numericNulls     bool // a null word could be taken for a value
	scratch          []byte
}

func newScanner(d Dialect) scanner {
	d = d.defaults()
	s := scanner{delim: byte(d.Delimiter), quoting: d.Quote != NoQuote}
	s.quote = s.delim // compares never true where the delimiter was looked for first
	if s.quoting {
		s.quote = byte(d.Quote)
	}
	s.delims, s.ends, s.qs = text.Repeat(s.delim), text.Repeat('\n'), text.Repeat(s.quote)
	s.timeHasDelim = s.delim == ' ' || s.delim == ':'
	for _, n := range d.Nulls {
		if n == "" {
			continue
		}
		s.nulls = append(s.nulls, []byte(n))
		s.numericNulls = s.numericNulls || text.ClassOf([]byte(n)) != text.Text || bytes.IndexByte([]byte("+-.0123456789"), n[0]) >= 0
	}
	return s
}

// field reads the field at i, whatever it holds: its content without quotes, whether it was quoted, and the index of the
// delimiter or line feed that ends it. b ends with a line feed.
func (s *scanner) field(b []byte, i int) (content []byte, quoted bool, end int, err error) {
	if s.quoting && b[i] == s.quote {
		content, end, err = s.quotedField(b, i+1)
		return content, true, end, err
	}
	for end = i; b[end] != s.delim && b[end] != '\n'; end++ {
		if s.quoting && b[end] == s.quote {
			err = errBareQuote
		}
	}
	content = b[i:end]
	if b[end] == '\n' && end > i && b[end-1] == '\r' {
		content = b[i : end-1]
	}
	return content, false, end, err
}

// quotedField reads on from behind the opening quote.
func (s *scanner) quotedField(b []byte, i int) (content []byte, end int, err error) {
	s.scratch = s.scratch[:0]
	doubled := false
	for {
		n := bytes.IndexByte(b[i:], s.quote)
		if n < 0 {
			return nil, len(b) - 1, errOpenQuote
		}
		content, end = b[i:i+n], i+n+1
		if end < len(b) && b[end] == s.quote {
			s.scratch = append(s.scratch, b[i:end]...)
			i, doubled = end+1, true
			continue
		}
		if doubled {
			s.scratch = append(s.scratch, content...)
			content = s.scratch
		}
		break
	}
	switch {
	case end >= len(b):
		return nil, len(b) - 1, errOpenQuote
	case b[end] == s.delim || b[end] == '\n':
		return content, end, nil
	case b[end] == '\r' && end+1 < len(b) && b[end+1] == '\n':
		return content, end + 1, nil
	}
	return content, end, errAfterQuote
}

// count is how many fields the record at i has, as far as it can be read.
func (s *scanner) count(b []byte, i int) int {
	for n := 1; ; n++ {
		_, _, end, err := s.field(b, i)
		if err != nil || b[end] == '\n' {
			return n
		}
		i = end + 1
	}
}

// blank says whether a line without anything begins at i, and how long it is.
func blank(b []byte, i int) int {
	switch {
	case b[i] == '\n':
		return 1
	case b[i] == '\r' && b[i+1] == '\n':
		return 2
	}
	return 0
}

// nullWord says whether content is one of the words that stand for null.
func (s *scanner) nullWord(content []byte) bool {
	return slices.ContainsFunc(s.nulls, func(n []byte) bool { return bytes.Equal(n, content) })
}
