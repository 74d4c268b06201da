package manifest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
)

const (
	testUUID = "6f0c0000-0000-4000-8000-000000000000"
	testRoot = "s3://bucket/prefix"
	testTime = Time(1767225600000)
)

// maker makes manifests as a table would: with a clock and write ids of its own.
type maker struct {
	t    testing.TB
	m    *Manifest
	n    int
	last *Snapshot // what evolve published last
}

func (k *maker) w() Write {
	k.n++
	return Write{ID: fmt.Sprintf("%032x", k.n), At: testTime + Time(k.n*1000), By: "ada@host"}
}

// must takes the result of a transition.
func (k *maker) must(m *Manifest, err error) {
	k.t.Helper()
	if err != nil {
		k.t.Fatal(err)
	}
	k.m = m
}

func hexOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func testColumns() []Field {
	fields, _, err := ParseColumns(`id bigint not null, day date, name varchar, amount decimal(9, 2), score double, seen timestamptz,
		tags list<string>, point struct<x: int, y: int>, attrs map<string, binary>`)
	if err != nil {
		panic(err)
	}
	return fields
}

// newMaker begins a table that is partitioned by day, sorted by name and keyed by id.
func newMaker(t testing.TB) *maker {
	k := &maker{t: t}
	k.must(New(Table{
		UUID: testUUID, Location: testRoot + "/_iceberg", Schema: &Schema{Fields: testColumns()},
		PartitionBy: []string{"day"}, SortBy: []string{"name desc"}, Key: []string{"id"},
	}, k.w()))
	return k
}

func (k *maker) reserve(run string) Pending {
	k.t.Helper()
	m, p, err := k.m.Reserve(run, "attempt-"+run, "replace", testTime+1e6, k.w())
	k.must(m, err)
	return p
}

// snapshot is what a run would publish for its reservation.
func (k *maker) snapshot(p Pending) *Snapshot {
	m := k.m
	schema, spec, order := m.Schema(), m.Spec(), m.SortOrder()
	if !m.Declared() {
		var err error
		st := m.Tablectl.Settings
		if schema, spec, order, err = Layout(Schema{Fields: testColumns()}, st.PartitionBy, st.SortBy, st.Key); err != nil {
			k.t.Fatal(err)
		}
	}
	sha := hexOf(p.Run)
	part := []Value(nil)
	dir := ""
	if len(spec.Fields) > 0 {
		part = make([]Value, len(spec.Fields)) // nulls
	}
	if len(part) == 1 && spec.Fields[0].Transform == transformIdentity && spec.Types(schema)[0].Kind == Date {
		part[0], dir = `"2026-04-15"`, PartitionDir("day", "2026-04-15", false)
	}
	s := &Snapshot{
		Format: Format, TableUUID: m.TableUUID, Version: p.Version, Run: p.Run, Attempt: p.Attempt, Mode: p.Mode, Fingerprint: "f-" + p.Run,
		Created: testTime, Writer: "tablectl test", Schema: schema, Spec: spec, SortOrder: order,
		Inputs: []Input{{Name: "a.csv", Bytes: 10, Identity: "sha256:" + sha}},
		Report: &Report{Level: "full", Passed: true, Checks: []Check{{Name: "size", Passed: true, Count: 1}}},
		Rows:   RowCounts{Added: 3, Total: 3}, FileCounts: FileCounts{Written: 1, Total: 1, BytesWritten: 1000, BytesTotal: 1000},
		Files: []File{{
			Key: DataKey(p.Version, dir, 0, sha), Bytes: 1000, Rows: 3, SHA256: sha, CRC64NVME: sha[:16], SpecID: spec.ID, Partition: part, RowGroups: 1,
			Columns: map[int]ColumnStats{1: {Values: 3, Lower: "1", Upper: "3", Bound: true}, 3: {Values: 3, Nulls: 3, Bytes: 40}},
			AddedBy: AddedBy{Version: p.Version, Run: p.Run},
		}},
		Iceberg: IcebergLists{ManifestList: IcebergKey(p.Version, hexOf("list"+p.Run)), Manifests: []string{IcebergKey(p.Version, hexOf("m"+p.Run))}},
	}
	for id := range s.Files[0].Columns {
		if _, there := schema.top(id); !there {
			delete(s.Files[0].Columns, id)
		}
	}
	if e, ok := m.Current(); ok {
		s.Parent = &ParentRef{Version: e.SnapshotID, SHA256: e.Summary[SummarySHA256]}
	}
	return s
}

