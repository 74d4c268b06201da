package manifest

import "math"

// Range is from which to which value of source the transform gives v, a value that is not null: between bounds that it keeps the order of,
// every value does. Hi can lie a little above: of text and binary there is no greatest. False if there are no bounds: for bucket, for
// a v that the transform never gives, and for text whose beginning nothing is above.
func (t Transform) Range(source Type, v any) (lo, hi any, ok bool) {
	if v == nil || !t.Takes(source) || !holds(t.Result(source), v) {
		return nil, nil, false
	}
	switch t.Kind {
	case Identity:
		return v, v, true
	case Bucket:
		return nil, nil, false
	case Truncate:
		return t.truncated(source, v)
	case Hour:
		n := int64(v.(int32))
		return n * microsPerHour, (n+1)*microsPerHour - 1, true
	}
	from, to := t.days(int64(v.(int32)))
	if source.Kind == Date {
		if from > math.MaxInt32 || to <= math.MinInt32 {
			return nil, nil, false
		}
		return int32(max(from, math.MinInt32)), int32(min(to-1, math.MaxInt32)), true
	}
	const most = math.MaxInt64/microsPerDay - 1
	if from < -most || to > most {
		return nil, nil, false
	}
	return from * microsPerDay, to*microsPerDay - 1, true
}

// days is the first day of a year, month or day since 1970, and the first one behind it.
func (t Transform) days(n int64) (from, to int64) {
	month := func(n int64) int64 {
		year := floorDiv(n, 12)
		return daysOf(1970+year, int(n-12*year)+1, 1)
	}
	switch t.Kind {
	case Year:
		return month(12 * n), month(12*n + 12)
	case Month:
		return month(n), month(n + 1)
	}
	return n, n + 1
}

func (t Transform) truncated(source Type, v any) (lo, hi any, ok bool) {
	switch v := v.(type) {
	case int32:
		return v, int32(min(int64(v)+int64(t.N)-1, math.MaxInt32)), true
	case int64:
		if v > math.MaxInt64-int64(t.N) {
			return v, int64(math.MaxInt64), true
		}
		return v, v + int64(t.N) - 1, true
	case Dec:
		return v, v.plus(uint64(t.N - 1)), true // perhaps of too many digits, which is above all others
	case string:
		if runesLength(v, t.N) == len(v) && runesLength(v, t.N-1) == len(v) {
			return v, v, true // shorter: it was not cut
		}
		hi, ok := raiseString(v)
		return v, hi, ok
	default:
		b := v.([]byte)
		if len(b) < t.N {
			return b, b, true
		}
		hi, ok := raiseBytes(append([]byte(nil), b...))
		return b, hi, ok
	}
}
