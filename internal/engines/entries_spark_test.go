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
	plain := func(text string) string { return strings.Replace(text, "OPTIONS", "", 1) }
	with := func(text, option, value string) string {
		return strings.Replace(text, "OPTIONS", fmt.Sprintf(".option(%q, %q)", option, value), 1) + "rows.show()\n"
	}
	verbatim := func(w *world, ref string) string { return w.statements("spark", ref) }
	manifest := func(w *world) string { return read("iceberg", w.metadata()) }
	hint := func(w *world) string { return read("iceberg", w.tb.URL()+"/_iceberg") }
	delta := func(w *world) string { return read("delta", w.tb.URL()) }
	files := func(w *world, ref string) string {
		return "rows = spark.read.option('mergeSchema', True).parquet(*" + w.paths(ref) + ")\n"
	}
	return []entry{{
		engine: "Spark", entrance: "manifest", begin: shared, slow: true, engineVersion: version,
		open: func(w *world) string { return plain(manifest(w)) }, current: always("rows.show()"),
		older: map[way]func(*world, string) string{byVersion: verbatim, byTag: verbatim},
		words: map[way]string{byTime: "not tried"},
	}, {
		engine: "Spark", entrance: "hint", begin: shared, slow: true, engineVersion: version,
		open: func(w *world) string { return plain(hint(w)) }, current: always("rows.show()"),
		older: map[way]func(*world, string) string{
			byVersion: func(w *world, ref string) string { return with(hint(w), "versionAsOf", fmt.Sprint(w.number(ref))) },
			byTag:     func(w *world, ref string) string { return with(hint(w), "versionAsOf", ref) },
		},
		words: map[way]string{byTime: "not tried"},
	}, {
		engine: "Spark", entrance: "delta", begin: shared, slow: true, engineVersion: version,
		open: func(w *world) string { return plain(delta(w)) }, current: always("rows.show()"),
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
