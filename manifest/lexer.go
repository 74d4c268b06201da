package manifest

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// token is a piece of a type or a column list.
type token struct {
	kind tokenKind
	text string // names without their quotes
	at   int    // byte offset
}

type tokenKind int

const (
	tokenEnd tokenKind = iota
	tokenWord
	tokenQuoted // a name in quotes, never a keyword
	tokenText   // 'text'
	tokenNumber
	tokenSign
)

func (t token) String() string {
	if t.kind == tokenEnd {
		return "the end"
	}
	return fmt.Sprintf("%q", clip(t.text))
}

// lex cuts s into tokens; the last one is tokenEnd.
func lex(s string) ([]token, error) {
	if !utf8.ValidString(s) {
		return nil, fmt.Errorf("%w: not UTF-8", ErrType)
	}
	var out []token
	for i := skipBlank(s, 0); i < len(s); i = skipBlank(s, i) {
		t, end, err := lexOne(s, i)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
		i = end
	}
	return append(out, token{tokenEnd, "", len(s)}), nil
}

// skipBlank skips white space and comments.
func skipBlank(s string, i int) int {
	for i < len(s) {
		rest := s[i:]
		char, size := utf8.DecodeRuneInString(rest)
		switch {
		case unicode.IsSpace(char):
			i += size
		case strings.HasPrefix(rest, "--"):
			i += lengthTo(rest, "\n")
		case strings.HasPrefix(rest, "/*"):
			i += lengthTo(rest, "*/")
		default:
			return i
		}
	}
	return i
}

// lengthTo is the length of s up to and with the first end after its second byte, or of all of it.
func lengthTo(s, end string) int {
	if n := strings.Index(s[2:], end); n >= 0 {
		return 2 + n + len(end)
	}
	return len(s)
}

func lexOne(s string, i int) (token, int, error) {
	char, size := utf8.DecodeRuneInString(s[i:])
	switch {
	case char == '"' || char == '`' || char == '\'':
		return lexQuoted(s, i, s[i])
	case char >= '0' && char <= '9':
		end := i + len(s[i:]) - len(strings.TrimLeft(s[i:], "0123456789"))
		return token{tokenNumber, s[i:end], i}, end, nil
	case isWordRune(char):
		end := i
		for end < len(s) {
			char, size := utf8.DecodeRuneInString(s[end:])
			if !isWordRune(char) {
				break
			}
			end += size
		}
		return token{tokenWord, s[i:end], i}, end, nil
	case strings.ContainsRune("()<>,:[];.", char):
		return token{tokenSign, s[i : i+size], i}, i + size, nil
	}
	return token{}, 0, fmt.Errorf("%w: unexpected %q at position %d", ErrType, char, i+1)
}

func isWordRune(r rune) bool {
	return r == '_' || r == '$' || unicode.IsLetter(r) || unicode.IsDigit(r)
}

// lexQuoted reads up to the closing quote; a doubled quote stands for itself.
func lexQuoted(s string, start int, quote byte) (token, int, error) {
	kind := tokenQuoted
	if quote == '\'' {
		kind = tokenText
	}
	var text strings.Builder
	for i := start + 1; i < len(s); i++ {
		if s[i] != quote {
			text.WriteByte(s[i])
			continue
		}
		if i+1 < len(s) && s[i+1] == quote {
			text.WriteByte(quote)
			i++
			continue
		}
		return token{kind, text.String(), start}, i + 1, nil
	}
	return token{}, 0, fmt.Errorf("%w: the quote at position %d is not closed", ErrType, start+1)
}
