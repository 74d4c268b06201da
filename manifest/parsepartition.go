package manifest

import (
	"fmt"
	"strings"
)

// Parse reads what Format writes: "2026" of year, "2026-04" of month, "2026-04-15" of day, "2026-04-15-10" of hour, else a value of the
// result's type as ParseValue reads it. Errors are ErrValue.
func (t Transform) Parse(source Type, text string) (any, error) {
	date, hour := text, int64(0)
	switch t.Kind {
	case Year:
		date += "-01-01"
	case Month:
		date += "-01"
	case Hour:
		i := strings.LastIndexByte(text, '-')
		n, ok := digits(text[i+1:])
		if i < 0 || !ok || len(text)-i != 3 || n > 23 {
			return nil, fmt.Errorf("%w: want an hour like 2026-04-15-10, not %q", ErrValue, clip(text))
		}
		date, hour = text[:i], n
	case Day:
	default:
		return ParseValue(t.Result(source), text)
	}
	days, err := parseDate(date)
	if err != nil {
		return nil, fmt.Errorf("%w: %q is no %s", ErrValue, clip(text), t)
	}
	if t.Kind == Hour {
		return int32(days*24 + hour), nil
	}
	n, ok := t.span(Type{Kind: Date}, days)
	if !ok || n != int64(int32(n)) {
		return nil, fmt.Errorf("%w: %q is out of range", ErrValue, clip(text))
	}
	return int32(n), nil
}
