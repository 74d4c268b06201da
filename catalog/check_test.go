package catalog

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/apache/iceberg-go"

	"github.com/tablectl/tablectl/manifest"
)

func TestCheckIceberg(t *testing.T) {
	s := sample(t)
	_, get := build(t, s, s.Files[:1], s.Files[1:])
	if err := CheckIceberg(s, s.Files, get, sampleURL); err != nil {
		t.Errorf("lists as built: %v", err)
	}
	if err := CheckIceberg(s, s.Files, get, "s3://elsewhere"); !errors.Is(err, ErrLists) {
		t.Errorf("lists of another place: %v", err)
	}
	lost := func(string) ([]byte, error) { return nil, errMissing }
	if err := CheckIceberg(s, s.Files, lost, sampleURL); !errors.Is(err, errMissing) || errors.Is(err, ErrLists) {
		t.Errorf("missing objects: %v", err)
	}
	broken := func(key string) ([]byte, error) { b, _ := get(key); return b[:len(b)-20], nil }
	if err := CheckIceberg(s, s.Files, broken, sampleURL); !errors.Is(err, ErrLists) {
		t.Errorf("cut objects: %v", err)
	}
}

// Whatever a snapshot says otherwise than its lists is found.
func TestCheckFindsDifferences(t *testing.T) {
	stats := func(id int, change func(*manifest.ColumnStats)) func(*manifest.Snapshot) {
		return func(s *manifest.Snapshot) {
			c := s.Files[0].Columns[id]
			change(&c)
			s.Files[0].Columns[id] = c
		}
	}
	for want, change := range map[string]func(*manifest.Snapshot){
		"is not listed": func(s *manifest.Snapshot) {
			s.Files = append(s.Files, manifest.File{Key: "version=3/x.parquet", Partition: s.Files[0].Partition})
		},
		"does not name":         func(s *manifest.Snapshot) { s.Files = s.Files[1:] },
		"manifests listed":      func(s *manifest.Snapshot) { s.Iceberg.Manifests = s.Iceberg.Manifests[:1] },
		"in the place of":       func(s *manifest.Snapshot) { slices.Reverse(s.Iceberg.Manifests) },
		"row count":             func(s *manifest.Snapshot) { s.Files[0].Rows++ },
		"size":                  func(s *manifest.Snapshot) { s.Files[0].Bytes++ },
		"status":                func(s *manifest.Snapshot) { s.Files[0].AddedBy.Version = 3 },
		"adding version":        func(s *manifest.Snapshot) { s.Files[0].AddedBy.Version = 2 },
		`partition field "day"`: func(s *manifest.Snapshot) { s.Files[0].Partition[1] = `"1970-01-02"` },
		`partition field "s"`:   func(s *manifest.Snapshot) { s.Files[0].Partition[0] = "" },
		`partition field "d"`:   func(s *manifest.Snapshot) { s.Files[0].Partition[5] = "1.0" },
		"partition summaries":   func(s *manifest.Snapshot) { s.Files[0].Partition[5] = "0.0" }, // it was -0.0
		`field "amount"`:        func(s *manifest.Snapshot) { s.Files[0].Partition[6] = `"12.50"` },
		"column sizes":          stats(2, func(c *manifest.ColumnStats) { c.Bytes++ }),
		"value counts":          stats(2, func(c *manifest.ColumnStats) { c.Nulls++ }),
		"bounds of version=1":   stats(2, func(c *manifest.ColumnStats) { c.Upper = `"b"` }),
		"bounds":                stats(3, func(c *manifest.ColumnStats) { c.Bound = false }),
		"partition spec of versi": func(s *manifest.Snapshot) {
			s.Spec.ID = 7
			for i := range s.Files {
				s.Files[i].SpecID = 7
			}
		},
	} {
		t.Run(want, func(t *testing.T) {
			s := sample(t)
			_, get := build(t, s, s.Files[:1], s.Files[1:])
			change(s)
			err := CheckIceberg(s, s.Files, get, sampleURL)
			if !errors.Is(err, ErrLists) || !strings.Contains(strings.ReplaceAll(err.Error(), "s3://bucket/a table/", ""), want) {
				t.Errorf("got %v, want ErrLists with %q", err, want)
			}
		})
	}
}

// A file that two manifests list would be read twice.
func TestCheckFindsDoubles(t *testing.T) {
	s := sample(t)
	_, get := build(t, s, s.Files, s.Files[:1])
	if err := CheckIceberg(s, s.Files, get, sampleURL); !errors.Is(err, ErrLists) {
		t.Errorf("got %v", err)
	}
}

