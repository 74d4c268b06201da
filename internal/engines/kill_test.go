//go:build engines

package engines

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tablectl/tablectl/internal/killtest"
)

// TestSumAfterKills: whatever was killed and run again, the sum of the money is right to the cent, in DuckDB.
func TestSumAfterKills(t *testing.T) {
	const kills = 20
	table := filepath.Join(t.TempDir(), "table")
	want := killtest.Loop(t, table, nil, kills)
	sql := fmt.Sprintf(`LOAD iceberg; SELECT CAST(CAST(sum(amount) * 100 AS BIGINT) AS VARCHAR) AS cents, CAST(count(*) AS VARCHAR) AS n,
		CAST(count(DISTINCT id) AS VARCHAR) AS ids FROM iceberg_scan('%s')`, strings.ReplaceAll(table, "'", "''")+"/_manifest.metadata.json")
	got := start(t, "duckdb").run(sql)[0][0]
	n := fmt.Sprint(want.Rows)
	if got["cents"] != fmt.Sprint(want.Cents) || got["n"] != n || got["ids"] != n {
		t.Errorf("DuckDB has %v, want %d cents in %s rows", got, want.Cents, n)
	}
}
