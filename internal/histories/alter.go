package histories

import (
	"fmt"
	"slices"

	"github.com/tablectl/tablectl/manifest"
)

// alter does to the model what one change says.
func (m *Model) alter(c manifest.Change) error {
	switch c := c.(type) {
	case manifest.AddColumns:
		for _, f := range c.Columns {
			m.addColumn(f)
		}
	case manifest.RenameColumn:
		m.Columns[m.column(c.Name)].Name = c.To
		for _, names := range [][]string{m.key, m.parts, m.sort} {
			if i := slices.Index(names, c.Name); i >= 0 {
				names[i] = c.To
			}
		}
	case manifest.DropColumns:
		for _, name := range c.Names {
			i := m.column(name)
			m.Columns = slices.Delete(m.Columns, i, i+1)
			for r, row := range m.Values {
				m.Values[r] = slices.Delete(row, i, i+1)
			}
		}
	case manifest.WidenColumn:
		m.widen(m.column(c.Name), c.To)
	case manifest.SetSort:
		m.sort = slices.Clone(c.By)
	default:
		return fmt.Errorf("no model of %T", c)
	}
	return nil
}

func (m *Model) addColumn(f manifest.Field) {
	f.Required = false
	m.Columns = append(m.Columns, f)
	for r := range m.Values {
		m.Values[r] = append(m.Values[r], nil)
	}
}

func (m *Model) widen(i int, to manifest.Type) {
	m.Columns[i].Type = to
	for _, row := range m.Values {
		row[i] = widened(row[i], to)
	}
}

// evolve takes the columns of an input into the model.
func (m *Model) evolve(in *Rows) {
	for _, f := range in.Columns {
		if !m.has(f.Name) {
			m.addColumn(f)
		} else if i := m.column(f.Name); Wider(m.Columns[i].Type, f.Type) {
			m.widen(i, f.Type)
		}
	}
}

// Wider says whether a type is one to which another grows.
func Wider(from, to manifest.Type) bool {
	return from.Kind == manifest.Int && to.Kind == manifest.Long || from.Kind == manifest.Float && to.Kind == manifest.Double ||
		from.Kind == manifest.Decimal && to.Kind == manifest.Decimal && to.Precision > from.Precision
}
