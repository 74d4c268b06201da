//go:build engines

package engines

import (
	"slices"
	"testing"

	"github.com/tablectl/tablectl/internal/testserver"
)

const (
	flipsUnderLoad   = 100 // publishes and rollbacks at least
	answersUnderLoad = 5   // of every reader at least, while it flips
	flipScans        = 4   // of the table in a query that reads it more than once
)

// refusals are what an engine says that asked an S3 server for the size of one manifest and then got the next one: DuckDB and Spark compare
// the ETags, PyIceberg (and through it Polars) finds the new, longer one cut off where the old one ended, which is no JSON. The query
// is to be run again.
var refusals = map[string]string{
	"DuckDB manifest":    "ETag",
	"Spark manifest":     "RemoteFileChangedException",
	"PyIceberg manifest": "Invalid JSON: EOF",
	"Polars manifest":    "Invalid JSON: EOF",
}

// reader asks through an entry, in a session of the entry's or the one that is given, and opens the table for each query.
func (w *world) reader(t *testing.T, engine, entrance string, s session) *flipReader {
	t.Helper()
	i := slices.IndexFunc(entries(), func(e entry) bool { return e.engine == engine && e.entrance == entrance })
	e := entries()[i]
	if s == nil {
		s = e.begin(t, w)
	}
	return sessionReader(engine+" "+entrance, s, 1, e.open(w)+"\n"+e.current(w))
}

func sessionReader(name string, s session, scans int, text string) *flipReader {
	return &flipReader{name: name, scans: scans, refusal: refusals[name], ask: func() ([]row, error) {
		results, err := s.try(text)
		if err != nil {
			return nil, err
		}
		return results[len(results)-1], nil
	}}
}

// duckdbReaders keep a view open, and scan it once or several times in a query. By design each scan opens the table; the rows of one that is
// materialized are those of one version.
func (w *world) duckdbReaders(t *testing.T, entrance string) flipClient {
	t.Helper()
	s := duckdbSession(t, w)
	for _, e := range duckdbEntries() {
		if e.entrance == entrance {
			if _, err := s.try(e.open(w)); err != nil {
				t.Fatal(err)
			}
		}
	}
	once := sessionReader("DuckDB "+entrance, s, 1, "FROM latest")
	several := sessionReader("DuckDB "+entrance, s, flipScans, severally("latest", flipScans))
	several.mixes = true
	held := sessionReader("DuckDB "+entrance, s, flipScans, "WITH held AS MATERIALIZED (FROM latest) "+severally("held", flipScans))
	held.name += ", materialized"
	return flipClient{once, several, held}
}

// trinoReaders scan the table through each catalog once or several times in a query. By design each scan of a symlink table reads its
// manifest.
func trinoReaders(q *trino, database string) flipClient {
	var out flipClient
	for _, e := range trinoEntrances(database) {
		for _, scans := range []int{1, flipScans} {
			text := severally(e.table, scans)
			out = append(out, &flipReader{name: "Trino " + e.name, scans: scans, mixes: e.name == "symlink", ask: func() ([]row, error) {
				a, err := q.ask(text)
				return a.rows, err
			}})
		}
	}
	return out
}

// While a table flips a hundred times, every answer is one whole version, and none older than the last flip before the query began.
// Through a symlink, and in DuckDB, that holds for each scan of the table.
func TestFlipsUnderLoad(t *testing.T) {
	t.Run("directory", func(t *testing.T) {
		w := &world{place: local(t)}
		f := newFlipping(t, w.place)
		w.tb, w.expired = f.tb, w
		f.underLoad(t, flipsUnderLoad, answersUnderLoad, []flipClient{
			w.duckdbReaders(t, "manifest"),
			{w.reader(t, "PyIceberg", "manifest", nil), w.reader(t, "Polars", "manifest", nil)},
		})
	})
	t.Run("minio", func(t *testing.T) {
		p, q, database := onTrino(t)
		w := &world{place: p, server: testserver.MinIO(t)}
		f := newFlipping(t, p, append(glueCatalogs(database), deltaCatalog)...)
		w.tb, w.expired = f.tb, w
		registerDelta(q, database, f.tb.URL())
		inSpark, inTrino := spark(t), trinoReaders(q, database)
		f.underLoad(t, flipsUnderLoad, answersUnderLoad, []flipClient{
			w.duckdbReaders(t, "manifest"),
			w.duckdbReaders(t, "delta"),
			{w.reader(t, "PyIceberg", "manifest", nil), w.reader(t, "Polars", "manifest", nil), w.reader(t, "Polars", "delta", nil), w.reader(t, "delta-rs", "delta", nil)},
			{w.reader(t, "Spark", "manifest", inSpark), w.reader(t, "Spark", "delta", inSpark)},
			inTrino, inTrino,
		})
	})
}
