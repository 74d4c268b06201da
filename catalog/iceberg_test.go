package catalog

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/apache/iceberg-go"

	"github.com/tablectl/tablectl/manifest"
)

const sampleURL = "s3://bucket/a table"

// sample is version 3 of a table with every type, partitioned by one column of every type that a partition can have. One of its
// files was added by version 1.
func sample(t *testing.T) *manifest.Snapshot {
	t.Helper()
	fields, partitionBy, err := manifest.ParseColumns(`id bigint not null, s varchar, day date, ok boolean, i int, f float, d double,
		amount decimal(9, 2), at timestamp, instant timestamptz, raw binary, "größe" bigint, st struct<x: int, y: string>,
		li list<long>, ma map<string, double>`)
	if err != nil || len(partitionBy) != 0 {
		t.Fatal(err, partitionBy)
	}
	fields, _ = manifest.AssignIDs(fields, 0)
	s := &manifest.Snapshot{Version: 3, Schema: manifest.Schema{ID: 1, Fields: fields}, Parent: &manifest.ParentRef{Version: 2},
		SortOrder: manifest.SortOrder{ID: 1, Fields: []manifest.SortField{{SourceID: 1, Transform: "identity", Direction: "asc", NullOrder: "nulls-first"}}}}
	for i, f := range fields[1:12] {
		s.Spec.Fields = append(s.Spec.Fields, manifest.PartitionField{SourceID: f.ID, FieldID: 1000 + i, Name: f.Name, Transform: "identity"})
	}
	s.Spec.ID = 1
	s.Files = []manifest.File{
		sampleFile(t, s, "one", 1, "a b", int32(-1), true, int32(math.MinInt32), float32(1.5), math.Copysign(0, -1), manifest.DecFromInt64(-1250), int64(-1), int64(1), []byte{0, 255}, int64(5)),
		sampleFile(t, s, "two", 3, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil),
		sampleFile(t, s, "three", 3, "", int32(20000), false, int32(7), float32(math.NaN()), math.Inf(1), manifest.DecFromInt64(999999999), int64(1<<50), int64(-1<<55), []byte{}, int64(-5)),
	}
	return s
}

// sampleFile has the partition values for bounds, too.
func sampleFile(t *testing.T, s *manifest.Snapshot, name string, by manifest.Version, partition ...any) manifest.File {
	t.Helper()
	f := manifest.File{Key: by.Prefix() + "part-" + name + ".parquet", Rows: 10 * int64(by), Bytes: 1000 + int64(by), SpecID: s.Spec.ID, AddedBy: manifest.AddedBy{Version: by, Run: "r"},
		Columns: map[int]manifest.ColumnStats{}}
	for i, v := range partition {
		source, _ := s.Schema.FieldByID(s.Spec.Fields[i].SourceID)
		x, err := manifest.EncodeValue(source.Type, v)
		if err != nil {
			t.Fatal(err)
		}
		f.Partition = append(f.Partition, x)
		stats := manifest.ColumnStats{Values: f.Rows, Nulls: 0, Bytes: int64(40 + i), Lower: x, Upper: x, Bound: v != nil && !isNaN(v)}
		if v == nil {
			stats.Nulls = f.Rows
		}
		if isNaN(v) {
			stats.NaNs = f.Rows
		}
		if !stats.Bound {
			stats.Lower, stats.Upper = "", ""
		}
		f.Columns[source.ID] = stats
	}
	for _, l := range s.Schema.Leaves() {
		if l.MaxRep > 0 {
			f.Columns[l.ID] = manifest.ColumnStats{Values: 3, Nulls: 1, Bytes: 9}
		}
	}
	return f
}

// build makes the lists and gives what CheckIceberg needs to read them.
func build(t *testing.T, s *manifest.Snapshot, groups ...[]manifest.File) (Lists, func(string) ([]byte, error)) {
	t.Helper()
	lists, err := BuildIceberg(s, groups, sampleURL)
	if err != nil {
		t.Fatal(err)
	}
	s.Iceberg = lists.Keys()
	objects := map[string][]byte{}
	for _, o := range append(lists.Manifests, lists.ManifestList) {
		objects[o.Key] = o.Bytes
	}
	return lists, func(key string) ([]byte, error) {
		if b, ok := objects[key]; ok {
			return b, nil
		}
		return nil, errMissing
	}
}

var errMissing = errors.New("missing")

func TestSameSnapshotSameBytes(t *testing.T) {
	s := sample(t)
	first, _ := build(t, s, s.Files[:1], s.Files[1:])
	for range 50 {
		again, _ := build(t, s, s.Files[:1], s.Files[1:])
		for i, o := range append(again.Manifests, again.ManifestList) {
			if want := append(first.Manifests, first.ManifestList)[i]; o.Key != want.Key || !bytes.Equal(o.Bytes, want.Bytes) {
				t.Fatalf("object %d differs: %s and %s", i, o.Key, want.Key)
			}
		}
	}
	s.Files[0].Rows++
	other, _ := build(t, s, s.Files[:1], s.Files[1:])
	if other.Manifests[0].Key == first.Manifests[0].Key || other.ManifestList.Key == first.ManifestList.Key {
		t.Error("another row count, the same keys")
	}
	if other.Manifests[1].Key != first.Manifests[1].Key {
		t.Error("an untouched group got another key")
	}
}

