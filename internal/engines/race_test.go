//go:build engines

package engines

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tablectl/tablectl/table"
)

// races is how many versions are published while the engines read.
const races = 15

// Queries that run while versions are published answer with one whole version each, and never with an older one than before.
func TestQueriesDuringFlips(t *testing.T) {
	everywhere(t, func(t *testing.T, p place) {
		for name, e := range p.sessions(t) {
			p := p
			p.url += " " + name
			tb := p.open(t)
			def := table.Definition{Columns: columns(t, "id bigint not null, version bigint"), PartitionBy: []string{"id"}}
			publish(t, tb, def, "run-1", fiveRows(1)...)
			text := statements(t, tb, name, "")
			e.run(text) // whatever takes long only once
			over := make(chan error, 1)
			go func() {
				var err error
				for i := 2; i <= races && err == nil; i++ {
					_, err = tryPublish(tb, def, fmt.Sprintf("run-%d", i), fiveRows(i)...)
				}
				over <- err
			}()
			readUntil(t, e, text, over)
		}
	})
}

// fiveRows are the rows of a version, which lie in five files.
func fiveRows(version int) []string {
	var lines []string
	for id := range 5 {
		lines = append(lines, fmt.Sprintf(`{"id": %d, "version": %d}`, id, version))
	}
	return lines
}

// refusals are what an engine says that asked an S3 server for the size of one manifest and then got the next one: DuckDB compares
// the ETags, PyIceberg (and through it Polars) finds the new, longer one cut off where the old one ended, which is no JSON. The query
// is to be run again.
var refusals = map[string]string{"duckdb": "ETag", "python": "Invalid JSON: EOF", "polars": "Invalid JSON: EOF"}

// readUntil reads until all is published, and once more: that last answer must be the last version.
func readUntil(t *testing.T, e *engine, text string, over <-chan error) {
	t.Helper()
	seen, answers, refused := 1, 0, 0
	for last := false; !last; {
		select {
		case err := <-over:
			if err != nil {
				t.Fatal(err)
			}
			last = true
		default:
		}
		a := e.ask("run", text)
		if strings.Contains(a.Error, refusals[e.name]) && a.Error != "" && !last {
			refused++
			continue
		}
		if a.Error != "" {
			t.Fatal(a.Error)
		}
		now := versionOf(t, a.Results[0])
		if now < seen || last && now != races {
			t.Fatalf("%s: version %d after %d, all published: %v", e.name, now, seen, last)
		}
		seen = now
		answers++
	}
	t.Logf("%s: %d answers, %d refused by the engine", e.name, answers, refused)
}

// versionOf is the one version that all rows are of.
func versionOf(t *testing.T, rows []row) int {
	t.Helper()
	if len(rows) != 5 {
		t.Fatalf("%d rows, want 5: %v", len(rows), rows)
	}
	for _, r := range rows {
		if r["version"] != rows[0]["version"] {
			t.Fatalf("rows of two versions: %v", rows)
		}
	}
	var v int
	if _, err := fmt.Sscan(rows[0]["version"].(string), &v); err != nil {
		t.Fatal(err)
	}
	return v
}
