//go:build engines

package engines

import (
	"fmt"
	"testing"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/table"
)

// prunings are conditions on typeRows, which lie in one file for each (cat, day), in DuckDB's words and in PyIceberg's. They say how
// many rows there are, and in how many files they can be by partition values and bounds. DuckDB also reads the files in which the
// column has nothing but nulls, and so no bounds.
var prunings = []struct {
	duckdb, python     string
	rows, files, nulls int
}{
	{"cat = 'plain'", "cat == 'plain'", 2, 1, 0},
	{"cat = ''", "cat == ''", 1, 1, 0},
	{"cat = 'a b/c=d'", "cat == 'a b/c=d'", 1, 1, 0},
	{"cat IS NULL", "cat is null", 1, 1, 0},
	{"cat = 'nothing'", "cat == 'nothing'", 0, 0, 0},
	{"day < DATE '1970-01-01'", "day < '1970-01-01'", 4, 4, 0},
	{"day = DATE '0001-01-01'", "day == '0001-01-01'", 1, 1, 0},
	{"id = 6", "id == 6", 1, 1, 0},
	{"id > 9223372036854775806", "id > 9223372036854775806", 1, 1, 0},
	{"amount < -1.00", "amount < -1.00", 1, 1, 3},
	{"dec18 > 2.0000", "dec18 > 2.0000", 1, 1, 6},
	{"ts < TIMESTAMP '1583-01-01'", "ts < '1583-01-01T00:00:00'", 2, 2, 3},
	{"d > 2.75", "d > 2.75", 1, 1, 5},
	{"i = 1", "i == 1", 1, 1, 6},
	{"ok = true", "ok == true", 1, 1, 7},
}

// The lists say enough for an engine to leave out the files that it does not need, and nothing that makes it leave out more.
func TestPruning(t *testing.T) {
	everywhere(t, func(t *testing.T, p place) {
		duckdb, python := start(t, "duckdb", p.env...), start(t, "python", p.env...)
		tb := p.open(t)
		publish(t, tb, table.Definition{Columns: columns(t, typesDDL), PartitionBy: []string{"cat", "day"}}, "run-1", typeRows...)
		duckdb.run(asView(statements(t, tb, "duckdb", "")))
		properties := map[string]string{}
		if s := p.opts.Stores.S3; s.EndpointURL != "" {
			properties = map[string]string{"s3.endpoint": s.EndpointURL, "s3.region": s.Region}
		}
		for _, c := range prunings {
			sql := "SELECT id FROM latest WHERE " + c.duckdb
			if rows := duckdb.run(sql)[0]; len(rows) != c.rows {
				t.Errorf("duckdb: %s gives %v, want %d rows", c.duckdb, rows, c.rows)
			}
			if n := duckdb.files(sql); n != c.files+c.nulls {
				t.Errorf("duckdb: %s reads %d files, want %d", c.duckdb, n, c.files+c.nulls)
			}
			if n := python.files([]any{p.url + "/" + manifest.ObjectKey, 1, c.python, properties}); n != c.files {
				t.Errorf("python: %s reads %d files, want %d", c.python, n, c.files)
			}
			text := statements(t, tb, "python", "1") + fmt.Sprintf("\nprint(table.scan(row_filter=%q).to_arrow())\n", c.python)
			if rows := python.run(text)[1]; len(rows) != c.rows {
				t.Errorf("python: %s gives %d rows, want %d", c.python, len(rows), c.rows)
			}
		}
	})
}
