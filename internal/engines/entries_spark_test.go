//go:build engines

package engines

import (
	"fmt"
	"strings"
	"testing"
)

func sparkEntries() []entry {
	shared := func(t *testing.T, w *world) session { return spark(t) }
	const version = "spark.createDataFrame([(spark.version,)], ['v']).show()"
	read := func(format, url string) string {
		return fmt.Sprintf("rows = spark.read.format(%q)OPTIONS.load(%q)\n", format, url)
	}
	with := func(text, option, value string) string {
		return strings.Replace(text, "OPTIONS", fmt.Sprintf(".option(%q, %q)", option, value), 1) + "rows.show()\n"
	}
	asOf := func(text func(*world) string) func(*world, string) string {
		return func(w *world, ref string) string {
			return with(text(w), "timestampAsOf", instant(ref).Format("2006-01-02T15:04:05.000Z"))
		}
	}
	verbatim := func(w *world, ref string) string { return w.statements("spark", ref) }
	// A view of the session is resolved by each query; a frame by the first.
	view := func(format, url string) string {
		return fmt.Sprintf("spark.sql(\"CREATE OR REPLACE TEMPORARY VIEW latest USING %s OPTIONS (path '%s')\")\n", format, url)
	}
	const latest = "spark.table('latest').show()"
	manifest := func(w *world) string { return read("iceberg", w.metadata()) }
	hint := func(w *world) string { return read("iceberg", w.tb.URL()+"/_iceberg") }
	delta := func(w *world) string { return read("delta", w.tb.URL()) }
	files := func(w *world, ref string) string {
		return "rows = spark.read.option('mergeSchema', True).parquet(*" + w.paths(ref) + ")\n"
	}
	return []entry{{
		engine: "Spark", entrance: "manifest", begin: shared, slow: true, engineVersion: version,
		open: func(w *world) string { return view("iceberg", w.metadata()) }, current: always(latest),
		older:  map[way]func(*world, string) string{byVersion: verbatim, byTag: verbatim, byTime: asOf(manifest)},
		limits: []string{"a temporary view over the manifest, as in [spark.md](spark.md), shows a flip at the next query while the columns are the same; after a flip to others it is made anew"},
	}, {
		engine: "Spark", entrance: "hint", begin: shared, slow: true, engineVersion: version,
		open: func(w *world) string { return view("iceberg", w.tb.URL()+"/_iceberg") }, current: always(latest),
		older: map[way]func(*world, string) string{
			byVersion: func(w *world, ref string) string { return with(hint(w), "versionAsOf", fmt.Sprint(w.number(ref))) },
			byTag:     func(w *world, ref string) string { return with(hint(w), "versionAsOf", ref) },
			byTime:    asOf(hint),
		},
	}, {
		engine: "Spark", entrance: "delta", begin: shared, slow: true, engineVersion: version,
		open: func(w *world) string { return view("delta", w.tb.URL()) }, current: always(latest),
		older: map[way]func(*world, string) string{byVersion: func(w *world, ref string) string {
			return with(delta(w), "versionAsOf", fmt.Sprint(w.deltaNumber(ref)))
		}},
		words: map[way]string{byVersion: "Delta's number"},
	}, {
		engine: "Spark", entrance: "files", begin: shared, slow: true, engineVersion: version,
		open: func(w *world) string { return files(w, "current") }, current: always("rows.show()"),
		older: byFiles(func(w *world, ref string) string { return files(w, ref) + "rows.show()\n" }), words: fileWords, loose: true,
	}}
}
