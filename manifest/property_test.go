package manifest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// world does random things to a table, as many writers would, and keeps book of what must hold.
type world struct {
	*maker
	r         *rand.Rand
	ids       map[string]bool
	published []Version
	past      []Event
	snapshots map[Version]*Snapshot
	committed map[Version]*Snapshot
	altered   int
}

// refusals that a transition may give: the table was not in the state for it.
func expected(err error) bool {
	for _, want := range []error{ErrFenced, ErrFrozen, ErrConflict, ErrStaleNumber, ErrNothingToDo, ErrNoVersion, ErrVersionExpired, ErrTagExists, ErrNoTag, ErrSchema} {
		if errors.Is(err, want) {
			return true
		}
	}
	return false
}

func (x *world) run() string { return fmt.Sprintf("run-%d", x.r.IntN(6)) }

func (x *world) version() Version { return Version(1 + x.r.IntN(int(x.m.Tablectl.NextVersion))) }

// try takes what the transition gives, or leaves all as it was.
func (x *world) try(m *Manifest, err error) {
	x.t.Helper()
	if err != nil {
		if !expected(err) {
			x.t.Fatal(err)
		}
		return
	}
	x.accept(m)
}

func (x *world) accept(m *Manifest) {
	x.t.Helper()
	if more := m.Overflow(); more != nil {
		x.past = append(x.past, more...)
		through := more[len(more)-1].Generation
		m = m.WithHistory(History{Object: HistoryKey(through), SHA256: hexOf("h"), Through: through})
	}
	old, next := x.m.Tablectl, m.Tablectl
	switch {
	case next.Generation != old.Generation+1:
		x.t.Fatalf("generation %d after %d", next.Generation, old.Generation)
	case x.ids[next.WriteID]:
		x.t.Fatalf("write id %s twice", next.WriteID)
	case next.NextVersion < old.NextVersion || m.LastSequenceNumber < x.m.LastSequenceNumber || m.LastUpdatedMs < x.m.LastUpdatedMs:
		x.t.Fatal("a counter or the time went back")
	}
	x.ids[next.WriteID] = true
	if m.LastSequenceNumber > x.m.LastSequenceNumber {
		x.published = append(x.published, Version(m.LastSequenceNumber))
		if m.CurrentSnapshotID != m.LastSequenceNumber {
			x.t.Fatal("what was published is not current")
		}
	}
	if err := m.Validate(); err != nil {
		x.t.Fatal(err)
	}
	if len(m.Schemas) != len(x.m.Schemas) || len(m.PartitionSpecs) != len(x.m.PartitionSpecs) || m.CurrentSnapshotID != x.m.CurrentSnapshotID {
		x.checkDesigns(m)
	}
	if x.m = m; x.n%8 != 0 { // the text is looked at now and then: it takes most of the time
		return
	}
	b := encoded(x.t, m)
	again, err := Decode(b)
	if err != nil {
		x.t.Fatal(err)
	}
	if string(encoded(x.t, again)) != string(b) {
		x.t.Fatal("not stable")
	}
	x.m = again
}

// step does one random thing.
func (x *world) step() {
	x.t.Helper()
	run := x.run()
	attempt := fmt.Sprintf("%s-%d", run, x.r.IntN(3))
	switch x.r.IntN(14) {
	case 0, 1, 2:
		m, p, err := x.m.Reserve(run, attempt, "replace", testTime+Time(x.r.IntN(1e6)), x.w())
		x.try(m, err)
		if err == nil {
			x.snapshots[p.Version] = x.snapshot(p)
		}
	case 3, 4, 5:
		if p, ok := x.m.PendingRun(run); ok && x.r.IntN(4) > 0 {
			attempt = p.Attempt
		}
		x.commit(run, attempt)
	case 6:
		x.renumber(run, attempt)
	case 7:
		x.try(x.m.Renew(run, attempt, testTime+Time(x.r.IntN(1e6)), x.w()))
	case 8:
		p, _ := x.m.PendingRun(run)
		x.try(x.m.Reject(run, attempt, p.Version, "", "", "no", x.w()))
	case 9:
		x.try(x.m.Rollback(x.version(), "", "back", x.w()))
	case 10:
		x.try(x.m.SetTag([]string{"a", "b"}[x.r.IntN(2)], x.version(), x.r.IntN(2) == 0, x.w()))
		x.try(x.m.Untag("c", x.w()))
	case 11:
		if x.r.IntN(2) == 0 {
			x.try(x.m.Freeze("why", x.w()))
		}
		x.try(x.m.Unfreeze(x.w()))
	case 12, 13:
		x.alter()
	}
}

func (x *world) renumber(run, attempt string) {
	m, p, err := x.m.Renumber(run, attempt, x.w())
	x.try(m, err)
	if err == nil {
		x.snapshots[p.Version] = x.snapshot(p)
	}
}

