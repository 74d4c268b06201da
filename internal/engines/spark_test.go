//go:build engines

package engines

import (
	"testing"

	"github.com/tablectl/tablectl/table"
)

// Spark reads every type, in one session, which takes long to start: older versions, tags, and after a rollback.
func TestSpark(t *testing.T) {
	spark := start(t, "spark")
	tb := place{url: t.TempDir() + "/ü %20 a b, it's & [x]"}.open(t)
	def := table.Definition{Columns: columns(t, typesDDL), PartitionBy: []string{"cat", "day"}, SortBy: []string{"id"}}
	publish(t, tb, def, "run-1", typeRows...)
	same(t, "spark", spark.run(statements(t, tb, "spark", "1"))[0], scanned(t, at(t, tb, "1")))
}
