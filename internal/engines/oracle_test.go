//go:build engines

package engines

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/ipc"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/internal/histories"
	"github.com/tablectl/tablectl/manifest"
)

// randomHistories is how many histories are done beside DuckDB; TABLECTL_HISTORIES changes it, TABLECTL_SEED does one again.
const randomHistories = 1000

// TestModesAgainstDuckDB does random histories to a table and, in SQL, to DuckDB: all rows are the same after every step.
func TestModesAgainstDuckDB(t *testing.T) {
	n, seed := number(t, "TABLECTL_HISTORIES", randomHistories), rand.Uint64()
	if one := number(t, "TABLECTL_SEED", 0); one != 0 {
		n, seed = 1, one
	}
	const workers = 2
	for w := range uint64(workers) {
		t.Run(fmt.Sprint(w), func(t *testing.T) {
			t.Parallel()
			o := &oracle{t: t, engine: startScript(t, "duckdb", "oracle.py")}
			dir := t.TempDir()
			for i := w; i < n; i += workers {
				histories.Play(t, histories.Options{Seed: seed + i, Steps: 8, Dir: dir, Oracle: o})
			}
		})
	}
}

// number is a number in the environment.
func number(t *testing.T, name string, otherwise uint64) uint64 {
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// oracle is a table t in DuckDB, with a column that says which run added a row, and a table for every version.
type oracle struct {
	t       *testing.T
	engine  *engine
	columns []manifest.Field
	key     []string
	parts   []string
	kept    map[manifest.Version]shape
}

// shape is how a version is laid out.
type shape struct {
	columns    []manifest.Field
	key, parts []string
}

// ask runs statements, over an input if there is one, and gives the rows of the last one.
func (o *oracle) ask(in *histories.Rows, sql ...string) []arrow.Record {
	o.t.Helper()
	command := map[string]any{"sql": sql}
	if in != nil {
		command["input"] = stream(o.t, numbered(in))
	}
	b, err := json.Marshal(command)
	if err != nil {
		o.t.Fatal(err)
	}
	var answer struct{ Rows, Error string }
	o.engine.exchange(b, &answer)
	if answer.Error != "" {
		o.t.Fatalf("%s\n%s", answer.Error, strings.Join(sql, ";\n"))
	}
	raw, err := base64.StdEncoding.DecodeString(answer.Rows)
	if err != nil {
		o.t.Fatal(err)
	}
	r, err := ipc.NewReader(bytes.NewReader(raw))
	if err != nil {
		o.t.Fatal(err)
	}
	defer r.Release()
	var out []arrow.Record
	for r.Next() {
		r.Record().Retain()
		out = append(out, r.Record())
	}
	if r.Err() != nil {
		o.t.Fatal(r.Err())
	}
	return out
}

// stream is rows as an Arrow stream in base64.
func stream(t *testing.T, in *histories.Rows) string {
	rec := in.Record()
	defer rec.Release()
	var b bytes.Buffer
	w := ipc.NewWriter(&b, ipc.WithSchema(rec.Schema()))
	if err := w.Write(rec); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

// numbered are rows with their number in a column of its own.
func numbered(in *histories.Rows) *histories.Rows {
	out := &histories.Rows{Columns: append(in.Columns[:len(in.Columns):len(in.Columns)], manifest.Field{Name: "_row", Type: manifest.Type{Kind: manifest.Long}})}
	for i, row := range in.Values {
		out.Values = append(out.Values, append(row[:len(row):len(row)], int64(i)))
	}
	return out
}

// Begin is histories.Oracle.
func (o *oracle) Begin(columns []manifest.Field, key, parts []string) {
	o.columns, o.key, o.parts, o.kept = append([]manifest.Field(nil), columns...), clone(key), clone(parts), map[manifest.Version]shape{}
	var defs []string
	for _, f := range columns {
		defs = append(defs, histories.Quote(f.Name)+" "+sqlType(f.Type))
	}
	o.ask(nil, "SET schema = 'main'", "DROP SCHEMA IF EXISTS h CASCADE", "CREATE SCHEMA h", "SET schema = 'h'",
		"CREATE TABLE t ("+strings.Join(append(defs, "_run VARCHAR"), ", ")+")")
}

// Keep is histories.Oracle.
func (o *oracle) Keep(v manifest.Version) {
	o.kept[v] = shape{append([]manifest.Field(nil), o.columns...), clone(o.key), clone(o.parts)}
	o.ask(nil, fmt.Sprintf("CREATE TABLE v%d AS SELECT * FROM t", v))
}

// Restore is histories.Oracle.
func (o *oracle) Restore(v manifest.Version) {
	s := o.kept[v]
	o.columns, o.key, o.parts = append([]manifest.Field(nil), s.columns...), clone(s.key), clone(s.parts)
	o.ask(nil, fmt.Sprintf("CREATE OR REPLACE TABLE t AS SELECT * FROM v%d", v))
}

func clone(names []string) []string { return append([]string(nil), names...) }

// Rows is histories.Oracle.
func (o *oracle) Rows(like []manifest.Field) *histories.Rows {
	o.t.Helper()
	out := &histories.Rows{Columns: o.columns}
	want := columnar.ArrowSchema(manifest.Schema{Fields: like})
	for _, rec := range o.ask(nil, "SELECT * EXCLUDE (_run) FROM t") {
		for i, f := range rec.Schema().Fields() {
			if w := want.Field(i); f.Name != w.Name || f.Type.ID() != w.Type.ID() || f.Type.ID() == arrow.DECIMAL128 && !arrow.TypeEqual(f.Type, w.Type) {
				o.t.Fatalf("DuckDB has %s, the table %s", f, w)
			}
		}
		out.Add(rec)
		rec.Release()
	}
	return out
}

// Parquet is histories.Oracle.
func (o *oracle) Parquet(in *histories.Rows, path string) {
	o.t.Helper()
	o.ask(in, fmt.Sprintf("COPY (SELECT * EXCLUDE (_row) FROM input ORDER BY _row) TO '%s' (FORMAT parquet)", strings.ReplaceAll(path, "'", "''")))
}

func sqlType(t manifest.Type) string {
	switch t.Kind {
	case manifest.Decimal:
		return fmt.Sprintf("DECIMAL(%d, %d)", t.Precision, t.Scale)
	case manifest.Binary:
		return "BLOB"
	case manifest.String:
		return "VARCHAR"
	case manifest.Int:
		return "INTEGER"
	case manifest.Long:
		return "BIGINT"
	}
	return strings.ToUpper(t.Kind.String())
}
