package manifest

import (
	"bytes"
	"cmp"
	"math"
	"strings"
	"unicode/utf8"
)

// Compare is -1, 0 or 1, in Iceberg's total order: false < true; numbers by value; floats from -NaN over -Infinity, -0.0, +0.0 and
// Infinity to NaN; strings and binary by unsigned bytes. Nil comes first. Both must be held as values of t are, or be nil.
func Compare(t Type, a, b any) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return -1
	case b == nil:
		return 1
	}
	switch t.Kind {
	case Boolean:
		return cmp.Compare(ordinal(a.(bool)), ordinal(b.(bool)))
	case Int, Date:
		return cmp.Compare(a.(int32), b.(int32))
	case Long, Timestamp, TimestampTZ:
		return cmp.Compare(a.(int64), b.(int64))
	case Float:
		return cmp.Compare(order32(a.(float32)), order32(b.(float32)))
	case Double:
		return cmp.Compare(order64(a.(float64)), order64(b.(float64)))
	case Decimal:
		return a.(Dec).Cmp(b.(Dec))
	case Binary:
		return bytes.Compare(a.([]byte), b.([]byte))
	default:
		return strings.Compare(a.(string), b.(string))
	}
}

func ordinal(b bool) int {
	if b {
		return 1
	}
	return 0
}

// order64 maps floats to integers that compare as IEEE 754's total order does.
func order64(f float64) int64 {
	n := int64(math.Float64bits(f))
	return n ^ int64(uint64(n>>63)>>1)
}

func order32(f float32) int32 {
	n := int32(math.Float32bits(f))
	return n ^ int32(uint32(n>>31)>>1)
}

// How much of a string or of binary is kept as a bound.
const (
	BoundRunes = 64
	BoundBytes = 64
)

// LowerBound is a value that is not above v and short enough for statistics: strings cut after 64 code points, binary after 64
// bytes, +0.0 as -0.0.
func LowerBound(t Type, v any) any {
	switch v := v.(type) {
	case string:
		return v[:runesLength(v, BoundRunes)]
	case []byte:
		return v[:min(len(v), BoundBytes)]
	case float32:
		if v == 0 {
			return float32(math.Copysign(0, -1))
		}
	case float64:
		if v == 0 {
			return math.Copysign(0, -1)
		}
	}
	return v
}

// UpperBound is a value that is not below v and short enough for statistics: what is cut is raised in its last place. False if
// there is no such value (64 times the highest code point or byte): then the column has no bounds.
func UpperBound(t Type, v any) (any, bool) {
	switch v := v.(type) {
	case string:
		if n := runesLength(v, BoundRunes); n < len(v) {
			return raiseString(v[:n])
		}
	case []byte:
		if len(v) > BoundBytes {
			return raiseBytes(bytes.Clone(v[:BoundBytes]))
		}
	case float32:
		if v == 0 {
			return float32(0), true
		}
	case float64:
		if v == 0 {
			return float64(0), true
		}
	}
	return v, true
}

// runesLength is the length in bytes of the first n code points of s.
func runesLength(s string, n int) int {
	if len(s) <= n {
		return len(s)
	}
	for i := range s {
		if n == 0 {
			return i
		}
		n--
	}
	return len(s)
}

// raiseString is the least string above every string that begins with s: its last code point that can be raised, raised.
func raiseString(s string) (any, bool) {
	for len(s) > 0 {
		last, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
		if last++; last == 0xD800 {
			last = 0xE000 // there are no code points between
		}
		if last <= utf8.MaxRune {
			return s + string(last), true
		}
	}
	return nil, false
}

func raiseBytes(b []byte) (any, bool) {
	for len(b) > 0 {
		if last := len(b) - 1; b[last] < 0xff {
			b[last]++
			return b, true
		}
		b = b[:len(b)-1]
	}
	return nil, false
}
