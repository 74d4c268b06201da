//go:build engines

package engines

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/table"
)

const flipRows = 3 // of a version, each in a file of its own

// flipping is a table whose every row says its version, and what is known of its flips.
type flipping struct {
	tb        *table.Table
	def       table.Definition
	mu        sync.Mutex
	shown     []string // by flip: the version that is current from then on
	done      atomic.Int64
	published int
}

// newFlipping publishes the first version.
func newFlipping(t *testing.T, p place, catalogs ...manifest.Catalog) *flipping {
	t.Helper()
	f := &flipping{tb: p.open(t)}
	f.def = table.Definition{Columns: columns(t, "id bigint not null, version bigint"), PartitionBy: []string{"id"}, Catalogs: catalogs}
	f.flip(t)
	return f
}

// flip publishes twice and rolls back once, in turn. What the flip shows is written down before it begins, and that it is done when every
// catalog has followed.
func (f *flipping) flip(t *testing.T) {
	t.Helper()
	n := f.done.Load()
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
		f.published = int(publish(t, f.tb, f.def, fmt.Sprintf("run-%d", n), rows...))
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

// severally reads a table so often in one query.
func severally(table string, scans int) string {
	var branches []string
	for n := range scans {
		branches = append(branches, fmt.Sprintf("SELECT %d AS scan, id, version FROM %s", n, table))
	}
	return strings.Join(branches, " UNION ALL ")
}

// whole says whether each scan of an answer is one whole version of those that it may show, and of how many versions the answer is.
func whole(rows []row, scans int, may []string) (ok bool, versions int) {
	said := map[any][]any{} // by scan: the versions
	all := map[any]bool{}
	for _, r := range rows {
		said[r["scan"]] = append(said[r["scan"]], r["version"])
		all[r["version"]] = true
	}
	ok = len(said) == scans
	for _, one := range said {
		first, _ := one[0].(string)
		ok = ok && len(one) == flipRows && slices.Contains(may, first) && !slices.ContainsFunc(one, func(v any) bool { return v != first })
	}
	return ok, len(all)
}
