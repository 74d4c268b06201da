// Package csv reads CSV of one dialect into Arrow records, block by block, and infers the types of its columns.
//
// The grammar is RFC 4180 with any single-byte delimiter and quote: a quoted field may hold delimiters, line ends and doubled
// quotes; a quote inside an unquoted field is refused, and so is text behind a closing quote. Records end with LF or CRLF. Every
// record has as many fields as the header. Blank lines are skipped, except in a table of one column, where they are empty
// values. A byte order mark at the start is skipped. Text is UTF-8.
//
// An empty field is null; a quoted empty field ("") is the empty string in a text column and null in any other. Words that
// stand for null are nulls too, in text columns only without quotes.
//
// What comes out is what the text says, or an error that names the line and the column: nothing is rounded, cut or skipped.
package csv

import (
	"fmt"
	"unicode/utf8"
)

// Dialect says how a file is written. The zero value of a field is its default.
type Dialect struct {
	Delimiter rune     // ','
	Quote     rune     // '"'; NoQuote if quotes have no meaning
	NoHeader  bool     // the first record is data
	Columns   []string // names of the columns where there is no header; without them column1, column2, …
	Nulls     []string // words that are null besides the empty field
}

// NoQuote as Dialect.Quote: quotes are characters like any other.
const NoQuote rune = -1

// Check refuses dialects that cannot be read.
func (d Dialect) Check() error {
	d = d.defaults()
	switch {
	case d.Delimiter >= utf8.RuneSelf || !separator(byte(d.Delimiter)):
		return fmt.Errorf("delimiter %q cannot be used: one ASCII character that is no letter, digit, sign, point or line end", d.Delimiter)
	case d.Quote != NoQuote && (d.Quote >= utf8.RuneSelf || d.Quote < 0 || !separator(byte(d.Quote))):
		return fmt.Errorf("quote %q cannot be used: one ASCII character that is no letter, digit, sign, point or line end", d.Quote)
	case d.Delimiter == d.Quote:
		return fmt.Errorf("delimiter and quote are both %q", d.Quote)
	case len(d.Columns) > 0 && !d.NoHeader:
		return fmt.Errorf("column names are given for a file with a header")
	}
	return checkNames(d.Columns)
}

func (d Dialect) defaults() Dialect {
	if d.Delimiter == 0 {
		d.Delimiter = ','
	}
	if d.Quote == 0 {
		d.Quote = '"'
	}
	return d
}

// QuoteByte is the quote as package blocks wants it.
func (d Dialect) QuoteByte() int { return int(d.defaults().Quote) }

// separator: the fast paths rely on it that no number or date holds a delimiter.
func separator(c byte) bool {
	switch {
	case c == 0, c == '\n', c == '\r', c == '.', c == '+', c == '-':
		return false
	}
	return !(c-'0' <= 9 || c|0x20-'a' < 26)
}
