package manifest

import (
	"strconv"
	"strings"
	"testing"
)

func TestNew(t *testing.T) {
	k := newMaker(t)
	m := k.m
	if m.CurrentSnapshotID != -1 || m.Tablectl.NextVersion != 1 || m.Tablectl.Generation != 1 || m.LastPartitionID != 1000 || m.LastColumnID != 14 {
		t.Fatalf("first manifest: %s", indent(t, encoded(t, m)))
	}
	if got := m.Schema().IdentifierFieldIDs; len(got) != 1 || got[0] != 1 {
		t.Fatalf("key is %v", got)
	}
	if m.Spec().Fields[0].Name != "day" || m.SortOrder().Fields[0].Direction != Descending || len(m.SortOrders) != 2 {
		t.Fatalf("spec %v, order %v", m.Spec(), m.SortOrder())
	}
	if e := m.Tablectl.Recent; len(e) != 1 || e[0].Op != OpCreate || e[0].WriteID != m.Tablectl.WriteID {
		t.Fatalf("events %v", e)
	}
}

func TestNewRefuses(t *testing.T) {
	good := func() Table {
		return Table{UUID: testUUID, Location: testRoot + "/_iceberg", Schema: &Schema{Fields: testColumns()}}
	}
	w := Write{ID: hexOf("")[:32], At: testTime}
	cases := map[string]struct {
		change func(*Table)
		want   error
	}{
		"gc.enabled":       {func(d *Table) { d.Properties = map[string]string{"gc.enabled": "true"} }, ErrInvalid},
		"location":         {func(d *Table) { d.Location = testRoot }, ErrInvalid},
		"uuid":             {func(d *Table) { d.UUID = "x" }, ErrInvalid},
		"unknown column":   {func(d *Table) { d.PartitionBy = []string{"nope"} }, ErrSchema},
		"bad setting":      {func(d *Table) { d.Settings.Compression = "lz4" }, ErrInvalid},
		"name twice":       {func(d *Table) { d.Schema = nil; d.Key = []string{"a", "a"} }, ErrInvalid},
		"columns by case":  {func(d *Table) { d.Schema.Fields = append(d.Schema.Fields, Field{Name: "ID", Type: Type{Kind: Int}}) }, ErrSchema},
		"layout of future": {func(d *Table) { d.Settings.Layout = "per-version" }, ErrInvalid},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			d := good()
			c.change(&d)
			_, err := New(d, w)
			wantErr(t, err, c.want)
		})
	}
	if _, err := New(good(), w); err != nil {
		t.Fatal(err)
	}
	_, err := New(good(), Write{ID: "short", At: testTime})
	wantRule(t, err, RuleWriteID)
}

func TestFirstPublishBringsSchema(t *testing.T) {
	k := &maker{t: t}
	k.must(New(Table{UUID: testUUID, Location: testRoot + "/_iceberg", PartitionBy: []string{"day"}, SortBy: []string{"name"}, Key: []string{"id"}}, k.w()))
	if k.m.Declared() || k.m.Tablectl.Settings.PartitionBy[0] != "day" {
		t.Fatalf("settings %+v", k.m.Tablectl.Settings)
	}
	k.must(Decode(encoded(t, k.m)))
	p := k.reserve("one")
	wrong := k.snapshot(p)
	wrong.Spec = PartitionSpec{}
	wrong.Files[0].Partition = nil
	_, err := k.m.Commit(k.commitment(wrong), k.w())
	wantErr(t, err, ErrConflict, "partition spec")
	k.must(k.m.Commit(k.commitment(k.snapshot(p)), k.w()))
	m := k.m
	if !m.Declared() || len(m.Schemas) != 1 || m.CurrentSchemaID != 0 || m.DefaultSortOrderID != 1 || m.LastColumnID != 14 || m.LastPartitionID != 1000 {
		t.Fatalf("after the first publish: %s", indent(t, encoded(t, m)))
	}
	if s := m.Tablectl.Settings; s.PartitionBy != nil || s.SortBy != nil || s.Key != nil {
		t.Fatalf("names still wait: %+v", s)
	}
	e, ok := m.Current()
	if !ok || e.Summary[SummaryOperation] != "append" || e.ParentSnapshotID != nil || e.Summary[SummarySortOrder] != "1" {
		t.Fatalf("entry %+v", e)
	}
}

