package manifest

import (
	"slices"
	"strings"
	"testing"
)

func column(name, typ string) Field {
	t, err := ParseType(typ)
	if err != nil {
		panic(err)
	}
	return Field{Name: name, Type: t}
}

// evolve makes a version of the changes, as alter does: the files are those of its parent.
func (k *maker) evolve(run string, changes ...Change) *Snapshot {
	k.t.Helper()
	old := k.last
	d, err := k.m.Evolve(old.OlderSpecs, changes...)
	if err != nil {
		k.t.Fatal(err)
	}
	s := k.altered(run, old, d)
	k.must(k.m.Commit(k.commitment(s), k.w()))
	k.last = s
	return s
}

// altered is the snapshot of an alteration.
func (k *maker) altered(run string, old *Snapshot, d Design) *Snapshot {
	k.t.Helper()
	m, p, err := k.m.Reserve(run, "attempt-"+run, ModeAlter, testTime+1e6, k.w())
	k.must(m, err)
	s := *old
	e, _ := k.m.Current()
	s.Parent = &ParentRef{Version: e.SnapshotID, SHA256: e.Summary[SummarySHA256]}
	s.Version, s.Run, s.Attempt, s.Mode, s.Fingerprint = p.Version, run, p.Attempt, p.Mode, "f-"+run
	s.Schema, s.Spec, s.SortOrder, s.OlderSpecs = d.Schema, d.Spec, d.SortOrder, d.OlderSpecs
	s.Rows = RowCounts{CarriedOver: old.Rows.Total, Total: old.Rows.Total}
	s.FileCounts = FileCounts{Kept: len(old.Files), Total: len(old.Files), BytesTotal: old.FileCounts.BytesTotal}
	s.Files = nil
	for _, f := range old.Files {
		f, err := f.Under(old.Schema, d.Schema)
		if err != nil {
			k.t.Fatal(err)
		}
		s.Files = append(s.Files, f)
	}
	return &s
}

// first publishes a version.
func (k *maker) first() {
	k.t.Helper()
	s := k.snapshot(k.reserve("first"))
	k.must(k.m.Commit(k.commitment(s), k.w()))
	k.last = s
}

