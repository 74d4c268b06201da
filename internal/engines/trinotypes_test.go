//go:build engines

package engines

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/tablectl/tablectl/manifest"
)

// throughHive is what Trino's connector for Hive makes of rows: timestamps are rounded to milliseconds (hive.timestamp-precision), and
// instants are timestamps in UTC.
func throughHive(rows []row, fields []manifest.Field) []row {
	return changed(rows, fields, func(f manifest.Field, us int64) string {
		return fmt.Sprintf("%dus", milliseconds(us))
	})
}

// throughDelta is what its connector for Delta makes of them: instants are rounded to milliseconds.
func throughDelta(rows []row, fields []manifest.Field) []row {
	return changed(rows, fields, func(f manifest.Field, us int64) string {
		if f.Type.Kind == manifest.TimestampTZ {
			return fmt.Sprintf("%dus UTC", milliseconds(us))
		}
		return fmt.Sprintf("%dus", us)
	})
}

// milliseconds rounds microseconds, halves up, as io.trino.plugin.base.type.TrinoTimestampEncoder does.
func milliseconds(us int64) int64 {
	q := (us + 500) / 1000
	if (us+500)%1000 < 0 {
		q--
	}
	return q * 1000
}

// changed are rows with other timestamps; no nested ones are in the tables of these tests.
func changed(rows []row, fields []manifest.Field, to func(f manifest.Field, us int64) string) []row {
	var out []row
	for _, r := range rows {
		c := row{}
		for _, f := range fields {
			v := r[f.Name]
			if text, ok := v.(string); ok && (f.Type.Kind == manifest.Timestamp || f.Type.Kind == manifest.TimestampTZ) {
				us, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSuffix(text, " UTC"), "us"), 10, 64)
				if err != nil {
					panic(err)
				}
				v = to(f, us)
			}
			c[f.Name] = v
		}
		out = append(out, c)
	}
	return out
}
