//go:build engines

package engines

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/tablectl/tablectl/internal/objstore/urlstore"
	"github.com/tablectl/tablectl/internal/testserver"
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/table"
)

// trinoServer is a Trino with the catalogs iceberg, hive and delta over one Glue, whose data lie on this process's MinIO.
type trinoServer struct {
	Trino, Glue string // their URLs
	input       any    // they end when it is closed, with this process at the latest
}

// theTrino is started once, by the first test that asks: that takes longer than most of them.
var theTrino = sync.OnceValues(func() (trinoServer, error) {
	var s trinoServer
	interpreter, err := python()
	if err != nil {
		return s, fmt.Errorf("make the Python environment: %w", err)
	}
	minio, err := testserver.Start("minio")
	if err != nil {
		return s, err
	}
	var log bytes.Buffer
	cmd := exec.Command(interpreter, "trino.py")
	cmd.Env, cmd.Stderr = append(os.Environ(), minio.Env()...), &log
	in, err := cmd.StdinPipe()
	if err != nil {
		return s, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return s, err
	}
	if err := cmd.Start(); err != nil {
		return s, err
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		return s, fmt.Errorf("start Trino: %w\n%s", err, log.Bytes()[max(0, log.Len()-5000):])
	}
	s.input = in
	return s, json.Unmarshal(line, &s)
})

// onTrino is an empty place on MinIO with a Glue database of the same name, in which this module finds Glue, too.
func onTrino(t *testing.T) (p place, q *trino, database string) {
	t.Helper()
	s, err := theTrino()
	if err != nil {
		t.Fatal(err)
	}
	minio := testserver.MinIO(t)
	t.Setenv("AWS_ENDPOINT_URL_GLUE", s.Glue)
	database = "db_" + hexID()
	p = place{url: minio.NewURL() + "/table", opts: table.Options{Stores: urlstore.Options{S3: minio.Options()}}, env: minio.Env(), database: database}
	q = &trino{t: t, url: s.Trino}
	q.rows("CREATE SCHEMA hive." + database)
	return p, q, database
}

// glueCatalogs show a table in a Glue database as an Iceberg table and as a symlink table.
func glueCatalogs(database string) []manifest.Catalog {
	return []manifest.Catalog{
		{Name: "glue", Kind: manifest.CatalogGlue, As: manifest.AsIceberg, Database: database, Table: "t"},
		{Name: "glue-symlink", Kind: manifest.CatalogGlue, As: manifest.AsSymlink, Database: database, Table: "t_symlink"},
	}
}

// deltaCatalog is the log at the root; registerDelta makes it known to Glue, as a person does.
var deltaCatalog = manifest.Catalog{Name: "delta", Kind: manifest.CatalogDelta}

func registerDelta(q *trino, database, url string) {
	q.t.Helper()
	q.rows(fmt.Sprintf("CALL delta.system.register_table('%s', 't_delta', '%s')", database, url))
}

// trinoEntrance is one of the ways in which Trino reads a table.
type trinoEntrance struct {
	name    string
	table   string                                          // in Trino's words
	through func(rows []row, fields []manifest.Field) []row // what it makes of them
}

func trinoEntrances(database string) []trinoEntrance {
	return []trinoEntrance{
		{"iceberg", "iceberg." + database + ".t", func(rows []row, _ []manifest.Field) []row { return rows }},
		{"symlink", "hive." + database + ".t_symlink", throughHive},
		{"delta", "delta." + database + ".t_delta", throughDelta},
	}
}

// same compares what the entrance shows with the current version.
func (e trinoEntrance) same(t *testing.T, q *trino, tb *table.Table, what string) {
	t.Helper()
	a, err := q.ask("SELECT * FROM " + e.table)
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	v := at(t, tb, "")
	same(t, e.name+" "+what, a.rows, e.through(scanned(t, v), v.Schema().Fields))
}

// catalogsAre demands that each catalog is at the current version, and nobody else has been there.
func catalogsAre(t *testing.T, tb *table.Table) {
	t.Helper()
	states, err := tb.Catalogs(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range states {
		if !s.Current() || s.Version != at(t, tb, "").Version() {
			t.Errorf("catalog %s: %+v", s.Catalog.Name, s)
		}
	}
}