func TestEvolve(t *testing.T) {
	k := newMaker(t)
	k.first()
	cases := []struct {
		name    string
		changes []Change
		check   func(d Design) bool
	}{
		{"add", []Change{AddColumns{[]Field{column("extra", "int"), column("more", "struct<a: list<int>, b: map<string, date>>")}}}, func(d Design) bool {
			f, g := d.Schema.Fields[9], d.Schema.Fields[10]
			return d.Schema.ID == 1 && f.ID == 15 && g.ID == 16 && !g.Required && lowestID(g) == 16 && highestID([]Field{g}) == 21 && d.Spec.ID == 0 && d.SortOrder.ID == 1
		}},
		{"rename", []Change{RenameColumn{"name", "nom"}}, func(d Design) bool {
			return d.Schema.Fields[2].Name == "nom" && d.Schema.Fields[2].ID == 3 && d.Schema.ID == 1
		}},
		{"rename in case only", []Change{RenameColumn{"name", "NAME"}}, func(d Design) bool { return d.Schema.Fields[2].Name == "NAME" }},
		{"rename the partition column", []Change{RenameColumn{"day", "datum"}}, func(d Design) bool { return d.Spec.Fields[0].Name == "day" && d.Spec.ID == 0 }},
		{"drop", []Change{DropColumns{[]string{"score", "attrs"}}}, func(d Design) bool { return len(d.Schema.Fields) == 7 && d.Schema.ID == 1 }},
		{"drop and add", []Change{DropColumns{[]string{"attrs"}}, AddColumns{[]Field{column("new", "int")}}}, func(d Design) bool { return d.Schema.Fields[8].ID == 15 }},
		{"widen", []Change{WidenColumn{"amount", Type{Kind: Decimal, Precision: 12, Scale: 2}}}, func(d Design) bool { return d.Schema.Fields[3].Type.Precision == 12 }},
		{"require", []Change{SetRequired{"name", true}}, func(d Design) bool { return d.Schema.Fields[2].Required }},
		{"key", []Change{SetKey{[]string{"id", "name"}}}, func(d Design) bool {
			return slices.Equal(d.Schema.IdentifierFieldIDs, []int{1, 3}) && d.Schema.Fields[2].Required
		}},
		{"no key", []Change{SetKey{}}, func(d Design) bool { return len(d.Schema.IdentifierFieldIDs) == 0 && d.Schema.Fields[0].Required }},
		{"optional that was the key", []Change{SetKey{}, SetRequired{"id", false}}, func(d Design) bool { return !d.Schema.Fields[0].Required }},
		{"partition", []Change{SetPartition{[]string{"day", "bucket(16, id)", "month(seen)"}}}, func(d Design) bool {
			f := d.Spec.Fields
			return d.Spec.ID == 1 && d.Schema.ID == 0 && f[0].FieldID == 1000 && f[1] == (PartitionField{SourceID: 1, FieldID: 1001, Name: "id_bucket", Transform: "bucket[16]"}) &&
				f[2].FieldID == 1002 && f[2].Name == "seen_month" && len(d.OlderSpecs) == 1 && d.OlderSpecs[0].ID == 0
		}},
		{"no partition", []Change{SetPartition{}}, func(d Design) bool { return d.Spec.ID == 1 && len(d.Spec.Fields) == 0 }},
		{"sort", []Change{SetSort{[]string{"amount desc nulls first"}}}, func(d Design) bool { return d.SortOrder.ID == 2 }},
		{"no sort", []Change{SetSort{}}, func(d Design) bool { return d.SortOrder.ID == 0 }},
		{"drop what sorted", []Change{SetSort{}, DropColumns{[]string{"name"}}}, func(d Design) bool { return len(d.Schema.Fields) == 8 }},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d, err := k.m.Evolve(nil, c.changes...)
			if err != nil || !c.check(d) {
				t.Fatalf("%+v (%v)", d, err)
			}
			try := &maker{t: t, m: k.m, n: k.n}
			s := try.altered("alter", k.last, d)
			try.must(try.m.Commit(try.commitment(s), try.w()))
			e, _ := try.m.Current()
			if e.Summary[SummaryOperation] != "replace" || !try.m.Design(d.OlderSpecs).same(d) {
				t.Errorf("%+v", e)
			}
		})
	}
}

