package manifest

import (
	"bytes"
	"errors"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// str is the next value, a string.
func (r *reader) str() (string, error) {
	if !r.take('"') {
		return "", errors.New("want a string")
	}
	start := r.i
	for r.i < len(r.b) && r.b[r.i] != '"' && r.b[r.i] != '\\' {
		r.i++
	}
	out := r.b[start:r.i]
	if r.i < len(r.b) && r.b[r.i] == '"' {
		r.i++
		return string(out), nil
	}
	return r.escaped(bytes.Clone(out))
}

// escaped reads on in a string that has escapes.
func (r *reader) escaped(out []byte) (string, error) {
	for r.i < len(r.b) && r.b[r.i] != '"' {
		if r.b[r.i] != '\\' {
			out = append(out, r.b[r.i])
			r.i++
			continue
		}
		c := r.b[r.i+1]
		r.i += 2
		if c == 'u' {
			char, err := r.unicode()
			if err != nil {
				return "", err
			}
			out = utf8.AppendRune(out, char)
			continue
		}
		out = append(out, unescape(c))
	}
	r.i++
	return string(out), nil
}

func unescape(c byte) byte {
	switch c {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return c
}

// unicode reads the digits of a \u escape, and a second escape if the first is half of a pair.
func (r *reader) unicode() (rune, error) {
	first := r.hex4()
	if !utf16.IsSurrogate(first) {
		return first, nil
	}
	if bytes.HasPrefix(r.b[r.i:], []byte(`\u`)) {
		r.i += 2
		if char := utf16.DecodeRune(first, r.hex4()); char != utf8.RuneError {
			return char, nil
		}
	}
	return 0, errors.New("half of a surrogate pair in a string")
}

func (r *reader) hex4() rune {
	n, err := strconv.ParseUint(string(r.b[r.i:r.i+4]), 16, 32)
	if err != nil { // cannot be in a valid text
		return utf8.RuneError
	}
	r.i += 4
	return rune(n)
}

// appendString appends s, which is UTF-8, as a JSON string.
func appendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, '\\', 'n')
		case c == '\t':
			b = append(b, '\\', 't')
		case c < ' ' || c == 0x7f:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}

// clip cuts what goes into an error message.
func clip(s string) string {
	const most = 64
	if len(s) <= most {
		return s
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
