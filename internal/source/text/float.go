package text

import (
	"errors"
	"math"
	"strconv"
	"unsafe"
)

// ParseDouble reads a floating-point number and gives what strconv.ParseFloat gives: the nearest one. It also takes NaN, inf and
// infinity without regard to case. A number too large for the type is ErrRange, one too small is zero.
func ParseDouble(b []byte) (float64, error) { return parseFloat(b, 64) }

// ParseFloat is ParseDouble for 32 bits.
func ParseFloat(b []byte) (float32, error) {
	v, err := parseFloat(b, 32)
	return float32(v), err
}

func parseFloat(b []byte, bits int) (float64, error) {
	if _, ok := scanNumber(b); !ok {
		return special(b)
	}
	v, err := strconv.ParseFloat(unsafe.String(&b[0], len(b)), bits) // the string does not outlive the call
	switch {
	case err == nil:
		return v, nil
	case errors.Is(err, strconv.ErrRange):
		return 0, ErrRange
	}
	return 0, ErrSyntax
}

func special(b []byte) (float64, error) {
	neg, word := sign(b)
	switch {
	case equalFold(word, "nan") && len(b) == len(word):
		return math.NaN(), nil
	case equalFold(word, "inf"), equalFold(word, "infinity"):
		if neg {
			return math.Inf(-1), nil
		}
		return math.Inf(1), nil
	}
	return 0, ErrSyntax
}

// Exact powers of ten: mantissa and power are both exact in a float64, so one multiplication or division rounds once.
var exactPow10 = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// MaxExactMantissa is the largest mantissa that Scale takes.
const MaxExactMantissa = 1 << 53

// Scale is mant / 10^frac, the nearest float64, for mant up to MaxExactMantissa and frac up to 22 (Clinger's fast path).
func Scale(mant uint64, frac int, neg bool) float64 {
	v := float64(mant) / exactPow10[frac]
	if neg {
		return -v
	}
	return v
}

// Scale32 is the same for a float32: mant up to 2^24 and frac up to 10.
func Scale32(mant uint64, frac int, neg bool) float32 {
	v := float32(mant) / float32(exactPow10[frac])
	if neg {
		return -v
	}
	return v
}
