//go:build engines

package engines

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/tablectl/tablectl/internal/testserver"
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/table"
)

// hintDDL has types that ClickHouse gives back as they are; hintRows what is hard about each of them.
const hintDDL = `id bigint not null, cat varchar, day date, amount decimal(9, 2), dec38 decimal(38, 10), ts timestamp, instant timestamptz, "größe" double`

var hintRows = []string{
	`{"id": 1, "cat": "plain", "day": "2026-04-15", "amount": "12.50", "dec38": "1.0000000001", "ts": "2026-04-15 10:00:00.123456", "instant": "2026-04-15 10:00:00.123456Z", "größe": 1.8}`,
	`{"id": 2, "cat": "plain"}`,
	`{"id": 3}`,
	`{"id": 4, "cat": "", "day": "1969-12-31", "amount": "-9999999.99", "dec38": "-9999999999999999999999999999.9999999999", "ts": "1969-12-31 23:59:59.999999",
	  "instant": "1969-12-31 23:59:59.999999Z", "größe": -0.0}`,
	`{"id": 5, "cat": "日本語 😀", "day": "1900-01-01", "amount": "9999999.99", "ts": "1900-01-01 00:00:00", "instant": "1900-01-01 00:00:00Z"}`,
	`{"id": 6, "cat": "ü%20?#\"'\\", "day": "2299-12-31", "ts": "2299-12-31 23:59:59.999999", "instant": "2299-12-31 23:59:59.999999Z"}`,
}

// ClickHouse opens the table by its directory, and shows what is current: after each publish, and after a rollback. By default it takes the
// copy with the highest number, and the one that the hint names if it is told to.
func TestClickHouse(t *testing.T) {
	hint := []manifest.Catalog{{Name: "hint", Kind: manifest.CatalogHint}}
	follow := func(t *testing.T, p place, function, arguments string) {
		tb, ctx := p.open(t), context.Background()
		def := table.Definition{Columns: columns(t, hintDDL), PartitionBy: []string{"cat"}, Catalogs: hint}
		e := start(t, "clickhouse", append(p.env, "TZ=America/New_York")...)
		current := func(what string, rows int) {
			t.Helper()
			want := scanned(t, at(t, tb, ""))
			if len(want) != rows {
				t.Fatalf("%s: %d rows, want %d", what, len(want), rows)
			}
			for _, settings := range []string{"", ", SETTINGS iceberg_use_version_hint = 1"} {
				same(t, what+settings, e.run("SELECT * FROM " + function + "(" + arguments + settings + ")")[0], want)
			}
		}
		publish(t, tb, def, "run-1", hintRows...)
		current("first", len(hintRows))
		publish(t, tb, def, "run-2", hintRows[:2]...)
		current("second", 2)
		publish(t, tb, def, "run-3")
		current("without rows", 0)
		if _, err := tb.Rollback(ctx, table.RollbackOptions{To: "1"}); err != nil {
			t.Fatal(err)
		}
		current("rolled back", len(hintRows))
		if states, err := tb.Catalogs(ctx); err != nil || len(states) != 1 || !states[0].Current() || states[0].Version != 1 {
			t.Errorf("%+v, %v", states, err)
		}
	}
	t.Run("directory", func(t *testing.T) {
		p := place{url: t.TempDir() + "/table"}
		follow(t, p, "icebergLocal", fmt.Sprintf("'%s/_iceberg/'", p.url))
	})
	t.Run("minio", func(t *testing.T) {
		p, s := onMinIO(t)
		follow(t, p, "icebergS3", fmt.Sprintf("'%s/%s/_iceberg/', '%s', '%s'", s.Endpoint, strings.TrimPrefix(p.url, "s3://"), s.AccessKey, s.SecretKey))
	})
}

func onMinIO(t *testing.T) (place, *testserver.Server) {
	s := testserver.MinIO(t)
	p := place{url: s.NewURL(), env: s.Env()}
	p.opts.Stores.S3 = s.Options()
	return p, s
}
