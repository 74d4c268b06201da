package manifest

import (
	"cmp"
	"fmt"
	"math/big"
	"math/bits"
	"strings"
)

// Dec is the unscaled value of a decimal as a 128-bit two's complement integer; the scale is that of its type. Dec{0, 1420} is 14.20
// in a decimal(9, 2).
type Dec struct {
	Hi int64  // upper 64 bits
	Lo uint64 // lower 64 bits
}

// DecFromInt64 is n as a Dec.
func DecFromInt64(n int64) Dec { return Dec{Hi: n >> 63, Lo: uint64(n)} }

// DecFromBig is n as a Dec; false if it needs more than 128 bits.
func DecFromBig(n *big.Int) (Dec, bool) {
	if n.BitLen() > 127 {
		return Dec{}, false
	}
	var b [16]byte
	new(big.Int).Abs(n).FillBytes(b[:])
	d := decFromBytes(b)
	if n.Sign() < 0 {
		d = d.neg()
	}
	return d, true
}

func decFromBytes(b [16]byte) Dec {
	var hi, lo uint64
	for i := range 8 {
		hi, lo = hi<<8|uint64(b[i]), lo<<8|uint64(b[8+i])
	}
	return Dec{Hi: int64(hi), Lo: lo}
}

// Big is the unscaled value.
func (d Dec) Big() *big.Int {
	n := big.NewInt(d.Hi)
	return n.Add(n.Lsh(n, 64), new(big.Int).SetUint64(d.Lo))
}

func (d Dec) neg() Dec {
	lo, borrow := bits.Sub64(0, d.Lo, 0)
	hi, _ := bits.Sub64(0, uint64(d.Hi), borrow)
	return Dec{Hi: int64(hi), Lo: lo}
}

// plus is d + n.
func (d Dec) plus(n uint64) Dec {
	lo, carry := bits.Add64(d.Lo, n, 0)
	return Dec{Hi: d.Hi + int64(carry), Lo: lo}
}

// Cmp is -1, 0 or 1: both must have the same scale.
func (d Dec) Cmp(o Dec) int { return cmp.Or(cmp.Compare(d.Hi, o.Hi), cmp.Compare(d.Lo, o.Lo)) }

// Fits reports whether d has at most precision digits.
func (d Dec) Fits(precision int) bool {
	abs := d
	if d.Hi < 0 {
		abs = d.neg()
	}
	if precision < 0 || precision > MaxPrecision || abs.Hi < 0 { // the last: -2^127, which has 39 digits
		return false
	}
	return abs.Cmp(powerOfTen(precision)) < 0
}

// powerOfTen is 10^n, n at most 38.
func powerOfTen(n int) Dec {
	d := Dec{Lo: 1}
	for range n {
		d = d.timesTen(0)
	}
	return d
}

// timesTen is 10 d + digit. The caller sees to it that d has at most 37 digits.
func (d Dec) timesTen(digit uint64) Dec {
	carry, lo := bits.Mul64(d.Lo, 10)
	lo, over := bits.Add64(lo, digit, 0)
	return Dec{Hi: d.Hi*10 + int64(carry+over), Lo: lo}
}

// String writes d with scale digits after the point: Dec{0, 5}.String(2) is "0.05".
func (d Dec) String(scale int) string {
	digits := d.Big().String()
	sign := ""
	if digits[0] == '-' {
		sign, digits = "-", digits[1:]
	}
	if scale <= 0 {
		return sign + digits
	}
	if missing := scale + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	point := len(digits) - scale
	return sign + digits[:point] + "." + digits[point:]
}

// Bytes is the unscaled value as big-endian two's complement in as few bytes as hold it (at least one): Iceberg's binary form.
func (d Dec) Bytes() []byte {
	var b [16]byte
	for i := range 8 {
		b[i], b[8+i] = byte(uint64(d.Hi)>>(56-8*i)), byte(d.Lo>>(56-8*i))
	}
	start := 0
	for start < 15 && (b[start] == 0 && b[start+1] < 0x80 || b[start] == 0xff && b[start+1] >= 0x80) {
		start++
	}
	return append([]byte(nil), b[start:]...)
}

// ParseDec reads a decimal number, exactly: "12.5", "-.5", "1e3". It refuses, with ErrValue, text that is none, and numbers that do
// not fit precision and scale without loss. Trailing zeros are no loss.
func ParseDec(text string, precision, scale int) (Dec, error) {
	n, ok := splitNumber(text)
	if !ok {
		return Dec{}, fmt.Errorf("%w: %q is not a decimal number", ErrValue, clip(text))
	}
	if n.digits == "" {
		return Dec{}, nil
	}
	// n stands for 0.digits × 10^point. Of its digits, point+scale lie before the end of the scale.
	keep := n.point + scale
	if keep > min(precision, MaxPrecision) {
		return Dec{}, fmt.Errorf("%w: %q is too large for decimal(%d, %d)", ErrValue, clip(text), precision, scale)
	}
	if keep < len(n.digits) {
		return Dec{}, fmt.Errorf("%w: %q has more than %d digits after the point", ErrValue, clip(text), scale)
	}
	var d Dec
	for i := range keep {
		digit := byte('0')
		if i < len(n.digits) {
			digit = n.digits[i]
		}
		d = d.timesTen(uint64(digit - '0'))
	}
	if n.negative {
		d = d.neg()
	}
	return d, nil
}

// number is a decimal number: ± 0.digits × 10^point, digits without zeros at either end.
type number struct {
	negative bool
	digits   string
	point    int
}

// splitNumber reads [sign] digits [. digits] [e [sign] digits].
func splitNumber(s string) (number, bool) {
	var n number
	if s != "" && (s[0] == '-' || s[0] == '+') {
		n.negative = s[0] == '-'
		s = s[1:]
	}
	exponent := 0
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		var ok bool
		if exponent, ok = parseExponent(s[i+1:]); !ok {
			return n, false
		}
		s = s[:i]
	}
	whole, fraction, _ := strings.Cut(s, ".")
	if whole+fraction == "" || strings.Trim(whole+fraction, "0123456789") != "" {
		return n, false
	}
	whole = strings.TrimLeft(whole, "0")
	digits := whole + fraction
	n.point = len(whole) + exponent
	if whole == "" {
		digits = strings.TrimLeft(fraction, "0")
		n.point -= len(fraction) - len(digits)
	}
	if n.digits = strings.TrimRight(digits, "0"); n.digits == "" {
		n.point, n.negative = 0, false
	}
	return n, true
}

// parseExponent reads an exponent of at most four digits; a larger one fits no decimal.
func parseExponent(s string) (int, bool) {
	sign := 1
	if s != "" && (s[0] == '-' || s[0] == '+') {
		if s[0] == '-' {
			sign = -1
		}
		s = s[1:]
	}
	if s == "" || len(s) > 4 || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n := 0
	for i := range len(s) {
		n = 10*n + int(s[i]-'0')
	}
	return sign * n, true
}
