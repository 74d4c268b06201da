//go:build engines

package engines

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/table"
)

// A table of four generations is the same through Iceberg. Hive and Delta find columns by name: they show the first version of which all
// files have the names of today.
func TestTrinoGenerations(t *testing.T) {
	p, q, database := onTrino(t)
	tb, ctx := p.open(t), context.Background()
	catalogs, entrances := glueCatalogs(database), trinoEntrances(database)
	grow(t, tb, writers{duckdb: start(t, "duckdb", p.env...), python: start(t, "python", p.env...)})
	if _, err := tb.AddCatalog(ctx, catalogs[0], false); err != nil {
		t.Fatal(err)
	}
	sameEverywhere(t, tb, map[string]*trino{"trino": q})
	for _, c := range []manifest.Catalog{catalogs[1], deltaCatalog} {
		if _, err := tb.AddCatalog(ctx, c, false); !errors.Is(err, table.ErrCannotShow) {
			t.Errorf("catalog %s of a table with renamed columns: %v", c.Name, err)
		}
	}
	add(t, tb, table.Replace, nil, grown...)
	for _, c := range []manifest.Catalog{catalogs[1], deltaCatalog} {
		if _, err := tb.AddCatalog(ctx, c, false); err != nil {
			t.Error(err)
		}
	}
	registerDelta(q, database, tb.URL())
	catalogsAre(t, tb)
	for _, e := range entrances {
		e.same(t, q, tb, "of new files")
	}
}

// The symlink table is read after columns were added and widened, with files from before; when one is renamed, it keeps showing the version
// before that, until no file has the old name.
func TestTrinoSymlinkSchemas(t *testing.T) {
	p, q, database := onTrino(t)
	tb := p.open(t)
	symlink := trinoEntrances(database)[1]
	publish(t, tb, table.Definition{Columns: columns(t, "id int not null, city varchar, amount decimal(6, 2), ratio float"), Catalogs: glueCatalogs(database)}, "run-1",
		`{"id": 1, "city": "Oslo", "amount": "1.50", "ratio": 0.1}`, `{"id": 2}`)
	alter(t, tb, manifest.AddColumns{Columns: columns(t, "note varchar, st struct<a: int, b: list<varchar>>")}, manifest.WidenColumn{Name: "id", To: typ(t, "bigint")},
		manifest.WidenColumn{Name: "amount", To: typ(t, "decimal(12, 2)")}, manifest.WidenColumn{Name: "ratio", To: typ(t, "double")})
	symlink.same(t, q, tb, "added and widened")
	add(t, tb, table.Append, nil, `{"id": 4000000000, "city": "Zug", "amount": "-1234567890.12", "ratio": 1e300, "note": "new", "st": {"a": 1, "b": ["x", null]}}`)
	symlink.same(t, q, tb, "with files of both")
	before := scanned(t, at(t, tb, ""))
	if _, err := tb.Alter(context.Background(), table.AlterOptions{Changes: []manifest.Change{manifest.RenameColumn{Name: "city", To: "town"}}}); !errors.Is(err, table.ErrBehind) ||
		!strings.Contains(err.Error(), "column town is called city") {
		t.Errorf("rename: %v", err)
	}
	same(t, "symlink, a column is renamed", q.rows("SELECT * FROM "+symlink.table), before)
	add(t, tb, table.Replace, nil, `{"id": 5, "town": "Bonn"}`)
	symlink.same(t, q, tb, "of new files")
	catalogsAre(t, tb)
}
