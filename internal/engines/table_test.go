//go:build engines

package engines

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/internal/objstore/urlstore"
	"github.com/tablectl/tablectl/internal/testserver"
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/table"
)

// place is where a table of a test lies.
type place struct {
	url      string
	opts     table.Options
	env      []string // for the engines
	database string   // in Glue; "": there is no Glue
}

// local is a directory whose name no engine likes.
func local(t *testing.T) place { return place{url: t.TempDir() + "/ü %20 a b, it's & [x]"} }

// everywhere runs test in a directory whose name no engine likes, and on MinIO.
func everywhere(t *testing.T, test func(t *testing.T, p place)) {
	t.Run("directory", func(t *testing.T) {
		test(t, local(t))
	})
	t.Run("minio", func(t *testing.T) {
		s := testserver.MinIO(t)
		test(t, place{url: s.NewURL() + "/a b/ü %20 it's & [x]", opts: table.Options{Stores: urlstore.Options{S3: s.Options()}}, env: s.Env()})
	})
}

// sessions are one session of every engine.
func (p place) sessions(t *testing.T) map[string]*engine {
	t.Helper()
	out := make(map[string]*engine)
	for _, name := range engineNames {
		out[name] = start(t, name, p.env...)
	}
	return out
}

// open is the table of a place, which need not exist.
func (p place) open(t *testing.T) *table.Table {
	t.Helper()
	out, err := table.Open(context.Background(), p.url, p.opts)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// typesDDL has every type that a table can have.
const typesDDL = `id bigint not null, cat varchar, day date, amount decimal(9, 2), ok boolean, i int, f float, d double,
	dec18 decimal(18, 4), dec38 decimal(38, 10), ts timestamp, instant timestamptz, raw binary, "größe" double,
	st struct<x: int, y: varchar, deep: struct<z: list<varchar>>>, li list<bigint>, ma map<varchar, double>, lm list<map<int, decimal(9, 2)>>`

// typeRows has a line for each row: what is hard about each type, and partition values (cat, day) that are hard to put into a key.
var typeRows = []string{
	`{"id": 1, "cat": "plain", "day": "2026-04-15", "amount": "12.50", "ok": true, "i": 1, "f": 1.5, "d": 2.5, "dec18": "1.0001", "dec38": "1.0000000001",
	  "ts": "2026-04-15 10:00:00.123456", "instant": "2026-04-15 10:00:00.123456Z", "raw": "AAH/", "größe": 1.8, "st": {"x": 1, "y": "a", "deep": {"z": ["p", null, ""]}},
	  "li": [1, null, 3], "ma": [{"key": "a", "value": 1.5}, {"key": "b", "value": null}], "lm": [[{"key": 1, "value": "1.00"}], null, []]}`,
	`{"id": 2, "cat": "plain", "day": "2026-04-15"}`,
	`{"id": 3}`,
	`{"id": 4, "cat": "", "day": "1969-12-31", "amount": "-9999999.99", "ok": false, "i": -2147483648, "f": -0.0, "d": -0.0, "dec18": "-99999999999999.9999",
	  "dec38": "-9999999999999999999999999999.9999999999", "ts": "1969-12-31 23:59:59.999999", "instant": "1969-12-31 23:59:59.999999Z", "raw": "", "st": {"x": null, "y": null, "deep": null}, "li": [], "ma": []}`,
	`{"id": 5, "cat": "a b/c=d", "day": "1899-12-31", "amount": "9999999.99", "i": 2147483647, "f": 3.4028235e38, "d": 1.7976931348623157e308, "dec18": "99999999999999.9999",
	  "dec38": "9999999999999999999999999999.9999999999", "ts": "1899-12-31 23:59:59.000001", "instant": "1899-12-31 00:00:00.000001Z", "lm": []}`,
	`{"id": 6, "cat": "ü%20?#\"'\\", "day": "1600-02-29", "amount": "0.00", "ts": "1582-10-15 00:00:00", "instant": "1582-10-15 00:00:00Z", "f": 1e-45, "d": 5e-324}`,
	`{"id": 7, "cat": "日本語 😀", "day": "0001-01-01", "amount": "-0.01", "ts": "0001-01-01 00:00:00", "instant": "0001-01-01 00:00:00Z"}`,
	`{"id": 8, "cat": "__HIVE_DEFAULT_PARTITION__", "day": "9999-12-31", "ts": "9999-12-31 23:59:59.999999", "instant": "9999-12-31 23:59:59.999999Z"}`,
	`{"id": 9223372036854775807, "cat": "` + strings.Repeat("long ", 40) + `", "day": "2026-04-15"}`,
	`{"id": -9223372036854775808, "cat": " ", "day": "2026-04-15", "amount": "1.00"}`,
}

func columns(t *testing.T, ddl string) []manifest.Field {
	t.Helper()
	fields, _, err := manifest.ParseColumns(ddl)
	if err != nil {
		t.Fatal(err)
	}
	return fields
}

// publish publishes rows, in Arrow's JSON form, as a version.
func publish(t *testing.T, tb *table.Table, def table.Definition, run string, lines ...string) manifest.Version {
	t.Helper()
	v, err := tryPublish(tb, def, run, lines...)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func tryPublish(tb *table.Table, def table.Definition, run string, lines ...string) (manifest.Version, error) {
	fields, _ := manifest.AssignIDs(def.Columns, 0)
	schema := columnar.ArrowSchema(manifest.Schema{Fields: fields})
	text := "[" + strings.Join(lines, ",") + "]"
	rec, _, err := array.RecordFromJSON(memory.DefaultAllocator, schema, strings.NewReader(text), array.WithUseNumber())
	if err != nil {
		return 0, err
	}
	defer rec.Release()
	reader, err := array.NewRecordReader(schema, []arrow.Record{rec})
	if err != nil {
		return 0, err
	}
	defer reader.Release()
	res, err := tb.Publish(context.Background(), table.PublishOptions{Reader: reader, Fingerprint: run, Definition: def, RunID: run})
	if err != nil {
		return 0, err
	}
	return res.Version, nil
}

// at is a version, by whatever names it.
func at(t *testing.T, tb *table.Table, ref string) *table.View {
	t.Helper()
	v, err := tb.At(context.Background(), ref)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// statements are those of `tablectl sql`.
func statements(t *testing.T, tb *table.Table, engine, ref string) string {
	t.Helper()
	text, err := tb.SQL(context.Background(), engine, ref)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// equal says whether same would find no difference.
func equal(got, want []row) bool {
	byID := func(rows []row) []row {
		return slices.SortedFunc(slices.Values(rows), func(a, b row) int { return strings.Compare(fmt.Sprint(a["id"]), fmt.Sprint(b["id"])) })
	}
	return slices.EqualFunc(byID(got), byID(want), func(a, b row) bool { return reflect.DeepEqual(a, b) })
}

// same compares rows without regard to their order. Every table here has a column id without doubles.
func same(t *testing.T, what string, got, want []row) {
	t.Helper()
	byID := func(rows []row) []row {
		return slices.SortedFunc(slices.Values(rows), func(a, b row) int { return strings.Compare(fmt.Sprint(a["id"]), fmt.Sprint(b["id"])) })
	}
	got, want = byID(got), byID(want)
	if len(got) != len(want) {
		t.Errorf("%s: %d rows, want %d", what, len(got), len(want))
		return
	}
	for i := range want {
		if len(got[i]) != len(want[i]) {
			t.Errorf("%s: row %v has %d columns, want %d", what, want[i]["id"], len(got[i]), len(want[i]))
		}
		for name, v := range want[i] {
			if !reflect.DeepEqual(got[i][name], v) {
				t.Errorf("%s: row %v, column %s: %v, want %v", what, want[i]["id"], name, got[i][name], v)
			}
		}
	}
}
