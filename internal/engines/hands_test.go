//go:build engines

package engines

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/tablectl/tablectl/table"
)

// deed is something that someone with full rights does to the table from an engine, and what the engine says to it. ROOT is its root.
type deed struct {
	engine, text string
	refused      string // in its words; "": it does it
}

// Of the Hadoop catalog h the table is _iceberg, below the warehouse T.
const (
	hadoopCatalog = `spark.conf.set("spark.sql.catalog.h", "org.apache.iceberg.spark.SparkCatalog")
spark.conf.set("spark.sql.catalog.h.type", "hadoop")
spark.conf.set("spark.sql.catalog.h.warehouse", "ROOT")
spark.conf.set("spark.sql.catalog.h.cache-enabled", "false")
`
	openDelta = "from deltalake import DeltaTable, write_deltalake\ndt = DeltaTable('ROOT')\n"
)

var deeds = []deed{
	{"python", openDelta + "write_deltalake(dt, dt.to_pyarrow_table(), mode='append')", "tablectl"},
	{"python", openDelta + "write_deltalake(dt, dt.to_pyarrow_table(), mode='overwrite')", "tablectl"},
	{"python", openDelta + "dt.delete('id = 1')", "tablectl"},
	{"python", openDelta + "dt.vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)", "tablectl"},
	{"python", openDelta + "dt.restore(0)", "tablectl"},
	{"python", openDelta + "dt.optimize.compact()", "tablectl"},
	{"spark", "spark.sql('INSERT INTO delta.`ROOT` SELECT * FROM delta.`ROOT`')", "tablectl"},
	{"spark", "spark.sql('DELETE FROM delta.`ROOT` WHERE id = 1')", "tablectl"},
	{"spark", "spark.conf.set('spark.databricks.delta.retentionDurationCheck.enabled', 'false')\nspark.sql('VACUUM delta.`ROOT` RETAIN 0 HOURS')", "tablectl"},
	{"spark", "spark.sql('RESTORE TABLE delta.`ROOT` TO VERSION AS OF 0')", "tablectl"},
	{"spark", "spark.sql('OPTIMIZE delta.`ROOT`')", "tablectl"},
	{"spark", "spark.sql(\"CREATE TABLE of_others USING delta LOCATION 'ROOT'\")\nspark.sql('DROP TABLE of_others PURGE')", ""},
	{"spark", "spark.sql('INSERT INTO iceberg.`ROOT/_manifest.metadata.json` SELECT * FROM iceberg.`ROOT/_manifest.metadata.json`')", "UNSUPPORTED_FEATURE.TABLE_OPERATION"},
	{"spark", "spark.sql('DELETE FROM iceberg.`ROOT/_manifest.metadata.json`')", "UNSUPPORTED_FEATURE.TABLE_OPERATION"},
	{"spark", hadoopCatalog + "spark.sql(\"CALL h.system.expire_snapshots(table => '_iceberg', older_than => TIMESTAMP '2099-01-01 00:00:00', retain_last => 1)\")", "GC is disabled"},
	{"spark", hadoopCatalog + "spark.sql(\"CALL h.system.remove_orphan_files(table => '_iceberg', older_than => TIMESTAMP '2020-01-01 00:00:00')\")", "GC is disabled"},
	{"spark", hadoopCatalog + "spark.sql('INSERT INTO h._iceberg SELECT * FROM h._iceberg')", ""},
	{"spark", hadoopCatalog + "spark.sql('DELETE FROM h._iceberg WHERE id = 1')", ""},
	{"spark", hadoopCatalog + "spark.sql('DROP TABLE h._iceberg PURGE')", "GC is disabled"},
	{"spark", hadoopCatalog + "spark.sql('DROP TABLE h._iceberg')", ""},
}

// Whatever others do to the table from Spark and delta-rs with full rights, no data file, no snapshot and not the manifest is gone or changed,
// every live version is whole, and a sync makes the catalogs show it.
func TestForeignHands(t *testing.T) {
	p := place{url: t.TempDir() + "/table"}
	w := newWorld(t, p, nil)
	sessions := map[string]session{"spark": spark(t), "python": start(t, "python")}
	for _, h := range deeds {
		words := strings.Split(strings.TrimSpace(h.text), "\n")
		t.Run(h.engine+" "+words[len(words)-1], func(t *testing.T) {
			before := objects(t, p.url)
			_, err := sessions[h.engine].try(strings.ReplaceAll(h.text, "ROOT", p.url))
			if (err != nil) != (h.refused != "") || err != nil && !strings.Contains(err.Error(), h.refused) {
				t.Errorf("want %q: %v", h.refused, err)
			}
			after := objects(t, p.url)
			for key, sum := range before {
				if !derivedKey(key) && after[key] != sum {
					t.Errorf("%s is gone or changed", key)
				}
			}
			w.mend(t)
		})
	}
}

// derivedKey says whether what lies there can be made again.
func derivedKey(key string) bool {
	return strings.HasPrefix(key, "_iceberg/") || strings.HasPrefix(key, "_delta_log/")
}

// objects are the digests of all objects of a table in a directory, by key.
func objects(t *testing.T, root string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		key, err := filepath.Rel(root, path)
		out[filepath.ToSlash(key)] = fmt.Sprintf("%x", sha256.Sum256(b))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// movedAway is what a sync wants to be moved away.
var movedAway = regexp.MustCompile(`_iceberg/metadata/v[0-9]+\.metadata\.json`)

// mend syncs, moves away what that says, and looks whether all is whole: every live version, and the current one by each catalog.
func (w *world) mend(t *testing.T) {
	t.Helper()
	ctx := context.Background()
	if states, err := w.tb.Catalogs(ctx); err != nil {
		t.Error(err)
	} else {
		for _, s := range states {
			if !s.Current() {
				t.Logf("status: catalog %s: behind %v, %v, %v", s.Catalog.Name, s.Behind, s.Foreign, s.Err)
			}
		}
	}
	_, err := w.tb.Sync(ctx, true)
	for away := movedAway.FindString(fmt.Sprint(err)); away != "" && err != nil; away = movedAway.FindString(fmt.Sprint(err)) {
		if err := os.Rename(w.url+"/"+away, t.TempDir()+"/away"); err != nil {
			t.Fatal(err)
		}
		_, err = w.tb.Sync(ctx, true)
	}
	if err != nil {
		t.Errorf("sync: %v", err)
	}
	states, err := w.tb.Catalogs(ctx)
	if err != nil || slices.ContainsFunc(states, func(s table.CatalogState) bool { return !s.Current() }) {
		t.Errorf("after a sync: %+v, %v", states, err)
	}
	for n := range at(t, w.tb, "").Version() {
		v := at(t, w.tb, fmt.Sprint(n+1))
		same(t, fmt.Sprintf("version %d", n+1), scanned(t, v), w.read(t, v))
	}
	want := w.read(t, at(t, w.tb, ""))
	same(t, "spark, hint", spark(t).run(fmt.Sprintf("spark.read.format('iceberg').load(%q).show()", w.tb.URL()+"/_iceberg"))[0], want)
	same(t, "spark, delta", spark(t).run(fmt.Sprintf("spark.read.format('delta').load(%q).show()", w.tb.URL()))[0], want)
}
