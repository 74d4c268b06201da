//go:build engines

package engines

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/table"
)

// What the matrix leaves out: the statements of `tablectl sql` for Trino and Athena, for whatever they name; a version without rows in each
// entrance; what was current when each version was made; and that a version that has expired is refused.
func TestTrino(t *testing.T) {
	p, q, database := onTrino(t)
	tb := p.open(t)
	entrances := trinoEntrances(database)
	def := table.Definition{
		Columns: columns(t, typesDDL), PartitionBy: []string{"cat", "day"}, SortBy: []string{"id"},
		Catalogs: append(glueCatalogs(database), deltaCatalog),
	}
	publish(t, tb, def, "run-1", typeRows...)
	registerDelta(q, database, tb.URL())
	publish(t, tb, def, "run-2", typeRows[:4]...)
	publish(t, tb, def, "run-3")
	catalogsAre(t, tb)
	for _, e := range entrances {
		e.same(t, q, tb, "without rows")
	}
	tag(t, tb, "first", "1")
	tag(t, tb, "none", "3")
	rollback(t, tb, "2")
	for _, words := range []string{"trino", "athena"} {
		for _, ref := range []string{"1", "2", "3", "first", "none"} {
			q.sameStatements(t, tb, words, ref, ref)
		}
		q.sameStatements(t, tb, words, "", "", "3", "first", "")
	}
	q.sameTimes(t, tb, entrances[0].table)
	q.afterExpiry(t, tb, entrances[0].table)
}

// sameStatements compares the results of the statements of `tablectl sql`, which read these versions. The last of the general ones read the
// current version through the symlink.
func (q *trino) sameStatements(t *testing.T, tb *table.Table, words, ref string, refs ...string) {
	t.Helper()
	text, delta, _ := strings.Cut(statements(t, tb, words, ref), "-- through the Delta log")
	if words == "trino" && delta != "" { // Athena has a DDL of its own for it
		v := at(t, tb, ref)
		same(t, "trino, through the Delta log", q.run("--" + delta)[1], throughDelta(scanned(t, v), v.Schema().Fields))
	}
	results := q.asAthena(text)
	if len(results) != len(refs) {
		t.Fatalf("%s, %q: %d results, want %d", words, ref, len(results), len(refs))
	}
	for i, r := range refs {
		v := at(t, tb, r)
		want := scanned(t, v)
		if ref == "" && i == len(refs)-1 {
			want = throughHive(want, v.Schema().Fields)
		}
		same(t, fmt.Sprintf("%s, %q, version %q", words, ref, r), results[i], want)
	}
}

// asAthena is run for names without a catalog: Athena has one for tables of all kinds.
func (q *trino) asAthena(text string) [][]row {
	q.t.Helper()
	var out [][]row
	for statement := range strings.SplitSeq(strings.TrimSpace(text), ";\n") {
		in := *q
		in.catalog = "iceberg"
		if strings.Contains(statement, `"t_symlink"`) {
			in.catalog = "hive"
		}
		out = append(out, in.run(statement)...)
	}
	return out
}

// sameTimes asks for what was current when each version was made, and now.
func (q *trino) sameTimes(t *testing.T, tb *table.Table, name string) {
	t.Helper()
	asOf := func(ms int64) []row {
		then := time.UnixMilli(ms).UTC().Format("2006-01-02 15:04:05.000")
		return q.rows("SELECT * FROM " + name + " FOR TIMESTAMP AS OF TIMESTAMP '" + then + " UTC'")
	}
	for v := range manifest.Version(3) {
		at := at(t, tb, fmt.Sprint(v+1))
		same(t, fmt.Sprintf("at the time of version %d", v+1), asOf(at.Entry().TimestampMs), scanned(t, at))
	}
	s, err := tb.Status(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	same(t, "at the time of the rollback", asOf(int64(s.UpdatedAt)), scanned(t, at(t, tb, "")))
}

// afterExpiry publishes until the oldest version that has no tag expires.
func (q *trino) afterExpiry(t *testing.T, tb *table.Table, name string) {
	t.Helper()
	keep := manifest.MinKeepVersions
	if err := tb.Set(context.Background(), manifest.SettingsChange{KeepVersions: &keep}, false); err != nil {
		t.Fatal(err)
	}
	for n := range keep {
		add(t, tb, table.Append, nil, fmt.Sprintf(`{"id": %d, "cat": "added"}`, 100+n))
	}
	if _, err := tb.At(context.Background(), "2"); !errors.Is(err, table.ErrVersionExpired) {
		t.Errorf("version 2: %v", err)
	}
	if _, err := q.ask("SELECT * FROM " + name + " FOR VERSION AS OF BIGINT '2'"); err == nil || !strings.Contains(err.Error(), "snapshot ID does not exists") {
		t.Errorf("version 2: %v", err)
	}
}
