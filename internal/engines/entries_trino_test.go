//go:build engines

package engines

import (
	"fmt"
	"strings"
	"testing"
)

const trinoVersion = "SELECT node_version AS v FROM system.runtime.nodes"

// trinoEntries are Trino's three ways to a table, each as Glue knows it.
func trinoEntries() []entry {
	verbatim := func(w *world, ref string) string { return w.statements("trino", ref) }
	table := func(name string) func(w *world) string {
		return func(w *world) string { return "SELECT * FROM " + strings.Replace(name, "DB", w.database, 1) }
	}
	iceberg, delta := table("iceberg.DB.t"), table("delta.DB.t_delta")
	return []entry{{
		engine: "Trino", entrance: "glue as iceberg", begin: trinoSession, slow: true, engineVersion: trinoVersion, current: iceberg,
		older: map[way]func(*world, string) string{byVersion: verbatim, byTag: verbatim, byTime: func(w *world, ref string) string {
			return iceberg(w) + " FOR TIMESTAMP AS OF TIMESTAMP '" + instant(ref).Format("2006-01-02 15:04:05.000") + " UTC'"
		}},
	}, {
		engine: "Trino", entrance: "glue as symlink", begin: trinoSession, slow: true, engineVersion: trinoVersion, current: table("hive.DB.t_symlink"),
		shows: throughHive, differs: hiveDiffers,
		limits: []string{
			"each scan of the table reads the list of files: a query with several scans can mix two versions when a flip falls between",
			"a version with files in which a column has another name is not shown: the one before stays, and `status` says why",
		},
	}, {
		engine: "Trino", entrance: "delta", begin: trinoDeltaSession, slow: true, engineVersion: trinoVersion, current: delta,
		older: map[way]func(*world, string) string{byVersion: func(w *world, ref string) string {
			return fmt.Sprintf("%s FOR VERSION AS OF %d", delta(w), w.deltaNumber(ref))
		}},
		words: map[way]string{byVersion: "Delta's number", byTime: "not tried"},
		shows: throughDelta, differs: "a `timestamptz` is rounded to milliseconds",
		limits: []string{"a table with columns that were renamed or widened is not shown until a publish has written all files anew"},
	}}
}

// hiveDiffers is what throughHive does.
const hiveDiffers = "times are rounded to milliseconds (9999-12-31 23:59:59.999999 becomes the year 10000); a `timestamptz` is a `timestamp` in UTC"

// trinoSession is the Trino that all tests share.
func trinoSession(t *testing.T, _ *world) session {
	s, err := theTrino()
	if err != nil {
		t.Fatal(err)
	}
	return &trino{t: t, url: s.Trino}
}

// trinoDeltaSession makes the Delta tables known to Glue first.
func trinoDeltaSession(t *testing.T, w *world) session {
	q := trinoSession(t, w).(*trino)
	for _, w := range []*world{w, w.expired} {
		registerDelta(q, w.database, w.tb.URL())
	}
	return q
}