// Each line is one reason to refuse.
func TestEvolveRefuses(t *testing.T) {
	cases := []struct {
		name    string
		changes []Change
		words   string
	}{
		{"add a required column", []Change{AddColumns{[]Field{{Name: "extra", Type: Type{Kind: Int}, Required: true}}}}, "rows that are there have no value"},
		{"add a name that is there", []Change{AddColumns{[]Field{column("Name", "int")}}}, `there is a column "name" already`},
		{"add one name twice", []Change{AddColumns{[]Field{column("a", "int"), column("A", "int")}}}, `there is a column "a" already`},
		{"add without a name", []Change{AddColumns{[]Field{column("", "int")}}}, "no name"},
		{"add an impossible type", []Change{AddColumns{[]Field{{Name: "x", Type: Type{Kind: Decimal, Precision: 39}}}}}, "39"},
		{"add a name that a column had", []Change{AddColumns{[]Field{column("born", "date")}}}, "once belonged to another column"},
		{"add a name of a dropped column", []Change{AddColumns{[]Field{column("gone", "int")}}}, "once belonged to another column"},
		{"add the name of a partition field", []Change{AddColumns{[]Field{column("seen_month", "int")}}}, "name of a partition field"},
		{"add the name of an older partition field", []Change{AddColumns{[]Field{column("id_bucket", "int")}}}, "name of a partition field"},
		{"rename what is not there", []Change{RenameColumn{"nom", "x"}}, `no column "nom" (id, day, `},
		{"rename onto another", []Change{RenameColumn{"name", "score"}}, `there is a column "score" already`},
		{"rename onto another in other case", []Change{RenameColumn{"name", "SCORE"}}, `there is a column "score" already`},
		{"rename onto a former name", []Change{RenameColumn{"name", "born"}}, "once belonged to another column"},
		{"rename to nothing", []Change{RenameColumn{"name", ""}}, "no name"},
		{"rename onto a partition field", []Change{RenameColumn{"seen", "seen_month"}}, "name of a partition field"},
		{"drop what is not there", []Change{DropColumns{[]string{"nom"}}}, "no column"},
		{"drop a key column", []Change{DropColumns{[]string{"id"}}}, "part of the key"},
		{"drop what sorts", []Change{DropColumns{[]string{"name"}}}, "sorted by"},
		{"drop what partitions", []Change{DropColumns{[]string{"seen"}}}, "partitioned by"},
		{"drop what partitioned", []Change{DropColumns{[]string{"day"}}}, "files that are still there were partitioned"},
		{"drop what partitions, with another partitioning", []Change{SetPartition{}, DropColumns{[]string{"seen"}}}, "files that are still there were partitioned"},
		{"widen long", []Change{WidenColumn{"id", Type{Kind: Int}}}, "cannot become int"},
		{"widen date", []Change{WidenColumn{"day", Type{Kind: Timestamp}}}, "cannot become timestamp"},
		{"widen to another scale", []Change{WidenColumn{"amount", Type{Kind: Decimal, Precision: 12, Scale: 3}}}, "cannot become decimal(12, 3)"},
		{"widen to fewer digits", []Change{WidenColumn{"amount", Type{Kind: Decimal, Precision: 8, Scale: 2}}}, "cannot become decimal(8, 2)"},
		{"widen to too many digits", []Change{WidenColumn{"amount", Type{Kind: Decimal, Precision: 40, Scale: 2}}}, "40"},
		{"widen double", []Change{WidenColumn{"score", Type{Kind: Float}}}, "cannot become float"},
		{"widen what is not there", []Change{WidenColumn{"nom", Type{Kind: Long}}}, "no column"},
		{"require what is not there", []Change{SetRequired{"nom", true}}, "no column"},
		{"optional key", []Change{SetRequired{"id", false}}, "part of the key"},
		{"key of nested type", []Change{SetKey{[]string{"tags"}}}, "single values"},
		{"key of float type", []Change{SetKey{[]string{"score"}}}, "do not compare exactly"},
		{"key twice", []Change{SetKey{[]string{"id", "id"}}}, "named twice"},
		{"key that is not there", []Change{SetKey{[]string{"nom"}}}, "not among the columns"},
		{"partition by float", []Change{SetPartition{[]string{"bucket(4, score)"}}}, "do not compare exactly"},
		{"partition by what is not there", []Change{SetPartition{[]string{"day(nom)"}}}, "not among the columns"},
		{"hour of a date", []Change{SetPartition{[]string{"hour(day)"}}}, "hour is not defined"},
		{"sort by nested", []Change{SetSort{[]string{"point"}}}, "single values"},
	}
	k := newMaker(t)
	k.first()
	k.evolve("a", AddColumns{[]Field{column("gone", "int"), column("born", "date")}}, SetPartition{[]string{"bucket(4, id)", "day"}})
	k.evolve("b", DropColumns{[]string{"gone"}}, RenameColumn{"born", "birth"}, SetPartition{[]string{"month(seen)"}})
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := k.m.Evolve(k.last.OlderSpecs, c.changes...)
			wantErr(t, err, ErrSchema, c.words)
		})
	}
	t.Run("nothing", func(t *testing.T) {
		_, err := k.m.Evolve(k.last.OlderSpecs, RenameColumn{"name", "name"}, SetPartition{[]string{"months(seen)"}})
		wantErr(t, err, ErrNothingToDo)
	})
	t.Run("no columns yet", func(t *testing.T) {
		k := &maker{t: t}
		k.must(New(Table{UUID: testUUID, Location: testRoot + "/_iceberg"}, k.w()))
		_, err := k.m.Evolve(nil, AddColumns{[]Field{column("a", "int")}})
		wantErr(t, err, ErrSchema, "no columns yet")
	})
}

