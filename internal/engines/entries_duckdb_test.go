//go:build engines

package engines

import (
	"fmt"
	"strings"
	"testing"
)

func duckdbEntries() []entry {
	const version = "SELECT version() AS v"
	delta := func(w *world) string { return "delta_scan(" + quoted(w.tb.URL()) + ")" }
	files := func(w *world, ref string) string {
		return "SELECT * FROM read_parquet(" + strings.ReplaceAll(w.paths(ref), `"`, "'") + ", hive_partitioning = false, union_by_name = true)"
	}
	return []entry{{
		engine: "DuckDB", entrance: "manifest", begin: duckdbSession, engineVersion: version,
		open: func(w *world) string {
			return "CREATE OR REPLACE VIEW latest AS SELECT * FROM iceberg_scan(" + quoted(w.metadata()) + ")"
		},
		current: always("FROM latest"),
		older: map[way]func(*world, string) string{
			byVersion: func(w *world, ref string) string { return w.statements("duckdb", ref) },
			byTag:     func(w *world, ref string) string { return w.statements("duckdb", ref) },
			byTime: func(w *world, ref string) string {
				return fmt.Sprintf("SELECT * FROM iceberg_scan(%s, snapshot_from_timestamp => TIMESTAMP '%s')", quoted(w.metadata()), instant(ref).Format("2006-01-02 15:04:05.000"))
			},
		},
		words: map[way]string{byTag: "by its number"},
	}, {
		engine: "DuckDB", entrance: "delta", begin: duckdbSession, engineVersion: version,
		open:    func(w *world) string { return "CREATE OR REPLACE VIEW latest AS SELECT * FROM " + delta(w) },
		current: always("FROM latest"),
		older: map[way]func(*world, string) string{
			byVersion: func(w *world, ref string) string {
				return fmt.Sprintf("SELECT * FROM delta_scan(%s, version => %d)", quoted(w.tb.URL()), w.deltaNumber(ref))
			},
		},
		words: map[way]string{byVersion: "Delta's number"},
	}, {
		engine: "DuckDB", entrance: "files", begin: duckdbSession, engineVersion: version,
		open:    func(w *world) string { return "CREATE OR REPLACE VIEW latest AS " + files(w, "current") },
		current: always("FROM latest"),
		older:   byFiles(files),
		words:   fileWords,
		loose:   true,
	}}
}

// duckdbSession has the secret for the table and the extensions.
func duckdbSession(t *testing.T, w *world) session {
	e := start(t, "duckdb", w.engineEnv()...)
	e.run(duckdbSetup(w, "first") + duckdbSetup(w.expired, "second") + "LOAD delta;")
	return e
}

// duckdbSetup are the statements before the first query; a secret of another name stands beside that of another table.
func duckdbSetup(w *world, secret string) string {
	setup, _, _ := strings.Cut(w.statements("duckdb", ""), "-- the current version")
	return strings.ReplaceAll(setup, "SECRET tablectl ", "SECRET "+secret+" ")
}

// fileWords: the paths are asked for by any word that names a version.
var fileWords = map[way]string{byVersion: "its paths", byTag: "its paths", byTime: "its paths"}

// byFiles are all ways to name a version of which the paths are asked for.
func byFiles(files func(w *world, ref string) string) map[way]func(*world, string) string {
	return map[way]func(*world, string) string{byVersion: files, byTag: files, byTime: files}
}
