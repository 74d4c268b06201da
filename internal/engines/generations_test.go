//go:build engines

package engines

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/table"
)

// A table whose schema, partition spec and sort order changed three times, with files of every generation in it, is the same table to
// every engine: now, at every version, by tag, and after a rollback to another schema.
func TestGenerations(t *testing.T) {
	everywhere(t, func(t *testing.T, p place) {
		sessions := p.sessions(t)
		tb := p.open(t)
		grow(t, tb, writers{duckdb: sessions["duckdb"], python: sessions["python"]})
		sameEverywhere(t, tb, sessions)
	})
}

// sameEverywhere compares every version, the tags, and the current version after a rollback and after a publish on top of it.
func sameEverywhere[E interface{ run(string) [][]row }](t *testing.T, tb *table.Table, sessions map[string]E) {
	last := at(t, tb, "").Version()
	refs := []string{"grown", "upserted"}
	for v := range last {
		refs = append(refs, fmt.Sprint(v+1))
	}
	for _, ref := range refs {
		want := scanned(t, at(t, tb, ref))
		for name, e := range sessions {
			same(t, name+" version "+ref, e.run(statements(t, tb, name, ref))[0], want)
		}
	}
	current := func(what string) {
		want := [][]row{scanned(t, at(t, tb, "")), scanned(t, at(t, tb, "previous")), scanned(t, at(t, tb, "grown"))}
		for name, e := range sessions {
			results := e.run(statements(t, tb, name, ""))
			for i, which := range []string{"current", "previous", "tagged"} {
				same(t, fmt.Sprintf("%s %s: %s", name, what, which), results[i], want[i])
			}
		}
	}
	current("grown")
	rollback(t, tb, "5")
	current("rolled back to another schema")
	add(t, tb, table.Append, nil, `{"id": 30, "city": "Kyiv", "day": "2026-05-05", "st": {"a": 1, "b": ["x"]}}`)
	current("grown from there")
	rollback(t, tb, fmt.Sprint(last))
	current("rolled back to the newest schema")
}

// grown are the rows that grow leaves, in Arrow's JSON form: 1 was upserted, 3, 5 and 10 deleted.
var grown = []string{
	`{"id": 1, "town": "Oslo!", "amount": "7000000.75", "ratio": 0.25, "code": 1, "carrier": "AA", "st": {"a": 7, "b": ["n"]}, "note": "new"}`,
	`{"id": 2, "town": "Bern", "day": "2026-01-01", "amount": "-2.25", "code": -20}`,
	`{"id": 4, "town": ""}`,
	`{"id": 6, "town": "Graz", "day": "2026-02-02", "amount": "6.00", "ratio": 1.5, "code": 6}`,
	`{"id": 7, "day": "2026-02-02", "amount": "-9999.99", "ratio": -0.0, "code": -2147483648}`,
	`{"id": 8, "town": "Lima", "day": "2026-01-01", "amount": "8.80", "carrier": "BB", "st": {"a": 8, "b": ["x", null, ""]}, "m": [{"key": "k", "value": "1.25"}, {"key": "l", "value": null}]}`,
	`{"id": 9, "day": "1899-12-31", "carrier": "ü", "st": {"a": null, "b": null}, "m": []}`,
	`{"id": 11, "town": "Pau", "day": "2026-03-04", "amount": "11.00", "ratio": 0.5, "code": 11, "carrier": "DD", "st": {"a": 11, "b": ["q", "r"]}, "m": [{"key": "o", "value": "2.00"}]}`,
	`{"id": 12, "town": "Nice", "day": "2026-04-04", "amount": "1234567890.12", "ratio": 1e300, "code": 9000000000, "carrier": "EE", "st": {"a": 12, "b": []}, "m": [{"key": "p", "value": "3.00"}]}`,
	`{"id": 4000000000, "town": "Zug", "amount": "-1234567890.12", "ratio": 1e-300, "code": -9000000000, "m": [{"key": "", "value": "-9.99"}]}`,
	`{"id": -4000000000, "day": "1969-12-31"}`,
	`{"id": 13, "town": "Ulm", "day": "2026-04-05", "amount": "13.00", "note": "a note"}`,
	`{"id": 14}`,
	`{"id": 20, "town": "Bonn", "amount": "20.00", "note": ""}`,
}

