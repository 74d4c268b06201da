package manifest

import (
	"testing"
)

func TestResolve(t *testing.T) {
	k := newMaker(t)
	empty := k.m
	k.publish("one")
	atOne := k.m.LastUpdatedMs
	k.publish("two")
	k.must(k.m.SetTag("q1", 1, false, k.w()))
	k.reserve("pending")
	p := k.reserve("bad")
	k.must(k.m.Reject("bad", p.Attempt, p.Version, "", "", "", k.w()))
	k.publish("five")
	k.must(k.m.Rollback(2, "", "", k.w()))
	expire(t, k, 5)

	for ref, want := range map[string]Version{
		"1": 1, "2": 2, "q1": 1, "current": 2, "previous": 1, "2026-01-01T00:00:03Z": 1, "2026-01-01 00:00:02.999": 0, "2030-01-01": 2, "2026-01-01": 0,
		"2026-01-01T02:00:03+02:00": 1,
	} {
		got, err := k.m.Resolve(ref)
		if want == 0 {
			wantErr(t, err, ErrNoVersion, "reach back")
			continue
		}
		if err != nil || got != want {
			t.Errorf("%s is %d (%v), want %d", ref, got, err, want)
		}
	}
	if v, ok := k.m.AsOf(Time(atOne)); !ok || v != 1 {
		t.Errorf("as of its own instant: %d", v)
	}
	for ref, c := range map[string]struct {
		want  error
		words string
	}{
		"3": {ErrNoVersion, "being written"}, "4": {ErrNoVersion, "refused"}, "5": {ErrVersionExpired, "version 5"}, "6": {ErrNoVersion, "6"},
		"0": {ErrNoVersion, `"0"`}, "01": {ErrNoVersion, ""}, "main": {ErrNoVersion, ""}, "Q1": {ErrNoVersion, ""}, "": {ErrNoVersion, ""}, "-1": {ErrNoVersion, ""},
	} {
		_, err := k.m.Resolve(ref)
		wantErr(t, err, c.want, c.words)
	}
	_, err := empty.Resolve("current")
	wantErr(t, err, ErrNoVersion, "nothing has been published")
	_, err = empty.Resolve("previous")
	wantErr(t, err, ErrNoVersion)
	_, err = empty.Resolve("2030-01-01")
	wantErr(t, err, ErrNoVersion)
	// Once the event has moved to the history, the manifest alone does not know any more.
	k.m = k.m.WithHistory(History{Object: HistoryKey(k.m.Tablectl.Generation), SHA256: hexOf(""), Through: k.m.Tablectl.Generation})
	_, err = k.m.Resolve("5")
	wantErr(t, err, ErrVersionExpired, "never published")
	k.m = clone(t, k.m)
	k.m.Tablectl.GC.Expired = []Version{5}
	_, err = k.m.Rollback(5, "", "", k.w())
	wantErr(t, err, ErrVersionExpired)
	_, err = k.m.SetTag("old", 5, false, k.w())
	wantErr(t, err, ErrVersionExpired)
}

// expire takes a version out, as gc does.
func expire(t *testing.T, k *maker, v Version) {
	t.Helper()
	m := clone(t, k.m)
	m.Snapshots, m.SnapshotLog = nil, nil
	for _, e := range k.m.Snapshots {
		if e.SnapshotID != v {
			m.Snapshots = append(m.Snapshots, e)
		}
	}
	for _, l := range k.m.SnapshotLog {
		if l.SnapshotID != v {
			m.SnapshotLog = append(m.SnapshotLog, l)
		}
	}
	if err := m.Validate(); err != nil {
		t.Fatal(err)
	}
	k.m = m
}

func TestRunState(t *testing.T) {
	k := newMaker(t)
	state := func(run, fingerprint string, want RunState, version Version) {
		t.Helper()
		got, e := k.m.RunState(k.m.Tablectl.Recent, run, fingerprint)
		if got != want || e.Version != version {
			t.Errorf("run %s is %v (version %d), want %v (%d)", run, got, e.Version, want, version)
		}
	}
	state("one", "f-one", RunUnknown, 0)
	k.publish("one")
	state("one", "f-one", RunPublished, 1)
	state("one", "f-other", RunOther, 1)
	k.publish("two")
	k.publish("three")
	state("one", "f-one", RunPublished, 1)
	k.must(k.m.Rollback(1, "", "", k.w()))
	state("one", "f-one", RunPublished, 1)
	state("two", "f-two", RunRolledBack, 2)
	state("three", "f-three", RunRolledBack, 3)
	k.publish("four") // on 1
	state("one", "f-one", RunPublished, 1)
	state("three", "f-three", RunRolledBack, 3)
	k.must(k.m.Rollback(3, "", "", k.w()))
	state("three", "f-three", RunPublished, 3)
	state("two", "f-two", RunPublished, 2)
	state("four", "f-four", RunRolledBack, 4)
	k.publish("two") // once more, with --rerun: the latest decides
	state("two", "f-two", RunPublished, 5)
	k.must(k.m.Rollback(3, "", "", k.w()))
	state("two", "f-two", RunRolledBack, 5)
	p := k.reserve("bad")
	k.must(k.m.Reject("bad", p.Attempt, p.Version, "", "", "", k.w()))
	state("bad", "f-bad", RunUnknown, 0)
	expire(t, k, 2)
	state("one", "f-one", RunPublished, 1) // ancestry outlives expiry
}

func TestAncestor(t *testing.T) {
	events := []Event{{Op: OpPublish, Version: 2}, {Op: OpPublish, Version: 5, From: 2}, {Op: OpRollback, Version: 2, From: 5}, {Op: OpPublish, Version: 7, From: 2}}
	for _, c := range []struct {
		of, v Version
		want  bool
	}{{7, 2, true}, {7, 5, false}, {5, 2, true}, {5, 5, true}, {2, 5, false}, {0, 0, false}, {7, 0, false}, {9, 2, false}} {
		if got := Ancestor(events, c.of, c.v); got != c.want {
			t.Errorf("%d is an ancestor of %d: %t", c.v, c.of, got)
		}
	}
	// A false history does not hold us.
	if Ancestor([]Event{{Op: OpPublish, Version: 2, From: 9}, {Op: OpPublish, Version: 9, From: 2}}, 9, 1) {
		t.Error("an ancestor in a circle")
	}
}

func TestRunStateNames(t *testing.T) {
	for s := RunUnknown; s <= RunOther; s++ {
		if s.String() == "" {
			t.Errorf("state %d has no name", int(s))
		}
	}
}
