//go:build engines

package engines

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/table"
)

// deltaFlips is how often a table is rolled back: more often than commits follow one checkpoint of its log.
const deltaFlips = 60

// deltaReader reads the root of a table as a Delta table.
type deltaReader struct {
	p      place
	tb     *table.Table
	duckdb *engine
	python *engine
}

func (p place) deltaReader(t *testing.T, tb *table.Table) deltaReader {
	t.Helper()
	r := deltaReader{p: p, tb: tb, duckdb: start(t, "duckdb", p.env...), python: start(t, "python", append(p.env, "AWS_ALLOW_HTTP=true")...)}
	setup, _, _ := strings.Cut(statements(t, tb, "duckdb", ""), "-- the current version")
	r.duckdb.run(setup + "LOAD delta;")
	return r
}

// same compares what each engine reads with what this module reads.
func (r deltaReader) same(t *testing.T, what string) {
	t.Helper()
	want := scanned(t, at(t, r.tb, ""))
	same(t, "duckdb "+what, r.duckdb.run(r.scan())[0], want)
	for name, text := range map[string]string{
		"delta-rs": "from deltalake import DeltaTable\nprint(DeltaTable(%q).to_pyarrow_table())\n",
		"polars":   "import polars\nprint(polars.scan_delta(%q).collect())\n",
	} {
		same(t, name+" "+what, r.python.run(fmt.Sprintf(text, r.tb.URL()))[0], want)
	}
}

func (r deltaReader) scan() string {
	return "SELECT * FROM delta_scan('" + strings.ReplaceAll(r.tb.URL(), "'", "''") + "')"
}

// A table is read by its root as a Delta table, whatever was published, and whichever way it was turned back; nothing else can write it.
func TestDelta(t *testing.T) {
	everywhere(t, func(t *testing.T, p place) {
		// Of the names in the other tests Polars 2.1.0 finds no file of any Delta table, and DuckDB 1.5.5 takes %20 for a space.
		p.url = strings.TrimSuffix(p.url[:strings.LastIndex(p.url, "/")], "/a b") + "/table"
		tb, ctx := p.open(t), context.Background()
		def := table.Definition{Columns: columns(t, typesDDL), PartitionBy: []string{"cat", "day"}, SortBy: []string{"id"}}
		if _, err := tb.Init(ctx, def, false); err != nil {
			t.Fatal(err)
		}
		if _, err := tb.AddCatalog(ctx, manifest.Catalog{Name: "delta", Kind: manifest.CatalogDelta}, false); err != nil {
			t.Fatal(err)
		}
		publish(t, tb, def, "run-1", typeRows[:6]...)
		r := p.deltaReader(t, tb)
		r.same(t, "first")
		r.sameWhere(t)
		add(t, tb, table.Append, nil, typeRows[6:]...)
		r.same(t, "append")
		r.sameWhere(t)
		addWith(t, tb, table.PublishOptions{Mode: table.ReplacePartitions}, at(t, tb, "").Schema().Fields, `{"id": 20, "cat": "plain", "day": "2026-04-15", "amount": "7.77"}`)
		r.same(t, "replace-partitions")
		r.refuse(t) // files of other versions are what a VACUUM would delete
		alter(t, tb, manifest.AddColumns{Columns: columns(t, "note varchar")})
		r.same(t, "alter")
		add(t, tb, table.Append, nil, `{"id": 21, "note": "new"}`)
		r.same(t, "append of a new column")
		rollback(t, tb, "2")
		r.same(t, "rollback")
		for n := range deltaFlips {
			rollback(t, tb, fmt.Sprint(1+2*(n%2)))
			if n%20 == 7 {
				r.same(t, fmt.Sprintf("flip %d", n))
			}
		}
		r.same(t, "flips")
		r.refuse(t)
	})
}

// sameWhere compares rows for which a condition is true: engines leave out files by their statistics.
func (r deltaReader) sameWhere(t *testing.T) {
	t.Helper()
	for _, where := range []string{
		"id > 3", "cat >= 'plain'", "cat = 'ü%20?#\"''\\'", "day < DATE '1900-01-01'", "amount = 12.50", "amount < -1", "dec38 > 1", "dec18 < 0", "f > 1.5", "f = 1.5", "d >= 2.5", "i = 2147483647",
		"ts = TIMESTAMP '2026-04-15 10:00:00.123456'", "ts > TIMESTAMP '9999-12-31 23:59:59.999'", "ts < TIMESTAMP '1900-01-01 00:00:00'", "ts >= TIMESTAMP '1969-12-31 23:59:59.999999'",
		"instant = TIMESTAMPTZ '1969-12-31 23:59:59.999999+00'", "instant > TIMESTAMPTZ '2026-04-15 10:00:00.123+00'", "amount IS NULL", "ok IS NOT NULL", "ok",
	} {
		ours := strings.NewReplacer("TIMESTAMPTZ ", "", "TIMESTAMP ", "", "DATE ", "").Replace(where)
		want := filtered(t, r.tb, ours)
		same(t, "duckdb where "+where, r.duckdb.run(r.scan() + " WHERE " + where)[0], want)
	}
}

// refuse demands that delta-rs neither writes nor deletes, and that all versions are whole.
func (r deltaReader) refuse(t *testing.T) {
	t.Helper()
	for _, call := range []string{
		"write_deltalake(dt, dt.to_pyarrow_table(), mode='append')", "dt.delete('id = 1')",
		"dt.vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)", "dt.restore(0)", "dt.optimize.compact()",
	} {
		text := fmt.Sprintf("from deltalake import DeltaTable, write_deltalake\ndt = DeltaTable(%q)\n%s\n", r.tb.URL(), call)
		if a := r.python.ask("run", text); !strings.Contains(a.Error, "tablectl") {
			t.Errorf("%s: %q", call, a.Error)
		}
	}
	for v := range at(t, r.tb, "").Version() {
		scanned(t, at(t, r.tb, fmt.Sprint(v+1)))
	}
	r.same(t, "after others tried to write")
}
