package table

import (
	"errors"
	"fmt"

	"github.com/tablectl/tablectl/manifest"
)

// The ways to treat inputs whose columns are not the table's.
const (
	SchemaStrict = "strict" // refuse them
	SchemaEvolve = "evolve" // add new columns at the end, and widen types
)

// evolve is the layout of a table that takes in the columns of the inputs: new ones at the end, which can be null, and wider types where
// the table's cannot hold the input's. Text has no types of its own: what it brings is read in the table's type.
func (p *publication) evolve(fields []manifest.Field, typed bool) error {
	have := p.layout.schema
	var changes []manifest.Change
	var added []manifest.Field
	for _, f := range fields {
		old, ok := have.Field(f.Name)
		switch {
		case !ok:
			f.Required = false
			added = append(added, f)
		case typed && widens(old.Type, f.Type):
			changes = append(changes, manifest.WidenColumn{Name: f.Name, To: f.Type})
		}
	}
	if len(added) > 0 {
		changes = append(changes, manifest.AddColumns{Columns: added})
	}
	if len(changes) == 0 {
		return nil
	}
	d, err := p.base.m.Evolve(p.older, changes...)
	switch {
	case errors.Is(err, ErrNothingToDo):
		return nil
	case err != nil:
		return fmt.Errorf("%w: the columns of the input: %w", ErrInput, err)
	}
	p.layout = layoutWith(d, p.layout.from, p.layout.settings)
	return nil
}

// widens says whether a type is one to which Iceberg lets the other one grow.
func widens(from, to manifest.Type) bool {
	switch from.Kind {
	case manifest.Int:
		return to.Kind == manifest.Long
	case manifest.Float:
		return to.Kind == manifest.Double
	case manifest.Decimal:
		return to.Kind == manifest.Decimal && to.Scale == from.Scale && to.Precision > from.Precision
	}
	return false
}

// schemaChanges are the differences between two schemas of a table, for people.
func schemaChanges(from, to manifest.Schema) []string {
	out := []string{}
	for _, f := range to.Fields {
		old, ok := from.FieldByID(f.ID)
		switch {
		case !ok:
			out = append(out, fmt.Sprintf("new column %s %s", f.Name, f.Type))
			continue
		case old.Name != f.Name:
			out = append(out, fmt.Sprintf("column %s is renamed to %s", old.Name, f.Name))
		}
		if !old.Type.Equal(f.Type) {
			out = append(out, fmt.Sprintf("column %s becomes %s (was %s)", f.Name, f.Type, old.Type))
		}
		if old.Required != f.Required {
			out = append(out, fmt.Sprintf("column %s %s", f.Name, map[bool]string{true: "becomes required", false: "may be null"}[f.Required]))
		}
	}
	for _, f := range from.Fields {
		if _, ok := to.FieldByID(f.ID); !ok {
			out = append(out, fmt.Sprintf("column %s is dropped", f.Name))
		}
	}
	return out
}
