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
		r.sameWhere(t, deltaConditions...)
		add(t, tb, table.Append, nil, typeRows[6:]...)
		r.same(t, "append")
		r.sameWhere(t, deltaConditions...)
		addWith(t, tb, table.PublishOptions{Mode: table.ReplacePartitions}, at(t, tb, "").Schema().Fields, `{"id": 20, "cat": "plain", "day": "2026-04-15", "amount": "7.77"}`)
		r.same(t, "replace-partitions")
		r.refuse(t) // files of other versions are what a VACUUM would delete
		alter(t, tb, manifest.AddColumns{Columns: columns(t, "note varchar")})
		r.same(t, "alter")
		add(t, tb, table.Append, nil, `{"id": 21, "note": "new"}`)
		r.same(t, "append of a new column")
		r.sameWhere(t, deltaCondition{"note IS NULL", "note", "x.is_null()"}, deltaCondition{"note = 'new'", "note", "x == 'new'"})
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

// deltaCondition is a condition of one column, in SQL and in Python, where the column is x.
type deltaCondition struct{ where, column, python string }

// deltaConditions have values that lie beside the bounds of files and within their milliseconds.
var deltaConditions = []deltaCondition{
	{"id > 3", "id", "x > 3"},
	{"i = 2147483647", "i", "x == 2147483647"},
	{"cat >= 'plain'", "cat", "x >= 'plain'"},
	{"cat = '__HIVE_DEFAULT_PARTITION__'", "cat", "x == '__HIVE_DEFAULT_PARTITION__'"},
	{"cat > '日本語'", "cat", "x > '日本語'"},
	{"day < DATE '1900-01-01'", "day", "x < date(1900, 1, 1)"},
	{"day = DATE '9999-12-31'", "day", "x == date(9999, 12, 31)"},
	{"amount = 12.50", "amount", "x == Decimal('12.50')"},
	{"amount < -1", "amount", "x < Decimal('-1.00')"},
	{"dec18 < 0", "dec18", "x < Decimal('0.0000')"},
	{"dec38 > 1", "dec38", "x > Decimal('1.0000000000')"},
	{"f > 1.25", "f", "x > 1.25"},
	{"f = 1.5", "f", "x == 1.5"},
	{"d >= 2.5", "d", "x >= 2.5"},
	{"ts = TIMESTAMP '2026-04-15 10:00:00.123456'", "ts", "x == datetime(2026, 4, 15, 10, 0, 0, 123456)"},
	{"ts > TIMESTAMP '9999-12-31 23:59:59.999'", "ts", "x > datetime(9999, 12, 31, 23, 59, 59, 999000)"},
	{"ts < TIMESTAMP '1900-01-01 00:00:00'", "ts", "x < datetime(1900, 1, 1)"},
	{"ts >= TIMESTAMP '1969-12-31 23:59:59.999999'", "ts", "x >= datetime(1969, 12, 31, 23, 59, 59, 999999)"},
	{"instant = TIMESTAMPTZ '1969-12-31 23:59:59.999999+00'", "instant", "x == datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)"},
	{"instant > TIMESTAMPTZ '2026-04-15 10:00:00.123+00'", "instant", "x > datetime(2026, 4, 15, 10, 0, 0, 123000, tzinfo=UTC)"},
	{"amount IS NULL", "amount", "x.is_null()"},
	{"ok IS NULL", "ok", "x.is_null()"},
	{"ok", "ok", "x"},
}

// unboundedInDelta are columns of which one file has no bounds, for its value is the last of the type: of such columns delta-rs loses rows,
// in tables of its own too.
var unboundedInDelta = map[string]bool{"dec18": true, "dec38": true}

// deltaFilters asks Polars and delta-rs for the rows.
const deltaFilters = `
import polars, pyarrow.compute
from datetime import date, datetime, timezone
from decimal import Decimal
from deltalake import DeltaTable
UTC = timezone.utc
condition = lambda x: %[2]s
print(polars.scan_delta(%[3]q).filter(condition(polars.col(%[1]q))).collect())
print(DeltaTable(%[3]q).to_pyarrow_table(filters=condition(pyarrow.compute.field(%[1]q))))
`

// sameWhere compares rows for which a condition is true: engines leave out files by their statistics.
func (r deltaReader) sameWhere(t *testing.T, conditions ...deltaCondition) {
	t.Helper()
	for _, c := range conditions {
		ours := strings.NewReplacer("TIMESTAMPTZ ", "", "TIMESTAMP ", "", "DATE ", "").Replace(c.where)
		want := filtered(t, r.tb, ours)
		same(t, "duckdb where "+c.where, r.duckdb.run(r.scan() + " WHERE " + c.where)[0], want)
		results := r.python.run(fmt.Sprintf(deltaFilters, c.column, c.python, r.tb.URL()))
		same(t, "polars where "+c.where, results[0], want)
		if !unboundedInDelta[c.column] {
			same(t, "delta-rs where "+c.where, results[1], want)
		}
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
