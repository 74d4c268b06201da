package histories

import (
	"fmt"
	"slices"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/table"
)

// replacePartitions is of the input's partitions, or of stated ones.
func (d *drawer) replacePartitions(m *Model) *Step {
	s := d.publish(m, table.ReplacePartitions)
	if d.chance(10) {
		s.Most = 1 + d.r.IntN(12)
	}
	if !d.chance(40) {
		return s
	}
	for range 1 + d.r.IntN(2) {
		i := m.column(d.one(m.parts))
		t := m.Columns[i].Type
		c := Clause{Column: m.Columns[i].Name}
		if c.Lo = draw(d.r, t); d.chance(20) {
			c.Lo = nil
		} else if c.Hi = c.Lo; t.Kind != manifest.String && d.chance(60) {
			if c.Hi = draw(d.r, t); manifest.Compare(t, c.Lo, c.Hi) > 0 {
				c.Lo, c.Hi = c.Hi, c.Lo
			}
		}
		if text, ok := c.Lo.(string); ok && !simple(text) {
			c.Lo, c.Hi = "k01", "k01"
		}
		s.Stated = append(s.Stated, c)
	}
	if d.chance(80) { // else it is refused, mostly
		whole := &Rows{Columns: m.Columns}
		keep := s.Input.Values[:0]
		for i, row := range s.Input.Values {
			if whole.Values = [][]any{m.rowOf(s.Input, i)}; stated(s.Stated, whole, 0) {
				keep = append(keep, row)
			}
		}
		s.Input.Values = keep
	}
	if len(s.Input.Values) == 0 && s.As == "ndjson" {
		s.As = "arrow"
	}
	return s
}

// simple says whether a clause of --partitions can name a text.
func simple(text string) bool { return len(text) == 3 && text[0] == 'k' }

func (d *drawer) upsert(m *Model) *Step {
	d.runs++
	s := &Step{Run: fmt.Sprintf("run-%d", d.runs), Mode: table.Upsert}
	columns := slices.Clone(m.Columns)
	s.Upsert.WhenMatched = []string{"", "", "update", "ignore", "error"}[d.r.IntN(5)]
	if d.chance(25) {
		for _, f := range columns {
			if d.chance(40) && !slices.Contains(m.key, f.Name) {
				s.Upsert.UpdateColumns = append(s.Upsert.UpdateColumns, f.Name)
			}
		}
	}
	if d.chance(30) {
		s.Upsert.DeleteWhen = "gone"
		columns = append(columns, manifest.Field{Name: "gone", Type: manifest.Type{Kind: manifest.Boolean}})
	}
	switch n := d.r.IntN(100); {
	case n < 25:
		s.Upsert.OrderBy = "seq"
		columns = append(columns, manifest.Field{Name: "seq", Type: manifest.Type{Kind: manifest.Long}})
	case n < 40: // by a column of the table
		if f := columns[d.r.IntN(len(columns))]; exact(f.Type) && f.Name != "gone" {
			s.Upsert.OrderBy = f.Name
		}
	}
	d.input(m, s, columns)
	if s.Upsert.OrderBy != "" && !s.Input.has(s.Upsert.OrderBy) {
		s.Upsert.OrderBy = "" // what was left out cannot order; keys that come twice are refused then
	}
	return s
}

func (d *drawer) deleteKeys(m *Model) *Step {
	d.runs++
	s := &Step{Run: fmt.Sprintf("run-%d", d.runs), Mode: table.Delete}
	var columns []manifest.Field
	for _, f := range m.Columns {
		if slices.Contains(m.key, f.Name) || d.chance(20) {
			columns = append(columns, f)
		}
	}
	d.input(m, s, columns)
	return s
}

// condition is a condition on columns that have an order in SQL, with values that the table has, mostly.
func (d *drawer) condition(m *Model, depth int) *Condition {
	if depth > 0 && d.chance(50) {
		op := []string{"and", "or", "not"}[d.r.IntN(3)]
		return &Condition{Op: op, Parts: []*Condition{d.condition(m, depth-1), d.condition(m, depth-1)}}
	}
	i := d.r.IntN(len(m.Columns))
	f := m.Columns[i]
	c := &Condition{Column: f.Name, Type: f.Type, Op: []string{"=", "<>", "<", "<=", ">", ">="}[d.r.IntN(6)]}
	if f.Type.Kind == manifest.Binary || d.chance(15) {
		c.Op = "null"
		return c
	}
	if len(m.Values) > 0 && d.chance(80) {
		c.Value = m.Values[d.r.IntN(len(m.Values))][i]
	}
	if c.Value == nil {
		c.Value = draw(d.r, f.Type)
	}
	return c
}

// alteration is one change that Iceberg allows.
func (d *drawer) alteration(m *Model) *Step {
	d.runs++
	s := &Step{Run: fmt.Sprintf("run-%d", d.runs)}
	for s.Alter == nil {
		f := m.Columns[d.r.IntN(len(m.Columns))]
		switch d.r.IntN(5) {
		case 0:
			s.Alter = manifest.AddColumns{Columns: []manifest.Field{d.column(anyType)}}
		case 1:
			s.Alter = manifest.RenameColumn{Name: f.Name, To: d.column(anyType).Name}
		case 2:
			if len(m.Columns) > 3 && !slices.Contains(m.key, f.Name) && !slices.Contains(m.parts, f.Name) && !slices.Contains(m.sort, f.Name) {
				s.Alter = manifest.DropColumns{Names: []string{f.Name}}
			}
		case 3:
			if to, ok := d.wider(f.Type); ok {
				s.Alter = manifest.WidenColumn{Name: f.Name, To: to}
			}
		case 4:
			s.Alter = manifest.SetSort{By: []string{f.Name}}
		}
	}
	return s
}