func TestCommit(t *testing.T) {
	k := newMaker(t)
	k.publish("one")
	before := k.m.Tablectl.Generation
	k.publish("two")
	m := k.m
	e, ok := m.Current()
	if !ok || e.SnapshotID != 2 || *e.ParentSnapshotID != 1 || e.SequenceNumber != 2 || m.LastSequenceNumber != 2 || m.Refs["main"].SnapshotID != 2 {
		t.Fatalf("current %+v", e)
	}
	want := map[string]string{
		"operation": "overwrite", "total-records": "3", "total-data-files": "1", "total-files-size": "1000", "total-delete-files": "0",
		"total-position-deletes": "0", "total-equality-deletes": "0", "added-records": "3", "tablectl.mode": "replace", "tablectl.run": "two",
	}
	for name, value := range want {
		if e.Summary[name] != value {
			t.Errorf("summary %s is %q, want %q", name, e.Summary[name], value)
		}
	}
	if m.Tablectl.Generation != before+2 || len(m.Tablectl.Pending) != 0 || len(m.SnapshotLog) != 2 {
		t.Errorf("generation %d, pending %v, log %v", m.Tablectl.Generation, m.Tablectl.Pending, m.SnapshotLog)
	}
	last := m.Tablectl.Recent[len(m.Tablectl.Recent)-1]
	want2 := Event{Generation: m.Tablectl.Generation, WriteID: m.Tablectl.WriteID, At: Time(m.LastUpdatedMs), Op: OpPublish, Version: 2, From: 1,
		Run: "two", Fingerprint: "f-two", By: "ada@host", Message: "by two"}
	if last != want2 {
		t.Errorf("event %+v, want %+v", last, want2)
	}
}

