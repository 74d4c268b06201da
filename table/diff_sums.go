package table

import (
	"math"
	"math/big"
	"math/bits"
	"strconv"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/tablectl/tablectl/manifest"
)

// ColumnSum is the sum of a numeric column over the files that differ: those that only A has, and those that only B has. What is
// the same in both adds nothing to the difference, which is that of the whole versions.
type ColumnSum struct {
	FieldID    int
	Name       string        // in B
	Type       manifest.Type // that holds the values of both versions
	Before     Sum
	After      Sum
	Difference string // After - Before
	Exact      bool   // integers and decimals, to the last digit; floats as their order has it, see Sum
}

// Sum adds up values. Floats are added as float64 with what each addition loses kept beside it (Neumaier's summation): the values of a
// file from its first row to its last, then the files in the order of the version.
type Sum struct {
	Values int64  // that are not null
	Total  string // a decimal number; NaN, +Inf, -Inf
}

// summable says whether a column has a sum.
func summable(t manifest.Type) bool {
	return exact(t) || t.Kind == manifest.Float || t.Kind == manifest.Double
}

func exact(t manifest.Type) bool {
	return t.Kind == manifest.Int || t.Kind == manifest.Long || t.Kind == manifest.Decimal
}

// adder adds up the values of a column. Decimals are added by halves of 64 bits, so that nothing overflows.
type adder struct {
	values int64
	high   wide // of decimals
	low    wide
	float  sum64
}

// sum64 is a float64 sum and what it lost by rounding.
type sum64 struct{ sum, lost float64 }

func (s *sum64) add(v float64) {
	next := s.sum + v
	if math.Abs(s.sum) >= math.Abs(v) {
		s.lost += s.sum - next + v
	} else {
		s.lost += v - next + s.sum
	}
	s.sum = next
}

// minus is the difference of two sums.
func (s sum64) minus(o sum64) sum64 {
	s.add(-o.sum)
	s.lost -= o.lost
	return s
}

// total is the sum. Beside an infinity or a NaN nothing that was lost counts.
func (s sum64) total() float64 {
	if math.IsInf(s.sum, 0) || math.IsNaN(s.sum) {
		return s.sum
	}
	return s.sum + s.lost
}

// wide is a 128-bit integer in two's complement.
type wide struct {
	hi int64
	lo uint64
}

func (w *wide) add(hi int64, lo uint64) {
	var carry uint64
	w.lo, carry = bits.Add64(w.lo, lo, 0)
	w.hi += hi + int64(carry)
}

func (w wide) big() *big.Int { return manifest.Dec{Hi: w.hi, Lo: w.lo}.Big() }

// take adds the values of an array.
func (s *adder) take(a arrow.Array) {
	s.values += int64(a.Len() - a.NullN())
	switch a := a.(type) {
	case *array.Int32:
		each(a, func(i int) { s.low.add(int64(a.Value(i))>>63, uint64(a.Value(i))) })
	case *array.Int64:
		each(a, func(i int) { s.low.add(a.Value(i)>>63, uint64(a.Value(i))) })
	case *array.Decimal128:
		each(a, func(i int) {
			n := a.Value(i)
			s.high.add(n.HighBits()>>63, uint64(n.HighBits()))
			s.low.add(0, n.LowBits())
		})
	case *array.Float32:
		each(a, func(i int) { s.float.add(float64(a.Value(i))) })
	case *array.Float64:
		each(a, func(i int) { s.float.add(a.Value(i)) })
	}
}

// each visits the values that are not null.
func each(a arrow.Array, visit func(i int)) {
	hasNulls := a.NullN() > 0
	for i := range a.Len() {
		if !hasNulls || a.IsValid(i) {
			visit(i)
		}
	}
}

// join adds what another file has.
func (s *adder) join(o adder) {
	s.values += o.values
	s.high.add(o.high.hi, o.high.lo)
	s.low.add(o.low.hi, o.low.lo)
	s.float.add(o.float.sum)
	s.float.lost += o.float.lost
}

func (s adder) unscaled() *big.Int {
	n := s.high.big()
	return n.Add(n.Lsh(n, 64), s.low.big())
}

// columnSum states the sums of a column.
func columnSum(f manifest.Field, before, after adder) ColumnSum {
	out := ColumnSum{FieldID: f.ID, Name: f.Name, Type: f.Type, Exact: exact(f.Type)}
	out.Before.Values, out.After.Values = before.values, after.values
	if !out.Exact {
		out.Before.Total, out.After.Total, out.Difference = floatText(before.float), floatText(after.float), floatText(after.float.minus(before.float))
		return out
	}
	a, b := before.unscaled(), after.unscaled()
	out.Before.Total, out.After.Total = decimalText(a, f.Type.Scale), decimalText(b, f.Type.Scale)
	out.Difference = decimalText(b.Sub(b, a), f.Type.Scale)
	return out
}

// floatText is the shortest text that reads back as the same number, without an exponent where people can do without.
func floatText(s sum64) string {
	v := s.total()
	if size := math.Abs(v); size >= 1e-6 && size < 1e21 {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// decimalText writes n with scale digits after the point.
func decimalText(n *big.Int, scale int) string {
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)
	return new(big.Rat).SetFrac(n, unit).FloatString(scale)
}
