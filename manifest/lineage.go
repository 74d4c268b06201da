package manifest

import (
	"cmp"
	"fmt"
	"slices"
)

// A file without field ids is read by the names of its columns. Such a name must go on to mean the column that it meant when the file was
// written, so names are looked up in the schemas of the versions from which files can have come: the version itself and its
// ancestors. (What was rolled back is no ancestor, and its names are free again.)

// columnName is a name that a column has had.
type columnName struct {
	id   int
	name string
}

// lineage are the names of the top-level columns of a version and its ancestors, newest first. The ancestors that have expired are not known;
// they had no other columns than those with ids up to what was given then.
func (m *Manifest) lineage(v Version) []columnName {
	var out []columnName
	used := make(map[int]bool)
	add := func(s Schema, most int) {
		for _, f := range s.Fields {
			if f.ID <= most {
				out = append(out, columnName{f.ID, f.Name})
			}
		}
	}
	for e, live := m.Live(v); live; {
		if s, _ := m.schema(e.SchemaID); !used[s.ID] {
			used[s.ID] = true
			add(s, maxFieldID)
		}
		if e.ParentSnapshotID == nil {
			return out
		}
		child := e
		if e, live = m.Live(*e.ParentSnapshotID); !live {
			most := m.lastColumn(child)
			for _, s := range newestFirst(m.Schemas) {
				add(s, most)
			}
		}
	}
	return out
}

// newestFirst are schemas by falling id.
func newestFirst(schemas []Schema) []Schema {
	return slices.SortedFunc(slices.Values(schemas), func(a, b Schema) int { return cmp.Compare(b.ID, a.ID) })
}

// lastColumn is the highest field id that had been given when a version was published.
func (m *Manifest) lastColumn(e Entry) int {
	if id, ok := summaryID(e, SummaryLastColumn); ok && id > 0 {
		return id
	}
	s, _ := m.schema(e.SchemaID)
	return highestID(s.Fields)
}

// FormerNames are the names that columns of a live version had before, newest first, by field id: by these, beside the present one, columns
// are to be found in files without field ids. A name that another column has now is none.
func (m *Manifest) FormerNames(v Version) map[int][]string {
	e, _ := m.Live(v)
	s, _ := m.schema(e.SchemaID)
	return m.formerNames(v, s)
}

func (m *Manifest) formerNames(v Version, s Schema) map[int][]string {
	out := make(map[int][]string)
	given := make(map[string]bool)
	for _, f := range s.Fields {
		given[f.Name] = true
	}
	for _, n := range m.lineage(v) {
		if _, there := s.top(n.id); there && !given[n.name] {
			given[n.name] = true
			out[n.id] = append(out[n.id], n.name)
		}
	}
	return out
}

// namedColumns are all columns that names in files can mean: those of the current version, then, by id, those that it or other versions had.
// They are called by their newest name, former has the others. A name means one column: in the current version, else in its
// ancestors, else in other versions, which an engine can read too. A column without a name of its own is left out.
func (m *Manifest) namedColumns() (columns []Field, former map[int][]string) {
	former = make(map[int][]string)
	given, own := make(map[string]bool), m.Schema().Fields
	claim := func(id int, name string) {
		if !given[name] {
			given[name] = true
			former[id] = append(former[id], name)
		}
	}
	for _, f := range own {
		claim(f.ID, f.Name)
	}
	for _, n := range m.lineage(m.currentVersion()) {
		claim(n.id, n.name)
	}
	columns = slices.Clone(own)
	for _, s := range newestFirst(m.Schemas) {
		for _, f := range s.Fields {
			claim(f.ID, f.Name)
			columns = append(columns, f)
		}
	}
	gone := columns[len(own):]
	slices.SortStableFunc(gone, func(a, b Field) int { return cmp.Compare(a.ID, b.ID) })
	seen := make(map[int]bool)
	columns = slices.DeleteFunc(columns, func(f Field) bool {
		again := seen[f.ID] || len(former[f.ID]) == 0
		seen[f.ID] = true
		return again
	})
	for i, f := range columns {
		columns[i].Name, former[f.ID] = former[f.ID][0], former[f.ID][1:]
	}
	return columns, former
}

// takenNames says whose names are whose, in the version that is current and its ancestors.
type takenNames map[string]int

func (m *Manifest) takenNames() takenNames {
	taken := make(takenNames)
	for _, n := range m.lineage(m.currentVersion()) {
		if _, ok := taken[foldName(n.name)]; !ok {
			taken[foldName(n.name)] = n.id
		}
	}
	return taken
}

// check refuses, with ErrSchema, a name that belongs or belonged to another column.
func (t takenNames) check(name string, id int) error {
	if owner, ok := t[foldName(name)]; ok && owner != id {
		return fmt.Errorf("%w: the name %q belongs or once belonged to another column; in files without field ids it would stand for both", ErrSchema, clip(name))
	}
	return nil
}