func TestCommitRefuses(t *testing.T) {
	seven, zero := Version(7), Version(0)
	cases := map[string]struct {
		prepare func(k *maker, s *Snapshot) // after the snapshot was made
		change  func(c *Commit)
		want    error
	}{
		"another attempt": {change: func(c *Commit) { c.Attempt = "other" }, want: ErrFenced},
		"no reservation":  {change: func(c *Commit) { c.Run = "other" }, want: ErrFenced},
		"taken over": {prepare: func(k *maker, s *Snapshot) {
			m, _, err := k.m.Reserve(s.Run, "second", "replace", testTime+1, k.w())
			k.must(m, err)
		}, want: ErrFenced},
		"frozen":            {prepare: func(k *maker, s *Snapshot) { k.must(k.m.Freeze("look first", k.w())) }, want: ErrFrozen},
		"expected other":    {change: func(c *Commit) { c.ExpectVersion = &seven }, want: ErrConflict},
		"expected none":     {change: func(c *Commit) { c.ExpectVersion = &zero }, want: ErrConflict},
		"higher number":     {prepare: func(k *maker, s *Snapshot) { k.publish("faster") }, want: ErrStaleNumber},
		"current moved":     {prepare: func(k *maker, s *Snapshot) { k.must(k.m.Rollback(1, "", "", k.w())) }, want: ErrConflict},
		"another digest":    {prepare: func(k *maker, s *Snapshot) { s.Parent.SHA256 = hexOf("x") }, want: ErrConflict},
		"no parent":         {prepare: func(k *maker, s *Snapshot) { s.Parent = nil }, want: ErrConflict},
		"another table":     {prepare: func(k *maker, s *Snapshot) { s.TableUUID = "7" + testUUID[1:] }, want: ErrConflict},
		"another column":    {prepare: func(k *maker, s *Snapshot) { s.Schema.Fields[2].Name = "nom" }, want: ErrConflict},
		"another schema id": {prepare: func(k *maker, s *Snapshot) { s.Schema.ID = 1 }, want: ErrConflict},
		"another sort order": {prepare: func(k *maker, s *Snapshot) {
			s.SortOrder = SortOrder{ID: 1, Fields: []SortField{{SourceID: 1, Transform: "identity", Direction: "asc", NullOrder: "nulls-first"}}}
		}, want: ErrConflict},
		"another spec": {prepare: func(k *maker, s *Snapshot) {
			s.Spec.Fields = []PartitionField{{SourceID: 2, FieldID: 1000, Name: "day_year", Transform: "year"}}
			s.Files[0].Partition[0] = "56"
		}, want: ErrConflict},
		"unknown older spec":   {prepare: func(k *maker, s *Snapshot) { s.OlderSpecs = []PartitionSpec{{ID: 7, Fields: []PartitionField{}}} }, want: ErrConflict},
		"not passed":           {prepare: func(k *maker, s *Snapshot) { s.Report = &Report{Level: "full"} }, want: ErrInvalid},
		"no report":            {prepare: func(k *maker, s *Snapshot) { s.Report = nil }, want: ErrInvalid},
		"snapshot elsewhere":   {change: func(c *Commit) { c.SnapshotKey = SnapshotKey(2, c.SnapshotSHA256) }, want: ErrInvalid},
		"list elsewhere":       {change: func(c *Commit) { c.ManifestList = "s3://other/" + c.Snapshot.Iceberg.ManifestList }, want: ErrInvalid},
		"mode of another":      {prepare: func(k *maker, s *Snapshot) { s.Mode = "append" }, want: ErrInvalid},
		"version of another":   {change: func(c *Commit) { s := *c.Snapshot; s.Version = 9; c.Snapshot = &s }, want: ErrInvalid},
		"file of an old one":   {prepare: func(k *maker, s *Snapshot) { s.Files[0].Key = DataKey(1, "", 0, s.Files[0].SHA256) }, want: ErrInvalid},
		"own file, added by 1": {prepare: func(k *maker, s *Snapshot) { s.Files[0].AddedBy.Version = 1 }, want: ErrInvalid},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			k := newMaker(t)
			k.publish("one")
			k.publish("two")
			s := k.snapshot(k.reserve("three"))
			s.Schema.Fields = append([]Field(nil), s.Schema.Fields...)
			if c.prepare != nil {
				c.prepare(k, s)
			}
			commit := k.commitment(s)
			if c.change != nil {
				c.change(&commit)
			}
			before := string(encoded(t, k.m))
			_, err := k.m.Commit(commit, k.w())
			wantErr(t, err, c.want)
			if string(encoded(t, k.m)) != before {
				t.Error("the manifest was changed in place")
			}
		})
	}
}

// A run whose number was overtaken takes a new one, and its files stay where they are.
func TestRenumber(t *testing.T) {
	k := newMaker(t)
	p := k.reserve("slow")
	s := k.snapshot(p)
	k.publish("fast")
	_, err := k.m.Commit(k.commitment(s), k.w())
	wantErr(t, err, ErrStaleNumber)
	m, p, err := k.m.Renumber("slow", "attempt-slow", k.w())
	k.must(m, err)
	if p.Version != 3 || len(p.Holds) != 1 || p.Holds[0] != 1 || p.Base != 2 || k.m.Tablectl.NextVersion != 4 {
		t.Fatalf("reservation %+v", p)
	}
	again := k.snapshot(p)
	again.Files[0].Key = s.Files[0].Key // in version=1/
	again.Iceberg.Manifests[0] = s.Iceberg.Manifests[0]
	k.must(k.m.Commit(k.commitment(again), k.w()))
	if k.m.CurrentSnapshotID != 3 {
		t.Fatalf("current is %d", k.m.CurrentSnapshotID)
	}
	_, _, err = k.m.Renumber("slow", "attempt-slow", k.w())
	wantErr(t, err, ErrFenced)
}

