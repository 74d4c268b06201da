//go:build engines

package engines

import (
	"os"
	"strings"
	"testing"

	"github.com/tablectl/tablectl/table"
)

// Spark reads what the other engines read, in one session, which takes long to start.
func TestSpark(t *testing.T) {
	spark := start(t, "spark")
	only := map[string]*engine{"spark": spark}
	t.Run("types", func(t *testing.T) {
		tb := local(t).open(t)
		def := table.Definition{Columns: columns(t, typesDDL), PartitionBy: []string{"cat", "day"}, SortBy: []string{"id"}}
		publish(t, tb, def, "run-1", typeRows...)
		publish(t, tb, def, "run-2")
		for _, ref := range []string{"1", "2"} {
			same(t, "spark version "+ref, spark.run(statements(t, tb, "spark", ref))[0], scanned(t, at(t, tb, ref)))
		}
	})
	t.Run("generations", func(t *testing.T) {
		tb := local(t).open(t)
		grow(t, tb, writers{duckdb: start(t, "duckdb"), python: start(t, "python")})
		sameEverywhere(t, tb, only)
	})
	t.Run("packages", func(t *testing.T) {
		tb := local(t).open(t)
		publish(t, tb, table.Definition{Columns: columns(t, "id int")}, "run-1", `{"id": 1}`)
		text := statements(t, tb, "spark", "")
		jars, err := os.ReadFile("jars.txt")
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(jars)) {
			if jar := strings.TrimSpace(line); !strings.HasPrefix(jar, "#") && !strings.Contains(text, `"`+jar+`"`) {
				t.Errorf("tried with %s, but the statements say\n%s", jar, text)
			}
		}
	})
}
