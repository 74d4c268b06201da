//go:build engines

package engines

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
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
	p = place{url: minio.NewURL() + "/table", opts: table.Options{Stores: urlstore.Options{S3: minio.Options()}}, env: minio.Env()}
	database = "db_" + strings.ToLower(hexID())
	q = &trino{t: t, url: s.Trino}
	q.run("CREATE SCHEMA hive." + database)
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
	q.run(fmt.Sprintf("CALL delta.system.register_table('%s', 't_delta', '%s')", database, url))
}

// theRows are SELECT * of each entrance.
func theRows(database, entrance string) string {
	return "SELECT * FROM " + trinoTable(database, entrance)
}

func trinoTable(database, entrance string) string {
	switch entrance {
	case "symlink":
		return "hive." + database + ".t_symlink"
	case "delta":
		return "delta." + database + ".t_delta"
	}
	return "iceberg." + database + ".t"
}