func TestReserveTakesOver(t *testing.T) {
	k := newMaker(t)
	first := k.reserve("r")
	m, second, err := k.m.Reserve("r", "second", "replace", testTime+5e6, k.w())
	k.must(m, err)
	if second.Version != first.Version || second.Attempt != "second" || len(k.m.Tablectl.Pending) != 1 || k.m.Tablectl.NextVersion != 2 {
		t.Fatalf("%+v after %+v", second, first)
	}
	_, err = k.m.Renew("r", first.Attempt, testTime+1, k.w())
	wantErr(t, err, ErrFenced, "second")
	k.must(k.m.Renew("r", "second", testTime+9e6, k.w()))
	if p, _ := k.m.PendingRun("r"); p.LeaseUntil != testTime+9e6 {
		t.Fatalf("lease until %s", p.LeaseUntil)
	}
	k.must(k.m.Renew("r", "second", testTime, k.w()))
	if p, _ := k.m.PendingRun("r"); p.LeaseUntil != testTime+9e6 {
		t.Fatalf("the lease was shortened to %s", p.LeaseUntil)
	}
	for _, e := range k.m.Tablectl.Recent {
		if e.Op != OpCreate {
			t.Errorf("a reservation left the event %+v", e)
		}
	}
}

func TestReject(t *testing.T) {
	k := newMaker(t)
	p := k.reserve("bad")
	sha := hexOf("report")
	_, err := k.m.Reject("bad", "other", p.Version, "", "", "", k.w())
	wantErr(t, err, ErrFenced)
	_, err = k.m.Reject("bad", p.Attempt, 5, "", "", "", k.w())
	wantErr(t, err, ErrConflict)
	k.must(k.m.Reject("bad", p.Attempt, p.Version, SnapshotKey(p.Version, sha), sha, "validation failed", k.w()))
	if _, ok := k.m.PendingRun("bad"); ok || k.m.Tablectl.NextVersion != 2 {
		t.Fatal("still pending, or its number is free again")
	}
	_, err = k.m.Resolve("1")
	wantErr(t, err, ErrNoVersion, "refused")
	if v := k.publish("good"); v != 2 {
		t.Fatalf("published as %d", v)
	}
}

func TestRollback(t *testing.T) {
	k := newMaker(t)
	k.publish("one")
	k.publish("two")
	k.publish("three")
	before := k.m
	k.must(k.m.Rollback(1, "", "amounts doubled", k.w()))
	m := k.m
	if m.CurrentSnapshotID != 1 || m.Refs["main"].SnapshotID != 1 || len(m.Snapshots) != 3 || m.LastSequenceNumber != 3 || m.Tablectl.NextVersion != 4 || len(m.SnapshotLog) != 4 {
		t.Fatalf("after the rollback: %s", indent(t, encoded(t, m)))
	}
	if before.CurrentSnapshotID != 3 || before.Refs["main"].SnapshotID != 3 || len(before.SnapshotLog) != 3 {
		t.Fatal("the old manifest was changed")
	}
	if v, ok := m.Previous(); !ok || v != 3 {
		t.Fatalf("previous is %d", v)
	}
	_, err := m.Rollback(1, "", "", k.w())
	wantErr(t, err, ErrNothingToDo)
	_, err = m.Rollback(9, "", "", k.w())
	wantErr(t, err, ErrNoVersion)
	k.must(m.Rollback(2, "do not touch", "", k.w()))
	if f := k.m.Tablectl.Frozen; f == nil || f.Reason != "do not touch" || f.By != "ada@host" || f.At != Time(k.m.LastUpdatedMs) {
		t.Fatalf("frozen: %+v", f)
	}
	k.must(k.m.Rollback(3, "", "allowed while frozen", k.w()))
	if k.m.Tablectl.Frozen == nil {
		t.Fatal("a rollback has thawed the table")
	}
}