// commit publishes what the attempt has: built on what is current now, or on what was current when it reserved.
func (x *world) commit(run, attempt string) {
	p, ok := x.m.PendingRun(run)
	if !ok || p.Attempt != attempt {
		c := x.commitment(x.snapshot(Pending{Run: run, Attempt: attempt, Version: x.m.Tablectl.NextVersion, Mode: "replace"}))
		_, err := x.m.Commit(c, x.w())
		if !errors.Is(err, ErrFenced) {
			x.t.Fatalf("an attempt without reservation: %v", err)
		}
		return
	}
	if int64(p.Version) <= x.m.LastSequenceNumber {
		if _, err := x.m.Commit(Commit{Run: run, Attempt: attempt, Snapshot: x.snapshot(p)}, x.w()); x.m.Tablectl.Frozen == nil && !errors.Is(err, ErrStaleNumber) {
			x.t.Fatalf("version %d after %d: %v", p.Version, x.m.LastSequenceNumber, err)
		}
		x.renumber(run, attempt)
		return
	}
	s := x.snapshot(p)
	if old := x.snapshots[p.Version]; x.r.IntN(3) == 0 && old != nil && old.Attempt == attempt {
		s = old
	}
	if x.m.Declared() && s.Parent != nil && x.r.IntN(3) == 0 {
		if d, err := x.m.Evolve(nil, x.change()); err == nil {
			s = evolved(s, d)
		}
	}
	m, err := x.m.Commit(x.commitment(s), x.w())
	x.try(m, err)
	if err == nil {
		x.committed[s.Version] = s
	}
}

func TestRandomTransitions(t *testing.T) {
	published, altered := 0, 0
	for seed := range uint64(8) {
		k := newMaker(t)
		if seed%2 == 0 {
			k.must(New(Table{UUID: testUUID, Location: "file:///t/_iceberg", PartitionBy: []string{"day"}}, k.w()))
		}
		x := &world{maker: k, r: rand.New(rand.NewPCG(seed, 1)), ids: make(map[string]bool), snapshots: make(map[Version]*Snapshot), committed: make(map[Version]*Snapshot)}
		for range 200 {
			x.step()
		}
		published += len(x.published)
		for i := 1; i < len(x.published); i++ {
			if x.published[i] <= x.published[i-1] {
				t.Fatalf("published %v", x.published)
			}
		}
		x.checkEvents()
		altered += x.altered
	}
	if published < 80 || altered < 40 {
		t.Errorf("only %d publishes and %d alterations: this tests too little", published, altered)
	}
}

// checkEvents compares the history with what was published.
func (x *world) checkEvents() {
	x.t.Helper()
	all := append(x.past, x.m.Tablectl.Recent...)
	if err := checkEvents(all); err != nil {
		x.t.Fatal(err)
	}
	var versions []Version
	for _, e := range all {
		if e.Op == OpPublish {
			versions = append(versions, e.Version)
		}
	}
	if fmt.Sprint(versions) != fmt.Sprint(x.published) {
		x.t.Fatalf("the history has %v, published were %v", versions, x.published)
	}
	for _, v := range x.published {
		e, _ := x.m.Live(v)
		state, _ := x.m.RunState(all, e.Summary[SummaryRun], "f-"+e.Summary[SummaryRun])
		if state != RunPublished && state != RunRolledBack {
			x.t.Fatalf("run %s of version %d is %v", e.Summary[SummaryRun], v, state)
		}
	}
}

// The size of a manifest is what every reader reads first and every writer sends. It is the live versions that count: each has
// some 625 bytes, most of which Iceberg and Spark ask for (names, totals, the absolute list), and 50 in the log; an event has 260.
func TestBudget(t *testing.T) {
	k := &maker{t: t}
	var columns []Field
	for i := range 30 {
		columns = append(columns, Field{Name: fmt.Sprintf("column_%02d", i), Type: Type{Kind: Long}})
	}
	k.must(New(Table{UUID: testUUID, Location: testRoot + "/_iceberg", Schema: &Schema{Fields: columns}, Key: []string{"column_00"}}, k.w()))
	for i := range 200 {
		p := k.reserve(fmt.Sprintf("run-%016x", i))
		s := k.snapshot(p)
		s.Spec, s.Files[0].Partition, s.Fingerprint = PartitionSpec{}, nil, hexOf(p.Run)
		s.Files[0].Columns = nil
		s.Rows = RowCounts{Added: 3_000_000, Total: 3_000_000}
		s.Files[0].Rows = 3_000_000
		c := k.commitment(s)
		c.Message = ""
		k.must(k.m.Commit(c, k.w()))
		if more := k.m.Overflow(); more != nil {
			g := more[len(more)-1].Generation
			k.m = k.m.WithHistory(History{Object: HistoryKey(g), SHA256: hexOf("h"), Through: g})
		}
	}
	b := encoded(t, k.m)
	entry, err := encodeWhole(k.m.Snapshots[150])
	if err != nil {
		t.Fatal(err)
	}
	event, err := encodeWhole(k.m.Tablectl.Recent[10])
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d bytes with 200 versions of 30 columns; %d per version, %d per event (%d of them), %d in the log",
		len(b), len(entry), len(event), len(k.m.Tablectl.Recent), strings.Count(string(b), `"timestamp-ms"`))
	if len(entry) > 640 || len(event) > 280 || len(b) > 160<<10 {
		t.Error("more than that")
	}
}
