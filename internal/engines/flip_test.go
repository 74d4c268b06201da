//go:build engines

package engines

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/tablectl/tablectl/table"
)

// flips is how often the current version changes under sessions that stay open.
const flips = 12

// A session that stays open sees each flip, forward and back, at its next query.
func TestNextQuerySeesFlip(t *testing.T) {
	everywhere(t, func(t *testing.T, p place) {
		tb := p.open(t)
		def := table.Definition{Columns: columns(t, "id bigint not null, version bigint"), PartitionBy: []string{"id"}}
		rowsOf := func(version int) []string {
			return []string{fmt.Sprintf(`{"id": 1, "version": %d}`, version), fmt.Sprintf(`{"id": 2, "version": %d}`, version)}
		}
		publish(t, tb, def, "run-1", rowsOf(1)...)
		sessions := p.sessions(t)
		texts := make(map[string]string)
		for _, name := range engineNames {
			texts[name] = statements(t, tb, name, "")
		}
		sessions["duckdb view"] = start(t, "duckdb", p.env...)
		sessions["duckdb view"].run(asView(texts["duckdb"]))
		texts["duckdb view"] = "FROM latest"
		published := 1
		for i := range flips {
			current := published
			if i%3 == 2 {
				current = published - 1
				if _, err := tb.Rollback(context.Background(), table.RollbackOptions{To: fmt.Sprint(current)}); err != nil {
					t.Fatal(err)
				}
			} else {
				published = int(publish(t, tb, def, fmt.Sprintf("run-%d", i+2), rowsOf(published+1)...))
				current = published
			}
			want := scanned(t, at(t, tb, fmt.Sprint(current)))
			for name, e := range sessions {
				same(t, fmt.Sprintf("%s after flip %d", name, i), e.run(texts[name])[0], want)
			}
		}
	})
}

// asView makes a view of the statement that reads the current version.
func asView(statements string) string {
	return strings.Replace(statements, "SELECT", "CREATE VIEW latest AS SELECT", 1)
}
