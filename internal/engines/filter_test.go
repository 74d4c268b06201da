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

// filter is a condition in SQL and in PyIceberg's words, asked of a table that is partitioned by clause and of one with the same rows in one
// file.
type filter struct {
	plain, tb           *table.Table
	clause, sql, python string
}

// check compares rows, and how many files are read with how many this module would read.
func (f filter) check(t *testing.T, duckdb, python *engine, single bool) {
	t.Helper()
	want := filtered(t, f.plain, f.sql)
	same(t, "cat --where "+f.sql, filtered(t, f.tb, f.sql), want)
	same(t, "duckdb, one file: "+f.sql, duckdb.run(f.query(t, f.plain))[0], want)
	text := statements(t, f.tb, "python", "1") + fmt.Sprintf("\nprint(table.scan(row_filter=%q).to_arrow())\n", f.python)
	same(t, "python: "+f.python, python.run(text)[1], want)
	read, all := f.files(t)
	if single && read != 1 || read == 0 || read >= all {
		t.Errorf("%s is looked for in %d of %d files", f.sql, read, all)
	}
	if n := python.files([]any{f.tb.URL() + "/" + manifest.ObjectKey, 1, f.python, map[string]string{}}); n != read {
		t.Errorf("python: %s reads %d files of %d, want %d", f.python, n, all, read)
	}
	switch f.wrongInDuckDB() {
	case fails:
		if a := start(t, "duckdb").ask("run", f.query(t, f.tb)); !strings.Contains(a.Error, "Information loss on integer cast") {
			t.Errorf("duckdb: %s gives %v, %s", f.sql, a.Results, a.Error)
		}
	case loses:
		if rows := duckdb.run(f.query(t, f.tb))[0]; len(rows) >= len(want) {
			t.Errorf("duckdb: %s gives %d rows of %d", f.sql, len(rows), len(want))
		}
	default:
		query := f.query(t, f.tb)
		same(t, "duckdb: "+f.sql, duckdb.run(query)[0], want)
		if n := duckdb.files(query[strings.LastIndex(query, "\nSELECT"):]); n != read {
			t.Errorf("duckdb: %s reads %d files of %d, want %d", f.sql, n, all, read)
		}
	}
}

type mistake int

const (
	none  mistake = iota
	fails         // with an internal error, after which the session is of no use
	loses         // rows
)

// wrongInDuckDB are mistakes of DuckDB 1.5.5, which the test holds on to, so that it is known when they are gone: it does not take negative
// decimals for values of truncate; and it rounds days and months of times before 1970 up instead of down, and so looks for the rows of a
// part of a day in the next one.
func (f filter) wrongInDuckDB() mistake {
	_, literal, _ := strings.Cut(f.sql, "'1969-")
	switch {
	case strings.HasPrefix(f.clause, "truncate(2, dec") && strings.Contains(f.sql, "-"):
		return fails
	case f.clause == "day(ts)" || f.clause == "day(tz)" || f.clause == "month(ts)" || f.clause == "month(tz)":
		if literal != "" {
			return loses
		}
	}
	return none
}

// query is the condition in the statements for DuckDB.
func (f filter) query(t *testing.T, tb *table.Table) string {
	t.Helper()
	return strings.TrimSuffix(strings.TrimSpace(statements(t, tb, "duckdb", "1")), ";") + " WHERE " + f.sql
}

// files are those in which this module would look for rows, and all.
func (f filter) files(t *testing.T) (read, all int) {
	t.Helper()
	v := at(t, f.tb, "")
	if err := v.EachFile(context.Background(), f.sql, func(manifest.File) error { read++; return nil }); err != nil {
		t.Fatal(err)
	}
	return read, v.Snapshot().FileCounts.Total
}

// filtered are the rows of the current version for which a condition is true.
func filtered(t *testing.T, tb *table.Table, where string) []row {
	t.Helper()
	var out []row
	for rec, err := range at(t, tb, "").Scan(context.Background(), table.ScanOptions{Where: where}) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, rowsIn(rec)...)
	}
	return out
}
