package catalog

import (
	"errors"
	"slices"
	"strings"
	"testing"

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
		"does not name":           func(s *manifest.Snapshot) { s.Files = s.Files[1:] },
		"manifests listed":        func(s *manifest.Snapshot) { s.Iceberg.Manifests = s.Iceberg.Manifests[:1] },
		"in the place of":         func(s *manifest.Snapshot) { slices.Reverse(s.Iceberg.Manifests) },
		"row count":               func(s *manifest.Snapshot) { s.Files[0].Rows++ },
		"size":                    func(s *manifest.Snapshot) { s.Files[0].Bytes++ },
		"status":                  func(s *manifest.Snapshot) { s.Files[0].AddedBy.Version = 3 },
		"adding version":          func(s *manifest.Snapshot) { s.Files[0].AddedBy.Version = 2 },
		`partition field "day"`:   func(s *manifest.Snapshot) { s.Files[0].Partition[1] = `"1970-01-02"` },
		`partition field "s"`:     func(s *manifest.Snapshot) { s.Files[0].Partition[0] = "" },
		`partition field "d"`:     func(s *manifest.Snapshot) { s.Files[0].Partition[5] = "1.0" },
		"partition summaries":     func(s *manifest.Snapshot) { s.Files[0].Partition[5] = "0.0" }, // it was -0.0
		`field "amount"`:          func(s *manifest.Snapshot) { s.Files[0].Partition[6] = `"12.50"` },
		"column sizes":            stats(2, func(c *manifest.ColumnStats) { c.Bytes++ }),
		"value counts":            stats(2, func(c *manifest.ColumnStats) { c.Nulls++ }),
		"bounds of version=1":     stats(2, func(c *manifest.ColumnStats) { c.Upper = `"b"` }),
		"bounds":                  stats(3, func(c *manifest.ColumnStats) { c.Bound = false }),
		"sequence numbers of":     func(s *manifest.Snapshot) { s.Version = 4 },
		"partition spec of versi": func(s *manifest.Snapshot) { s.Spec.ID = 7 },
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