// A version is exactly what it was: with the schema, the spec and the sort order that it was written with. The name mapping goes on to
// know what other versions have.
func TestRollbackBringsBackTheSchema(t *testing.T) {
	k := newMaker(t)
	k.publish("one")
	m := clone(t, k.m)
	evolved := m.Schemas[0]
	evolved.ID = 1
	evolved.Fields = append(append([]Field(nil), evolved.Fields...), Field{ID: 15, Name: "extra", Type: Type{Kind: Int}})
	m.Schemas = append(m.Schemas, evolved)
	m.LastColumnID, m.CurrentSchemaID = 15, 1
	m.PartitionSpecs = append(m.PartitionSpecs, PartitionSpec{ID: 1, Fields: []PartitionField{}})
	m.DefaultSpecID, m.DefaultSortOrderID = 1, 0
	m.mapNames()
	k.m = m
	p := k.reserve("two")
	k.must(k.m.Commit(k.commitment(k.snapshot(p)), k.w()))
	e, _ := k.m.Current()
	if e.SchemaID != 1 || e.Summary[SummarySpec] != "1" || k.m.DefaultSortOrderID != 0 {
		t.Fatalf("entry %+v", e)
	}
	k.must(k.m.Rollback(1, "", "", k.w()))
	if k.m.CurrentSchemaID != 0 || k.m.DefaultSpecID != 0 || k.m.DefaultSortOrderID != 1 || k.m.Properties[propertyMapping] != NameMapping(k.m.Schemas[1], nil) {
		t.Fatalf("schema %d, spec %d, order %d, %s", k.m.CurrentSchemaID, k.m.DefaultSpecID, k.m.DefaultSortOrderID, k.m.Properties[propertyMapping])
	}
	k.must(k.m.Rollback(2, "", "", k.w()))
	if k.m.CurrentSchemaID != 1 || k.m.DefaultSpecID != 1 || k.m.DefaultSortOrderID != 0 || k.m.Properties[propertyMapping] != NameMapping(k.m.Schemas[1], nil) {
		t.Fatalf("schema %d, spec %d, order %d", k.m.CurrentSchemaID, k.m.DefaultSpecID, k.m.DefaultSortOrderID)
	}
}

func TestFreeze(t *testing.T) {
	k := newMaker(t)
	k.must(k.m.Freeze("month-end", k.w()))
	_, err := k.m.Freeze("again", k.w())
	wantErr(t, err, ErrNothingToDo, "month-end")
	_, _, err = k.m.Reserve("r", "a", "replace", testTime, k.w())
	wantErr(t, err, ErrFrozen, "month-end", "ada@host", "2026-01-01T00:00:02.000Z", "unfreeze")
	k.must(k.m.Unfreeze(k.w()))
	_, err = k.m.Unfreeze(k.w())
	wantErr(t, err, ErrNothingToDo)
	k.publish("one")
	_, err = k.m.Freeze("", k.w())
	wantRule(t, err, RuleFrozen)
}

func TestTags(t *testing.T) {
	k := newMaker(t)
	k.publish("one")
	k.publish("two")
	k.must(k.m.SetTag("q1", 1, false, k.w()))
	if v, ok := k.m.Tag("q1"); !ok || v != 1 {
		t.Fatalf("q1 is %d", v)
	}
	_, err := k.m.SetTag("q1", 1, true, k.w())
	wantErr(t, err, ErrNothingToDo)
	_, err = k.m.SetTag("q1", 2, false, k.w())
	wantErr(t, err, ErrTagExists, "version 1")
	k.must(k.m.SetTag("q1", 2, true, k.w()))
	_, err = k.m.SetTag("q2", 3, false, k.w())
	wantErr(t, err, ErrNoVersion)
	if tags := k.m.Tags(); len(tags) != 1 || tags["q1"] != 2 {
		t.Fatalf("tags %v", tags)
	}
	k.must(k.m.Untag("q1", k.w()))
	_, err = k.m.Untag("q1", k.w())
	wantErr(t, err, ErrNoTag)
	_, err = k.m.Untag("main", k.w())
	wantErr(t, err, ErrNoTag)
	if _, ok := k.m.Tag("main"); ok {
		t.Fatal("main is no tag")
	}
}

