//go:build engines

package engines

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tablectl/tablectl/internal/testserver"
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/table"
)

// entry is an engine and one entrance by which it reads a table.
type entry struct {
	engine, entrance string
	// begin is a session of its own, or one that others use too.
	begin func(t *testing.T, w *world) session
	// engineVersion is a text that gives the engine's version, as the one value of one row.
	engineVersion string
	// open keeps something open that reads the current version; "": nothing is kept. current reads it.
	open, current func(w *world) string
	// older are texts that read the version that ref names; what is not there the engine cannot.
	older map[way]func(w *world, ref string) string
	words map[way]string // instead of "yes" in docs/engines.md
	slow  bool           // not proved once more in a directory
	// columns are those that are read, all if nil; normal makes one row of what the engine and what this module reads alike.
	columns []string
	normal  func(row) row
	// shows is what the engine makes of the rows of a version; nil: nothing.
	shows   func([]row, []manifest.Field) []row
	loose   bool   // columns that the version lacks are left out, and those that no file has are null
	differs string // what normal or shows does, in words
	// fails is what the engine is known to say instead of reading a version; "" or nil: it reads it. limits says so in words.
	fails  func(w *world, v *table.View) string
	limits []string
}

// way is a way to say which version is read.
type way string

const (
	byVersion way = "version"
	byTag     way = "tag"
	byTime    way = "time"
)

// session runs texts in an engine, and gives the rows of everything that has some.
type session interface {
	try(text string) ([][]row, error)
}

// try runs statements.
func (e *engine) try(text string) ([][]row, error) {
	a := e.ask("run", text)
	if a.Error != "" {
		return nil, fmt.Errorf("%s: %s\n%s", e.name, a.Error, text)
	}
	return a.Results, nil
}

// entries are all, by who wrote them.
func entries() []entry {
	return slices.Concat(duckdbEntries(), pythonEntries(), clickhouseEntries(), sparkEntries(), trinoEntries())
}

// world is a table of many generations, with every catalog that its place has, and one of which most versions have expired.
type world struct {
	place
	server  *testserver.Server // nil in a directory
	tb      *table.Table
	expired *world
	rows    map[manifest.Version][]row // as this module reads them
}

// read are the rows of a version as this module reads them.
func (w *world) read(t *testing.T, v *table.View) []row {
	t.Helper()
	if w.rows[v.Version()] == nil {
		w.rows[v.Version()] = scanned(t, v)
	}
	var out []row
	for _, r := range w.rows[v.Version()] {
		out = append(out, maps.Clone(r))
	}
	return out
}

// What the versions of a world are.
const (
	firstAppend = "2"    // of the first schema, with files of version 1
	expiredTag  = "kept" // a version of the second schema
)

// catalogs are those that the place allows.
func (p place) catalogs() []manifest.Catalog {
	out := []manifest.Catalog{{Name: "hint", Kind: manifest.CatalogHint}, {Name: "delta", Kind: manifest.CatalogDelta}}
	if strings.HasPrefix(p.url, "s3://") {
		out = append(out, manifest.Catalog{Name: "symlink", Kind: manifest.CatalogSymlink})
	}
	if p.database != "" {
		out = append(out, glueCatalogs(p.database)...)
	}
	return out
}

