package text

// number is the shape of a decimal number: [sign] digits [. digits] [e [sign] digits], with a digit before or after the point.
type number struct {
	neg    bool
	signed bool   // has a sign
	whole  []byte // digits before the point
	frac   []byte // digits after it
	point  bool
	exp    int // the exponent, limited to ±maxExponent
	hasExp bool
}

// maxExponent bounds what is computed with; a number with a larger one is out of range or zero for every type.
const maxExponent = 1 << 20

func scanNumber(b []byte) (n number, ok bool) {
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		n.signed, n.neg, b = true, b[0] == '-', b[1:]
	}
	n.whole, b = digits(b)
	if len(b) > 0 && b[0] == '.' {
		n.point = true
		n.frac, b = digits(b[1:])
	}
	if len(n.whole)+len(n.frac) == 0 {
		return n, false
	}
	if len(b) > 0 && b[0]|0x20 == 'e' {
		n.hasExp = true
		n.exp, ok = exponent(b[1:])
		return n, ok
	}
	return n, len(b) == 0
}

func digits(b []byte) (head, tail []byte) {
	i := 0
	for i < len(b) && b[i]-'0' <= 9 {
		i++
	}
	return b[:i], b[i:]
}

func exponent(b []byte) (int, bool) {
	neg, b := sign(b)
	if len(b) == 0 {
		return 0, false
	}
	e := 0
	for _, c := range b {
		if c-'0' > 9 {
			return 0, false
		}
		if e < maxExponent {
			e = e*10 + int(c-'0')
		}
	}
	e = min(e, maxExponent)
	if neg {
		e = -e
	}
	return e, true
}
