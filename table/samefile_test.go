package table

import (
	"context"
	"testing"

	"github.com/tablectl/tablectl/internal/expr"
	"github.com/tablectl/tablectl/internal/filelist"
	"github.com/tablectl/tablectl/manifest"
)

// TestMergeHoldsUnderOtherKeys: what was merged with a version holds for another one that has the same files under keys of its own, which
// are those that are left out there; and not if there is one more or another one.
func TestMergeHoldsUnderOtherKeys(t *testing.T) {
	where, err := expr.Parse("id > 0", manifest.Schema{Fields: []manifest.Field{{ID: 1, Name: "id", Type: manifest.Type{Kind: manifest.Long}}}})
	if err != nil {
		t.Fatal(err)
	}
	file := func(v, added manifest.Version, seq int, sha string) manifest.File {
		return manifest.File{Key: manifest.DataKey(v, "", seq, sha), SHA256: sha, Rows: 1, AddedBy: manifest.AddedBy{Version: added, Run: "r"}}
	}
	a, b, twin := file(1, 1, 0, "aa"), file(1, 1, 1, "bb"), file(1, 1, 2, "bb")
	for name, c := range map[string]struct {
		now  []manifest.File
		want bool
	}{
		"the same":          {[]manifest.File{file(2, 1, 5, "bb"), file(2, 1, 0, "aa"), file(2, 1, 1, "bb")}, true},
		"one is gone":       {[]manifest.File{file(2, 1, 0, "aa"), file(2, 1, 1, "bb")}, false},
		"one is another":    {[]manifest.File{file(2, 1, 0, "aa"), file(2, 1, 1, "bb"), file(2, 1, 2, "cc")}, false},
		"one was put again": {[]manifest.File{file(2, 1, 0, "aa"), file(2, 1, 1, "bb"), file(2, 2, 2, "bb")}, false},
	} {
		m := &merging{where: where, on: 1, read: []manifest.File{a, b, twin}, dropped: []manifest.File{a, twin}}
		s := &manifest.Snapshot{Version: 2, Files: c.now, FileCounts: manifest.FileCounts{Total: len(c.now)}}
		got, err := m.holds(context.Background(), &parent{version: 2, snap: s, files: filelist.NewSet(s, nil)})
		if err != nil || got != c.want {
			t.Errorf("%s: %v, %v", name, got, err)
		}
		if got && (len(m.dropped) != 2 || m.on != 2 || m.dropped[0].Key != c.now[0].Key || m.dropped[1].Key != c.now[1].Key) {
			t.Errorf("%s: left out are %v", name, m.dropped)
		}
	}
}
