package text

import (
	"math/bits"

	"github.com/apache/arrow/go/v17/arrow/decimal128"
)

// ParseDecimal reads a number into decimal(precision, scale): exactly, or ErrDigits. Zeros behind the last place are no digits.
func ParseDecimal(b []byte, precision, scale int) (decimal128.Num, error) {
	n, ok := scanNumber(b)
	if !ok {
		return decimal128.Num{}, ErrSyntax
	}
	frac := n.frac
	for len(frac) > 0 && frac[len(frac)-1] == '0' {
		frac = frac[:len(frac)-1]
	}
	var v uint128
	used := 0 // digits from the first that is not zero
	for _, part := range [2][]byte{n.whole, frac} {
		for _, c := range part {
			if used > 0 || c != '0' {
				if used++; used > decimal128.MaxPrecision {
					return longDecimal(n, frac, precision, scale)
				}
			}
			v = v.mul10(uint64(c - '0'))
		}
	}
	return place(v, used, scale-len(frac)+n.exp, precision, n.neg)
}

// place multiplies v, which has used digits, by 10^shift.
func place(v uint128, used, shift, precision int, neg bool) (decimal128.Num, error) {
	if used == 0 {
		return decimal128.Num{}, nil
	}
	for ; shift < 0; shift++ {
		q, r := v.div10()
		if r != 0 {
			return decimal128.Num{}, ErrDigits
		}
		v = q
		used--
	}
	if used+shift > precision {
		return decimal128.Num{}, ErrDigits
	}
	for ; shift > 0; shift-- {
		v = v.mul10(0)
	}
	d := decimal128.New(int64(v.hi), v.lo)
	if neg {
		d = d.Negate()
	}
	return d, nil
}

// longDecimal is for more digits than any decimal has: only zeros at the end of a whole number with a negative exponent can
// still fit.
func longDecimal(n number, frac []byte, precision, scale int) (decimal128.Num, error) {
	whole, exp := n.whole, n.exp
	if len(frac) > 0 {
		return decimal128.Num{}, ErrDigits
	}
	for len(whole) > 0 && whole[len(whole)-1] == '0' && exp < 0 {
		whole, exp = whole[:len(whole)-1], exp+1
	}
	var v uint128
	used := 0
	for _, c := range whole {
		if used > 0 || c != '0' {
			if used++; used > decimal128.MaxPrecision {
				return decimal128.Num{}, ErrDigits
			}
		}
		v = v.mul10(uint64(c - '0'))
	}
	return place(v, used, scale+exp, precision, n.neg)
}

// uint128 holds up to 38 decimal digits.
type uint128 struct{ hi, lo uint64 }

func (v uint128) mul10(add uint64) uint128 {
	hi, lo := bits.Mul64(v.lo, 10)
	lo, carry := bits.Add64(lo, add, 0)
	return uint128{v.hi*10 + hi + carry, lo}
}

func (v uint128) div10() (uint128, uint64) {
	hi, r := v.hi/10, v.hi%10
	lo, r := bits.Div64(r, v.lo, 10)
	return uint128{hi, lo}, r
}
