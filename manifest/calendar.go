package manifest

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Dates are in the proleptic Gregorian calendar, as in Iceberg: the calendar of today, also before 1582. Year 0 is 1 BC.

const (
	microsPerSecond = 1_000_000
	microsPerHour   = 3_600 * microsPerSecond
	microsPerDay    = 24 * microsPerHour
	daysPerEra      = 146_097 // 400 years
	daysToEpoch     = 719_468 // from 0000-03-01 to 1970-01-01
)

// daysOf is the number of days from 1970-01-01 to a date. Years are counted from March, so that leap days come last.
func daysOf(year int64, month, day int) int64 {
	if month <= 2 {
		year--
	}
	era := floorDiv(year, 400)
	ofEra := year - era*400
	ofYear := int64((153*((month+9)%12)+2)/5 + day - 1)
	return era*daysPerEra + ofEra*365 + ofEra/4 - ofEra/100 + ofYear - daysToEpoch
}

// dateOf is the date that lies days after 1970-01-01.
func dateOf(days int64) (year int64, month, day int) {
	days += daysToEpoch
	era := floorDiv(days, daysPerEra)
	ofEra := days - era*daysPerEra
	yearOfEra := (ofEra - ofEra/1460 + ofEra/36524 - ofEra/146096) / 365
	ofYear := ofEra - (365*yearOfEra + yearOfEra/4 - yearOfEra/100)
	m := (5*ofYear + 2) / 153
	year, month, day = yearOfEra+era*400, int((m+2)%12)+1, int(ofYear-(153*m+2)/5)+1
	if month <= 2 {
		year++
	}
	return year, month, day
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

func daysIn(year int64, month int) int {
	switch {
	case month == 2 && year%4 == 0 && (year%100 != 0 || year%400 == 0):
		return 29
	case month == 2:
		return 28
	case month == 4 || month == 6 || month == 9 || month == 11:
		return 30
	}
	return 31
}

// appendDate writes ISO 8601: four digits of year, more with a sign if it has more, and a minus before 0000.
func appendDate(b []byte, days int64) []byte {
	year, month, day := dateOf(days)
	switch {
	case year < 0:
		b, year = append(b, '-'), -year
	case year > 9999:
		b = append(b, '+')
	}
	b = append(appendPadded(b, year, 4), '-')
	b = append(appendPadded(b, int64(month), 2), '-')
	return appendPadded(b, int64(day), 2)
}

// appendMicros writes date, separator and time of day. The fraction has six digits, or, if short, no zeros at its end.
func appendMicros(b []byte, micros int64, separator byte, short bool) []byte {
	days := floorDiv(micros, microsPerDay)
	rest := micros - days*microsPerDay
	b = append(appendDate(b, days), separator)
	seconds := rest / microsPerSecond
	b = append(appendPadded(b, seconds/3600, 2), ':')
	b = append(appendPadded(b, seconds/60%60, 2), ':')
	b = appendPadded(b, seconds%60, 2)
	fraction := rest % microsPerSecond
	if short && fraction == 0 {
		return b
	}
	b = appendPadded(append(b, '.'), fraction, 6)
	for short && b[len(b)-1] == '0' {
		b = b[:len(b)-1]
	}
	return b
}

func appendPadded(b []byte, n int64, width int) []byte {
	digits := strconv.FormatInt(n, 10)
	for range width - len(digits) {
		b = append(b, '0')
	}
	return append(b, digits...)
}

// parseDate reads what appendDate writes: days since 1970.
func parseDate(s string) (int64, error) {
	bad := fmt.Errorf("%w: %q is not a date like 2026-04-15", ErrValue, clip(s))
	text, sign := s, int64(1)
	signed := text != "" && (text[0] == '+' || text[0] == '-')
	if signed {
		if text[0] == '-' {
			sign = -1
		}
		text = text[1:]
	}
	parts := strings.Split(text, "-")
	if len(parts) != 3 || len(parts[0]) < 4 || len(parts[0]) > 7 || len(parts[0]) > 4 && !signed || len(parts[1]) != 2 || len(parts[2]) != 2 {
		return 0, bad
	}
	year, ok1 := digits(parts[0])
	month, ok2 := digits(parts[1])
	day, ok3 := digits(parts[2])
	if !ok1 || !ok2 || !ok3 {
		return 0, bad
	}
	year *= sign
	if month < 1 || month > 12 || day < 1 || int(day) > daysIn(year, int(month)) {
		return 0, fmt.Errorf("%w: there is no day %q", ErrValue, clip(s))
	}
	return daysOf(year, int(month), int(day)), nil
}

// digits reads a number of nothing but digits, at most 18.
func digits(s string) (int64, bool) {
	if s == "" || len(s) > 18 {
		return 0, false
	}
	n := int64(0)
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = 10*n + int64(s[i]-'0')
	}
	return n, true
}

// parseClock reads hh:mm[:ss[.ffffff]]: microseconds since midnight.
func parseClock(s string) (int64, error) {
	bad := fmt.Errorf("%w: %q is not a time of day like 10:00:00.123456", ErrValue, clip(s))
	text, fraction, pointed := strings.Cut(s, ".")
	parts := strings.Split(text, ":")
	if len(parts) < 2 || len(parts) > 3 || pointed && len(parts) < 3 {
		return 0, bad
	}
	limits, unit := [3]int64{24, 60, 60}, [3]int64{3600, 60, 1}
	total := int64(0)
	for i, p := range parts {
		n, ok := digits(p)
		if !ok || len(p) != 2 || n >= limits[i] {
			return 0, bad
		}
		total += n * unit[i]
	}
	if !pointed {
		return total * microsPerSecond, nil
	}
	if trimmed := strings.TrimRight(fraction, "0"); len(trimmed) > 6 {
		return 0, fmt.Errorf("%w: %q is finer than microseconds", ErrValue, clip(s))
	} else if fraction != "" && trimmed == "" {
		return total * microsPerSecond, nil
	}
	micros, ok := digits((fraction + "000000")[:max(6, min(len(fraction), 6))])
	if !ok || fraction == "" {
		return 0, bad
	}
	return total*microsPerSecond + micros, nil
}

// joinMicros is days and a time of day as microseconds since 1970.
func joinMicros(days, micros int64) (int64, error) {
	const most = math.MaxInt64 / microsPerDay
	if days > most-1 || days < -most {
		return 0, fmt.Errorf("%w: the year is out of range", ErrValue)
	}
	return days*microsPerDay + micros, nil
}