// writers are engines that write Parquet files as they are, without field ids.
type writers struct{ duckdb, python *engine }

// grow makes a table of four generations. What is left is grown; its tag "upserted" is the version before the deletes.
func grow(t *testing.T, tb *table.Table, w writers) {
	dir := t.TempDir()
	publish(t, tb, table.Definition{
		Columns: columns(t, "id int not null, city varchar, day date, amount decimal(6, 2), ratio float, code int, seats int"),
		Key:     []string{"id"}, PartitionBy: []string{"day"}, SortBy: []string{"id"},
	}, "run-1",
		`{"id": 1, "city": "Oslo", "day": "2026-01-01", "amount": "1.50", "ratio": 0.1, "code": 10, "seats": 100}`,
		`{"id": 2, "city": "Bern", "day": "2026-01-01", "amount": "-2.25", "code": -20}`,
		`{"id": 3, "day": "1969-12-31", "amount": "9999.99", "ratio": 2.5, "code": 2147483647, "seats": 3}`,
		`{"id": 4, "city": ""}`,
		`{"id": 5, "city": "Rome", "day": "1969-12-31", "amount": "0.00", "ratio": -0.0, "code": 5, "seats": 5}`)
	w.duckdb.run("COPY (SELECT * FROM (VALUES (6::INT, 'Graz', DATE '2026-02-02', 6::DECIMAL(6, 2), 1.5::FLOAT, 6::INT, 6::INT)," +
		" (7, NULL, DATE '2026-02-02', -9999.99, '-0.0'::FLOAT, -2147483648, NULL)) v(id, city, day, amount, ratio, code, seats)) TO " + quoted(dir+"/1.parquet"))
	take(t, tb, dir+"/1.parquet")

	alter(t, tb, manifest.AddColumns{Columns: columns(t, "carrier varchar, st struct<a: int, b: list<varchar>>, m map<varchar, decimal(6, 2)>")})
	add(t, tb, table.Append, nil,
		`{"id": 8, "city": "Lima", "day": "2026-01-01", "amount": "8.80", "carrier": "BB", "st": {"a": 8, "b": ["x", null, ""]}, "m": [{"key": "k", "value": "1.25"}, {"key": "l", "value": null}]}`,
		`{"id": 9, "day": "1899-12-31", "carrier": "ü", "st": {"a": null, "b": null}, "m": []}`)
	w.python.run(fmt.Sprintf(arrowWrites, strconv.Quote(dir)))
	take(t, tb, dir+"/2.parquet", dir+"/3.parquet")

	alter(t, tb, manifest.RenameColumn{Name: "city", To: "town"}, manifest.WidenColumn{Name: "id", To: typ(t, "bigint")},
		manifest.WidenColumn{Name: "amount", To: typ(t, "decimal(12, 2)")}, manifest.WidenColumn{Name: "ratio", To: typ(t, "double")},
		manifest.WidenColumn{Name: "code", To: typ(t, "bigint")}, manifest.SetPartition{By: []string{"bucket(4, id)"}}, manifest.SetSort{By: []string{"town desc"}})
	add(t, tb, table.Append, nil,
		`{"id": 4000000000, "town": "Zug", "amount": "-1234567890.12", "ratio": 1e-300, "code": -9000000000, "m": [{"key": "", "value": "-9.99"}]}`,
		`{"id": -4000000000, "day": "1969-12-31"}`)
	w.duckdb.run("COPY (SELECT 12::BIGINT AS id, 'Nice' AS town, DATE '2026-04-04' AS day, 1234567890.12::DECIMAL(12, 2) AS amount, 1e300::DOUBLE AS ratio," +
		" 9000000000 AS code, 12::INT AS seats, 'EE' AS carrier, {a: 12::INT, b: []::VARCHAR[]} AS st, MAP {'p': 3.00::DECIMAL(6, 2)} AS m) TO " + quoted(dir+"/4.parquet"))
	take(t, tb, dir+"/4.parquet")

	alter(t, tb, manifest.DropColumns{Names: []string{"seats"}})
	evolved := append(slices.Clone(at(t, tb, "").Schema().Fields), columns(t, "note varchar")...)
	addWith(t, tb, table.PublishOptions{Mode: table.Append, SchemaMode: table.SchemaEvolve}, evolved,
		`{"id": 13, "town": "Ulm", "day": "2026-04-05", "amount": "13.00", "note": "a note"}`, `{"id": 14}`)
	add(t, tb, table.Upsert, nil,
		`{"id": 1, "town": "Oslo!", "amount": "7000000.75", "ratio": 0.25, "code": 1, "carrier": "AA", "st": {"a": 7, "b": ["n"]}, "note": "new"}`,
		`{"id": 20, "town": "Bonn", "amount": "20.00", "note": ""}`)
	tag(t, tb, "upserted", "")
	add(t, tb, table.Delete, []string{"id"}, `{"id": 10}`, `{"id": 99}`)
	if _, err := tb.Publish(context.Background(), table.PublishOptions{Mode: table.Delete, Where: "day = DATE '1969-12-31' and id > 0"}); err != nil {
		t.Fatal(err)
	}
	tag(t, tb, "grown", "")
	checkGrown(t, at(t, tb, ""))
}

