package manifest

import (
	"fmt"
	"slices"
)

// A Change is one step from a design to the next: AddColumns, RenameColumn, DropColumns, WidenColumn, SetRequired, SetKey, SetPartition,
// SetSort.
type Change interface{ apply(e *evolution) error }

// evolution is a design on its way.
type evolution struct {
	m      *Manifest
	schema Schema
	spec   PartitionSpec
	order  SortOrder
	used   []PartitionSpec // of files that are there
	last   int             // the highest field id that was ever given
	taken  takenNames
}

// Evolve is the design that the changes, one after the other, make of the current one; older are the older specs of the current version's
// snapshot. Columns keep their ids and new ones get fresh ones; what the table had before gets its old id back. That no value that is
// there breaks a column that becomes required or part of the key is for the caller to see to. Errors: ErrNothingToDo, else ErrSchema.
func (m *Manifest) Evolve(older []PartitionSpec, changes ...Change) (Design, error) {
	e := &evolution{m: m, schema: m.Schema(), spec: m.Spec(), order: m.SortOrder(), last: m.LastColumnID, taken: m.takenNames()}
	if !m.Declared() {
		return Design{}, fmt.Errorf("%w: the table has no columns yet", ErrSchema)
	}
	if _, ok := m.Current(); ok {
		e.used = append(slices.Clone(older), m.Spec())
	}
	e.schema.Fields = slices.Clone(e.schema.Fields)
	for _, c := range changes {
		if err := c.apply(e); err != nil {
			return Design{}, err
		}
		if err := e.schema.CheckNames(); err != nil {
			return Design{}, err
		}
	}
	d := m.number(Design{Schema: e.schema, Spec: e.spec, SortOrder: e.order})
	if d.same(m.Design(nil)) {
		return Design{}, fmt.Errorf("%w: the table is so already", ErrNothingToDo)
	}
	for _, p := range e.used {
		if p.ID != d.Spec.ID {
			d.OlderSpecs = append(d.OlderSpecs, p)
		}
	}
	slices.SortFunc(d.OlderSpecs, func(a, b PartitionSpec) int { return a.ID - b.ID })
	return d, m.follows(d)
}

// column is the index of the column called name.
func (e *evolution) column(name string) (int, error) {
	if i := indexByName(e.schema.Fields, name); i >= 0 {
		return i, nil
	}
	return 0, fmt.Errorf("%w: there is no column %q (%s)", ErrSchema, clip(name), (&layout{schema: e.schema}).names())
}

// isKey reports whether a column is part of the key.
func (e *evolution) isKey(id int) bool { return slices.Contains(e.schema.IdentifierFieldIDs, id) }

// free refuses a name that files that are there know otherwise, as that of another column or of a partition field.
func (e *evolution) free(name string, id int) error {
	if i := indexByFold(e.schema.Fields, name); i >= 0 && e.schema.Fields[i].ID != id {
		return fmt.Errorf("%w: there is a column %q already", ErrSchema, clip(e.schema.Fields[i].Name))
	}
	for _, p := range append(slices.Clip(e.used), e.spec) {
		for _, f := range p.Fields {
			if foldName(f.Name) == foldName(name) && (f.SourceID != id || f.Transform != transformIdentity) {
				return fmt.Errorf("%w: %q is the name of a partition field", ErrSchema, clip(name))
			}
		}
	}
	return e.taken.check(name, id)
}

// WidenColumn changes the type of a column to one that has all its values: int to long, float to double, decimal to one of more digits
// and the same scale.
type WidenColumn struct {
	Name string
	To   Type
}

func (c WidenColumn) apply(e *evolution) error {
	i, err := e.column(c.Name)
	if err != nil {
		return err
	}
	f := &e.schema.Fields[i]
	if err := checkType(c.To); err != nil {
		return fmt.Errorf("%w: column %q: %w", ErrSchema, clip(c.Name), err)
	}
	if !f.Type.Equal(c.To) && !f.Type.widensTo(c.To) {
		return fmt.Errorf("%w: column %q is %s and cannot become %s; what can is int to long, float to double, and decimal to more digits with the same scale",
			ErrSchema, clip(c.Name), clip(f.Type.String()), clip(c.To.String()))
	}
	f.Type = c.To
	return nil
}

// SetRequired says whether a column must have a value in every row.
type SetRequired struct {
	Name     string
	Required bool
}

func (c SetRequired) apply(e *evolution) error {
	i, err := e.column(c.Name)
	if err != nil {
		return err
	}
	if !c.Required && e.isKey(e.schema.Fields[i].ID) {
		return fmt.Errorf("%w: column %q is part of the key, which always has a value", ErrSchema, clip(c.Name))
	}
	e.schema.Fields[i].Required = c.Required
	return nil
}

// SetKey makes columns the row key, and required; without any, the table has no key any more.
type SetKey struct{ Columns []string }

func (c SetKey) apply(e *evolution) error {
	l := &layout{schema: e.schema}
	l.schema.IdentifierFieldIDs = nil
	if err := l.key(c.Columns); err != nil {
		return err
	}
	e.schema = l.schema
	return nil
}

// SetPartition is how rows that are written from now on are put apart, in the words of Layout; without any, not at all.
type SetPartition struct{ By []string }

func (c SetPartition) apply(e *evolution) error {
	l := &layout{schema: e.schema, specs: e.m.PartitionSpecs, lastPartition: e.m.LastPartitionID}
	if err := l.partition(c.By); err != nil {
		return err
	}
	e.spec = l.spec
	return nil
}

// SetSort is how rows that are written from now on are sorted, in the words of Layout; without any, not at all.
type SetSort struct{ By []string }

func (c SetSort) apply(e *evolution) error {
	l := &layout{schema: e.schema}
	if err := l.sort(c.By); err != nil {
		return err
	}
	e.order = l.order
	return nil
}
