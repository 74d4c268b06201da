package histories

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/table"
)

// Model is a table as plain Go has it: rows without files.
type Model struct {
	Rows
	runs    []string // per row: the run that added it
	key     []string
	parts   []string
	sort    []string
	rewrote map[string]bool // runs of which files may have been rewritten since they appended
}

func (m *Model) clone() *Model {
	out := *m
	out.Columns, out.runs = slices.Clone(m.Columns), slices.Clone(m.runs)
	out.key, out.parts, out.sort, out.rewrote = slices.Clone(m.key), slices.Clone(m.parts), slices.Clone(m.sort), maps.Clone(m.rewrote)
	out.Values = nil
	for _, row := range m.Values {
		out.Values = append(out.Values, slices.Clone(row))
	}
	return &out
}

// counts are how many rows a step added, updated and deleted.
type counts struct{ added, updated, deleted int64 }

// errRefused is of a step that the table must refuse.
var errRefused = errors.New("must be refused")

// do does a step to the model.
func (m *Model) do(s *Step) (counts, error) {
	if s.Alter != nil {
		return counts{}, m.alter(s.Alter)
	}
	in := s.Input
	if s.Evolve {
		m.evolve(in)
	}
	switch s.Mode {
	case table.Replace:
		m.rewritten()
		gone := m.remove(func(int) bool { return true })
		return m.insert(in, s.Run, gone)
	case table.Append:
		gone := int64(0)
		if s.Rerun {
			gone = m.remove(func(i int) bool { return m.runs[i] == s.Run })
			delete(m.rewrote, s.Run)
		}
		return m.insert(in, s.Run, gone)
	case table.ReplacePartitions:
		return m.replacePartitions(s)
	case table.Upsert:
		return m.upsert(s)
	}
	if s.Where != nil {
		m.rewritten()
		c := counts{deleted: m.remove(func(i int) bool { return s.Where.holds(&m.Rows, m.Values[i]) == yes })}
		return c, nil
	}
	return m.deleteKeys(s)
}

// rewritten notes that the files of all runs may have been rewritten.
func (m *Model) rewritten() {
	for _, run := range m.runs {
		m.rewrote[run] = true
	}
}

// remove takes out the rows that a condition picks.
func (m *Model) remove(picks func(i int) bool) int64 {
	var rows [][]any
	var runs []string
	for i, row := range m.Values {
		if !picks(i) {
			rows, runs = append(rows, row), append(runs, m.runs[i])
		}
	}
	gone := len(m.Values) - len(rows)
	m.Values, m.runs = rows, runs
	return int64(gone)
}

// insert adds the rows of an input. Where the table has a key, none may come twice in it, or be there.
func (m *Model) insert(in *Rows, run string, gone int64) (counts, error) {
	seen := map[string]bool{}
	for i := range m.Values {
		seen[m.of(i, m.key)] = true
	}
	for i := range in.Values {
		if len(m.key) == 0 {
			break
		}
		if k := in.of(i, m.key); seen[k] || nullIn(in, i, m.key) {
			return counts{}, fmt.Errorf("%w: key of row %d", errRefused, i)
		} else {
			seen[k] = true
		}
	}
	for i := range in.Values {
		m.Values, m.runs = append(m.Values, m.rowOf(in, i)), append(m.runs, run)
	}
	return counts{added: int64(len(in.Values)), deleted: gone}, nil
}

func nullIn(r *Rows, row int, names []string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return r.Values[row][r.column(n)] == nil })
}

// rowOf is a row of an input in the table's columns; a column that the input lacks is null.
func (m *Model) rowOf(in *Rows, i int) []any {
	row := make([]any, len(m.Columns))
	for c, f := range m.Columns {
		if in.has(f.Name) {
			row[c] = widened(in.Values[i][in.column(f.Name)], f.Type)
		}
	}
	return row
}

// touched are the partitions that a replacement of partitions replaces.
func (m *Model) touched(s *Step) (map[string]bool, error) {
	whole := &Rows{Columns: m.Columns}
	for i := range s.Input.Values {
		whole.Values = append(whole.Values, m.rowOf(s.Input, i))
	}
	out := map[string]bool{}
	for i := range whole.Values {
		if len(s.Stated) > 0 && !stated(s.Stated, whole, i) {
			return nil, fmt.Errorf("%w: row %d is outside of what is stated", errRefused, i)
		}
		out[whole.of(i, m.parts)] = true
	}
	for i := range m.Values {
		if stated(s.Stated, &m.Rows, i) {
			out[m.of(i, m.parts)] = true
		}
	}
	return out, nil
}

func stated(clauses []Clause, r *Rows, row int) bool {
	return slices.ContainsFunc(clauses, func(c Clause) bool {
		i := r.column(c.Column)
		v, t := r.Values[row][i], r.Columns[i].Type
		if v == nil || c.Lo == nil {
			return v == nil && c.Lo == nil
		}
		t = typeOf(v, t) // of an input whose type is about to widen the column's
		return manifest.Compare(t, widened(c.Lo, t), v) <= 0 && manifest.Compare(t, v, widened(c.Hi, t)) <= 0
	})
}

func (m *Model) replacePartitions(s *Step) (counts, error) {
	touched, err := m.touched(s)
	if err != nil {
		return counts{}, err
	}
	if s.Most > 0 && len(touched) > s.Most {
		return counts{}, fmt.Errorf("%w: %d partitions are replaced", errRefused, len(touched))
	}
	m.rewritten()
	return m.insert(s.Input, s.Run, m.remove(func(i int) bool { return touched[m.of(i, m.parts)] }))
}

func (m *Model) deleteKeys(s *Step) (counts, error) {
	where, err := m.find(s.Input)
	if err != nil {
		return counts{}, err
	}
	m.rewritten()
	gone := map[int]bool{}
	for _, at := range where {
		gone[at] = true
	}
	return counts{deleted: m.remove(func(i int) bool { return gone[i] })}, nil
}

// find gives, per key of an input, the row that has it.
func (m *Model) find(in *Rows) (map[string]int, error) {
	keys := map[string]bool{}
	wide := m.keysOf(in)
	for i := range wide.Values {
		if nullIn(wide, i, m.key) {
			return nil, fmt.Errorf("%w: the key of row %d is null", errRefused, i)
		}
		keys[wide.of(i, m.key)] = true
	}
	out := map[string]int{}
	for i := range m.Values {
		if k := m.of(i, m.key); keys[k] {
			out[k] = i
		}
	}
	return out, nil
}

// keysOf are the keys of an input.
func (m *Model) keysOf(in *Rows) *Rows {
	out := &Rows{}
	for _, n := range m.key {
		out.Columns = append(out.Columns, m.Columns[m.column(n)])
	}
	for i := range in.Values {
		row := make([]any, len(m.key))
		for c, n := range m.key {
			row[c] = in.Values[i][in.column(n)]
		}
		out.Values = append(out.Values, row)
	}
	return out
}
