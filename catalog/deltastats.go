package catalog

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/tablectl/tablectl/manifest"
)

// deltaStatistics are those of a file (PROTOCOL.md, "Per-file Statistics"). Columns that are not there may hold anything.
type deltaStatistics struct {
	Rows  int64                      `json:"numRecords"`
	Min   map[string]json.RawMessage `json:"minValues"`
	Max   map[string]json.RawMessage `json:"maxValues"`
	Nulls map[string]int64           `json:"nullCount"`
}

// deltaStats are the statistics of a file as JSON: of the columns that are no nested ones. A column that the file lacks is null in all
// rows, which has to be said: delta-rs 1.6.6 takes a file for one without nulls of it once another file has statistics of the column.
func deltaStats(schema manifest.Schema, f manifest.File, lacks func(manifest.File, manifest.Field) bool) (string, error) {
	s := deltaStatistics{Rows: f.Rows, Min: map[string]json.RawMessage{}, Max: map[string]json.RawMessage{}, Nulls: map[string]int64{}}
	for _, column := range schema.Fields {
		c, ok := f.Columns[column.ID]
		if !ok && lacks(f, column) {
			c, ok = manifest.ColumnStats{Nulls: f.Rows}, true
		}
		if !ok || column.Type.Nested() {
			continue
		}
		s.Nulls[column.Name] = c.Nulls
		if !c.Bound {
			continue
		}
		lower, err1 := deltaBound(column.Type, c.Lower, false)
		upper, err2 := deltaBound(column.Type, c.Upper, true)
		if err := errors.Join(err1, err2); err != nil {
			return "", fmt.Errorf("column %s: %w", column.Name, err)
		}
		if lower != "" && upper != "" {
			s.Min[column.Name], s.Max[column.Name] = json.RawMessage(lower), json.RawMessage(upper)
		}
	}
	b, err := json.Marshal(s)
	if err != nil {
		return "", fmt.Errorf("encode delta statistics: %w", err)
	}
	return string(b), nil
}

// deltaBound is a bound as JSON, "" if Delta has no form for it. Times are in milliseconds, away from the values: readers know no finer
// ones, and none after the last of year 9999, for which they allow. A float is written as the double that it is.
func deltaBound(t manifest.Type, x manifest.Value, upper bool) (string, error) {
	v, err := manifest.DecodeValue(t, x)
	if err != nil || v == nil {
		return "", err
	}
	switch t.Kind {
	case manifest.Int, manifest.Long, manifest.String:
		return string(x), nil
	case manifest.Date:
		return quoted(time.Unix(int64(v.(int32))*86_400, 0), "2006-01-02"), nil
	case manifest.Float:
		return finite(float64(v.(float32))), nil
	case manifest.Double:
		return finite(v.(float64)), nil
	case manifest.Decimal:
		return deltaDecimal(t, v.(manifest.Dec), upper), nil
	case manifest.Timestamp:
		return quoted(wholeMillis(v.(int64), upper), "2006-01-02T15:04:05.000"), nil
	case manifest.TimestampTZ:
		return quoted(wholeMillis(v.(int64), upper), "2006-01-02T15:04:05.000Z"), nil
	}
	return "", nil // boolean, binary
}

func finite(f float64) string {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return ""
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}

// wholeMillis rounds microseconds since 1970 down, or up where there is room in four digits of year.
func wholeMillis(micros int64, up bool) time.Time {
	at := time.UnixMicro(micros)
	rest := at.Nanosecond() % 1_000_000
	if rest == 0 {
		return at
	}
	at = at.Add(-time.Duration(rest))
	if next := at.Add(time.Millisecond); up && next.UTC().Year() != 10_000 {
		return next
	}
	return at
}

// quoted is a time as a JSON string, "" for years that have not four digits.
func quoted(at time.Time, layout string) string {
	at = at.UTC()
	if at.Year() < 1 || at.Year() > 9999 {
		return ""
	}
	return `"` + at.Format(layout) + `"`
}
