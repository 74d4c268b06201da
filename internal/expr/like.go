package expr

import (
	"strings"
	"unicode/utf8"
)

// like matches SQL's patterns: % is any text, _ any one character. There is no escape.
func like(s, pattern string) bool {
	back, resume := -1, 0 // where to go on after the last %, in pattern and in s
	at := 0
	for pos := 0; ; {
		switch {
		case at < len(pattern) && pattern[at] == '%':
			at++
			back, resume = at, pos
			continue
		case pos == len(s):
			if strings.Trim(pattern[at:], "%") == "" {
				return true
			}
		case at < len(pattern) && pattern[at] == '_':
			_, n := utf8.DecodeRuneInString(s[pos:])
			at, pos = at+1, pos+n
			continue
		case at < len(pattern) && pattern[at] == s[pos]:
			at, pos = at+1, pos+1
			continue
		}
		if back < 0 || resume == len(s) {
			return false
		}
		_, n := utf8.DecodeRuneInString(s[resume:])
		resume += n
		at, pos = back, resume
	}
}

// prefix is the text that everything like the pattern begins with.
func prefix(pattern string) string {
	if i := strings.IndexAny(pattern, "%_"); i >= 0 {
		return pattern[:i]
	}
	return pattern
}
