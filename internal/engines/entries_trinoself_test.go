//go:build engines

package engines

import (
	"strings"
	"testing"

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
