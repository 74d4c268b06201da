package text

// Class is a set of what the values of a column look like. Sets of parts of an input are joined with |, so that the type that
// comes out does not depend on how the input was divided.
type Class uint16

// The classes of values. Empty values and null words belong to none.
const (
	Bool        Class = 1 << iota // true, false
	Long                          // digits, a minus sign perhaps; no leading zero; fits in 64 bits
	BigLong                       // Long beyond ±2^53: not exact as a double. Always together with Long
	Double                        // with a point or an exponent
	Date                          // YYYY-MM-DD
	Timestamp                     // without a zone
	TimestampTZ                   // with one
	Text                          // anything else
)

// ClassOf says to which class a value that is not null belongs.
func ClassOf(b []byte) Class {
	if len(b) == 0 {
		return Text
	}
	switch c := b[0]; {
	case c-'0' <= 9 && len(b) >= 10 && b[4] == '-':
		return classOfTime(b)
	case c-'0' <= 9, c == '-', c == '.':
		return classOfNumber(b)
	case equalFold(b, "true"), equalFold(b, "false"):
		return Bool
	}
	return Text
}

func classOfTime(b []byte) Class {
	if len(b) == 10 {
		if _, err := ParseDate(b); err == nil {
			return Date
		}
		return Text
	}
	switch _, zone, err := instant(b); {
	case err != nil:
		return Text
	case zone:
		return TimestampTZ
	}
	return Timestamp
}

func classOfNumber(b []byte) Class {
	n, ok := scanNumber(b)
	if !ok || len(n.whole) > 1 && n.whole[0] == '0' {
		return Text // 00501 is a postal code, not a number
	}
	if !n.point && !n.hasExp {
		v, err := ParseLong(b)
		switch {
		case err != nil:
			return Text
		case v > MaxExactMantissa || v < -MaxExactMantissa:
			return Long | BigLong
		}
		return Long
	}
	if !n.hasExp && len(n.whole) <= 308 { // less than 1e308: in range
		return Double
	}
	if _, err := ParseDouble(b); err != nil {
		return Text // 1e400
	}
	return Double
}

// Settle is the one class whose type holds every value of the set, Text if no other does, 0 if there were no values.
func (c Class) Settle() Class {
	switch {
	case c == 0, c == Bool, c == Double, c == Date, c == Timestamp, c == TimestampTZ:
		return c
	case c&^(Long|BigLong) == 0:
		return Long
	case c == Long|Double:
		return Double
	case c == Date|Timestamp:
		return Timestamp
	}
	return Text
}
