//go:build engines

package engines

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/tablectl/tablectl/internal/testserver"
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/table"
)

// newSelfWorld makes a self-contained table of two schemas, in which files are carried over. Its partition values are plain.
func newSelfWorld(t *testing.T, p place, s *testserver.Server) *world {
	t.Helper()
	w := &world{place: p, server: s, tb: p.open(t), rows: map[manifest.Version][]row{}}
	def := table.Definition{Columns: columns(t, typesDDL), PartitionBy: []string{"cat", "day"}, Layout: manifest.LayoutSelfContained, Catalogs: selfCatalogs(p.database)}
	rows := plainlyPartitioned(t, typeRows)
	publish(t, w.tb, def, "run-1", rows[:6]...)
	add(t, w.tb, table.Append, nil, rows[6:8]...)
	add(t, w.tb, table.Append, nil, rows[8:]...)
	tag(t, w.tb, expiredTag, "")
	alter(t, w.tb, manifest.AddColumns{Columns: columns(t, "note varchar")})
	add(t, w.tb, table.Append, nil, `{"id": 20, "cat": "plain", "day": "2026-04-16", "note": "ü"}`)
	return w
}

// plainlyPartitioned are rows with values of cat and day that a projection can express.
func plainlyPartitioned(t *testing.T, rows []string) []string {
	t.Helper()
	var out []string
	for i, text := range rows {
		r := map[string]any{}
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		if err := d.Decode(&r); err != nil {
			t.Fatal(err)
		}
		r["cat"], r["day"] = fmt.Sprintf("c%d", i%3), fmt.Sprintf("2026-04-%02d", 10+i%2)
		b, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(b))
	}
	return out
}
