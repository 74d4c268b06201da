//go:build engines

package engines

import (
	"strings"
	"testing"

	"github.com/tablectl/tablectl/table"
)

// deltaOpens are files that Trino opens through Delta in vain: it takes no bounds of booleans, of timestamp_ntz, of days before 1900 and of
// decimals with more than 15 digits.
var deltaOpens = map[string]int{"day = DATE '0001-01-01'": 2, "dec18 > 2.0000": 1, "ts < TIMESTAMP '1583-01-01'": 7, "ok = true": 1}

// Through Iceberg and Delta Trino opens the files alone that can hold rows; through a symlink all of them, and it reads the footers of those
// that cannot.
func TestTrinoPruning(t *testing.T) {
	p, q, database := onTrino(t)
	tb := p.open(t)
	def := table.Definition{Columns: columns(t, typesDDL), PartitionBy: []string{"cat", "day"}, Catalogs: append(glueCatalogs(database), deltaCatalog)}
	publish(t, tb, def, "run-1", typeRows...)
	registerDelta(q, database, tb.URL())
	files := int(at(t, tb, "").Snapshot().FileCounts.Total)
	for _, e := range trinoEntrances(database) {
		all, err := q.ask("SELECT * FROM " + e.table)
		if err != nil || all.splits != files {
			t.Fatalf("%s: %d files, %v; want %d", e.name, all.splits, err, files)
		}
		for _, c := range prunings {
			opened := max(1, c.files) // no file is a split, too
			switch e.name {
			case "symlink":
				opened = files
			case "delta":
				opened += deltaOpens[c.duckdb]
			}
			a, err := q.ask("SELECT * FROM " + e.table + " WHERE " + c.duckdb)
			if err != nil || len(a.rows) != c.rows || a.splits != opened || a.bytes >= all.bytes*int64(c.files+1)/int64(files) {
				t.Errorf("%s: %s gives %d rows of %d files, %d bytes of %d, %v; want %d of %d", e.name, c.duckdb, len(a.rows), a.splits, a.bytes, all.bytes, err, c.rows, opened)
			}
		}
		e.sameWhere(t, q, tb)
	}
}

// trinoWords turns literals into Trino's.
var trinoWords = strings.NewReplacer("TIMESTAMPTZ '", "TIMESTAMP '", "+00'", " UTC'")

// sameWhere compares rows for which a condition is true. One of a time is what the engine makes of it, if that is rounded.
func (e trinoEntrance) sameWhere(t *testing.T, q *trino, tb *table.Table) {
	t.Helper()
	for _, c := range deltaConditions {
		if e.name == "symlink" && c.column == "ts" || e.name != "iceberg" && c.column == "instant" {
			continue
		}
		ours := strings.NewReplacer("TIMESTAMPTZ ", "", "TIMESTAMP ", "", "DATE ", "").Replace(c.where)
		rows := q.rows("SELECT * FROM " + e.table + " WHERE " + trinoWords.Replace(c.where))
		same(t, e.name+" where "+c.where, rows, e.through(filtered(t, tb, ours), at(t, tb, "").Schema().Fields))
	}
}
