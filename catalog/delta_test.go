package catalog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/internal/objstore/memstore"
	"github.com/tablectl/tablectl/manifest"
)

// deltaWorld is a table whose versions are made up, on a store.
type deltaWorld struct {
	t     *testing.T
	store objstore.Store
	m     manifest.Manifest
	files map[manifest.Version][]string
	now   manifest.Time
}

func newDeltaWorld(t *testing.T) *deltaWorld {
	schema := manifest.Schema{Fields: []manifest.Field{{ID: 1, Name: "id", Type: manifest.Type{Kind: manifest.Long}, Required: true}}}
	return &deltaWorld{t: t, store: memstore.New(memstore.Options{}), files: map[manifest.Version][]string{}, now: 1_000,
		m: manifest.Manifest{TableUUID: "uuid", CurrentSnapshotID: -1, Schemas: []manifest.Schema{schema}, Tablectl: manifest.State{Generation: 1}}}
}

// flip makes an event, without which nothing is pointed to another version.
func (w *deltaWorld) flip(op string) {
	w.now += 1_000
	w.m.Tablectl.Generation++
	e := manifest.Event{Op: op, Generation: w.m.Tablectl.Generation}
	w.m.Tablectl.Recent = append(slices.Clip(w.m.Tablectl.Recent), e)
}

func (w *deltaWorld) publish(files ...string) {
	v := manifest.Version(len(w.files) + 1)
	w.files[v] = files
	s := w.m.Schemas[len(w.m.Schemas)-1]
	w.m.Snapshots = append(slices.Clip(w.m.Snapshots), manifest.Entry{SnapshotID: v, SchemaID: s.ID})
	w.m.CurrentSnapshotID = int64(v)
	w.flip(manifest.OpPublish)
}

func (w *deltaWorld) rollback(v manifest.Version) {
	w.m.CurrentSnapshotID = int64(v)
	w.flip(manifest.OpRollback)
}

// target is the table as it is now: later flips do not change it. A file "3/x" was written by version 3.
func (w *deltaWorld) target() Target {
	m := w.m
	t := Target{URL: "s3://b/t", Store: w.store, Manifest: &m, Now: w.now}
	v := t.current()
	if v == 0 {
		return t
	}
	e, _ := m.Live(v)
	i := slices.IndexFunc(m.Schemas, func(s manifest.Schema) bool { return s.ID == e.SchemaID })
	t.Snapshot = &manifest.Snapshot{Version: v, Schema: m.Schemas[i], Created: 500}
	files := w.files[v]
	t.Files = func(_ context.Context, _ *manifest.Snapshot, visit func(manifest.File) error) error {
		for _, key := range files {
			f := manifest.File{Key: key, Bytes: 10, Rows: 2}
			fmt.Sscanf(key, "%d/", &f.AddedBy.Version)
			if err := visit(f); err != nil {
				return err
			}
		}
		return nil
	}
	return t
}

func (w *deltaWorld) sync(t Target) State {
	w.t.Helper()
	state, err := delta{}.Sync(context.Background(), t)
	if err != nil {
		w.t.Fatal(err)
	}
	return state
}

// log is the newest commit's number and the table that the log makes of itself, from its beginning.
func (w *deltaWorld) log() (int64, *deltaTable) {
	w.t.Helper()
	l, err := listDelta(context.Background(), w.store)
	if err != nil {
		w.t.Fatal(err)
	}
	l.checkpoints = nil
	table, err := l.replay(context.Background(), l.head)
	if err != nil {
		w.t.Fatal(err)
	}
	return l.head, table
}

// shows demands a head, that every way to read the log gives the target's files, and that Look says so.
func (w *deltaWorld) shows(head int64) {
	w.t.Helper()
	t := w.target()
	got, table := w.log()
	files := slices.Sorted(slices.Values(w.files[t.current()]))
	if paths := slices.Sorted(maps.Keys(table.files)); got != head || !slices.Equal(paths, files) {
		w.t.Errorf("commit %d has %v, want %v at %d", got, paths, files, head)
	}
	state, err := delta{}.Look(context.Background(), t)
	if err != nil || state.Behind || state.Version != t.current() || len(state.Foreign) > 0 {
		w.t.Errorf("look: %+v, %v", state, err)
	}
}

