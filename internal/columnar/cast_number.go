package columnar

import (
	"math"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
)

const millisPerDay = 86_400_000

// castNumber converts between fixed-width types where the wanted one can hold the value exactly.
func castNumber(a arrow.Array, to arrow.DataType, s site) (arrow.Array, error) {
	switch to := to.(type) {
	case *arrow.Int32Type:
		if get, ok := integers(a); ok {
			return convert(a, to, s, "out of range", func(i int) (int32, bool) {
				v, ok := get(i)
				return int32(v), ok && v == int64(int32(v))
			})
		}
	case *arrow.Int64Type:
		if get, ok := integers(a); ok {
			return convert(a, to, s, "out of range", get)
		}
	case *arrow.Float64Type:
		if a, ok := a.(*array.Float32); ok {
			return convert(a, to, s, "", func(i int) (float64, bool) { return float64(a.Value(i)), true })
		}
	case *arrow.Decimal128Type:
		if get, ok := decimals(a, to); ok {
			return convert(a, to, s, "needs more digits", get)
		}
	case *arrow.Date32Type:
		if a, ok := a.(*array.Date64); ok {
			return convert(a, to, s, "not a whole day", func(i int) (arrow.Date32, bool) {
				ms := int64(a.Value(i))
				days := ms / millisPerDay
				return arrow.Date32(days), ms%millisPerDay == 0 && days == int64(int32(days))
			})
		}
	case *arrow.TimestampType:
		if a, ok := a.(*array.Timestamp); ok {
			return castTimestamp(a, to, s)
		}
	}
	return nil, s.refuseAll(a.DataType(), to)
}

// convert builds an array of n values; a value for which get says false is refused with the reason.
func convert[T any](a arrow.Array, to arrow.DataType, s site, reason string, get func(i int) (T, bool)) (arrow.Array, error) {
	out := make([]T, a.Len())
	hasNulls := a.NullN() > 0
	for i := range out {
		if hasNulls && a.IsNull(i) {
			continue
		}
		v, ok := get(i)
		if !ok {
			return nil, s.refuse(a, i, to, reason)
		}
		out[i] = v
	}
	return newFixed(to, out, validity(a), a.NullN()), nil
}

// integers gives the values of any integer array; false for a value that int64 cannot hold.
func integers(a arrow.Array) (func(i int) (int64, bool), bool) {
	switch a := a.(type) {
	case *array.Int8:
		return func(i int) (int64, bool) { return int64(a.Value(i)), true }, true
	case *array.Int16:
		return func(i int) (int64, bool) { return int64(a.Value(i)), true }, true
	case *array.Int32:
		return func(i int) (int64, bool) { return int64(a.Value(i)), true }, true
	case *array.Int64:
		return func(i int) (int64, bool) { return a.Value(i), true }, true
	case *array.Uint8:
		return func(i int) (int64, bool) { return int64(a.Value(i)), true }, true
	case *array.Uint16:
		return func(i int) (int64, bool) { return int64(a.Value(i)), true }, true
	case *array.Uint32:
		return func(i int) (int64, bool) { return int64(a.Value(i)), true }, true
	case *array.Uint64:
		return func(i int) (int64, bool) { return int64(a.Value(i)), a.Value(i) <= math.MaxInt64 }, true
	}
	return nil, false
}

// decimals gives the values of an integer or decimal array as decimals of the wanted type.
func decimals(a arrow.Array, to *arrow.Decimal128Type) (func(i int) (decimal128.Num, bool), bool) {
	scaled := func(n decimal128.Num, scale int32) (decimal128.Num, bool) {
		out, err := n.Rescale(scale, to.Scale)
		return out, err == nil && out.FitsInPrecision(to.Precision)
	}
	switch a := a.(type) {
	case *array.Uint64:
		return func(i int) (decimal128.Num, bool) { return scaled(decimal128.FromU64(a.Value(i)), 0) }, true
	case *array.Decimal128:
		scale := a.DataType().(*arrow.Decimal128Type).Scale
		return func(i int) (decimal128.Num, bool) { return scaled(a.Value(i), scale) }, true
	case *array.Decimal256:
		scale := a.DataType().(*arrow.Decimal256Type).Scale
		return func(i int) (decimal128.Num, bool) {
			n, err := a.Value(i).Rescale(scale, to.Scale)
			if err != nil || !n.FitsInPrecision(to.Precision) {
				return decimal128.Num{}, false
			}
			words := n.Array() // least significant first
			return decimal128.New(int64(words[1]), words[0]), true
		}, true
	}
	get, ok := integers(a)
	if !ok {
		return nil, false
	}
	return func(i int) (decimal128.Num, bool) {
		v, _ := get(i)
		return scaled(decimal128.FromI64(v), 0)
	}, true
}

// castTimestamp changes the unit to microseconds. A timestamp with a zone is an instant and never becomes one without, nor the
// other way round.
func castTimestamp(a *array.Timestamp, to *arrow.TimestampType, s site) (arrow.Array, error) {
	from := a.DataType().(*arrow.TimestampType)
	if (from.TimeZone == "") != (to.TimeZone == "") {
		return nil, s.refuseAll(from, to)
	}
	if from.Unit == to.Unit {
		return newFixed(to, a.TimestampValues(), validity(a), a.NullN()), nil
	}
	if from.Unit == arrow.Nanosecond {
		return convert(a, to, s, "not a whole microsecond", func(i int) (arrow.Timestamp, bool) {
			return a.Value(i) / 1000, a.Value(i)%1000 == 0
		})
	}
	factor := arrow.Timestamp(1000)
	if from.Unit == arrow.Second {
		factor = 1_000_000
	}
	return convert(a, to, s, "out of range", func(i int) (arrow.Timestamp, bool) {
		v := a.Value(i) * factor
		return v, v/factor == a.Value(i)
	})
}
