package expr

import (
	"strings"
	"unicode/utf8"
)

type kind uint8

const (
	end    kind = iota
	word        // a keyword or a column
	quoted      // "a column"
	text        // 'a string'
	number
	symbol
)

type token struct {
	kind kind
	text string // without quotes
	pos  int    // in characters, from 1
}

// is compares with a keyword or a symbol, keywords without regard to case.
func (t token) is(s string) bool {
	return t.kind == word && strings.EqualFold(t.text, s) || t.kind == symbol && t.text == s
}

func (t token) String() string {
	switch t.kind {
	case end:
		return "the end"
	case text:
		return "'" + t.text + "'"
	}
	return t.text
}

// lex cuts a condition into tokens; the last one is the end.
func lex(s string) ([]token, error) {
	var out []token
	for at := 0; ; {
		at += len(s[at:]) - len(strings.TrimLeft(s[at:], " \t\r\n"))
		pos := utf8.RuneCountInString(s[:at]) + 1
		if at == len(s) {
			return append(out, token{end, "", pos}), nil
		}
		t, n, err := next(s[at:], pos)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
		at += n
	}
}

// next reads the token that s begins with, and its length in bytes.
func next(s string, pos int) (token, int, error) {
	switch c := s[0]; {
	case c == '\'' || c == '"':
		return quote(s, pos)
	case isDigit(c) || c == '.' && len(s) > 1 && isDigit(s[1]):
		n := numberLength(s)
		return token{number, s[:n], pos}, n, nil
	case isLetter(c):
		n := 1
		for n < len(s) && (isLetter(s[n]) || isDigit(s[n])) {
			n++
		}
		return token{word, s[:n], pos}, n, nil
	}
	for _, op := range []string{"<>", "!=", "<=", ">=", "==", "=", "<", ">", "(", ")", ",", "-", "+"} {
		if strings.HasPrefix(s, op) {
			return token{symbol, op, pos}, len(op), nil
		}
	}
	r, _ := utf8.DecodeRuneInString(s)
	return token{}, 0, fail(pos, "", "unexpected %q", r)
}

// quote reads '…' or "…", in which the quote is written twice.
func quote(s string, pos int) (token, int, error) {
	q, k := s[:1], text
	if q == `"` {
		k = quoted
	}
	var b strings.Builder
	for at := 1; ; {
		i := strings.Index(s[at:], q)
		if i < 0 {
			return token{}, 0, fail(pos, "write the quote twice where it is part of the text", "%s is not closed", q)
		}
		b.WriteString(s[at : at+i])
		at += i + 1
		if !strings.HasPrefix(s[at:], q) {
			return token{k, b.String(), pos}, at, nil
		}
		b.WriteString(q)
		at++
	}
}

func numberLength(s string) int {
	n := 0
	for n < len(s) && (isDigit(s[n]) || s[n] == '.') {
		n++
	}
	if n < len(s) && (s[n] == 'e' || s[n] == 'E') {
		m := n + 1
		if m < len(s) && (s[m] == '+' || s[m] == '-') {
			m++
		}
		if m < len(s) && isDigit(s[m]) {
			for n = m; n < len(s) && isDigit(s[n]); {
				n++
			}
		}
	}
	return n
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// isLetter also takes every byte of a character beyond ASCII.
func isLetter(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= utf8.RuneSelf
}
