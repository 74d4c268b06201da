package manifest

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"unicode/utf8"
)

// Apply is the transform of v, a value of source; nil for nil. The result is held as values of Result(source) are. What comes before
// 1970 is rounded down, as everything else. Errors are ErrValue: a result that its type cannot hold (Iceberg leaves open what becomes of
// it), or a v that is no value of source.
func (t Transform) Apply(source Type, v any) (any, error) {
	switch {
	case v == nil || t.Kind == Identity:
		return v, nil
	case !t.Takes(source) || !holds(source, v):
		return nil, fmt.Errorf("%s of %s: %w: %T", t, source, ErrValue, v)
	}
	out, ok := t.apply(source, v)
	if !ok {
		return nil, fmt.Errorf("%s of %s: %w: the result is out of the range of %s", t, FormatValue(source, v), ErrValue, t.Result(source))
	}
	return out, nil
}

func (t Transform) apply(source Type, v any) (any, bool) {
	switch v := v.(type) {
	case int32:
		n, ok := t.OfInt(source, int64(v))
		return int32(n), ok
	case int64:
		n, ok := t.OfInt(source, v)
		if t.Kind == Truncate {
			return n, ok
		}
		return int32(n), ok
	case Dec:
		if t.Kind == Bucket {
			return t.OfBytes(v.Bytes()), true
		}
		d := v.floorTo(uint64(t.N))
		return d, d.Fits(source.Precision)
	case string:
		if t.Kind == Bucket {
			return t.OfBytes([]byte(v)), true
		}
		return string(t.Cut(source, []byte(v))), true
	default:
		b := v.([]byte)
		if t.Kind == Bucket {
			return t.OfBytes(b), true
		}
		return t.Cut(source, b), true
	}
}

// Cut is truncate of text or binary: the first N code points or bytes.
func (t Transform) Cut(source Type, b []byte) []byte {
	if len(b) <= t.N || source.Kind == Binary {
		return b[:min(len(b), t.N)]
	}
	runes := 0
	for i, c := range b {
		if !utf8.RuneStart(c) {
			continue
		}
		if runes++; runes > t.N {
			return b[:i]
		}
	}
	return b
}

// OfInt is Apply for an integer, a date or a timestamp, given and returned as int64, for loops over many. It is false where Apply has an
// error.
func (t Transform) OfInt(source Type, v int64) (int64, bool) {
	switch t.Kind {
	case Identity:
		return v, true
	case Bucket:
		var b [8]byte
		binary.LittleEndian.PutUint64(b[:], uint64(v))
		return int64(t.OfBytes(b[:])), true
	case Truncate:
		n := v - ((v%int64(t.N))+int64(t.N))%int64(t.N)
		return n, n <= v && (source.Kind != Int || n >= math.MinInt32)
	}
	return t.span(source, v)
}

// OfBytes is the bucket of a value in its form for hashing (apache/iceberg format/spec.md, appendix B): the bytes of text or binary.
func (t Transform) OfBytes(b []byte) int32 { return int32(murmur3(b)&math.MaxInt32) % int32(t.N) }

// span is the year, month, day or hour in which a date or a timestamp lies, counted from that of 1970-01-01 00:00.
func (t Transform) span(source Type, v int64) (int64, bool) {
	n := v
	if source.Kind != Date && t.Kind == Hour {
		n = floorDiv(v, microsPerHour)
	} else if source.Kind != Date {
		n = floorDiv(v, microsPerDay)
	}
	if t.Kind == Year || t.Kind == Month {
		year, month, _ := dateOf(n)
		if n = year - 1970; t.Kind == Month {
			n = n*12 + int64(month) - 1
		}
	}
	return n, n == int64(int32(n))
}

// floorTo is the largest multiple of w, at most 32 bits, that is not above d.
func (d Dec) floorTo(w uint64) Dec {
	abs := d
	if d.Hi < 0 {
		abs = d.neg()
	}
	_, rest := bits.Div64(0, uint64(abs.Hi), w)
	_, rest = bits.Div64(rest, abs.Lo, w)
	if d.Hi < 0 && rest > 0 {
		rest = w - rest
	}
	lo, borrow := bits.Sub64(d.Lo, rest, 0)
	hi, _ := bits.Sub64(uint64(d.Hi), 0, borrow)
	return Dec{Hi: int64(hi), Lo: lo}
}

// Format is a result of the transform for people, as partition directories show it: 2026, 2026-04, 2026-04-15, 2026-04-15-10 for the
// parts of time, else what FormatValue gives. v is held as values of Result(source) are.
func (t Transform) Format(source Type, v any) string {
	n, ok := v.(int32)
	switch {
	case !ok:
	case t.Kind == Year:
		return cutDate(daysOf(1970+int64(n), 1, 1), len("-01-01"))
	case t.Kind == Month:
		return cutDate(daysOf(1970+floorDiv(int64(n), 12), int(int64(n)-12*floorDiv(int64(n), 12))+1, 1), len("-01"))
	case t.Kind == Hour:
		day := floorDiv(int64(n), 24)
		return string(appendPadded(append(appendDate(nil, day), '-'), int64(n)-24*day, 2))
	}
	return FormatValue(t.Result(source), v)
}

// cutDate is a date without its last characters.
func cutDate(days int64, cut int) string {
	b := appendDate(nil, days)
	return string(b[:len(b)-cut])
}