func TestEntries(t *testing.T) {
	s := sample(t)
	lists, _ := build(t, s, s.Files)
	named, err := iceberg.ReadManifestList(bytes.NewReader(lists.ManifestList.Bytes))
	if err != nil {
		t.Fatal(err)
	}
	m := named[0]
	if m.FilePath() != sampleURL+"/"+lists.Manifests[0].Key || m.Length() != int64(len(lists.Manifests[0].Bytes)) || m.KeyMetadata() != nil {
		t.Errorf("the list names %s, %d bytes", m.FilePath(), m.Length())
	}
	if m.AddedDataFiles() != 2 || m.ExistingDataFiles() != 1 || m.AddedRows() != 60 || m.ExistingRows() != 10 || m.SequenceNum() != 3 || m.MinSequenceNum() != 1 {
		t.Errorf("counts of the list are wrong: %v", m)
	}
	// The empty string is a bound: a reader that finds none takes the whole manifest for nulls.
	if p := m.Partitions()[0]; !p.ContainsNull || p.LowerBound == nil || len(*p.LowerBound) != 0 || p.UpperBound == nil || string(*p.UpperBound) != "a b" {
		t.Errorf("summary of a string field: %+v", p)
	}
	if p := m.Partitions()[4]; p.ContainsNaN == nil || !*p.ContainsNaN || !bytes.Equal(*p.LowerBound, *p.UpperBound) {
		t.Errorf("summary of a float field with a NaN: %+v", p)
	}
	entries, err := iceberg.ReadManifest(m, bytes.NewReader(lists.Manifests[0].Bytes), false)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		status iceberg.ManifestEntryStatus
		by     int64
		sorted bool
	}{{iceberg.EntryStatusEXISTING, 1, false}, {iceberg.EntryStatusADDED, 3, true}, {iceberg.EntryStatusADDED, 3, true}} {
		e := entries[i]
		if e.Status() != want.status || e.SnapshotID() != want.by || e.SequenceNum() != want.by || *e.FileSequenceNum() != want.by {
			t.Errorf("entry %d: status %d, snapshot %d, sequence numbers %d and %d", i, e.Status(), e.SnapshotID(), e.SequenceNum(), *e.FileSequenceNum())
		}
		if (e.DataFile().SortOrderID() != nil) != want.sorted {
			t.Errorf("entry %d: sort order %v", i, e.DataFile().SortOrderID())
		}
		if _, ok := e.DataFile().ValueCounts()[19]; ok {
			t.Error("values of a repeated column are counted")
		}
	}
}

// The header of a manifest says the partition spec with the names that the table has, not with those that Avro allows.
func TestManifestHeader(t *testing.T) {
	s := sample(t)
	lists, _ := build(t, s, s.Files)
	c, err := parseContainer(lists.Manifests[0].Bytes)
	if err != nil {
		t.Fatal(err)
	}
	var fields []manifest.PartitionField
	if err := json.Unmarshal(c.meta["partition-spec"], &fields); err != nil {
		t.Fatal(err)
	}
	if got := fields[len(fields)-1].Name; got != "größe" {
		t.Errorf("the spec names %q", got)
	}
	if !strings.Contains(string(c.meta["avro.schema"]), "gr_xF6_xDFe") {
		t.Error("the Avro schema does not have the field under the name that Iceberg gives it")
	}
}

func TestRefusals(t *testing.T) {
	for name, tc := range map[string]struct {
		groups func(*manifest.Snapshot) [][]manifest.File
		want   string
	}{
		"empty group": {func(*manifest.Snapshot) [][]manifest.File { return [][]manifest.File{nil} }, "no files"},
		"partition values": {func(s *manifest.Snapshot) [][]manifest.File {
			s.Files[0].Partition = nil
			return [][]manifest.File{s.Files}
		}, "0 partition values"},
		"bad value": {func(s *manifest.Snapshot) [][]manifest.File {
			s.Files[0].Partition[1] = `"yesterday"`
			return [][]manifest.File{s.Files}
		}, `partition field "day"`},
		"bad bound": {func(s *manifest.Snapshot) [][]manifest.File {
			s.Files[0].Columns[3] = manifest.ColumnStats{Bound: true, Lower: "x", Upper: "y"}
			return [][]manifest.File{s.Files}
		}, "bound of column 3"},
		"unknown source": {func(s *manifest.Snapshot) [][]manifest.File {
			s.Spec.Fields[0].SourceID = 99
			return [][]manifest.File{s.Files}
		}, "no column with id 99"},
	} {
		t.Run(name, func(t *testing.T) {
			s := sample(t)
			_, err := BuildIceberg(s, tc.groups(s), sampleURL)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want an error with %q", err, tc.want)
			}
		})
	}
}

func TestCheckPartitioning(t *testing.T) {
	s := sample(t)
	if err := CheckPartitioning(s.Schema, s.Spec); err != nil {
		t.Errorf("every primitive type: %v", err)
	}
	if err := CheckPartitioning(s.Schema, manifest.PartitionSpec{}); err != nil {
		t.Errorf("no partitions: %v", err)
	}
	for name, columns := range map[string]string{"decimals": "a decimal(9, 2), b decimal(18, 4)", "struct": "a struct<x: int>"} {
		fields, _, err := manifest.ParseColumns(columns)
		if err != nil {
			t.Fatal(err)
		}
		fields, _ = manifest.AssignIDs(fields, 0)
		var spec manifest.PartitionSpec
		for i, f := range fields {
			spec.Fields = append(spec.Fields, manifest.PartitionField{SourceID: f.ID, FieldID: 1000 + i, Name: f.Name, Transform: "identity"})
		}
		if err := CheckPartitioning(manifest.Schema{Fields: fields}, spec); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
