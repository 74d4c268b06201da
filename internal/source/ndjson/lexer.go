package ndjson

import (
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/tablectl/tablectl/internal/source/text"
)

// kind is what a value begins as.
type kind uint8

const (
	bad kind = iota
	null
	boolean
	number
	str
	object
	array
)

// lexer reads tokens of one block. The block ends with a line feed, which no token holds, so that no token runs over the end.
type lexer struct {
	b       []byte
	i       int
	valid   bool // all of the block is UTF-8
	scratch []byte
}

func (x *lexer) space() {
	for {
		switch x.b[x.i] {
		case ' ', '\t', '\r':
			x.i++
		default:
			return
		}
	}
}

// char takes c, if it is next.
func (x *lexer) char(c byte) bool {
	x.space()
	if x.b[x.i] != c {
		return false
	}
	x.i++
	return true
}

// wrong is the error for what stands at i.
func (x *lexer) wrong() error {
	if x.b[x.i] == '\n' {
		return errUnended
	}
	return errSyntax
}

// value reads a scalar, or the bracket that opens an object or array. The bytes of a string are its content, valid until the next
// value; those of other scalars their literal.
func (x *lexer) value() (kind, []byte, error) {
	x.space()
	switch c := x.b[x.i]; c {
	case '{':
		x.i++
		return object, nil, nil
	case '[':
		x.i++
		return array, nil, nil
	case '"':
		s, err := x.str()
		return str, s, err
	case 't':
		return x.word(boolean, "true")
	case 'f':
		return x.word(boolean, "false")
	case 'n':
		return x.word(null, "null")
	default:
		if c == '-' || c-'0' <= 9 {
			return x.number()
		}
	}
	return bad, nil, x.wrong()
}

func (x *lexer) word(k kind, w string) (kind, []byte, error) {
	if end := x.i + len(w); string(x.b[x.i:end]) == w {
		lit := x.b[x.i:end]
		x.i = end
		return k, lit, nil
	}
	return bad, nil, errSyntax
}

func (x *lexer) number() (kind, []byte, error) {
	b, start := x.b, x.i
	i := start
	if b[i] == '-' {
		i++
	}
	n := digits(b, i)
	if n == 0 || n > 1 && b[i] == '0' {
		return bad, nil, errSyntax
	}
	i += n
	if b[i] == '.' {
		n := digits(b, i+1)
		if n == 0 {
			return bad, nil, errSyntax
		}
		i += 1 + n
	}
	if b[i]|0x20 == 'e' {
		i++
		if b[i] == '+' || b[i] == '-' {
			i++
		}
		n := digits(b, i)
		if n == 0 {
			return bad, nil, errSyntax
		}
		i += n
	}
	x.i = i
	return number, b[start:i], nil
}

func digits(b []byte, i int) (n int) {
	for b[i+n]-'0' <= 9 {
		n++
	}
	return n
}

// The quote and the backslash, repeated over a word.
const (
	quotes  = 0x2222222222222222
	slashes = 0x5c5c5c5c5c5c5c5c
)

// str reads a string; x.i is at its quote.
func (x *lexer) str() ([]byte, error) {
	b := x.b
	start := x.i + 1
	i := start
	for {
		w := binary.LittleEndian.Uint64(b[i:])
		mark := text.Find(w, quotes, slashes, quotes) | text.Below(w, ' ')
		if mark == 0 {
			i += 8
			continue
		}
		i += text.First(mark)
		break
	}
	x.i = i
	switch {
	case b[i] == '"':
		x.i++
		if !x.valid && !utf8.Valid(b[start:i]) {
			return nil, text.ErrEncoding
		}
		return b[start:i], nil
	case b[i] == '\\':
		return x.escaped(start)
	}
	return nil, x.wrong()
}

// escaped reads on at the first backslash of a string that began at start.
func (x *lexer) escaped(start int) ([]byte, error) {
	out := append(x.scratch[:0], x.b[start:x.i]...)
	for {
		switch c := x.b[x.i]; {
		case c == '"':
			x.i++
			x.scratch = out
			if !x.valid && !utf8.Valid(out) {
				return nil, text.ErrEncoding
			}
			return out, nil
		case c < ' ':
			return nil, x.wrong()
		case c != '\\':
			out = append(out, c)
			x.i++
		default:
			var err error
			if out, err = x.escape(out); err != nil {
				return nil, err
			}
		}
	}
}

func (x *lexer) escape(out []byte) ([]byte, error) {
	c := x.b[x.i+1]
	switch c {
	case '"', '\\', '/':
	case 'b':
		c = '\b'
	case 'f':
		c = '\f'
	case 'n':
		c = '\n'
	case 'r':
		c = '\r'
	case 't':
		c = '\t'
	case 'u':
		r, err := x.unicode()
		return utf8.AppendRune(out, r), err
	default:
		x.i++
		return nil, x.wrong()
	}
	x.i += 2
	return append(out, c), nil
}

// unicode reads \uXXXX, and the second half of a pair.
func (x *lexer) unicode() (rune, error) {
	r, ok := x.hex4(x.i)
	if !ok {
		return 0, errSyntax
	}
	x.i += 6
	if !utf16.IsSurrogate(r) {
		return r, nil
	}
	low, ok := x.hex4(x.i)
	if r = utf16.DecodeRune(r, low); !ok || r == utf8.RuneError {
		return 0, errSurrogate
	}
	x.i += 6
	return r, nil
}

// hex4 reads \uXXXX at i.
func (x *lexer) hex4(i int) (r rune, ok bool) {
	if x.b[i] != '\\' || x.b[i+1] != 'u' {
		return 0, false
	}
	for _, c := range x.b[i+2 : i+6] {
		switch {
		case c-'0' <= 9:
			c -= '0'
		case (c|0x20)-'a' < 6:
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// key reads a key and its colon.
func (x *lexer) key() ([]byte, error) {
	x.space()
	if x.b[x.i] != '"' {
		return nil, x.wrong()
	}
	k, err := x.str()
	if err != nil {
		return nil, err
	}
	if !x.char(':') {
		return nil, x.wrong()
	}
	return k, nil
}

// more is called behind the opening bracket (first) and behind each element: whether there is another one before end.
func (x *lexer) more(first bool, end byte) (bool, error) {
	x.space()
	switch c := x.b[x.i]; {
	case c == end:
		x.i++
		return false, nil
	case first:
		return true, nil
	case c == ',':
		x.i++
		return true, nil
	}
	return false, x.wrong()
}

// begin goes to the object of the next line that is not blank; false at the end of the block.
func (x *lexer) begin(end int) (bool, error) {
	for x.i < end {
		x.space()
		switch x.b[x.i] {
		case '\n':
			x.i++
			continue
		case '{':
			x.i++
			return true, nil
		case '[':
			return false, errArray
		}
		return false, errNoObject
	}
	return false, nil
}

// end takes the end of a line behind its object.
func (x *lexer) end() error {
	if !x.char('\n') {
		return errBehind
	}
	return nil
}
