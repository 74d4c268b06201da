//go:build engines

package engines

import (
	"fmt"
	"regexp"
	"strings"
)

// microsecondsUTC is an instant in the form of plain.
var microsecondsUTC = regexp.MustCompile(`^(-?[0-9]+us) UTC$`)

// clickhouseSelect leaves out what has no text in Arrow's sense.
const clickhouseSelect = "SELECT * EXCEPT(raw) FROM "

func clickhouseEntries() []entry {
	// A function's arguments, on S3 with the keys that its server would find by itself.
	call := func(w *world, local, s3, below string) string {
		if w.server == nil {
			return local + "(" + quoted(w.tb.URL()+below) + ")"
		}
		url := w.server.Endpoint + "/" + strings.TrimPrefix(w.tb.URL(), "s3://") + below
		return fmt.Sprintf("%s('%s', '%s', '%s')", s3, url, w.server.AccessKey, w.server.SecretKey)
	}
	hint := func(w *world) string { return clickhouseSelect + call(w, "icebergLocal", "icebergS3", "/_iceberg/") }
	delta := func(w *world) string { return clickhouseSelect + call(w, "deltaLakeLocal", "deltaLake", "/") }
	snapshot := func(w *world, ref string) string {
		return fmt.Sprintf("%s SETTINGS iceberg_snapshot_id = %d", hint(w), w.number(ref))
	}
	e := entry{
		engine: "ClickHouse", begin: driven("clickhouse"), engineVersion: "SELECT version() AS v",
		columns: []string{"id", "cat", "day", "amount", "ok", "i", "f", "d", "dec18", "dec38", "ts", "instant", "größe", "note", "gone", "late", "price"},
		normal:  withinClickHouse,
		differs: "dates and times before 1900 and after 2299 are others; a null struct, list or map is an empty one",
	}
	ofHint, ofDelta := e, e
	ofHint.entrance, ofHint.current = "hint", hint
	ofHint.older = map[way]func(*world, string) string{byVersion: snapshot, byTag: snapshot, byTime: func(w *world, ref string) string {
		return fmt.Sprintf("%s SETTINGS iceberg_timestamp_ms = %d", hint(w), instant(ref).UnixMilli())
	}}
	ofHint.words = map[way]string{byTag: "by its number"}
	ofDelta.entrance, ofDelta.current = "delta", delta
	ofDelta.older = map[way]func(*world, string) string{byVersion: func(w *world, ref string) string {
		return fmt.Sprintf("%s SETTINGS delta_lake_snapshot_version = %d", delta(w), w.deltaNumber(ref))
	}}
	ofDelta.normal = func(r row) row { // a timestamptz has no zone
		for name, v := range r {
			if text, ok := v.(string); ok {
				r[name] = microsecondsUTC.ReplaceAllString(text, "$1")
			}
		}
		return withinClickHouse(r)
	}
	ofDelta.differs += "; a `timestamptz` is shown in the session's zone, without one"
	ofDelta.words = map[way]string{byVersion: "Delta's number"}
	return []entry{ofHint, ofDelta}
}

// withinClickHouse leaves out the times of the rows whose times ClickHouse has no room for.
func withinClickHouse(r row) row {
	switch r["id"] {
	case "5", "6", "7", "8":
		delete(r, "day")
		delete(r, "ts")
		delete(r, "instant")
	}
	return r
}