func (w *deltaWorld) put(key, text string) {
	w.t.Helper()
	if _, err := w.store.Put(context.Background(), key, objstore.BytesBody([]byte(text)), objstore.PutOptions{}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *deltaWorld) read(n int64) []deltaAction {
	w.t.Helper()
	l := deltaLog{store: w.store}
	out, err := l.commit(context.Background(), n)
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

func TestDeltaCommits(t *testing.T) {
	w := newDeltaWorld(t)
	if state := w.sync(w.target()); state.Behind || state.Version != 0 {
		t.Errorf("before the first publish: %+v", state)
	}
	w.shows(-1)
	w.publish("1/a", "1/b")
	if state := w.sync(w.target()); state.Behind || state.Version != 1 || state.Generation != 2 {
		t.Errorf("%+v", state)
	}
	w.shows(0)
	w.sync(w.target())
	w.shows(0) // a repeated sync adds nothing
	w.publish("1/b", "2/c")
	w.sync(w.target())
	w.shows(1)
	w.flip(manifest.OpTag)
	w.sync(w.target())
	w.shows(1)
	w.rollback(1)
	w.sync(w.target())
	w.shows(2)

	first, last := w.read(0), w.read(2)
	if len(first) != 6 || first[2].Protocol == nil || first[3].MetaData == nil || first[0].Info.Operation != "WRITE" {
		t.Errorf("first commit %+v", first)
	}
	if len(last) != 4 || last[0].Info.Operation != "RESTORE" || last[2].Remove.Path != "2/c" || last[3].Add.Path != "1/a" || last[1].Txn.Version != 5 {
		t.Errorf("rollback %+v", last)
	}
	p := first[2].Protocol
	if p.MinReader != 3 || p.MinWriter != 7 || !slices.Contains(p.WriterFeatures, "tablectl") || slices.Contains(p.ReaderFeatures, "tablectl") {
		t.Errorf("protocol %+v", p)
	}
	if m := first[3].MetaData; m.ID != "uuid" || len(m.PartitionColumns) != 0 || m.PartitionColumns == nil || m.Configuration["delta.enableExpiredLogCleanup"] != "false" {
		t.Errorf("metadata %+v", m)
	}
}

// A column more is a metaData more; a commit without has none.
func TestDeltaSchemaChange(t *testing.T) {
	w := newDeltaWorld(t)
	w.publish("1/a")
	w.sync(w.target())
	s := w.m.Schemas[0]
	s.ID, s.Fields = 1, append(slices.Clip(s.Fields), manifest.Field{ID: 2, Name: "note", Type: manifest.Type{Kind: manifest.String}})
	w.m.Schemas = append(w.m.Schemas, s)
	w.publish("1/a", "2/b")
	w.sync(w.target())
	w.shows(1)
	got := w.read(1) // info, txn, metaData; of the old file the rows are null there now
	if len(got) != 5 || got[3].Add.Path != "1/a" || got[3].Add.DataChange || got[3].Add.Stats != `{"numRecords":2,"minValues":{},"maxValues":{},"nullCount":{"note":2}}` ||
		got[4].Add.Path != "2/b" || !got[4].Add.DataChange {
		t.Errorf("commit %+v", got)
	}
	if _, table := w.log(); !strings.Contains(table.meta.Schema, `"note"`) || table.meta.Created != w.read(0)[3].MetaData.Created {
		t.Errorf("metadata %+v", table.meta)
	}
}

// Whoever syncs an older generation finds the newer one and leaves it.
func TestDeltaNeverGoesBack(t *testing.T) {
	w := newDeltaWorld(t)
	w.publish("1/a")
	old := w.target()
	w.publish("2/b")
	w.sync(w.target())
	if state := w.sync(old); state.Behind || state.Version != 2 {
		t.Errorf("%+v", state)
	}
	w.shows(0)
}

// racing puts something else in the way of the first commit that is written.
type racing struct {
	objstore.Store
	once   sync.Once
	before func()
}

func (r *racing) Put(ctx context.Context, key string, body objstore.Body, o objstore.PutOptions) (objstore.Info, error) {
	r.once.Do(r.before)
	return r.Store.Put(ctx, key, body, o)
}

// The slower of two syncers decides anew: of one generation there is one commit, and no older one follows a newer one.
func TestDeltaRace(t *testing.T) {
	for _, faster := range []string{"same", "newer", "older"} {
		t.Run(faster, func(t *testing.T) {
			w := newDeltaWorld(t)
			w.publish("1/a")
			first := w.target()
			w.publish("2/b")
			second := w.target()
			slow, fast, head := second, second, int64(0)
			switch faster {
			case "newer":
				slow = first
			case "older":
				fast, head = first, 1
			}
			fast.Now++ // so that its commit has other bytes
			slow.Store = &racing{Store: w.store, before: func() { w.sync(fast) }}
			if state := w.sync(slow); state.Behind || state.Version != 2 {
				t.Errorf("%+v", state)
			}
			w.shows(head)
		})
	}
}

func TestDeltaForeign(t *testing.T) {
	const protocol = `{"protocol":{"minReaderVersion":1,"minWriterVersion":2}}` + "\n"
	const meta = `{"metaData":{"id":"x","format":{"provider":"parquet","options":{}},"schemaString":"{}","partitionColumns":["p"],"configuration":{}}}` + "\n"
	add := func(path string) string {
		return `{"add":{"path":"` + path + `","partitionValues":{},"size":1,"modificationTime":1,"dataChange":true}}` + "\n"
	}
	for _, tc := range []struct {
		name string
		do   func(w *deltaWorld)
		head int64 // after force
	}{
		{"another table's log", func(w *deltaWorld) { w.put(deltaKey(0), protocol+meta+add("z")) }, 1},
		{"a commit of others", func(w *deltaWorld) {
			w.sync(w.target())
			w.put(deltaKey(1), `{"remove":{"path":"1/a","dataChange":true}}`+"\n"+add("z"))
		}, 2},
		{"another of our tables", func(w *deltaWorld) {
			t := w.target()
			m := *t.Manifest
			m.TableUUID, t.Manifest = "other", &m
			w.sync(t)
		}, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newDeltaWorld(t)
			w.publish("1/a", "1/b")
			tc.do(w)
			w.publish("1/a", "1/b", "2/c")
			target := w.target()
			if state, err := (delta{}).Look(context.Background(), target); err != nil || !state.Behind || len(state.Foreign) != 1 {
				t.Errorf("look: %+v, %v", state, err)
			}
			if state, err := (delta{}).Sync(context.Background(), target); !errors.Is(err, ErrForeign) || !state.Behind {
				t.Errorf("sync: %+v, %v", state, err)
			}
			target.Force = true
			w.sync(target)
			w.shows(tc.head)
			_, table := w.log()
			if table.meta.ID != "uuid" || len(table.meta.PartitionColumns) > 0 || !table.protocol.equal(ourProtocol()) {
				t.Errorf("%+v %+v", table.meta, table.protocol)
			}
		})
	}
}

// What is not understood is not mended.
func TestDeltaCannotMend(t *testing.T) {
	for name, log := range map[string]map[string]string{
		"a gap":             {deltaKey(0): "{}", deltaKey(2): "{}"},
		"no JSON":           {deltaKey(0): "<html>"},
		"deletion vectors":  {deltaKey(0): `{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["deletionVectors"]}}`},
		"column mapping":    {deltaKey(0): `{"protocol":{"minReaderVersion":2,"minWriterVersion":5}}`},
		"only a checkpoint": {deltaCheckpointKey(7): "PAR1"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newDeltaWorld(t)
			w.publish("1/a")
			for key, text := range log {
				w.put(key, text)
			}
			target := w.target()
			target.Force = true
			if _, err := (delta{}).Sync(context.Background(), target); !errors.Is(err, ErrForeign) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestDeltaStrangers(t *testing.T) {
	w := newDeltaWorld(t)
	w.publish("1/a")
	w.sync(w.target())
	w.put(deltaPrefix+"notes.txt", "x")
	w.put(deltaPrefix+"00000000000000000000.crc", "x")
	w.put(deltaPrefix+"_trino_meta/extended_stats.json", "x") // of Trino's ANALYZE
	state, err := delta{}.Look(context.Background(), w.target())
	if err != nil || state.Behind || len(state.Foreign) != 1 || !strings.Contains(state.Foreign[0], "notes.txt") {
		t.Errorf("%+v, %v", state, err)
	}
}

// After many commits there is a checkpoint, from which the log is the same as from its beginning, also when it is all that is left.
func TestDeltaCheckpoint(t *testing.T) {
	w := newDeltaWorld(t)
	w.publish("1/a")
	w.publish("1/a", "2/b")
	for n := range 2*deltaInterval + 5 {
		w.rollback(manifest.Version(1 + n%2))
		w.sync(w.target())
		w.shows(int64(n))
	}
	l, err := listDelta(context.Background(), w.store)
	if err != nil || !slices.Equal(l.checkpoints, []int64{deltaInterval, 2 * deltaInterval}) {
		t.Fatalf("checkpoints %v, %v", l.checkpoints, err)
	}
	last, _, err := objstore.ReadAll(context.Background(), w.store, deltaLast, maxSmall)
	if err != nil || string(last) != fmt.Sprintf(`{"size":4,"version":%d}`, 2*deltaInterval) {
		t.Errorf("%s, %v", last, err)
	}
	for n := range int64(2 * deltaInterval) {
		if err := w.store.Delete(context.Background(), deltaKey(n)); err != nil {
			t.Fatal(err)
		}
	}
	if l, err = listDelta(context.Background(), w.store); err != nil {
		t.Fatal(err)
	}
	short, err := l.replay(context.Background(), l.head)
	if err != nil {
		t.Fatal(err)
	}
	if got := slices.Sorted(maps.Keys(short.files)); !slices.Equal(got, []string{"1/a"}) || short.files["1/a"].Stats == "" || short.meta.ID != "uuid" ||
		!short.protocol.equal(ourProtocol()) || short.txns[deltaApp].Version != w.m.Tablectl.Generation {
		t.Errorf("%+v", short)
	}
	w.rollback(2)
	w.sync(w.target())
	if got := w.read(l.head + 1); len(got) != 3 || got[2].Add.Path != "2/b" {
		t.Errorf("after the checkpoint %+v", got)
	}
}

// A checkpoint that was not written, or is none, keeps nobody from reading and is made up for.
func TestDeltaCheckpointLost(t *testing.T) {
	w := newDeltaWorld(t)
	w.publish("1/a")
	for range deltaInterval + 1 {
		w.rollback(1)
		w.sync(w.target())
	}
	if err := w.store.Delete(context.Background(), deltaCheckpointKey(deltaInterval), deltaLast); err != nil {
		t.Fatal(err)
	}
	w.sync(w.target())
	if l, err := listDelta(context.Background(), w.store); err != nil || !slices.Equal(l.checkpoints, []int64{deltaInterval}) {
		t.Errorf("checkpoints %v, %v", l.checkpoints, err)
	}
	w.put(deltaCheckpointKey(deltaInterval), "no Parquet")
	w.publish("2/b")
	w.sync(w.target())
	w.shows(deltaInterval + 1)
}

// What engines find by name is refused where names have changed; Hive reads what was widened.
func TestDeltaNames(t *testing.T) {
	long, integer := manifest.Type{Kind: manifest.Long}, manifest.Type{Kind: manifest.Int}
	for _, tc := range []struct {
		name string
		now  []manifest.Field
		want string
	}{
		{"added", []manifest.Field{{ID: 1, Name: "a", Type: integer}, {ID: 3, Name: "c", Type: long}}, ""},
		{"renamed", []manifest.Field{{ID: 1, Name: "x", Type: integer}}, "column x is called a"},
		{"widened", []manifest.Field{{ID: 1, Name: "a", Type: long}}, "column a is int"},
		{"another of its name", []manifest.Field{{ID: 3, Name: "A", Type: integer}}, "column A is another one"},
		{"exchanged", []manifest.Field{{ID: 2, Name: "a", Type: integer}, {ID: 1, Name: "s", Type: integer}}, "column a is"},
		{"renamed inside", []manifest.Field{{ID: 2, Name: "s", Type: manifest.Type{Kind: manifest.Struct, Fields: []manifest.Field{{ID: 5, Name: "z", Type: long}}}}}, "column s.z is called s.y"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newDeltaWorld(t)
			w.m.Schemas[0].Fields = []manifest.Field{{ID: 1, Name: "a", Type: integer},
				{ID: 2, Name: "s", Type: manifest.Type{Kind: manifest.Struct, Fields: []manifest.Field{{ID: 5, Name: "y", Type: long}}}}}
			w.publish("1/a")
			w.m.Schemas = append(w.m.Schemas, manifest.Schema{ID: 1, Fields: tc.now})
			w.publish("1/a", "2/b")
			hive := "" // where what Delta refuses is refused, too
			if tc.name != "widened" {
				hive = tc.want
			}
			_, linkable := symlink{}.Check(context.Background(), w.target())
			_, linked := symlink{}.Sync(context.Background(), w.target())
			for _, err := range []error{linkable, linked} {
				if hive == "" && err != nil || hive != "" && (!errors.Is(err, ErrCannot) || !strings.Contains(err.Error(), hive)) {
					t.Errorf("symlink: got %v, want %q", err, hive)
				}
			}
			_, checked := delta{}.Check(context.Background(), w.target())
			state, synced := delta{}.Sync(context.Background(), w.target())
			for _, err := range []error{checked, synced} {
				if tc.want == "" && err != nil || tc.want != "" && (!errors.Is(err, ErrCannot) || !strings.Contains(err.Error(), tc.want)) {
					t.Errorf("got %v, want %q", err, tc.want)
				}
			}
			if state.Behind != (tc.want != "") {
				t.Errorf("%+v", state)
			}
			w.publish("3/c") // all rows anew
			w.sync(w.target())
			w.m.Snapshots = w.m.Snapshots[1:] // who knows then what version 1 wrote
			w.publish("1/a")
			if _, err := (delta{}).Check(context.Background(), w.target()); (err != nil) != (tc.want != "") {
				t.Errorf("an expired version: %v", err)
			}
		})
	}
}

func TestDeltaSchema(t *testing.T) {
	fields, _, err := manifest.ParseColumns(`i int not null, l bigint, f float, d double, ok boolean, s varchar, raw binary, day date, ts timestamp, tz timestamptz,
		dec decimal(9, 2), st struct<x: int not null>, li list<bigint>, ma map<varchar, double>`)
	if err != nil {
		t.Fatal(err)
	}
	fields[0].Doc = "number"
	got, err := deltaSchema(manifest.Schema{Fields: fields})
	if err != nil {
		t.Fatal(err)
	}
	var parsed struct {
		Type   string
		Fields []struct {
			Name     string
			Type     json.RawMessage
			Nullable bool
			Metadata map[string]string
		}
	}
	if err := json.Unmarshal([]byte(got), &parsed); err != nil || parsed.Type != "struct" {
		t.Fatal(err)
	}
	want := []string{`"integer"`, `"long"`, `"float"`, `"double"`, `"boolean"`, `"string"`, `"binary"`, `"date"`, `"timestamp_ntz"`, `"timestamp"`, `"decimal(9,2)"`,
		`{"fields":[{"name":"x","type":"integer","nullable":false,"metadata":{}}],"type":"struct"}`, `{"containsNull":true,"elementType":"long","type":"array"}`,
		`{"keyType":"string","type":"map","valueContainsNull":true,"valueType":"double"}`}
	for i, f := range parsed.Fields {
		if string(f.Type) != want[i] || f.Nullable != (i > 0) || (f.Metadata["comment"] == "number") != (i == 0) {
			t.Errorf("%s: %s %+v", f.Name, f.Type, f)
		}
	}
}

func TestDeltaBounds(t *testing.T) {
	for _, tc := range []struct{ typ, value, lower, upper string }{
		{"int", "-3", "-3", "-3"}, {"bigint", "9223372036854775807", "9223372036854775807", "9223372036854775807"},
		{"float", "0.1", "0.10000000149011612", "0.10000000149011612"}, {"double", "-0.0", "-0", "-0"}, {"double", `"Infinity"`, "", ""},
		{"decimal(38, 2)", `"-123456789012345678901234567890123456.78"`, "-123456789012346000000000000000000000.00", "-123456789012345000000000000000000000.00"},
		{"decimal(18, 4)", `"99999999999999.9999"`, "99999999999999.9000", ""}, {"decimal(18, 4)", `"-99999999999999.9999"`, "", "-99999999999999.9000"},
		{"decimal(18, 4)", `"12345678901234.5600"`, "12345678901234.5000", "12345678901234.6000"}, {"decimal(18, 4)", `"12345678901234.5000"`, "12345678901234.5000", "12345678901234.5000"},
		{"decimal(18, 4)", `"-99999999999.9999"`, "-99999999999.9999", "-99999999999.9999"},
		{"varchar", `"<\"ü>"`, `"<\"ü>"`, `"<\"ü>"`}, {"date", `"0001-01-01"`, `"0001-01-01"`, `"0001-01-01"`}, {"date", `"+10000-01-01"`, "", ""},
		{"timestamp", `"2026-04-15T10:00:00.123456"`, `"2026-04-15T10:00:00.123"`, `"2026-04-15T10:00:00.124"`},
		{"timestamp", `"1969-12-31T23:59:59.999001"`, `"1969-12-31T23:59:59.999"`, `"1970-01-01T00:00:00.000"`},
		{"timestamp", `"9999-12-31T23:59:59.999999"`, `"9999-12-31T23:59:59.999"`, `"9999-12-31T23:59:59.999"`},
		{"timestamp", `"+10000-01-01T00:00:00.000001"`, "", ""},
		{"timestamptz", `"2026-04-15T10:00:00.123000+00:00"`, `"2026-04-15T10:00:00.123Z"`, `"2026-04-15T10:00:00.123Z"`},
		{"boolean", "true", "", ""}, {"binary", `"00"`, "", ""},
	} {
		fields, _, err := manifest.ParseColumns("c " + tc.typ)
		if err != nil {
			t.Fatal(err)
		}
		for upper, want := range map[bool]string{false: tc.lower, true: tc.upper} {
			if got, err := deltaBound(fields[0].Type, manifest.Value(tc.value), upper); got != want || err != nil {
				t.Errorf("%s %s, upper %t: %s, %v; want %s", tc.typ, tc.value, upper, got, err, want)
			}
		}
	}
}

func TestDeltaStats(t *testing.T) {
	fields, _, err := manifest.ParseColumns("id bigint, s varchar, li list<bigint>, later int")
	if err != nil {
		t.Fatal(err)
	}
	fields, _ = manifest.AssignIDs(fields, 0)
	f := manifest.File{Rows: 3, Columns: map[int]manifest.ColumnStats{fields[0].ID: {Values: 3, Lower: "1", Upper: "3", Bound: true}, fields[1].ID: {Values: 3, Nulls: 3}}}
	lacks := func(_ manifest.File, column manifest.Field) bool { return column.Name == "later" }
	got, err := deltaStats(manifest.Schema{Fields: fields}, f, lacks)
	if want := `{"numRecords":3,"minValues":{"id":1},"maxValues":{"id":3},"nullCount":{"id":0,"later":3,"s":3}}`; got != want || err != nil {
		t.Errorf("%s, %v", got, err)
	}
}