func (k *maker) commitment(s *Snapshot) Commit {
	k.t.Helper()
	b, err := s.Encode()
	if err != nil {
		k.t.Fatal(err)
	}
	sha := hexOf(string(b))
	return Commit{
		Run: s.Run, Attempt: s.Attempt, Snapshot: s, SnapshotKey: SnapshotKey(s.Version, sha), SnapshotSHA256: sha,
		ManifestList: k.m.Root() + "/" + s.Iceberg.ManifestList, Message: "by " + s.Run,
	}
}

// publish takes a run from its reservation to its commit.
func (k *maker) publish(run string) Version {
	k.t.Helper()
	p := k.reserve(run)
	k.must(k.m.Commit(k.commitment(k.snapshot(p)), k.w()))
	return p.Version
}

// full is a manifest in which everything stands that can.
func full(t testing.TB) *maker {
	k := newMaker(t)
	k.publish("one")
	k.publish("two")
	k.must(k.m.SetTag("2026-q1", 1, false, k.w()))
	k.reserve("renumbered")
	k.publish("three")
	m, _, err := k.m.Renumber("renumbered", "attempt-renumbered", k.w())
	k.must(m, err)
	k.must(k.m.Rollback(2, "wrong amounts", "back", k.w()))
	k.reserveFrozen()
	k.m = k.m.WithHistory(History{Object: HistoryKey(3), SHA256: hexOf("history"), Through: 3})
	k.m.Tablectl.GC = GC{Epoch: 7, Plan: planKey(7), SHA256: hexOf("plan"), MarkedAt: testTime, Expired: []Version{}}
	k.m.Tablectl.Settings.RowGroupRows, k.m.Tablectl.Settings.Compression = 1000, CompressionZstd
	if err := k.m.Validate(); err != nil {
		t.Fatal(err)
	}
	return k
}

// reserveFrozen adds a reservation as if it had been there before the freeze.
func (k *maker) reserveFrozen() {
	frozen := k.m.Tablectl.Frozen
	k.m.Tablectl.Frozen = nil
	k.reserve("other")
	k.m.Tablectl.Frozen = frozen
}

func encoded(t testing.TB, m *Manifest) []byte {
	t.Helper()
	b, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// clone is a deep copy.
func clone(t testing.TB, m *Manifest) *Manifest {
	t.Helper()
	out := new(Manifest)
	if err := decodeWhole(encoded(t, m), out); err != nil {
		t.Fatal(err)
	}
	return out
}

// wantErr fails unless err is want, and its text holds every word.
func wantErr(t *testing.T, err, want error, words ...string) {
	t.Helper()
	if !errors.Is(err, want) || err == nil {
		t.Fatalf("got error %v, want %v", err, want)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Fatalf("error %q does not mention %q", err, w)
		}
	}
}

// wantRule fails unless err refuses by that rule.
func wantRule(t *testing.T, err error, rule Rule) {
	t.Helper()
	var r *Refusal
	if !errors.As(err, &r) || !errors.Is(err, ErrInvalid) {
		t.Fatalf("got %v, want a refusal by %q", err, rule)
	}
	if r.Rule != rule {
		t.Fatalf("refused by %q (%v), want %q", r.Rule, err, rule)
	}
}

// indent is JSON as people read it.
func indent(t testing.TB, b []byte) string {
	t.Helper()
	var out bytes.Buffer
	if err := json.Indent(&out, b, "", " "); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
