package csv

import (
	"encoding/binary"

	"github.com/apache/arrow/go/v17/arrow/decimal128"

	"github.com/tablectl/tablectl/internal/source/text"
)

// The functions here read one value and find its end in one go, a word of eight bytes at a time; the last result is the index
// behind it. 0 means that the value is unusual in some way (or wrong) and must be looked at slowly. What they accept, they read
// as package text does; the fuzz test compares. They may look up to Slack bytes behind the block.

func word(b []byte, i int) uint64 { return binary.LittleEndian.Uint64(b[i:]) }

// fastLong reads integers of up to 15 digits.
func fastLong(b []byte, i int) (v int64, end int) {
	neg := b[i] == '-'
	if neg {
		i++
	}
	mark, d := text.NonDigits(word(b, i))
	n := text.First(mark)
	if uint(n-1) > 6 { // no digit, or eight and perhaps more
		return longerLong(b, i, n, d, neg)
	}
	v = int64(text.Eight(d, n))
	if neg {
		v = -v
	}
	return v, i + n
}

func longerLong(b []byte, i, n int, d uint64, neg bool) (int64, int) {
	if n == 0 {
		return 0, 0
	}
	v := int64(text.Eight(d, 8))
	mark, d := text.NonDigits(word(b, i+8))
	switch n = text.First(mark); n {
	case 8:
		return 0, 0
	case 0:
	default:
		v = v*int64(text.Pow10(n)) + int64(text.Eight(d, n))
	}
	if neg {
		v = -v
	}
	return v, i + 8 + n
}

// fastNumber reads numbers of up to 18 digits without exponent: mant / 10^frac.
func fastNumber(b []byte, i int) (mant uint64, frac int, neg bool, end int) {
	if b[i] == '-' {
		neg = true
		i++
	}
	mark, d := text.NonDigits(word(b, i))
	n := text.First(mark)
	if uint(n-1) <= 6 {
		if b[i+n] != '.' {
			return text.Eight(d, n), 0, neg, i + n
		}
		// A point marks only itself, so the next mark is exact, too. Close the gap it leaves among the digits.
		if m := text.First(mark & (mark - 1)); m < 8 && m > n+1 {
			whole := uint64(1)<<(8*uint(n)) - 1
			return text.Eight(d&whole|d>>8&^whole, m-1), m - n - 1, neg, i + m
		}
	}
	mant, frac, end = longerNumber(b, i)
	return mant, frac, neg, end
}

func longerNumber(b []byte, i int) (mant uint64, frac, end int) {
	point, start := -1, i
	for ; ; i++ {
		switch c := b[i] - '0'; {
		case c <= 9:
			mant = mant*10 + uint64(c)
		case b[i] == '.' && point < 0:
			point = i
		case i-start > 18 || i == start || point == i-1 || point == start:
			return 0, 0, 0 // too many digits, or none where one is expected
		case point < 0:
			return mant, 0, i
		default:
			return mant, i - point - 1, i
		}
		if i-start > 18 {
			return 0, 0, 0
		}
	}
}

// lastDate is the last date of a column: one equal to it needs no computing.
type lastDate struct {
	word uint64
	tail uint16
	days int32
}

// fast reads a date.
func (l *lastDate) fast(b []byte, i int) (days int32, end int) {
	w, tail := word(b, i), binary.LittleEndian.Uint16(b[i+8:])
	if w == l.word && tail == l.tail {
		return l.days, i + 10
	}
	days, ok := text.DateWord(w, byte(tail), byte(tail>>8))
	if !ok {
		return 0, 0
	}
	*l = lastDate{w, tail, days}
	return days, i + 10
}

// fastTimestamp reads YYYY-MM-DD[ T]HH:MM:SS with up to six digits of a fraction.
func (l *lastDate) fastTimestamp(b []byte, i int) (us int64, end int) {
	days, end := l.fast(b, i)
	if end == 0 || b[end] != ' ' && b[end] != 'T' {
		return 0, 0
	}
	clock, ok := text.ClockWord(word(b, end+1))
	if !ok {
		return 0, 0
	}
	us, end = int64(days)*86_400_000_000+clock, end+9
	if b[end] != '.' {
		return us, end
	}
	mark, d := text.NonDigits(word(b, end+1))
	n := text.First(mark)
	if uint(n-1) > 5 {
		return 0, 0
	}
	return us + int64(text.Eight(d, n)*text.Pow10(6-n)), end + 1 + n
}

// fastBool reads true and false as most programs write them.
func fastBool(b []byte, i int) (v bool, end int) {
	switch w := word(b, i); {
	case uint32(w) == 0x65757274: // true
		return true, i + 4
	case w&0xffffffffff == 0x65736c6166: // false
		return false, i + 5
	}
	return false, 0
}

func putWord(b []byte, i int, w uint64) { binary.LittleEndian.PutUint64(b[i:], w) }

// fastDecimal reads decimals of up to 18 digits.
func (c *column) fastDecimal(b []byte, i, row int) int {
	mant, frac, neg, end := fastNumber(b, i)
	if end == 0 || frac > c.scale || c.scale > 18 {
		return 0
	}
	if frac < c.scale {
		if mant > 1<<63/text.Pow10(c.scale-frac) {
			return 0
		}
		mant *= text.Pow10(c.scale - frac)
	}
	if mant >= c.limit {
		return 0
	}
	v := int64(mant)
	if neg {
		v = -v
	}
	c.dec[row] = decimal128.FromI64(v)
	return end
}