// What the table had before gets the ids that it had.
func TestEvolveFindsOldIDs(t *testing.T) {
	k := newMaker(t)
	k.first()
	k.evolve("a", SetPartition{[]string{"bucket(16, id)"}}, SetSort{}, RenameColumn{"name", "nom"})
	k.evolve("b", SetPartition{[]string{"bucket(32, id)", "day"}}, SetSort{[]string{"id"}})
	if f := k.m.Spec().Fields; f[0].Name != "id_bucket_2" || f[0].FieldID != 1002 || f[1].FieldID != 1000 || k.m.LastPartitionID != 1002 {
		t.Fatalf("%+v, last %d", f, k.m.LastPartitionID)
	}
	s := k.evolve("c", SetPartition{[]string{"day"}}, SetSort{[]string{"nom desc"}}, RenameColumn{"nom", "name"})
	if s.Schema.ID != 0 || s.Spec.ID != 0 || s.SortOrder.ID != 1 || len(k.m.Schemas) != 2 || len(k.m.PartitionSpecs) != 3 || len(k.m.SortOrders) != 3 {
		t.Fatalf("schema %d, spec %d, order %d; there are %d, %d, %d", s.Schema.ID, s.Spec.ID, s.SortOrder.ID, len(k.m.Schemas), len(k.m.PartitionSpecs), len(k.m.SortOrders))
	}
	if ids := []int{s.OlderSpecs[0].ID, s.OlderSpecs[1].ID}; ids[0] != 1 || ids[1] != 2 {
		t.Fatalf("older specs %v", ids)
	}
	older, err := OlderSpecs(s.Spec, s.Files, k.m.PartitionSpecs)
	if err != nil || older != nil {
		t.Fatalf("%v (%v): all files have spec 0", older, err)
	}
	older, err = OlderSpecs(k.m.PartitionSpecs[2], s.Files, k.m.PartitionSpecs)
	if err != nil || len(older) != 1 || older[0].ID != 0 {
		t.Fatalf("%v (%v)", older, err)
	}
	_, err = OlderSpecs(k.m.PartitionSpecs[2], s.Files, k.m.PartitionSpecs[1:])
	wantRule(t, err, RuleOlderSpecs)
}

// What was added in a version that was rolled back is free to be added again, under a new id.
func TestEvolveAfterRollback(t *testing.T) {
	k := newMaker(t)
	k.first()
	one := k.last
	k.evolve("wrong", AddColumns{[]Field{column("extra", "int")}}, RenameColumn{"score", "points"})
	k.must(k.m.Rollback(1, "", "", k.w()))
	k.last = one
	s := k.evolve("right", AddColumns{[]Field{column("extra", "date"), column("points", "int")}})
	if s.Schema.ID != 2 || s.Schema.Fields[9].ID != 16 || s.Schema.Fields[10].ID != 17 || k.m.LastColumnID != 17 {
		t.Fatalf("%+v, last %d", s.Schema, k.m.LastColumnID)
	}
	if got, want := k.m.Properties[propertyMapping], NameMapping(s.Schema, nil); got != want {
		t.Errorf("mapping %s", got)
	}
	k.must(k.m.Rollback(1, "", "", k.w()))
	if e, _ := k.m.Live(1); k.m.lastColumn(e) != 14 {
		t.Errorf("version 1 was made when %d columns had been", k.m.lastColumn(e))
	}
}

// When ancestors have expired, what they could have had is known from how many columns there had been.
func TestNamesOfExpiredAncestors(t *testing.T) {
	k := newMaker(t)
	k.first()
	k.evolve("a", AddColumns{[]Field{column("gone", "int")}})
	k.evolve("b", DropColumns{[]string{"gone"}})
	b := k.last
	k.evolve("wrong", AddColumns{[]Field{column("extra", "int")}})
	k.must(k.m.Rollback(3, "", "", k.w()))
	m := clone(t, k.m)
	m.Snapshots = m.Snapshots[2:]
	m.SnapshotLog = m.SnapshotLog[2:]
	if err := m.Validate(); err != nil {
		t.Fatal(err)
	}
	_, err := m.Evolve(b.OlderSpecs, AddColumns{[]Field{column("Gone", "int")}})
	wantErr(t, err, ErrSchema, "once belonged")
	if _, err := m.Evolve(b.OlderSpecs, AddColumns{[]Field{column("extra", "int")}}); err != nil {
		t.Error(err)
	}
}

func TestFormerNames(t *testing.T) {
	k := newMaker(t)
	k.first()
	k.evolve("a", RenameColumn{"name", "nom"})
	k.evolve("b", RenameColumn{"nom", "title"}, RenameColumn{"day", "datum"})
	got := k.m.FormerNames(3)
	if !slices.Equal(got[3], []string{"nom", "name"}) || !slices.Equal(got[2], []string{"day"}) || len(got) != 2 {
		t.Errorf("%v", got)
	}
	if got := k.m.FormerNames(1); len(got) != 0 {
		t.Errorf("%v", got)
	}
	want := `{"field-id":3,"names":["title","nom","name"]}`
	if got := k.m.Properties[propertyMapping]; !strings.Contains(got, want) || !strings.Contains(got, `{"field-id":2,"names":["datum","day"]}`) {
		t.Errorf("%s", got)
	}
	k.evolve("c", RenameColumn{"title", "name"})
	if got := k.m.FormerNames(4); !slices.Equal(got[3], []string{"title", "nom"}) {
		t.Errorf("%v", got)
	}
}