// shared is the sample with its files in two lists, and version 4 after it, which shares the first list and writes the second one anew
// with a file more. It gives version 4, its files, and all objects.
func shared(t *testing.T, change func(*manifest.FileList)) (*manifest.Snapshot, []manifest.File, map[string][]byte) {
	t.Helper()
	objects := map[string][]byte{}
	list := func(s *manifest.Snapshot, files []manifest.File) manifest.FileList {
		l, o, err := must(NewBuilder(s, sampleURL))(t).Manifest(s.Version, files)
		if err != nil {
			t.Fatal(err)
		}
		objects[o.Key] = o.Bytes
		return l
	}
	before := sample(t)
	first := list(before, before.Files[:2])
	change(&first)
	s := sample(t)
	s.Version, s.Parent = 4, &manifest.ParentRef{Version: 3}
	added := sampleFile(t, s, "four", 4, "b", int32(20001), true, int32(7), float32(1), 1.0, manifest.DecFromInt64(7), int64(1), int64(2), []byte{1}, int64(9))
	s.Lists = []manifest.FileList{first, list(s, []manifest.File{s.Files[2], added})}
	files := append(s.Files, added)
	s.Files = nil
	o, err := must(NewBuilder(s, sampleURL))(t).List(s.Lists)
	if err != nil {
		t.Fatal(err)
	}
	objects[o.Key], s.Iceberg.ManifestList = o.Bytes, o.Key
	return s, files, objects
}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// A manifest that an earlier version wrote is listed with the sequence number, the snapshot id and the counts that it had then, and its
// entries inherit them: what version 3 added stays added by version 3.
func TestSharedManifest(t *testing.T) {
	s, files, objects := shared(t, func(*manifest.FileList) {})
	get := func(key string) ([]byte, error) { return objects[key], nil }
	if err := CheckIceberg(s, files, get, sampleURL); err != nil {
		t.Fatal(err)
	}
	lines, err := iceberg.ReadManifestList(bytes.NewReader(objects[s.Iceberg.ManifestList]))
	if err != nil {
		t.Fatal(err)
	}
	var got []int64
	for i, m := range lines {
		if i == 0 && (m.SequenceNum() != 3 || m.MinSequenceNum() != 1 || m.SnapshotID() != 3 || m.AddedDataFiles() != 1 || m.ExistingDataFiles() != 1 || m.ExistingRows() != 10) {
			t.Errorf("the shared manifest is listed as %v", m)
		}
		entries, err := iceberg.ReadManifest(m, bytes.NewReader(objects[s.Lists[i].Manifest]), false)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			got = append(got, e.SequenceNum(), e.SnapshotID(), int64(e.Status()))
		}
	}
	existing, added := int64(iceberg.EntryStatusEXISTING), int64(iceberg.EntryStatusADDED)
	if want := []int64{1, 1, existing, 3, 3, added, 3, 3, existing, 4, 4, added}; !slices.Equal(got, want) {
		t.Errorf("sequence numbers, snapshots, states %v, want %v", got, want)
	}
}

// A list whose manifest holds other files, or of which the snapshot says something wrong, is found.
func TestCheckFindsSharedDifferences(t *testing.T) {
	for want, change := range map[string]func(*manifest.FileList){
		"sequence numbers":    func(l *manifest.FileList) { l.MinVersion = 2 },
		"file counts":         func(l *manifest.FileList) { l.AddedFiles = 2 },
		"row counts":          func(l *manifest.FileList) { l.AddedRows = 31 },
		"length":              func(l *manifest.FileList) { l.ManifestBytes++ },
		"partition summaries": func(l *manifest.FileList) { l.Partitions[0].Upper = `"zz"` },
	} {
		t.Run(want, func(t *testing.T) {
			s, files, objects := shared(t, change)
			err := CheckIceberg(s, files, func(key string) ([]byte, error) { return objects[key], nil }, sampleURL)
			if !errors.Is(err, ErrLists) || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v", err)
			}
		})
	}
	s, files, objects := shared(t, func(*manifest.FileList) {})
	get := func(key string) ([]byte, error) { return objects[key], nil }
	files[0], files[2] = files[2], files[0]
	if err := CheckIceberg(s, files, get, sampleURL); !errors.Is(err, ErrLists) {
		t.Errorf("files in other lists than manifests: %v", err)
	}
	files[0], files[2] = files[2], files[0]
	for _, wrong := range [][]manifest.File{files[:3], append(files, files[0])} {
		if err := CheckIceberg(s, wrong, get, sampleURL); !errors.Is(err, ErrLists) {
			t.Errorf("%d files: %v", len(wrong), err)
		}
	}
}
