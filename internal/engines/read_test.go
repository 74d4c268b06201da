//go:build engines

package engines

import (
	"context"
	"fmt"
	"testing"

	"github.com/tablectl/tablectl/table"
)

// Every engine reads every version as this module does: before the first publish, the current one, older ones by number, tags,
// after a rollback, and a version without rows.
func TestEveryVersion(t *testing.T) {
	everywhere(t, func(t *testing.T, p place) {
		tb, ctx := p.open(t), context.Background()
		def := table.Definition{Columns: columns(t, typesDDL), PartitionBy: []string{"cat", "day"}, SortBy: []string{"id"}}
		if _, err := tb.Init(ctx, def, false); err != nil {
			t.Fatal(err)
		}
		sessions := p.sessions(t)
		for _, name := range engineNames {
			results := sessions[name].run(statements(t, tb, name, ""))
			if len(results) != 1 || len(results[0]) != 0 {
				t.Errorf("%s: a table without a version: %v", name, results)
			}
		}
		publish(t, tb, def, "run-1", typeRows...)
		publish(t, tb, def, "run-2", typeRows[:4]...)
		publish(t, tb, def, "run-3")
		tag(t, tb, "first", "1")
		tag(t, tb, "none", "3")
		if _, err := tb.Rollback(ctx, table.RollbackOptions{To: "2"}); err != nil {
			t.Fatal(err)
		}
		for ref, rows := range map[string]int{"1": len(typeRows), "2": 4, "3": 0, "": 4, "first": len(typeRows), "none": 0} {
			if n := len(scanned(t, at(t, tb, ref))); n != rows {
				t.Errorf("version %q has %d rows, want %d", ref, n, rows)
			}
		}
		for _, name := range engineNames {
			e := sessions[name]
			for _, ref := range []string{"1", "2", "3", "first", "none"} {
				results := e.run(statements(t, tb, name, ref))
				if len(results) != 1 {
					t.Fatalf("%s: %d results for version %s", name, len(results), ref)
				}
				same(t, name+" version "+ref, results[0], scanned(t, at(t, tb, ref)))
			}
			// Without a version: the current one, the one that was current before, and a tag.
			for i, results := 0, e.run(statements(t, tb, name, "")); i < 3; i++ {
				if len(results) != 3 {
					t.Fatalf("%s: %d results of the general statements", name, len(results))
				}
				same(t, fmt.Sprintf("%s general statement %d", name, i), results[i], scanned(t, at(t, tb, []string{"", "3", "first"}[i])))
			}
		}
	})
}

func tag(t *testing.T, tb *table.Table, name, ref string) {
	t.Helper()
	if _, err := tb.Tag(context.Background(), name, ref, false, false); err != nil {
		t.Fatal(err)
	}
}
