package text

import "math"

// ParseLong reads a 64-bit integer: digits, with a sign before them if any.
func ParseLong(b []byte) (int64, error) {
	neg, b := sign(b)
	if len(b) == 0 {
		return 0, ErrSyntax
	}
	var v uint64
	over := false
	for _, c := range b {
		d := c - '0'
		if d > 9 {
			return 0, ErrSyntax
		}
		if v > (math.MaxUint64-9)/10 {
			over = true
			continue
		}
		v = v*10 + uint64(d)
	}
	switch {
	case over, v > math.MaxInt64+1, v == math.MaxInt64+1 && !neg:
		return 0, ErrRange
	case neg:
		return -int64(v), nil
	}
	return int64(v), nil
}

// ParseInt reads a 32-bit integer.
func ParseInt(b []byte) (int32, error) {
	v, err := ParseLong(b)
	if err == nil && (v < math.MinInt32 || v > math.MaxInt32) {
		err = ErrRange
	}
	return int32(v), err
}

// ParseBool reads true, false, t, f, 1 or 0 without regard to case.
func ParseBool(b []byte) (bool, error) {
	switch {
	case len(b) == 1:
		switch b[0] {
		case 't', 'T', '1':
			return true, nil
		case 'f', 'F', '0':
			return false, nil
		}
	case equalFold(b, "true"):
		return true, nil
	case equalFold(b, "false"):
		return false, nil
	}
	return false, ErrSyntax
}

func sign(b []byte) (neg bool, rest []byte) {
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		return b[0] == '-', b[1:]
	}
	return false, b
}

// equalFold compares with an ASCII word in lower case.
func equalFold(b []byte, word string) bool {
	if len(b) != len(word) {
		return false
	}
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != word[i] {
			return false
		}
	}
	return true
}