// newWorld makes a table with four schemas: columns come and go, the partitions and the order change, files are shared.
func newWorld(t *testing.T, p place, s *testserver.Server) *world {
	t.Helper()
	w := &world{place: p, server: s, tb: p.open(t), rows: map[manifest.Version][]row{}}
	def := table.Definition{Columns: columns(t, typesDDL+", gone int"), Key: []string{"id"}, PartitionBy: []string{"cat", "day"}, SortBy: []string{"id"}, Catalogs: p.catalogs()}
	publish(t, w.tb, def, "run-1", typeRows[:6]...)
	add(t, w.tb, table.Append, nil, typeRows[6:]...)
	alter(t, w.tb, manifest.AddColumns{Columns: columns(t, "note varchar")})
	add(t, w.tb, table.Append, nil, `{"id": 20, "cat": "plain", "day": "2026-04-16", "note": "ü", "gone": 1}`, `{"id": 21, "note": ""}`)
	tag(t, w.tb, expiredTag, "")
	alter(t, w.tb, manifest.DropColumns{Names: []string{"gone"}})
	addWith(t, w.tb, table.PublishOptions{Mode: table.ReplacePartitions}, at(t, w.tb, "").Schema().Fields,
		`{"id": 22, "cat": "", "day": "1969-12-31", "amount": "7.77", "note": "n"}`)
	alter(t, w.tb, manifest.AddColumns{Columns: columns(t, "late timestamptz, price decimal(20, 4)")}, manifest.SetPartition{By: []string{"day"}}, manifest.SetSort{By: []string{"day desc"}})
	add(t, w.tb, table.Append, nil, `{"id": 23, "cat": "plain", "day": "2026-04-17", "late": "2026-04-17 00:00:00.000001Z", "price": "1234567890123456.7891"}`)
	return w
}

// expire lets all versions but the last ones, and the tagged one, expire.
func (w *world) expire(t *testing.T) {
	t.Helper()
	keep := manifest.MinKeepVersions
	if err := w.tb.Set(context.Background(), manifest.SettingsChange{KeepVersions: &keep}, false); err != nil {
		t.Fatal(err)
	}
	for i := range keep {
		add(t, w.tb, table.Append, nil, fmt.Sprintf(`{"id": %d, "cat": "later", "day": "2026-05-01"}`, 100+i))
	}
	if _, err := w.tb.At(context.Background(), firstAppend); err == nil {
		t.Fatal("version 2 has not expired")
	}
}

// TestMatrix has every engine read a table of many generations by every entrance: the current version, older ones by number, tag and time,
// after a publish and a rollback, and where old versions have expired; and Trino a self-contained one by what shows its directory. What it
// finds is docs/engines.md.
func TestMatrix(t *testing.T) {
	doc := newEnginesDoc(t, slices.Concat(entries(), trinoSelfEntries()))
	in := func(t *testing.T, p, ofExpired place, s *testserver.Server) {
		w := newWorld(t, p, s)
		w.expired = newWorld(t, ofExpired, s)
		w.expired.expire(t)
		for _, e := range entries() {
			if s != nil || !e.slow {
				t.Run(e.engine+" "+e.entrance, func(t *testing.T) { doc.found(e, w.prove(t, e)) })
			}
		}
	}
	t.Run("directory", func(t *testing.T) {
		in(t, place{url: t.TempDir() + "/table"}, place{url: t.TempDir() + "/table-expired"}, nil)
	})
	t.Run("minio", func(t *testing.T) {
		p, _, _ := onTrino(t)
		ofExpired, _, _ := onTrino(t)
		in(t, p, ofExpired, testserver.MinIO(t))
	})
	t.Run("self-contained", func(t *testing.T) {
		p, _, _ := onTrino(t)
		ofExpired, _, _ := onTrino(t)
		w := newSelfWorld(t, p, testserver.MinIO(t))
		w.expired = newSelfWorld(t, ofExpired, w.server)
		w.expired.expire(t)
		doc.proveSelf(t, w)
	})
	doc.check(t)
}

// finding is what an entry was seen to do.
type finding struct {
	version   string
	nextQuery bool // a flip is seen by what was open before it
}

