package manifest

import (
	"path"
	"strings"
	"testing"
)

// contained is a snapshot of a self-contained table that carries a file of its parent over.
func (k *maker) contained(p Pending) *Snapshot {
	s := k.snapshot(p)
	own, old := s.Files[0], s.Files[0]
	old.Key = strings.Replace(own.Key, "part-00000", "part-00001", 1)
	old.AddedBy = AddedBy{Version: 1, Run: "one"}
	s.Layout, s.Files = LayoutSelfContained, append(s.Files, old)
	s.Rows.CarriedOver, s.Rows.Total = old.Rows, own.Rows+old.Rows
	s.FileCounts.Kept, s.FileCounts.Total, s.FileCounts.BytesTotal = 1, 2, own.Bytes+old.Bytes
	return s
}

// A snapshot has the layout that its table has, whichever way that was changed since; and older versions stay as they are.
func TestLayoutOfCommit(t *testing.T) {
	k := newMaker(t)
	k.publish("one")
	layout := func(to string) { k.must(k.m.SetSettings(SettingsChange{Layout: &to}, k.w())) }
	layout(LayoutSelfContained)
	p := k.reserve("two")
	_, err := k.m.Commit(k.commitment(k.snapshot(p)), k.w())
	wantErr(t, err, ErrConflict, "self-contained")
	k.must(k.m.Commit(k.commitment(k.contained(p)), k.w()))

	layout(LayoutShared)
	p = k.reserve("three")
	_, err = k.m.Commit(k.commitment(k.contained(p)), k.w())
	wantErr(t, err, ErrConflict, "shared")
	k.must(k.m.Commit(k.commitment(k.snapshot(p)), k.w()))
	layout(LayoutSelfContained)
	k.must(k.m.Rollback(1, "", "", k.w()))
}

// Without a parent there is nothing that could have been copied.
func TestContainedWithoutParent(t *testing.T) {
	k := newMaker(t)
	to := LayoutSelfContained
	k.must(k.m.SetSettings(SettingsChange{Layout: &to}, k.w()))
	k.reserve("one")
	p := k.reserve("two")
	_, err := k.m.Commit(k.commitment(k.contained(p)), k.w())
	wantRule(t, err, RuleAddedBy)
}

// A table that is empty keeps the layout that it was made with, unless its first publish says another.
func TestLayoutOfBlank(t *testing.T) {
	for named, want := range map[string]string{"": LayoutSelfContained, LayoutShared: LayoutShared} {
		m, err := New(Table{UUID: testUUID, Location: testRoot + "/_iceberg", Settings: Settings{Layout: LayoutSelfContained}}, Write{ID: hexOf("a")[:32], At: testTime})
		if err != nil {
			t.Fatal(err)
		}
		next, err := m.Define(Table{Schema: &Schema{Fields: testColumns()}, Settings: Settings{Layout: named}}, Write{ID: hexOf("b")[:32], At: testTime})
		if err != nil || next.Tablectl.Settings.Layout != want {
			t.Errorf("%q: %q, %v, want %q", named, next.Tablectl.Settings.Layout, err, want)
		}
	}
}

func TestDataKeyIn(t *testing.T) {
	const digest = "-3f9a1c2e0b7d4a55.parquet"
	taken := map[string]bool{"version=3/part-00000" + digest: true, "version=3/part-00001" + digest: true, "version=3/part-99999" + digest: true}
	for key, want := range map[string]string{
		"version=1/part-00007" + digest:          "version=3/part-00007" + digest,
		"version=1/part-00000" + digest:          "version=3/part-00002" + digest,
		"version=2/part-99999" + digest:          "version=3/part-100000" + digest,
		"version=12/a=b/c=d/part-00000" + digest: "version=3/a=b/c=d/part-00000" + digest,
	} {
		got := DataKeyIn(3, key, func(k string) bool { return taken[k] })
		if got != want || !dataNamePattern.MatchString(path.Base(got)) {
			t.Errorf("%s becomes %s, want %s", key, got, want)
		}
	}
	if got := DataKeyIn(3, "version=1/x", func(string) bool { return true }); got != "version=3/x" {
		t.Errorf("no data key becomes %s", got)
	}
}