// Engines refuse a file without ids in which there is a name that the mapping does not know, and read others than the current version.
func TestMappingKnowsAllVersions(t *testing.T) {
	k := newMaker(t)
	k.first()
	one := k.last
	two := k.evolve("two", AddColumns{[]Field{column("extra", "int"), column("more", "int")}}, RenameColumn{"name", "title"})
	k.evolve("three", DropColumns{[]string{"extra", "tags"}})
	mapped := func(wants ...string) {
		t.Helper()
		for _, want := range wants {
			if got := k.m.Properties[propertyMapping]; strings.Count(got, want) != 1 {
				t.Errorf("%s is not once in %s", want, got)
			}
		}
	}
	tags := `{"field-id":7,"names":["tags"],"fields":[{"field-id":10,"names":["element"]}]}`
	mapped(`{"field-id":3,"names":["title","name"]}`, tags, `{"field-id":15,"names":["extra"]}]`, `{"field-id":16,"names":["more"]}`)
	k.must(k.m.Rollback(1, "", "", k.w()))
	mapped(`{"field-id":3,"names":["name","title"]}`, tags, `{"field-id":15,"names":["extra"]},{"field-id":16,"names":["more"]}]`)
	k.must(k.m.Rollback(two.Version, "", "", k.w()))
	mapped(`{"field-id":3,"names":["title","name"]}`, tags, `"extra"`, `"more"`)
	k.must(k.m.Rollback(1, "", "", k.w()))
	k.last = one
	k.evolve("other", AddColumns{[]Field{column("title", "int"), column("extra", "date")}})
	mapped(`{"field-id":3,"names":["name"]}`, `{"field-id":17,"names":["title"]},{"field-id":18,"names":["extra"]},{"field-id":16,"names":["more"]}]`)
}

// A design that was made for what the table was before is refused, even if the version that is current is the same again.
func TestCommitRefusesStaleDesigns(t *testing.T) {
	k := newMaker(t)
	k.first()
	one := k.last
	d, err := k.m.Evolve(nil, AddColumns{[]Field{column("extra", "int")}}, SetPartition{[]string{"month(day)"}})
	if err != nil {
		t.Fatal(err)
	}
	k.evolve("other", AddColumns{[]Field{column("other", "int")}}, SetPartition{[]string{"year(day)"}})
	k.must(k.m.Rollback(1, "", "", k.w()))
	cases := map[string]func() Design{
		"column id": func() Design { return d },
		"partition field id": func() Design {
			stale := k.m.Design(nil)
			stale.Spec, stale.OlderSpecs = d.Spec, d.OlderSpecs
			return stale
		},
		"schema of the other": func() Design { return k.m.Design(nil).with(k.m.Schemas[1]) },
		"type changed": func() Design {
			return k.m.Design(nil).with(changed(k.m, func(f []Field) { f[5].Type.Kind = Timestamp }))
		},
		"place changed": func() Design { return k.m.Design(nil).with(changed(k.m, func(f []Field) { f[2], f[3] = f[3], f[2] })) },
		"name of another": func() Design {
			return k.m.Design(nil).with(changed(k.m, func(f []Field) { f[2].Name, f[3].Name = f[3].Name, f[2].Name }))
		},
		"field in a struct": func() Design {
			return k.m.Design(nil).with(changed(k.m, func(f []Field) { f[7].Type.Fields = f[7].Type.Fields[:1] }))
		},
	}
	for name, design := range cases {
		t.Run(name, func(t *testing.T) {
			try := &maker{t: t, m: k.m, n: k.n}
			s := try.altered("stale", one, design())
			_, err := try.m.Commit(try.commitment(s), try.w())
			wantErr(t, err, ErrConflict, "was not built for this table as it is")
		})
	}
}

