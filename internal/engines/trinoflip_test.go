//go:build engines

package engines

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/tablectl/tablectl/table"
)

const (
	trinoFlips   = 100 // publishes and rollbacks
	trinoClients = 4   // that query all the time
	flipRows     = 3   // of a version, each in a file of its own
)

// flipping is a table whose every row says its version, and what is known of its flips.
type flipping struct {
	tb        *table.Table
	mu        sync.Mutex
	shown     []string // by flip: the version that is current from then on
	done      atomic.Int64
	published int
}

// flip publishes twice and rolls back once, in turn. What the flip shows is written down before it begins, and that it is done when every
// catalog has followed.
func (f *flipping) flip(t *testing.T, n int, def table.Definition) {
	t.Helper()
	back := n%3 == 2
	version := f.published + 1
	if back {
		version = f.published - 1
	}
	f.mu.Lock()
	f.shown = append(f.shown, fmt.Sprint(version))
	f.mu.Unlock()
	if back {
		rollback(t, f.tb, fmt.Sprint(version))
	} else {
		var rows []string
		for id := range flipRows {
			rows = append(rows, fmt.Sprintf(`{"id": %d, "version": %d}`, id, version))
		}
		f.published = int(publish(t, f.tb, def, fmt.Sprintf("run-%d", n), rows...))
	}
	f.done.Add(1)
}

// since are the versions that an answer may show whose query began when n flips were done: that of the last one, and of those that began
// until now.
func (f *flipping) since(n int64) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.shown[n-1:]
}

// scans are queries that read a table once or several times.
var scans = []int{1, 4}

// severally reads a table so often in one query.
func severally(table string, scans int) string {
	var branches []string
	for n := range scans {
		branches = append(branches, fmt.Sprintf("SELECT %d AS scan, id, version FROM %s", n, table))
	}
	return strings.Join(branches, " UNION ALL ")
}

// While a table flips a hundred times, every answer through Iceberg and Delta is one whole version, and none older than the last flip before
// the query began. Through a symlink that holds for each scan of the table: a query that scans it several times may mix versions.
func TestTrinoFlips(t *testing.T) {
	p, q, database := onTrino(t)
	f := &flipping{tb: p.open(t)}
	def := table.Definition{Columns: columns(t, "id bigint not null, version bigint"), PartitionBy: []string{"id"}, Catalogs: append(glueCatalogs(database), deltaCatalog)}
	f.flip(t, 0, def)
	registerDelta(q, database, f.tb.URL())
	entrances := trinoEntrances(database)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var clients sync.WaitGroup
	answers := make([]answered, len(entrances)*len(scans))
	for client := range trinoClients {
		clients.Go(func() {
			for n := client; ctx.Err() == nil; n++ {
				i := n % len(answers)
				f.query(t, q, entrances[i/len(scans)], scans[i%len(scans)], &answers[i])
			}
		})
	}
	for n := range trinoFlips {
		f.flip(t, n+1, def)
	}
	stop()
	clients.Wait()
	for i := range answers {
		e := entrances[i/len(scans)]
		t.Logf("%s, %d scans: %d answers, %d mixed", e.name, scans[i%len(scans)], answers[i].all.Load(), answers[i].mixed.Load())
		if answers[i].all.Load() == 0 {
			t.Errorf("%s: no answer", e.name)
		}
		e.same(t, q, f.tb, "in the end")
	}
}

// answered counts answers, and those of more than one version.
type answered struct{ all, mixed atomic.Int64 }

// query asks once, and checks the answer.
func (f *flipping) query(t *testing.T, q *trino, e trinoEntrance, scans int, count *answered) {
	before := f.done.Load()
	a, err := q.ask(severally(e.table, scans))
	if err != nil {
		t.Error(err)
		return
	}
	may := f.since(before)
	rows := map[string][]any{} // by scan: the versions
	all := map[any]bool{}
	for _, r := range a.rows {
		scan := fmt.Sprint(r["scan"])
		rows[scan] = append(rows[scan], r["version"])
		all[r["version"]] = true
	}
	ok := len(rows) == scans
	for _, said := range rows {
		ok = ok && len(said) == flipRows && !slices.ContainsFunc(said, func(v any) bool { return v != said[0] }) && slices.Contains(may, said[0].(string))
	}
	if !ok || e.name != "symlink" && len(all) != 1 {
		t.Errorf("%s, %d scans, after flip %d: %v; want %d rows of one of %v in each", e.name, scans, before, rows, flipRows, may)
	}
	count.all.Add(1)
	if len(all) > 1 {
		count.mixed.Add(1)
	}
}
