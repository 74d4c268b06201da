package manifest

import (
	"fmt"
	"slices"
	"testing"
)

func TestKeepVersions(t *testing.T) {
	k := newMaker(t)
	k.publish("first")
	k.must(k.m.SetTag("kept", 1, false, k.w()))
	k.publish("second")
	k.reserve("long-run") // begins on version 2
	keep := MinKeepVersions
	k.must(k.m.SetSettings(SettingsChange{KeepVersions: &keep}, k.w()))
	for i := range 20 {
		k.publish(fmt.Sprintf("more-%d", i))
	}
	var live []Version
	for _, e := range k.m.Snapshots {
		live = append(live, e.SnapshotID)
	}
	newest := Version(k.m.LastSequenceNumber)
	want := []Version{1, 2}
	for v := newest - Version(keep) + 1; v <= newest; v++ {
		want = append(want, v)
	}
	if !slices.Equal(live, want) {
		t.Errorf("live %v, want %v", live, want)
	}
	if e := k.m.Tablectl.GC.Expired; len(e) != 22-len(want) || slices.Contains(e, 1) || !slices.Contains(e, 4) {
		t.Errorf("expired %v", e)
	}
	_, err := k.m.Rollback(4, "", "", k.w())
	wantErr(t, err, ErrVersionExpired)
	if first := k.m.SnapshotLog[0].SnapshotID; first != newest-Version(keep)+1 {
		t.Errorf("the log begins with version %d", first) // a time before that is none of version 1 or 2
	}
	k.must(k.m.Rollback(1, "", "", k.w())) // tagged
	for i := range 12 {
		k.publish(fmt.Sprintf("again-%d", i))
	}
	if _, ok := k.m.Live(1); !ok {
		t.Error("a tagged version expired")
	}
}