func (d Design) with(s Schema) Design {
	d.Schema = s
	return d
}

// changed is a new schema that does not follow from the current one.
func changed(m *Manifest, change func(f []Field)) Schema {
	s := m.Schema()
	s.ID = 2
	s.Fields = slices.Clone(s.Fields)
	change(s.Fields)
	return s
}

func TestAlterChangesNoRows(t *testing.T) {
	k := newMaker(t)
	k.first()
	d, err := k.m.Evolve(nil, SetSort{})
	if err != nil {
		t.Fatal(err)
	}
	s := k.altered("alter", k.last, d)
	s.Rows.Added, s.Rows.CarriedOver = 1, 2
	_, err = k.m.Commit(k.commitment(s), k.w())
	wantRule(t, err, RuleCounts)
}

// Before the first version a change is a flip of its own, and what was made for the table as it was then is refused.
func TestAlterWithoutVersions(t *testing.T) {
	k := newMaker(t)
	s := k.snapshot(k.reserve("one"))
	d, err := k.m.Evolve(nil, RenameColumn{"name", "nom"}, SetPartition{[]string{"month(day)"}}, SetSort{})
	if err != nil {
		t.Fatal(err)
	}
	k.must(k.m.Alter(d, "renamed", k.w()))
	if e := k.m.Tablectl.Recent; e[len(e)-1].Op != OpAlter || !k.m.Design(nil).same(d) || !strings.Contains(k.m.Properties[propertyMapping], `"nom"`) {
		t.Fatalf("%+v", k.m)
	}
	_, err = k.m.Commit(k.commitment(s), k.w())
	wantErr(t, err, ErrConflict, "was altered since")
	_, err = k.m.Alter(Design{Schema: Schema{ID: 7, Fields: testColumns()}}, "", k.w())
	wantErr(t, err, ErrConflict)
	d, err = k.m.Evolve(nil, DropColumns{[]string{"nom"}})
	if err != nil {
		t.Fatal(err)
	}
	again := k.snapshot(k.reserve("one"))
	again.Files[0].Partition[0] = "675"
	k.must(k.m.Commit(k.commitment(again), k.w()))
	_, err = k.m.Alter(d, "", k.w())
	wantErr(t, err, ErrConflict, "version 1 is current")
}

func TestDropAllColumns(t *testing.T) {
	k := &maker{t: t}
	k.must(New(Table{UUID: testUUID, Location: testRoot + "/_iceberg", Schema: &Schema{Fields: []Field{column("a", "int")}}}, k.w()))
	_, err := k.m.Evolve(nil, DropColumns{[]string{"a"}})
	wantErr(t, err, ErrSchema, "at least one column")
}

func TestUnder(t *testing.T) {
	from := Schema{Fields: []Field{column("i", "int"), column("f", "float"), column("d", "decimal(5, 2)"), column("s", "string"), column("g", "float")}}
	from.Fields, _ = AssignIDs(from.Fields, 0)
	to := from
	to.Fields = slices.Clone(from.Fields[:3])
	to.Fields[0].Type, to.Fields[1].Type, to.Fields[2].Type = Type{Kind: Long}, Type{Kind: Double}, Type{Kind: Decimal, Precision: 9, Scale: 2}
	to.Fields = append(to.Fields, Field{ID: 9, Name: "new", Type: Type{Kind: Int}})
	f := File{Columns: map[int]ColumnStats{
		1: {Values: 2, Lower: "-1", Upper: "7", Bound: true}, 2: {Values: 2, Lower: "-0.0", Upper: "0.1", Bound: true},
		3: {Values: 2, Nulls: 1, Lower: `"1.20"`, Upper: `"1.20"`, Bound: true}, 4: {Values: 2}, 5: {Values: 2},
	}}
	got, err := f.Under(from, to)
	if err != nil || len(got.Columns) != 3 || len(f.Columns) != 5 || f.Columns[2].Upper != "0.1" {
		t.Fatalf("%+v (%v)", got, err)
	}
	if s := got.Columns[2]; s.Lower != "-0.0" || s.Upper != "0.10000000149011612" || got.Columns[1] != f.Columns[1] || got.Columns[3] != f.Columns[3] {
		t.Errorf("%+v", got)
	}
	if _, err := f.Under(to, from); err == nil {
		t.Error("double became float")
	}
}
