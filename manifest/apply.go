package manifest

import (
	"fmt"
	"math"
	"math/bits"
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
	case t.Kind == Bucket:
		return t.bucket(v), nil
	case t.Kind == Truncate:
		return t.truncate(source, v)
	}
	n, ok := t.span(source, v)
	if !ok {
		return nil, fmt.Errorf("%s of %s: %w: out of range", t, FormatValue(source, v), ErrValue)
	}
	return n, nil
}

// span is the year, month, day or hour in which a date or a timestamp lies, counted from that of 1970-01-01 00:00.
func (t Transform) span(source Type, v any) (int32, bool) {
	var days, hours int64
	if source.Kind == Date {
		days = int64(v.(int32))
	} else {
		days, hours = floorDiv(v.(int64), microsPerDay), floorDiv(v.(int64), microsPerHour)
	}
	n := days
	switch t.Kind {
	case Hour:
		n = hours
	case Year, Month:
		year, month, _ := dateOf(days)
		n = year - 1970
		if t.Kind == Month {
			n = n*12 + int64(month) - 1
		}
	}
	return int32(n), n == int64(int32(n))
}

// bucket is Iceberg's hash, without its sign, modulo N.
func (t Transform) bucket(v any) int32 {
	return int32(hashValue(v)&math.MaxInt32) % int32(t.N)
}

// truncate rounds numbers down to a multiple of the width; of text and binary it keeps the beginning.
func (t Transform) truncate(source Type, v any) (any, error) {
	low := func() error {
		return fmt.Errorf("%s of %s: %w: the result is below the range of %s", t, FormatValue(source, v), ErrValue, source)
	}
	switch v := v.(type) {
	case int32:
		n := floorTo(int64(v), int64(t.N))
		if n < math.MinInt32 {
			return nil, low()
		}
		return int32(n), nil
	case int64:
		n := floorTo(v, int64(t.N))
		if n > v {
			return nil, low()
		}
		return n, nil
	case Dec:
		d := v.floorTo(uint64(t.N))
		if !d.Fits(source.Precision) {
			return nil, low()
		}
		return d, nil
	case string:
		return v[:runesLength(v, t.N)], nil
	default:
		b := v.([]byte)
		return b[:min(len(b), t.N)], nil
	}
}

// floorTo is the largest multiple of w that is not above n. It wraps around where there is none.
func floorTo(n, w int64) int64 { return n - ((n%w)+w)%w }

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
