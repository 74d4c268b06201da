//go:build engines

package engines

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/tablectl/tablectl/internal/objstore/urlstore"
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/table"
)

// foreignHand is what a person with every right does in Trino to the table that an entrance shows. In the statement %s is the table, DB its database.
type foreignHand struct {
	entrance, statement string
	says                string // why Trino does not do it; "": it does
	foreign             bool   // status says that somebody else was there, and sync wants force
	behind              bool   // status says that the catalog is behind, and sync mends it
	register            bool   // a person has to register the table again
	mended              bool   // by the next flip: until then nothing tells
}

// trinoHands in their order; the last leaves the least.
var trinoHands = []foreignHand{
	{entrance: "iceberg", statement: "INSERT INTO %s (id, cat) VALUES (77, 'x')", foreign: true},
	{entrance: "iceberg", statement: "DELETE FROM %s WHERE id = 1", foreign: true},
	{entrance: "iceberg", statement: "DELETE FROM %s WHERE cat = 'plain'", foreign: true},
	{entrance: "iceberg", statement: "UPDATE %s SET i = 5 WHERE id = 1", foreign: true},
	{entrance: "iceberg", statement: "TRUNCATE TABLE %s", foreign: true},
	{entrance: "iceberg", statement: "ALTER TABLE %s ADD COLUMN more int", foreign: true},
	{entrance: "iceberg", statement: "ALTER TABLE %s EXECUTE optimize", foreign: true},
	{entrance: "iceberg", statement: "ALTER TABLE %s EXECUTE rollback_to_snapshot(1)", foreign: true},
	{entrance: "iceberg", statement: "ANALYZE %s", foreign: true},
	{entrance: "iceberg", statement: "CREATE OR REPLACE TABLE %s (x int)", foreign: true},
	{entrance: "iceberg", statement: "ALTER TABLE %s EXECUTE expire_snapshots(retention_threshold => '0s')", says: "GC is disabled"},
	{entrance: "iceberg", statement: "ALTER TABLE %s EXECUTE remove_orphan_files(retention_threshold => '0s')"},
	{entrance: "iceberg", statement: "ALTER TABLE %s EXECUTE optimize_manifests"},
	{entrance: "iceberg", statement: "CALL iceberg.system.unregister_table('DB', 't')", behind: true},
	{entrance: "iceberg", statement: "ALTER TABLE %s RENAME TO iceberg.DB.other", behind: true},

	{entrance: "symlink", statement: "INSERT INTO %s (id, cat) VALUES (77, 'x')", says: "Table statistics must be enabled"},
	{entrance: "symlink", statement: "DELETE FROM %s WHERE id = 1", says: "only supported for transactional tables"},
	{entrance: "symlink", statement: "DELETE FROM %s", says: "Cannot delete from non-managed Hive table"},
	{entrance: "symlink", statement: "TRUNCATE TABLE %s", says: "does not support truncating tables"},
	{entrance: "symlink", statement: "ALTER TABLE %s ADD COLUMN more int", mended: true},
	{entrance: "symlink", statement: "ALTER TABLE %s DROP COLUMN amount", mended: true},
	{entrance: "symlink", statement: "DROP TABLE %s", behind: true},

	{entrance: "delta", statement: "INSERT INTO %s (id, cat) VALUES (77, 'x')", says: "Unsupported writer features: [tablectl]"},
	{entrance: "delta", statement: "DELETE FROM %s WHERE id = 1", says: "Unsupported writer features: [tablectl]"},
	{entrance: "delta", statement: "DELETE FROM %s", says: "Unsupported writer features: [tablectl]"},
	{entrance: "delta", statement: "ALTER TABLE %s ADD COLUMN more int", says: "Unsupported writer features: [tablectl]"},
	{entrance: "delta", statement: "ALTER TABLE %s EXECUTE optimize", says: "Unsupported writer features: [tablectl]"},
	{entrance: "delta", statement: "CALL delta.system.vacuum('DB', 't_delta', '0s')", says: "[tablectl] writer features"},
	{entrance: "delta", statement: "ANALYZE %s"},
	{entrance: "delta", statement: "CREATE OR REPLACE TABLE %s (x int)", foreign: true},
	{entrance: "delta", statement: "CALL delta.system.unregister_table('DB', 't_delta')", register: true},
	{entrance: "delta", statement: "DROP TABLE %s", register: true},
	{entrance: "iceberg", statement: "DROP TABLE %s", behind: true},
}

