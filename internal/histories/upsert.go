package histories

import (
	"fmt"
	"slices"

	"github.com/tablectl/tablectl/manifest"
)

// upsert does to the model what an upsert says.
func (m *Model) upsert(s *Step) (counts, error) {
	where, err := m.find(s.Input)
	if err != nil {
		return counts{}, err
	}
	in, u := s.Input, s.Upsert
	winners, err := m.winners(s)
	if err != nil {
		return counts{}, err
	}
	m.rewritten()
	var c counts
	gone := map[int]bool{}
	for _, i := range winners {
		at, there := where[in.of(i, m.key)]
		flagged := u.DeleteWhen != "" && in.Values[i][in.column(u.DeleteWhen)] == true
		switch {
		case flagged && there:
			gone[at] = true
			c.deleted++
		case flagged:
		case there && u.WhenMatched == "error":
			return counts{}, fmt.Errorf("%w: the key of row %d is there", errRefused, i)
		case there && u.WhenMatched == "ignore":
		case there:
			m.update(at, in, i, u.UpdateColumns)
			c.updated++
		default:
			m.Values, m.runs = append(m.Values, m.rowOf(in, i)), append(m.runs, s.Run)
			c.added++
		}
	}
	m.remove(func(i int) bool { return gone[i] })
	return c, nil
}

// winners are the rows of an input that count, one a key.
func (m *Model) winners(s *Step) ([]int, error) {
	in, by := s.Input, s.Upsert.OrderBy
	best := map[string]int{}
	var keys []string
	for i := range in.Values {
		k := in.of(i, m.key)
		was, twice := best[k]
		switch {
		case !twice:
			keys = append(keys, k)
		case by == "":
			return nil, fmt.Errorf("%w: a key is twice in the input", errRefused)
		default:
			c := in.column(by)
			if manifest.Compare(in.Columns[c].Type, in.Values[i][c], in.Values[was][c]) < 0 {
				continue
			}
		}
		best[k] = i
	}
	var out []int
	for _, k := range keys {
		out = append(out, best[k])
	}
	return out, nil
}

// update gives a row the values of a row of the input.
func (m *Model) update(at int, in *Rows, i int, only []string) {
	for c, f := range m.Columns {
		if in.has(f.Name) && (len(only) == 0 || slices.Contains(only, f.Name)) {
			m.Values[at][c] = widened(in.Values[i][in.column(f.Name)], f.Type)
		}
	}
	m.runs[at] = "" // no run's any more
}
