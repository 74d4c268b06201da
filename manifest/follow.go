package manifest

import (
	"fmt"
	"slices"
)

// follows refuses, with ErrSchema, a design that the current one cannot become in Iceberg's way (apache/iceberg format/spec.md, "Schema
// Evolution" and "Partition Evolution"), so that every file of the current version can be read with it.
func (m *Manifest) follows(d Design) error {
	if err := m.schemaFollows(d.Schema); err != nil {
		return err
	}
	if err := m.specFollows(d.Spec); err != nil {
		return err
	}
	if known, ok := m.order(d.SortOrder.ID); d.SortOrder.ID != m.number(d).SortOrder.ID || ok && !known.Equal(d.SortOrder) {
		return fmt.Errorf("%w: sort order %d is another one", ErrSchema, d.SortOrder.ID)
	}
	for _, p := range append([]PartitionSpec{d.Spec}, d.OlderSpecs...) {
		if err := p.fits(d.Schema); err != nil {
			return fmt.Errorf("%w: %w", ErrSchema, err)
		}
	}
	for _, p := range d.OlderSpecs {
		if known, ok := m.spec(p.ID); !ok || !known.Equal(p) {
			return fmt.Errorf("%w: the older partition spec %d is none of the table's", ErrSchema, p.ID)
		}
	}
	return nil
}

func (m *Manifest) schemaFollows(s Schema) error {
	if s.ID != m.number(Design{Schema: s}).Schema.ID {
		return fmt.Errorf("%w: schema %d is another one", ErrSchema, s.ID)
	}
	before, added, taken := -1, false, m.takenNames()
	for _, f := range s.Fields {
		at := slices.IndexFunc(m.Schema().Fields, func(old Field) bool { return old.ID == f.ID })
		switch {
		case at < 0 && f.Required:
			return fmt.Errorf("%w: column %q is new and required; rows that are there have no value for it", ErrSchema, clip(f.Name))
		case at < 0 && lowestID(f) <= m.LastColumnID:
			return fmt.Errorf("%w: column %q is new and has a field id that was used before", ErrSchema, clip(f.Name))
		case at >= 0 && (at < before || added):
			return fmt.Errorf("%w: column %q has changed its place", ErrSchema, clip(f.Name))
		case at >= 0:
			old := m.Schema().Fields[at]
			if !old.Type.Equal(f.Type) && !old.Type.widensTo(f.Type) {
				return fmt.Errorf("%w: column %q cannot change from %s to %s", ErrSchema, clip(f.Name), clip(old.Type.String()), clip(f.Type.String()))
			}
			before = at
		}
		added = at < 0
		if err := taken.check(f.Name, f.ID); err != nil {
			return err
		}
	}
	return nil
}

// lowestID is the lowest id in a field.
func lowestID(f Field) int {
	lowest := f.ID
	walk(f.Type.Fields, func(f Field) bool {
		lowest = min(lowest, f.ID)
		return true
	})
	return lowest
}

// widensTo reports whether every value of t is one of to, in the ways that Iceberg v2 allows.
func (t Type) widensTo(to Type) bool {
	switch {
	case t.Kind == Int:
		return to.Kind == Long
	case t.Kind == Float:
		return to.Kind == Double
	case t.Kind == Decimal && to.Kind == Decimal:
		return t.Scale == to.Scale && t.Precision < to.Precision
	}
	return false
}

// specFollows demands that what a field means decides its id: a meaning that the table had before has the id that it had.
func (m *Manifest) specFollows(p PartitionSpec) error {
	if p.ID != m.number(Design{Spec: p}).Spec.ID {
		return fmt.Errorf("%w: partition spec %d is another one", ErrSchema, p.ID)
	}
	for _, f := range p.Fields {
		known, ok := partitionField(m.PartitionSpecs, f.SourceID, f.Transform)
		if ok && known.FieldID != f.FieldID || !ok && f.FieldID <= m.LastPartitionID {
			return fmt.Errorf("%w: partition field %q has the id %d, which is that of another one", ErrSchema, clip(f.Name), f.FieldID)
		}
	}
	return nil
}

// partitionField finds the field with that source and transform, in the newest spec that has it.
func partitionField(specs []PartitionSpec, source int, transform string) (PartitionField, bool) {
	for _, p := range slices.Backward(specs) {
		for _, f := range p.Fields {
			if f.SourceID == source && f.Transform == transform {
				return f, true
			}
		}
	}
	return PartitionField{}, false
}