// expendable are objects that a foreign hand may delete: copies, of which sync puts back the one that is in use; what Trino has put there;
// and, with a DROP TABLE of the Iceberg table, although gc.enabled is false, the lists that Iceberg reads, of every version.
var expendable = regexp.MustCompile(`^_iceberg/|^_delta_log/_trino_meta/|^version=[0-9]+/_iceberg/[0-9a-f]+\.avro$`)

// copies are what is not put back: earlier copies of the manifest, and what Trino has put there.
var copies = regexp.MustCompile(`^_iceberg/|^_delta_log/_trino_meta/`)

// Whatever is done through Trino: no data file and no snapshot goes, nor the manifest; every version is read whole by this module, what was
// done to an entrance is said, and mended.
func TestTrinoHands(t *testing.T) {
	p, q, database := onTrino(t)
	tb, ctx := p.open(t), context.Background()
	def := table.Definition{Columns: columns(t, typesDDL), PartitionBy: []string{"cat", "day"}, Catalogs: append(glueCatalogs(database), deltaCatalog)}
	publish(t, tb, def, "run-1", typeRows...)
	add(t, tb, table.Append, nil, `{"id": 100}`)
	publish(t, tb, def, "run-2", typeRows[:4]...)
	if _, err := tb.AddCatalog(ctx, manifest.Catalog{Name: "hint", Kind: manifest.CatalogHint}, false); err != nil {
		t.Fatal(err)
	}
	rollback(t, tb, "2")
	registerDelta(q, database, tb.URL())
	for _, h := range trinoHands {
		t.Run(h.entrance+" "+h.statement, func(t *testing.T) {
			h.play(t, p, tb, &trino{t: t, url: q.url}, database)
		})
	}
}

func (h foreignHand) play(t *testing.T, p place, tb *table.Table, q *trino, database string) {
	entrances := trinoEntrances(database)
	i := slices.IndexFunc(entrances, func(e trinoEntrance) bool { return e.name == h.entrance })
	before := p.keys(t)
	_, err := q.ask(strings.NewReplacer("%s", entrances[i].table, "DB", database).Replace(h.statement))
	if h.says == "" && err != nil || h.says != "" && (err == nil || !strings.Contains(err.Error(), h.says)) {
		t.Fatalf("%v, want %q", err, h.says)
	}
	nothingGone(t, before, p.keys(t), expendable)
	for v := range at(t, tb, "").Version() {
		scanned(t, at(t, tb, fmt.Sprint(v+1)))
	}
	h.mend(t, tb)
	nothingGone(t, before, p.keys(t), copies)
	switch {
	case h.register:
		registerDelta(q, database, tb.URL())
	case h.mended:
		add(t, tb, table.Append, nil, `{"id": 101}`)
		rollback(t, tb, "previous")
		add(t, tb, table.Append, nil, `{"id": 102}`)
	}
	catalogsAre(t, tb)
	same(t, "version 1", q.rows("SELECT * FROM "+entrances[0].table+" FOR VERSION AS OF BIGINT '1'"), scanned(t, at(t, tb, "1")))
	for _, e := range entrances {
		e.same(t, q, tb, "afterwards")
	}
}

// nothingGone demands that of what was there only the expendable is missing.
func nothingGone(t *testing.T, before, after []string, expendable *regexp.Regexp) {
	t.Helper()
	for _, k := range before {
		if !slices.Contains(after, k) && !expendable.MatchString(k) {
			t.Errorf("%s is gone", k)
		}
	}
}

// mend demands that status says what was done, and that sync mends it, where somebody else's writing is lost with force alone.
func (h foreignHand) mend(t *testing.T, tb *table.Table) {
	t.Helper()
	states, err := tb.Catalogs(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var foreign, behind bool
	for _, s := range states {
		foreign = foreign || len(s.Foreign) > 0
		behind = behind || s.Behind && s.Catalog.Kind != manifest.CatalogHint // of which the copies are expendable
	}
	if foreign != h.foreign || behind != (h.behind || h.foreign) {
		t.Errorf("%+v; want foreign %t, behind %t", states, h.foreign, h.behind)
	}
	if _, err := tb.Sync(context.Background(), false); errors.Is(err, table.ErrBehind) != h.foreign {
		t.Errorf("sync: %v", err)
	}
	if _, err := tb.Sync(context.Background(), true); err != nil {
		t.Errorf("sync by force: %v", err)
	}
}

// keys are the objects below a place.
func (p place) keys(t *testing.T) []string {
	t.Helper()
	s, err := urlstore.Open(context.Background(), p.url, p.opts.Stores)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for info, err := range s.List(context.Background(), "") {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, info.Key)
	}
	return out
}