func TestTagNames(t *testing.T) {
	long := ""
	for range 256 {
		long += "a"
	}
	for _, name := range []string{"", "main", "previous", "current", "7", "0", "99999999999999999999999", "2026-04-15", "2026-04-15T10:00:00Z", "a b", "a/b", "é", long} {
		wantRule(t, CheckTag(name), RuleTag)
	}
	for _, name := range []string{"a", "Main", "2026-q1", "v1.0_rc-2", "2026-04", "7a", long[:255]} {
		if err := CheckTag(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestRelocate(t *testing.T) {
	k := newMaker(t)
	k.publish("one")
	k.publish("two")
	lists := map[Version]string{1: "file:///new/" + IcebergKey(1, hexOf("a")), 2: "file:///new/" + IcebergKey(2, hexOf("b"))}
	_, err := k.m.Relocate(k.m.Location, lists, k.w())
	wantErr(t, err, ErrNothingToDo)
	_, err = k.m.Relocate("file:///new/_iceberg", map[Version]string{1: lists[1]}, k.w())
	wantRule(t, err, RuleManifestList)
	_, err = k.m.Relocate("file:///new/_iceberg", map[Version]string{1: lists[1], 2: lists[2], 3: lists[2]}, k.w())
	wantRule(t, err, RuleManifestList)
	_, err = k.m.Relocate("file:///elsewhere/_iceberg", lists, k.w())
	wantRule(t, err, RuleManifestList)
	k.must(k.m.Relocate("file:///new/_iceberg", lists, k.w()))
	if k.m.Root() != "file:///new" || k.m.Snapshots[1].ManifestList != lists[2] {
		t.Fatalf("root %s, list %s", k.m.Root(), k.m.Snapshots[1].ManifestList)
	}
}

func TestWriteIDIsNew(t *testing.T) {
	k := newMaker(t)
	_, err := k.m.Freeze("x", Write{ID: k.m.Tablectl.WriteID, At: testTime})
	wantRule(t, err, RuleWriteID)
}

// The store's clock may go back or stand still; the table's time does not.
func TestTimeGoesOn(t *testing.T) {
	k := newMaker(t)
	before := k.m.LastUpdatedMs
	m, err := k.m.Freeze("x", Write{ID: hexOf("y")[:32], At: 5})
	k.must(m, err)
	if k.m.LastUpdatedMs != before+1 || int64(k.m.Tablectl.Recent[1].At) != before+1 {
		t.Fatalf("%d ms after %d", k.m.LastUpdatedMs, before)
	}
}

// TestRejectFirst: what the publish that created the table brought goes with it, unless something else has happened.
func TestRejectFirst(t *testing.T) {
	w := func(n int) Write { return Write{ID: strings.Repeat("0", 31) + strconv.Itoa(n), At: Time(n), By: "a@b"} }
	schema := Schema{Fields: []Field{{Name: "a", Type: Type{Kind: Int}}}}
	def := Table{UUID: "6f0c0000-0000-4000-8000-000000000001", Location: "s3://b/t/_iceberg", Schema: &schema, Key: []string{"a"}}
	m, err := New(def, w(1))
	if err != nil {
		t.Fatal(err)
	}
	reserved, p, err := m.Reserve("first", "attempt-1", "replace", 1000, w(2))
	if err != nil {
		t.Fatal(err)
	}
	got, err := reserved.RejectFirst("first", "attempt-1", p.Version, "", "", "no", w(3))
	if err != nil {
		t.Fatal(err)
	}
	if !got.Blank("") || got.Tablectl.Generation != 3 || got.Tablectl.NextVersion != 2 || got.TableUUID != def.UUID || len(got.Tablectl.Recent) != 2 {
		t.Errorf("%+v", got)
	}
	text := Schema{Fields: []Field{{Name: "a", Type: Type{Kind: String}}}}
	again, err := got.Define(Table{Schema: &text, PartitionBy: []string{"a"}}, w(4))
	if err != nil || again.Schema().Fields[0].Type.Kind != String || len(again.Spec().Fields) != 1 || again.TableUUID != def.UUID || again.Tablectl.Generation != 3 {
		t.Errorf("%+v, %v", again, err)
	}
	frozen, err := reserved.Freeze("why", w(3))
	if err != nil {
		t.Fatal(err)
	}
	if got, err = frozen.RejectFirst("first", "attempt-1", p.Version, "", "", "no", w(4)); err != nil || !got.Declared() {
		t.Errorf("%+v, %v", got, err)
	}
}
