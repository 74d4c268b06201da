//go:build engines

package engines

import (
	"context"
	"testing"

	"github.com/tablectl/tablectl/table"
)

func TestTrinoTypes(t *testing.T) {
	p, q, db := onTrino(t)
	tb, ctx := p.open(t), context.Background()
	def := table.Definition{Columns: columns(t, typesDDL), PartitionBy: []string{"cat", "day"}, SortBy: []string{"id"}, Catalogs: append(glueCatalogs(db), deltaCatalog)}
	publish(t, tb, def, "run-1", typeRows...)
	registerDelta(q, db, tb.URL())
	_ = ctx
	for _, entrance := range []string{"iceberg", "symlink", "delta"} {
		a, err := q.ask(theRows(db, entrance))
		if err != nil {
			t.Error(err)
			continue
		}
		same(t, entrance, a.rows, through(entrance, at(t, tb, ""), t))
	}
}

func through(entrance string, v *table.View, t *testing.T) []row {
	switch entrance {
	case "symlink":
		return throughHive(scanned(t, v), v.Schema().Fields)
	case "delta":
		return throughDelta(scanned(t, v), v.Schema().Fields)
	}
	return scanned(t, v)
}

func TestTrinoGen(t *testing.T) {
	p, q, db := onTrino(t)
	tb, ctx := p.open(t), context.Background()
	duckdb, python := start(t, "duckdb", p.env...), start(t, "python", p.env...)
	grow(t, tb, writers{duckdb: duckdb, python: python})
	for _, c := range append(glueCatalogs(db), deltaCatalog) {
		_, err := tb.AddCatalog(ctx, c, false)
		t.Log(c.Name, err)
	}
	for _, entrance := range []string{"iceberg", "symlink"} {
		a, err := q.ask(theRows(db, entrance))
		if err != nil {
			t.Error(err)
			continue
		}
		same(t, entrance, a.rows, through(entrance, at(t, tb, ""), t))
	}
	t.Log(statements(t, tb, "trino", ""))
	t.Log(statements(t, tb, "athena", ""))
}
