package manifest

import (
	"fmt"
	"slices"
)

// AddColumns adds columns at the end. They can be null: rows that are there have no value. Field ids are given here.
type AddColumns struct{ Columns []Field }

func (c AddColumns) apply(e *evolution) error {
	fields, last := AssignIDs(c.Columns, e.last)
	for _, f := range fields {
		if f.Required {
			return fmt.Errorf("%w: column %q would be required, but rows that are there have no value for it; add it without NOT NULL", ErrSchema, clip(f.Name))
		}
		if err := checkType(f.Type); err != nil {
			return fmt.Errorf("%w: column %q: %w", ErrSchema, clip(f.Name), err)
		}
		if err := e.free(f.Name, f.ID); err != nil {
			return err
		}
		e.schema.Fields = append(e.schema.Fields, f)
	}
	if last > maxFieldID {
		return fmt.Errorf("%w: the table has had so many columns that there are no more ids", ErrSchema)
	}
	e.last = last
	return nil
}

// RenameColumn gives a column another name. Files are not touched: columns are found by id.
type RenameColumn struct{ Name, To string }

func (c RenameColumn) apply(e *evolution) error {
	i, err := e.column(c.Name)
	if err != nil {
		return err
	}
	if err := e.free(c.To, e.schema.Fields[i].ID); err != nil {
		return err
	}
	e.schema.Fields[i].Name = c.To
	return nil
}

// DropColumns takes columns out of the schema. Files keep what they have; versions before still show it.
type DropColumns struct{ Names []string }

func (c DropColumns) apply(e *evolution) error {
	for _, name := range c.Names {
		i, err := e.column(name)
		if err != nil {
			return err
		}
		if err := e.needed(e.schema.Fields[i]); err != nil {
			return err
		}
		e.schema.Fields = slices.Delete(e.schema.Fields, i, i+1)
	}
	if len(e.schema.Fields) == 0 {
		return fmt.Errorf("%w: a table has at least one column", ErrSchema)
	}
	return nil
}

// needed refuses to do without a column that something else is made of.
func (e *evolution) needed(f Field) error {
	if e.isKey(f.ID) {
		return fmt.Errorf("%w: column %q is part of the key; set another key first", ErrSchema, clip(f.Name))
	}
	if slices.ContainsFunc(e.order.Fields, func(o SortField) bool { return o.SourceID == f.ID }) {
		return fmt.Errorf("%w: the table is sorted by column %q; set another sort order first", ErrSchema, clip(f.Name))
	}
	of := func(p PartitionField) bool { return p.SourceID == f.ID }
	if slices.ContainsFunc(e.spec.Fields, of) {
		return fmt.Errorf("%w: the table is partitioned by column %q; set another partitioning first", ErrSchema, clip(f.Name))
	}
	for _, p := range e.used {
		if slices.ContainsFunc(p.Fields, of) {
			return fmt.Errorf("%w: files that are still there were partitioned by column %q; it can go once all of them have been rewritten", ErrSchema, clip(f.Name))
		}
	}
	return nil
}

// Alter makes a design that Evolve gave that of a table without versions, with the event "alter". Once there is a version, a change is a
// version, too (ModeAlter): then it refuses, as it does for a design that was not made for the table as it is, with ErrConflict.
func (m *Manifest) Alter(d Design, message string, w Write) (*Manifest, error) {
	if _, ok := m.Current(); ok {
		return nil, fmt.Errorf("%w: version %d is current; a change of the table is a version", ErrConflict, m.currentVersion())
	}
	if err := m.follows(d); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConflict, err)
	}
	next := m.step(w)
	next.adopt(d)
	next.CurrentSchemaID, next.DefaultSpecID, next.DefaultSortOrderID = d.Schema.ID, d.Spec.ID, d.SortOrder.ID
	next.mapNames()
	next.record(Event{Op: OpAlter, Message: message}, w)
	return next.from(m)
}
