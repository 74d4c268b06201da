//go:build engines

package engines

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/tablectl/tablectl/internal/testserver"
	"github.com/tablectl/tablectl/table"
)

// leftOutFiles are the data files of the table of TestFilesLeftOut.
const leftOutFiles = 8

// lookFor are conditions on it, in SQL and in delta-rs's words: the first on the partition, the second on what the files are sorted by. They
// say how many rows there are, and in how many files they can be.
var lookFor = []struct {
	sql, deltars string
	rows, files  int
}{
	{"part = 'c'", "('part', '=', 'c')", 20, 2},
	{"id = 65", "('id', '=', 65)", 1, 1},
}

// asked are the entries by name, with what is said after what opens the table; SQL and DELTARS stand for the condition.
var asked = map[string]string{
	"DuckDB manifest":    ";\nFROM latest WHERE SQL",
	"DuckDB delta":       ";\nFROM latest WHERE SQL",
	"PyIceberg manifest": `print(table.scan(row_filter="SQL").to_arrow())`,
	"Polars manifest":    `print(frame.filter(pl.sql_expr("SQL")).collect())`,
	"Polars delta":       `print(frame.filter(pl.sql_expr("SQL")).collect())`,
	"Daft manifest":      `print(frame.where("SQL").to_arrow())`,
	"Daft delta":         `print(frame.where("SQL").to_arrow())`,
	"delta-rs delta":     `print(table.to_pyarrow_table(filters=[DELTARS]))`,
	"ClickHouse hint":    "WHERE SQL",
	"ClickHouse delta":   "WHERE SQL",
	"Spark manifest":     `spark.table('latest').where("SQL").show()`,
	"Spark hint":         `spark.table('latest').where("SQL").show()`,
	"Spark delta":        `spark.table('latest').where("SQL").show()`,
}

// fetchesAll are the entries that leave no file out.
var fetchesAll = map[string]bool{"Daft delta": true}

// Of the data files, nearly every engine fetches those alone that can hold rows, by partition and by bounds.
func TestFilesLeftOut(t *testing.T) {
	w, m := meteredWorld(t)
	inSpark := w.sparkSession(t)
	for _, e := range entries() {
		if e.engine == "Spark" {
			e.begin = func(t *testing.T, _ *world) session {
				own := *inSpark
				own.t = t
				return &own
			}
		}
		if name := e.engine + " " + e.entrance; asked[name] != "" {
			t.Run(name, func(t *testing.T) { w.leftOut(t, m, e, asked[name], fetchesAll[name]) })
		}
	}
}

func (w *world) leftOut(t *testing.T, m *meter, e entry, ask string, fetchesAll bool) {
	for _, c := range lookFor {
		s, want := e.begin(t, w), c.files // what a session has read it may keep
		if fetchesAll {
			want = leftOutFiles
		}
		text := strings.NewReplacer("SQL", c.sql, "DELTARS", c.deltars).Replace(ask)
		if e.open == nil {
			text = e.current(w) + " " + text
		} else {
			text = e.open(w) + "\n" + text
		}
		m.take()
		results, err := s.try(text)
		if err != nil {
			t.Fatal(err)
		}
		got := m.take()[".parquet"]
		if rows := results[len(results)-1]; len(rows) != c.rows || got == nil || len(got.objects) != want {
			t.Errorf("%s: %d rows, fetched %+v; want %d rows of %d files", c.sql, len(rows), got, c.rows, want)
		}
	}
}

// sparkSession is a session of Spark that reaches the server as the world does; that for all tests does not.
func (w *world) sparkSession(t *testing.T) *engine {
	t.Helper()
	options, err := json.Marshal(sparkOptions(w.statements("spark", "")))
	if err != nil {
		t.Fatal(err)
	}
	return start(t, "spark", append(w.engineEnv(), "SPARK_OPTIONS="+string(options))...)
}

// meteredWorld is a table of two versions' files in four partitions, which every engine reaches through the meter.
func meteredWorld(t *testing.T) (*world, *meter) {
	t.Helper()
	s := *testserver.MinIO(t)
	m := newMeter(t, s.Endpoint)
	s.Endpoint = m.URL
	p := place{url: s.NewURL(), env: s.Env()}
	p.opts.Stores.S3 = s.Options()
	w := &world{place: p, server: &s, tb: p.open(t)}
	w.expired = w
	def := table.Definition{Columns: columns(t, "id bigint not null, part varchar, raw binary"), PartitionBy: []string{"part"}, SortBy: []string{"id"}, Catalogs: p.catalogs()}
	publish(t, w.tb, def, "run-1", partRows(0)...)
	add(t, w.tb, table.Append, nil, partRows(40)...)
	if n := at(t, w.tb, "").Snapshot().FileCounts.Total; n != leftOutFiles {
		t.Fatalf("%d files", n)
	}
	return w, m
}

// partRows are forty rows, ten of each part.
func partRows(from int) []string {
	var out []string
	for id := from; id < from+40; id++ {
		out = append(out, fmt.Sprintf(`{"id": %d, "part": %q}`, id, string("abcd"[id/10%4])))
	}
	return out
}
