package table

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/internal/gluefake"
	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/internal/objstore/faultstore"
	"github.com/tablectl/tablectl/internal/objstore/memstore"
	"github.com/tablectl/tablectl/internal/tabletest"
)

// world is a store that checks the protocol's invariants by itself, and inputs to publish.
type world struct {
	t     testing.TB
	mem   *memstore.Store
	check *tabletest.Store
	glue  *gluefake.Glue // nil: there is none
	dir   string
}

func newWorld(t testing.TB, dir string) *world {
	mem := memstore.New(memstore.Options{})
	return &world{t: t, mem: mem, check: tabletest.Check(t, mem), dir: dir}
}

// clone is a world of its own that begins as this one is.
func (w *world) clone(t testing.TB) *world {
	mem := w.mem.Clone()
	c := &world{t: t, mem: mem, check: w.check.Clone(t, mem), dir: w.dir}
	if w.glue != nil {
		c.glue = w.glue.Clone(t)
	}
	return c
}

// inputsDir holds small CSV files that tests publish.
func inputsDir(t testing.TB) string {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"one.csv":   "id,city,amount\n1,Zürich,10.5\n2,Oslo,20.25\n",
		"two.csv":   "id,city,amount\n3,Bern,1\n4,,2.5\n5,Köln,-0\n",
		"three.csv": "id,city,amount\n6,Graz,7\n",
		"wrong.csv": "id,city,amount\nseven,Graz,7\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func (w *world) input(name string) string { return filepath.Join(w.dir, name) }

// open is the table through s, which may be the world's checked store or a faulty one before it.
func (w *world) open(s objstore.Store) *Table {
	t, err := Open(context.Background(), "", Options{Store: s, By: "test@test", SpoolDir: w.t.TempDir()})
	if err != nil {
		w.t.Fatal(err)
	}
	w.reach(t)
	return t
}

// reach gives the table the world's Glue.
func (w *world) reach(t *Table) {
	if w.glue != nil {
		t.aws = w.glue.Config
	}
}

func (w *world) table() *Table { return w.open(w.check) }

// publish publishes a file without faults and demands that it works.
func (w *world) publish(name string) *Result {
	w.t.Helper()
	res, err := w.table().Publish(context.Background(), PublishOptions{Inputs: []string{w.input(name)}})
	if err != nil {
		w.t.Fatalf("publish %s: %v", name, err)
	}
	return res
}

// rows are the rows of a version as CSV lines.
func (w *world) rows(ref string) string {
	w.t.Helper()
	v, err := w.table().At(context.Background(), ref)
	if err != nil {
		w.t.Fatalf("open %q: %v", ref, err)
	}
	return rowsOfView(w.t, v)
}

// rowsOfView are the rows of a version as CSV lines.
func rowsOfView(t testing.TB, v *View) string {
	t.Helper()
	var b bytes.Buffer
	out := csv.NewWriter(&b)
	for rec, err := range v.Scan(context.Background(), ScanOptions{}) {
		if err != nil {
			t.Fatalf("scan version %d: %v", v.Version(), err)
		}
		for i := range int(rec.NumRows()) {
			var row []string
			for _, c := range rec.Columns() {
				row = append(row, columnar.FormatCell(c, i))
			}
			if err := out.Write(row); err != nil {
				t.Fatal(err)
			}
		}
	}
	out.Flush()
	return b.String()
}

// The rows of the inputs as the table gives them back.
var rowsOf = map[string]string{
	"one.csv":   "1,Zürich,10.5\n2,Oslo,20.25\n",
	"two.csv":   "3,Bern,1\n4,,2.5\n5,Köln,-0\n",
	"three.csv": "6,Graz,7\n",
}

// faulty runs do with a store that does one fault, and cancels its context when the fault kills it.
func (w *world) faulty(plan faultstore.Plan, do func(context.Context, *Table) error) (*faultstore.Store, error) {
	ctx, kill := context.WithCancelCause(context.Background())
	defer kill(nil)
	f := faultstore.New(w.check, faultstore.Options{Plan: plan, OnKill: func() { kill(faultstore.ErrKilled) }})
	return f, do(ctx, w.open(f))
}

func isAny(err error, targets ...error) bool {
	for _, t := range targets {
		if errors.Is(err, t) {
			return true
		}
	}
	return false
}
