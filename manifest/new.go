package manifest

import "fmt"

// Table describes a table that does not exist yet.
type Table struct {
	UUID        string
	Location    string   // the table root with "/_iceberg" behind it
	Schema      *Schema  // nil: the first publish brings it. Ids are assigned if no column has one
	PartitionBy []string // column names
	SortBy      []string // "name", "name desc", "name asc nulls last"
	Key         []string // column names
	Settings    Settings // zero fields get their defaults
	Properties  map[string]string
}

// New is the first manifest of a table, with the event "create". Without a schema, the names of partition, sort and key columns
// wait in the settings.
func New(t Table, w Write) (*Manifest, error) {
	m := &Manifest{
		FormatVersion: 2, TableUUID: t.UUID, Location: t.Location, LastUpdatedMs: int64(w.At), CurrentSnapshotID: -1,
		LastPartitionID: FirstPartitionID - 1, Properties: cloneMap(t.Properties),
		Schemas: []Schema{{}}, PartitionSpecs: []PartitionSpec{{}}, SortOrders: []SortOrder{{}},
		Tablectl: State{Format: Format, Generation: 1, WriteID: w.ID, NextVersion: 1, Settings: t.Settings},
	}
	if v, ok := m.Properties[propertyGC]; ok && v != "false" {
		return nil, refuse(RuleGCEnabled, "the property %s must stay \"false\": with it engines delete files that other versions share", propertyGC)
	}
	m.Properties[propertyGC] = "false"
	s := &m.Tablectl.Settings
	if s.Layout == "" {
		s.Layout = LayoutShared
	}
	if s.TargetFileBytes == 0 {
		s.TargetFileBytes = DefaultTargetFileBytes
	}
	s.PartitionBy, s.SortBy, s.Key = t.PartitionBy, t.SortBy, t.Key
	if t.Schema != nil {
		schema, spec, order, err := Layout(*t.Schema, t.PartitionBy, t.SortBy, t.Key)
		if err != nil {
			return nil, fmt.Errorf("create table: %w", err)
		}
		m.declare(schema, spec, order)
	}
	m.record(Event{Op: OpCreate}, w)
	if err := m.Validate(); err != nil {
		return nil, fmt.Errorf("create table: %w", err)
	}
	return m, nil
}

// declare gives the columns to a table that had none.
func (m *Manifest) declare(schema Schema, spec PartitionSpec, order SortOrder) {
	schema.ID, spec.ID = 0, 0
	m.Schemas, m.PartitionSpecs, m.SortOrders = []Schema{schema}, []PartitionSpec{spec}, []SortOrder{{}}
	m.CurrentSchemaID, m.DefaultSpecID, m.DefaultSortOrderID = 0, 0, order.ID
	if order.ID != 0 {
		m.SortOrders = append(m.SortOrders, order)
	}
	m.LastColumnID = max(m.LastColumnID, highestID(schema.Fields))
	for _, f := range spec.Fields {
		m.LastPartitionID = max(m.LastPartitionID, f.FieldID)
	}
	s := &m.Tablectl.Settings
	s.PartitionBy, s.SortBy, s.Key = nil, nil, nil
	m.mapNames()
}
