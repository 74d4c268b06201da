package manifest

import "slices"

// Design is how rows are described and where they go: what a change of the table changes.
type Design struct {
	Schema     Schema // with the row key
	Spec       PartitionSpec
	SortOrder  SortOrder
	OlderSpecs []PartitionSpec // of files that are carried over from the current version, by id, without Spec
}

// Design is the current one, with the older specs that the snapshot of the current version names.
func (m *Manifest) Design(older []PartitionSpec) Design {
	return Design{Schema: m.Schema(), Spec: m.Spec(), SortOrder: m.SortOrder(), OlderSpecs: older}
}

// Design is the one that the version was written with.
func (s *Snapshot) Design() Design {
	return Design{Schema: s.Schema, Spec: s.Spec, SortOrder: s.SortOrder, OlderSpecs: s.OlderSpecs}
}

// same compares all but the older specs.
func (d Design) same(o Design) bool {
	return d.Schema.Equal(o.Schema) && sameFields(d.Spec, o.Spec) && sameOrder(d.SortOrder, o.SortOrder)
}

// sameFields compares specs without their ids.
func sameFields(a, b PartitionSpec) bool {
	a.ID = b.ID
	return a.Equal(b)
}

// sameOrder compares sort orders without their ids.
func sameOrder(a, b SortOrder) bool {
	a.ID = b.ID
	return a.Equal(b)
}

// number gives schema, spec and sort order the ids that they have already, if the table ever had the same, else the next ones.
func (m *Manifest) number(d Design) Design {
	d.Schema.ID = idOf(m.Schemas, d.Schema, Schema.Equal, func(s Schema) int { return s.ID })
	d.Spec.ID = idOf(m.PartitionSpecs, d.Spec, sameFields, func(p PartitionSpec) int { return p.ID })
	d.SortOrder.ID = idOf(m.SortOrders, d.SortOrder, sameOrder, func(o SortOrder) int { return o.ID })
	return d
}

// idOf is the id of the one in list that is the same as x, or one above all.
func idOf[T any](list []T, x T, same func(a, b T) bool, id func(T) int) int {
	next := 0
	for _, have := range list {
		if same(have, x) {
			return id(have)
		}
		next = max(next, id(have)+1)
	}
	return next
}

// adopt adds what the table has not had before, to a manifest that step began.
func (m *Manifest) adopt(d Design) {
	if _, ok := m.schema(d.Schema.ID); !ok {
		m.Schemas = append(slices.Clip(m.Schemas), d.Schema)
		m.LastColumnID = max(m.LastColumnID, highestID(d.Schema.Fields))
	}
	if _, ok := m.spec(d.Spec.ID); !ok {
		m.PartitionSpecs = append(slices.Clip(m.PartitionSpecs), d.Spec)
		for _, f := range d.Spec.Fields {
			m.LastPartitionID = max(m.LastPartitionID, f.FieldID)
		}
	}
	if _, ok := m.order(d.SortOrder.ID); !ok {
		m.SortOrders = append(slices.Clip(m.SortOrders), d.SortOrder)
	}
}
