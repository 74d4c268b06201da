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
		case typed && grows(old.Type, f.Type):
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

// grows says whether a type is one to which Iceberg lets the other one grow.
func grows(from, to manifest.Type) bool {
	wide, ok := wider(from, to)
	return ok && wide.Equal(to) && !to.Equal(from)
}