// prove compares what an engine reads with what this module reads.
func (w *world) prove(t *testing.T, e entry) finding {
	c := &client{t: t, e: e, session: e.begin(t, w)}
	for _, v := range c.ask(e.engineVersion)[0] {
		c.found.version = fmt.Sprint(v)
	}
	c.found.nextQuery = true
	c.opens(w)
	c.same(w, "current", "", e.current(w))
	for how, text := range e.older {
		for _, ref := range w.refs(t, e, how) {
			c.same(w, string(how)+" "+ref, ref, text(w, ref))
		}
	}
	last := fmt.Sprint(at(t, w.tb, "").Version())
	add(t, w.tb, table.Append, nil, fmt.Sprintf(`{"id": %d, "cat": "plain", "day": "2026-04-17", "note": "later"}`, 1000+time.Now().UnixNano()%1_000_000_000))
	c.flipped(w, "after a publish")
	rollback(t, w.tb, expiredTag)
	c.flipped(w, "after a rollback to other columns")
	rollback(t, w.tb, last)
	c.opens(w.expired)
	c.same(w.expired, "after expiry", "", e.current(w.expired))
	for how, text := range e.older {
		for _, ref := range w.expired.refs(t, e, how) {
			c.same(w.expired, "after expiry: "+string(how)+" "+ref, ref, text(w.expired, ref))
		}
	}
	return c.found
}

// refs are older versions in the words of a way.
func (w *world) refs(t *testing.T, e entry, how way) []string {
	t.Helper()
	switch how {
	case byTag:
		return []string{expiredTag}
	case byTime:
		when := at(t, w.tb, fmt.Sprint(at(t, w.tb, "").Version()-2)).Entry().TimestampMs
		return []string{time.UnixMilli(int64(when)).UTC().Format(time.RFC3339Nano)}
	}
	if w.expired == nil {
		return []string{fmt.Sprint(at(t, w.tb, "").Version() - 1)}
	}
	return []string{fmt.Sprint(at(t, w.tb, expiredTag).Version()), firstAppend}
}

// client is a session of an entry.
type client struct {
	t       *testing.T
	e       entry
	session session
	found   finding
}

func (c *client) ask(text string) []row {
	c.t.Helper()
	results, err := c.session.try(text)
	if err != nil {
		c.t.Fatal(err)
	}
	if len(results) == 0 {
		return nil
	}
	return results[len(results)-1]
}

func (c *client) opens(w *world) {
	c.t.Helper()
	if c.e.open != nil {
		c.ask(c.e.open(w))
	}
}

// flipped asks what was opened before a flip, and, if that is as it was, opens it anew.
func (c *client) flipped(w *world, what string) {
	c.t.Helper()
	v := at(c.t, w.tb, "")
	want := c.want(w, v)
	if c.e.open != nil {
		results, err := c.session.try(c.e.current(w))
		if err != nil || !equal(c.normal(v, results[len(results)-1]), want) {
			c.found.nextQuery = false
			c.opens(w)
		}
	}
	c.same(w, what, "", c.e.current(w))
}

// same compares the rows of a text with those of a version.
func (c *client) same(w *world, what, ref, text string) {
	c.t.Helper()
	v := at(c.t, w.tb, ref)
	if c.e.fails != nil && c.e.fails(w, v) != "" {
		if results, err := c.session.try(text); err == nil || !strings.Contains(err.Error(), c.e.fails(w, v)) {
			c.t.Errorf("%s %s, %s: %v, %v; want %q", c.e.engine, c.e.entrance, what, results, err, c.e.fails(w, v))
		}
		return
	}
	same(c.t, c.e.engine+" "+c.e.entrance+", "+what, c.normal(v, c.ask(text)), c.want(w, v))
}

// want are the rows of a version as the entry is to show them.
func (c *client) want(w *world, v *table.View) []row {
	c.t.Helper()
	rows := w.read(c.t, v)
	if c.e.shows != nil {
		rows = c.e.shows(rows, v.Schema().Fields)
	}
	return c.normal(v, rows)
}

// normal are rows of a version as the entry compares them.
func (c *client) normal(v *table.View, rows []row) []row {
	out := make([]row, 0, len(rows))
	for _, r := range rows {
		if c.e.loose {
			all := row{}
			for _, f := range v.Schema().Fields {
				all[f.Name] = r[f.Name]
			}
			r = all
		}
		if c.e.columns != nil {
			some := row{}
			for _, name := range c.e.columns {
				if v, ok := r[name]; ok {
					some[name] = v
				}
			}
			r = some
		}
		if c.e.normal != nil {
			r = c.e.normal(r)
		}
		out = append(out, r)
	}
	return out
}