// arrowWrites writes two files of the second generation.
const arrowWrites = `
import datetime, decimal, pyarrow as pa, pyarrow.parquet as pq
schema = pa.schema([("id", pa.int32()), ("city", pa.string()), ("day", pa.date32()), ("amount", pa.decimal128(6, 2)), ("ratio", pa.float32()),
    ("code", pa.int32()), ("seats", pa.int32()), ("carrier", pa.string()), ("st", pa.struct([("a", pa.int32()), ("b", pa.list_(pa.string()))])),
    ("m", pa.map_(pa.string(), pa.decimal128(6, 2)))])
def write(name, *values):
    pq.write_table(pa.table([[v] for v in values], schema=schema), %s + name, store_decimal_as_integer=True)
d = decimal.Decimal
write("/2.parquet", 10, "Metz", datetime.date(2026, 3, 3), d("10.00"), 0.5, 10, 10, "CC", {"a": 10, "b": [None]}, [("n", d("1.00"))])
write("/3.parquet", 11, "Pau", datetime.date(2026, 3, 4), d("11.00"), 0.5, 11, 11, "DD", {"a": 11, "b": ["q", "r"]}, [("o", d("2.00"))])
`

// checkGrown looks whether the table is what the test means it to be: its rows, and files of every generation, some without field ids.
func checkGrown(t *testing.T, v *table.View) {
	t.Helper()
	want := rowsOf(t, v.Schema().Fields, grown...)
	same(t, "cat", scanned(t, v), want)
	verbatim := map[manifest.Version]int{}
	shared := map[manifest.Version]int{}
	for _, f := range v.Snapshot().Files {
		shared[f.AddedBy.Version]++
		if f.Verbatim {
			verbatim[f.AddedBy.Version]++
		}
	}
	for _, by := range []manifest.Version{1, 2, 4, 5, 7, 8, 10} {
		if shared[by] == 0 {
			t.Errorf("no file of version %d is left: %v", by, shared)
		}
	}
	for _, by := range []manifest.Version{2, 5, 8} {
		if verbatim[by] != 1 {
			t.Errorf("%d files of version %d are as they were put in, want 1", verbatim[by], by)
		}
	}
	if n := len(v.Snapshot().OlderSpecs); n == 0 {
		t.Error("all files are of one partition spec")
	}
}

// take appends Parquet files, which must fit as they are.
func take(t *testing.T, tb *table.Table, files ...string) {
	t.Helper()
	res, err := tb.Publish(context.Background(), table.PublishOptions{Mode: table.Append, Inputs: files})
	if err != nil {
		t.Fatal(err)
	}
	if res.Verbatim != len(files) {
		t.Errorf("%d of %v were taken as they are", res.Verbatim, files)
	}
}

func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
