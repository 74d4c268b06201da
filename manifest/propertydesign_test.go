package manifest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// change is a random change of a table; not every one is possible.
func (x *world) change() Change {
	names := []string{"a", "b", "c", "A", "day"}
	for _, f := range x.m.Schema().Fields {
		names = append(names, f.Name)
	}
	one := func() string { return names[x.r.IntN(len(names))] }
	switch x.r.IntN(9) {
	case 0, 1:
		types := []string{"int", "float", "decimal(5, 2)", "date", "timestamp", "list<struct<x: int>>"}
		return AddColumns{[]Field{column(one(), types[x.r.IntN(len(types))]), column(fmt.Sprintf("x%d", x.r.IntN(50)), "int")}}
	case 2:
		return RenameColumn{one(), one()}
	case 3:
		return DropColumns{[]string{one()}}
	case 4:
		types := []Type{{Kind: Long}, {Kind: Double}, {Kind: Decimal, Precision: 5 + x.r.IntN(10), Scale: 2}}
		return WidenColumn{one(), types[x.r.IntN(3)]}
	case 5:
		return SetRequired{one(), x.r.IntN(2) == 0}
	case 6:
		return SetKey{[]string{one(), one()}[:x.r.IntN(3)]}
	case 7:
		clauses := []string{"day(%q)", "month(%q)", "bucket(4, %q)", "bucket(8, %q)", "truncate(3, %q)", "%q"}
		by := make([]string, x.r.IntN(3))
		for i := range by {
			by[i] = fmt.Sprintf(clauses[x.r.IntN(len(clauses))], one())
		}
		return SetPartition{by}
	default:
		return SetSort{[]string{one() + " desc", one()}[:x.r.IntN(3)]}
	}
}

// alter makes a version of one or two changes.
func (x *world) alter() {
	x.t.Helper()
	old, ok := x.committed[x.m.currentVersion()]
	if !ok || x.m.Tablectl.Frozen != nil {
		return
	}
	d, err := x.m.Evolve(old.OlderSpecs, []Change{x.change(), x.change()}[:1+x.r.IntN(2)]...)
	if err != nil {
		for _, own := range []string{"used before", "another one", "its place", "cannot change from", "none of the table's"} {
			if strings.Contains(err.Error(), own) {
				x.t.Fatalf("what Evolve made does not follow: %v", err)
			}
		}
		x.try(nil, err)
		return
	}
	x.altered++
	before := x.m
	s := x.maker.altered(fmt.Sprintf("alter-%d", x.altered), old, d)
	reserved := x.m
	x.m = before
	x.accept(reserved)
	m, err := x.m.Commit(x.commitment(s), x.w())
	if err != nil {
		x.t.Fatalf("what Evolve gave does not follow: %v", err)
	}
	x.accept(m)
	x.committed[s.Version] = s
}

// evolved is a snapshot that replaces all files, with another design.
func evolved(old *Snapshot, d Design) *Snapshot {
	s := *old
	s.Schema, s.Spec, s.SortOrder, s.OlderSpecs = d.Schema, d.Spec, d.SortOrder, nil
	f, err := old.Files[0].Under(old.Schema, d.Schema)
	if err != nil {
		panic(err)
	}
	f.SpecID, f.Partition = d.Spec.ID, make([]Value, len(d.Spec.Fields))
	s.Files = []File{f}
	return &s
}

// checkDesigns looks whether ids mean one thing for ever, and whether every live version is described as it was written.
func (x *world) checkDesigns(m *Manifest) {
	x.t.Helper()
	columns := make(map[int]Type)
	for _, s := range m.Schemas {
		for _, f := range s.Fields {
			if old, ok := columns[f.ID]; ok && !old.Equal(f.Type) && !old.widensTo(f.Type) && !f.Type.widensTo(old) {
				x.t.Fatalf("column %d is %s and %s", f.ID, old, f.Type)
			}
			columns[f.ID] = f.Type
			if old, ok := x.m.Schema().top(f.ID); f.ID > x.m.LastColumnID && ok {
				x.t.Fatalf("column %d (%s) is new and old", f.ID, old.Name)
			}
		}
	}
	if m.LastColumnID < x.m.LastColumnID || m.LastPartitionID < x.m.LastPartitionID {
		x.t.Fatal("ids went back")
	}
	meaning := make(map[int]string)
	for _, p := range m.PartitionSpecs {
		for _, f := range p.Fields {
			text := fmt.Sprint(f.SourceID, f.Transform)
			if old, ok := meaning[f.FieldID]; ok && old != text {
				x.t.Fatalf("partition field %d is %s and %s", f.FieldID, old, text)
			}
			meaning[f.FieldID] = text
		}
	}
	for _, e := range m.Snapshots {
		s, ok := x.committed[e.SnapshotID]
		if !ok {
			continue // the one that is being committed
		}
		schema, _ := m.schema(e.SchemaID)
		spec, _ := summaryID(e, SummarySpec)
		if !schema.Equal(s.Schema) || spec != s.Spec.ID {
			x.t.Fatalf("version %d has schema %d, spec %d", e.SnapshotID, e.SchemaID, spec)
		}
	}
	x.checkMapping(m)
}

// checkMapping: a name belongs to one column.
func (x *world) checkMapping(m *Manifest) {
	x.t.Helper()
	var mapping []struct {
		ID    int      `json:"field-id"`
		Names []string `json:"names"`
	}
	if text := m.Properties[propertyMapping]; text != "" {
		if err := json.Unmarshal([]byte(text), &mapping); err != nil {
			x.t.Fatal(err)
		}
	}
	var all []string
	for i, c := range mapping {
		if f, ok := m.Schema().top(c.ID); len(c.Names) == 0 || ok != (i < len(m.Schema().Fields)) || ok && f.Name != c.Names[0] {
			x.t.Fatalf("the mapping calls column %d %q", c.ID, c.Names)
		}
		all = append(all, c.Names...)
	}
	slices.Sort(all)
	if len(slices.Compact(slices.Clone(all))) != len(all) {
		x.t.Fatalf("names of two columns: %q", all)
	}
}
