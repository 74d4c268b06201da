package manifest

import (
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// ParseValue reads what a person writes: 12.5, 2026-04-15, "2026-04-15 10:00:00", true, hex digits for binary. It is exact: what
// does not fit the type is ErrValue. A timestamptz without a zone is taken as UTC; a timestamp with one is refused.
func ParseValue(t Type, text string) (any, error) {
	v, err := parseValue(t, text)
	if err != nil {
		return nil, fmt.Errorf("parse %s: %w", t, err)
	}
	return v, nil
}

func parseValue(t Type, text string) (any, error) {
	switch t.Kind {
	case Boolean:
		return parseBool(text)
	case Int:
		n, err := parseInt(text, 32)
		return int32(n), err
	case Long:
		n, err := parseInt(text, 64)
		return n, err
	case Float:
		f, err := parseFloat(text, 32)
		return float32(f), err
	case Double:
		f, err := parseFloat(text, 64)
		return f, err
	case Decimal:
		d, err := ParseDec(text, t.Precision, t.Scale)
		return d, err
	case Date:
		return parseDateValue(text)
	case Timestamp:
		return parseTimestamp(text, false)
	case TimestampTZ:
		return parseTimestamp(text, true)
	case String:
		if !utf8.ValidString(text) {
			return nil, fmt.Errorf("%w: %q is not UTF-8", ErrValue, clip(text))
		}
		return text, nil
	case Binary:
		return parseHex(text)
	}
	return nil, fmt.Errorf("%w: a %s cannot be written as one text", ErrValue, t)
}

func parseBool(s string) (any, error) {
	switch strings.ToLower(s) {
	case "true", "t":
		return true, nil
	case "false", "f":
		return false, nil
	}
	return nil, fmt.Errorf("%w: %q is neither true nor false", ErrValue, clip(s))
}

func parseInt(s string, bits int) (int64, error) {
	n, err := strconv.ParseInt(s, 10, bits)
	if err == nil {
		return n, nil
	}
	if num, ok := splitNumber(s); ok && num.point >= len(num.digits) {
		return 0, fmt.Errorf("%w: %q is out of the range of %d bits", ErrValue, clip(s), bits)
	}
	return 0, fmt.Errorf("%w: %q is not an integer", ErrValue, clip(s))
}

// parseFloat takes decimal numbers, nan, inf and infinity; not Go's hexadecimal ones and underscores.
func parseFloat(s string, bits int) (float64, error) {
	if strings.ContainsAny(s, "xXpP_") {
		return 0, fmt.Errorf("%w: %q is not a number", ErrValue, clip(s))
	}
	f, err := strconv.ParseFloat(s, bits)
	if math.IsInf(f, 0) && err != nil {
		return 0, fmt.Errorf("%w: %q is too large for a number of %d bits", ErrValue, clip(s), bits)
	}
	if err != nil {
		return 0, fmt.Errorf("%w: %q is not a number", ErrValue, clip(s))
	}
	return f, nil
}

func parseDateValue(s string) (any, error) {
	days, err := parseDate(s)
	if err != nil {
		return nil, err
	}
	if days != int64(int32(days)) {
		return nil, fmt.Errorf("%w: the year of %q is out of range", ErrValue, clip(s))
	}
	return int32(days), nil
}

// parseTimestamp reads date[T time[zone]].
func parseTimestamp(s string, zoned bool) (any, error) {
	date, clock := s, ""
	if i := strings.IndexAny(s, "T t"); i >= 0 {
		date, clock = s[:i], s[i+1:]
	}
	days, err := parseDate(date)
	if err != nil {
		return nil, fmt.Errorf("%w: %q is not a timestamp like 2026-04-15 10:00:00", ErrValue, clip(s))
	}
	clock, offset, hasZone, err := cutZone(clock)
	if err != nil {
		return nil, err
	}
	if hasZone && !zoned {
		return nil, fmt.Errorf("%w: %q has a time zone, the type timestamp has none; use timestamptz", ErrValue, clip(s))
	}
	micros := int64(0)
	if clock != "" || len(s) > len(date) {
		if micros, err = parseClock(clock); err != nil {
			return nil, err
		}
	}
	v, err := joinMicros(days, micros-offset)
	if err != nil {
		return nil, err
	}
	return v, nil
}

// cutZone cuts Z, +hh, +hh:mm or +hhmm from a time of day. The offset is in microseconds.
func cutZone(s string) (clock string, offset int64, found bool, err error) {
	if rest, ok := strings.CutSuffix(strings.ToUpper(s), "Z"); ok {
		return strings.TrimRight(rest, " "), 0, true, nil
	}
	i := strings.LastIndexAny(s, "+-")
	if i < 0 {
		return s, 0, false, nil
	}
	text := strings.Replace(s[i+1:], ":", "", 1)
	if len(text) == 2 {
		text += "00"
	}
	n, ok := digits(text)
	if !ok || len(text) != 4 || n/100 > 18 || n%100 > 59 {
		return "", 0, false, fmt.Errorf("%w: %q is not a time zone like +02:00", ErrValue, clip(s[i:]))
	}
	offset = (n/100*60 + n%100) * 60 * microsPerSecond
	if s[i] == '-' {
		offset = -offset
	}
	return strings.TrimRight(s[:i], " "), offset, true, nil
}

func parseHex(s string) (any, error) {
	b, err := hex.DecodeString(strings.TrimPrefix(s, `\x`))
	if err != nil {
		return nil, fmt.Errorf("%w: %q is not a row of pairs of hex digits", ErrValue, clip(s))
	}
	return b, nil
}

// FormatValue is v as a person writes it, which ParseValue reads back; "null" for nil. It is what partition directories and
// messages show.
func FormatValue(t Type, v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(v)
	case int32:
		if t.Kind == Date {
			return string(appendDate(nil, int64(v)))
		}
		return strconv.FormatInt(int64(v), 10)
	case int64:
		switch t.Kind {
		case Timestamp:
			return string(appendMicros(nil, v, ' ', true))
		case TimestampTZ:
			return string(append(appendMicros(nil, v, ' ', true), "+00:00"...))
		}
		return strconv.FormatInt(v, 10)
	case float32:
		return formatFloat(float64(v), 32)
	case float64:
		return formatFloat(v, 64)
	case Dec:
		return v.String(t.Scale)
	case string:
		return v
	case []byte:
		return hex.EncodeToString(v)
	}
	return fmt.Sprint(v)
}
