package text

import "encoding/binary"

// Iceberg counts dates in days and timestamps in microseconds since 1970-01-01.
const (
	microsPerSecond = 1_000_000
	microsPerDay    = 86_400 * microsPerSecond
)

// ParseDate reads YYYY-MM-DD (years 0001 to 9999, proleptic Gregorian) as days since 1970.
func ParseDate(b []byte) (int32, error) {
	if len(b) != 10 {
		return 0, ErrSyntax
	}
	days, ok := DateWord(binary.LittleEndian.Uint64(b), b[8], b[9])
	switch {
	case ok:
		return days, nil
	case !dateShape(b):
		return 0, ErrSyntax
	}
	return 0, ErrNoDate
}

// DateWord reads a date from its first eight characters, the first in the lowest byte, and the two of the day.
func DateWord(w uint64, d1, d2 byte) (int32, bool) {
	x := w ^ 0x2d30302d30303030 // digits become 0 to 9, hyphens 0
	if (x+0x7f76767f76767676|x)&highs != 0 {
		return 0, false
	}
	d1, d2 = d1-'0', d2-'0'
	if d1 > 9 || d2 > 9 {
		return 0, false
	}
	year := int(x&0xff)*1000 + int(x>>8&0xff)*100 + int(x>>16&0xff)*10 + int(x>>24&0xff)
	month := int(x>>40&0xff)*10 + int(x>>48&0xff)
	day := int(d1)*10 + int(d2)
	if year == 0 || month-1 > 11 || month == 0 || day == 0 || day > 28 && day > daysIn(year, month) {
		return 0, false
	}
	return days(year, month, day), true
}

// days counts from 1970-01-01: years begin in March, so that the leap day is the last of its year.
func days(year, month, day int) int32 {
	if month <= 2 {
		year--
		month += 12
	}
	return int32(365*year + year/4 - year/100 + year/400 + (153*(month-3)+2)/5 + day - 1 - 719468)
}

func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

func dateShape(b []byte) bool {
	if len(b) < 10 {
		return false
	}
	for i, c := range b[:10] {
		if i == 4 || i == 7 {
			if c != '-' {
				return false
			}
		} else if c-'0' > 9 {
			return false
		}
	}
	return true
}
