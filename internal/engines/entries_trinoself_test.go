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

// selfCatalogs show the directory of a self-contained version, and a view over the Iceberg table.
func selfCatalogs(database string) []manifest.Catalog {
	glue := func(name, as, table string) manifest.Catalog {
		return manifest.Catalog{Name: name, Kind: manifest.CatalogGlue, As: as, Database: database, Table: table}
	}
	view := glue("view", manifest.AsView, "t_view")
	view.Over, view.Engine = "glue", "iceberg"
	return []manifest.Catalog{
		glue("glue", manifest.AsIceberg, "t"), glue("location", manifest.AsLocation, "t_location"), glue("projection", manifest.AsProjection, "t_projection"), view,
	}
}

// trinoSelfEntries are the ways to a self-contained table that selfCatalogs make.
func trinoSelfEntries() []entry {
	of := func(as string) entry {
		return entry{
			engine: "Trino", entrance: "glue as " + as, begin: trinoSession, slow: true, engineVersion: trinoVersion,
			current: func(w *world) string { return w.statementOver(`"t_` + as + `"`) },
		}
	}
	location, projection, view := of("location"), of("projection"), of("view")
	location.shows, location.differs = throughHive, hiveDiffers
	location.limits = []string{"needs `layout: self-contained`, and with partitions `hive.recursive-directories=true`, without which Trino shows no rows"}
	projection.shows, projection.differs = throughHive, hiveDiffers
	projection.limits = []string{"needs `layout: self-contained` and partition values that a path can have as they are, none of them null"}
	return []entry{location, projection, view}
}

// statementOver is the statement of `tablectl sql --for trino` that names a table.
func (w *world) statementOver(name string) string {
	for statement := range strings.SplitSeq(w.statements("trino", ""), ";\n") {
		if strings.Contains(statement, name) {
			return statement
		}
	}
	panic("no statement for " + name)
}

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

// proveSelf proves the entries of a self-contained table, and that each shows a version without rows.
func (d *enginesDoc) proveSelf(t *testing.T, w *world) {
	for _, e := range trinoSelfEntries() {
		t.Run(e.engine+" "+e.entrance, func(t *testing.T) { d.found(e, w.prove(t, e)) })
	}
	add(t, w.tb, table.Replace, nil)
	catalogsAre(t, w.tb)
	for _, e := range trinoSelfEntries() {
		(&client{t: t, e: e, session: e.begin(t, w)}).same(w, "without rows", "", e.current(w))
	}
}
