package manifest

import (
	"fmt"
	"math"
	"slices"
)

// Rules of schemas, partition specs and sort orders, alone and with each other.
const (
	RuleSchemaID      Rule = "schema-id"         // schema ids are 0 to 2³¹−1 and unique, and there is at least one schema
	RuleSchemaNames   Rule = "schema-names"      // on each level unique without regard to case, not empty, UTF-8, no control characters
	RuleSchemaTypes   Rule = "schema-types"      // decimals in range; lists and maps have their parts; map keys are required
	RuleFieldID       Rule = "field-id"          // field ids are 1 to 2147483447 and unique in a schema
	RuleIdentifier    Rule = "identifier"        // key columns are there, once, at the top, required, of a single value, no floats
	RuleSpecID        Rule = "spec-id"           // spec ids are 0 to 2³¹−1 and unique
	RuleSpecField     Rule = "spec-field"        // partition field ids are 1000 to 2³¹−1 and unique in a spec; names are unique, not empty
	RuleSpecTransform Rule = "spec-transform"    // the transform is known
	RuleSpecSource    Rule = "spec-source"       // the source column is there, at the top, of a type that the transform takes; no other column has the field's name
	RuleOrderID       Rule = "order-id"          // sort order ids are 0 to 2³¹−1 and unique; 0 and only 0 has no fields
	RuleOrderField    Rule = "order-field"       // transform, direction and null order are known
	RuleOrderSource   Rule = "order-source"      // the source column is there, once, at the top, of a single value
	RuleLastColumn    Rule = "last-column-id"    // no field id is above it
	RuleLastPartition Rule = "last-partition-id" // at least 999; no partition field id is above it
)

// maxFieldID is the highest id that Iceberg leaves to tables (apache/iceberg format/spec.md, "Reserved Field IDs").
const maxFieldID = 2147483447

// isID reports whether n can be an id in Iceberg, where ids are integers of 32 bits.
func isID(n int) bool { return n >= 0 && n <= math.MaxInt32 }

// validate checks a schema for itself.
func (s Schema) validate() error {
	if !isID(s.ID) {
		return refuse(RuleSchemaID, "a schema has the id %d", s.ID)
	}
	if err := s.CheckNames(); err != nil {
		return refuse(RuleSchemaNames, "schema %d: %v", s.ID, err)
	}
	if err := checkTypes(s.Fields); err != nil {
		return refuse(RuleSchemaTypes, "schema %d: %v", s.ID, err)
	}
	seen := make(map[int]bool)
	var err error
	walk(s.Fields, func(f Field) bool {
		if f.ID < 1 || f.ID > maxFieldID || seen[f.ID] {
			err = refuse(RuleFieldID, "schema %d: field %q has the id %d, which is out of range or taken", s.ID, clip(f.Name), f.ID)
		}
		seen[f.ID] = true
		return err == nil
	})
	if err != nil {
		return err
	}
	return s.validateKey()
}

func (s Schema) validateKey() error {
	for i, id := range s.IdentifierFieldIDs {
		f, ok := s.top(id)
		if !ok || !f.Required || f.Type.Nested() || isFloat(f.Type) || slices.Contains(s.IdentifierFieldIDs[:i], id) {
			return refuse(RuleIdentifier, "schema %d: field %d cannot be part of the key (once, a required column, a single value, no float)", s.ID, id)
		}
	}
	return nil
}

// top is the column, not a field within one, with that id.
func (s Schema) top(id int) (Field, bool) {
	i := slices.IndexFunc(s.Fields, func(f Field) bool { return f.ID == id })
	if i < 0 {
		return Field{}, false
	}
	return s.Fields[i], true
}

// checkTypes refuses, with ErrType, types that cannot be.
func checkTypes(fields []Field) error {
	for _, f := range fields {
		if err := checkType(f.Type); err != nil {
			return fmt.Errorf("field %q: %w", clip(f.Name), err)
		}
	}
	return nil
}

func checkType(t Type) error {
	switch t.Kind {
	case Decimal:
		_, err := decimalType(t.Precision, t.Scale)
		return err
	case Struct:
		if len(t.Fields) == 0 {
			return fmt.Errorf("%w: a struct without fields cannot be stored in Parquet", ErrType)
		}
	case List:
		if len(t.Fields) != 1 || t.Fields[0].Name != "element" {
			return fmt.Errorf("%w: a list has one field, \"element\"", ErrType)
		}
	case Map:
		if len(t.Fields) != 2 || t.Fields[0].Name != "key" || t.Fields[1].Name != "value" || !t.Fields[0].Required {
			return fmt.Errorf("%w: a map has two fields, \"key\" (required) and \"value\"", ErrType)
		}
	case Invalid:
		return fmt.Errorf("%w: none is set", ErrType)
	default:
		if t.Kind > Map || len(t.Fields) > 0 {
			return fmt.Errorf("%w: %v with parts", ErrType, t.Kind)
		}
	}
	return checkTypes(t.Fields)
}

// validate checks a spec for itself.
func (p PartitionSpec) validate() error {
	if !isID(p.ID) {
		return refuse(RuleSpecID, "a partition spec has the id %d", p.ID)
	}
	ids, names := make(map[int]bool), make(map[string]bool)
	for _, f := range p.Fields {
		if f.FieldID < FirstPartitionID || !isID(f.FieldID) || ids[f.FieldID] || f.Name == "" || names[f.Name] {
			return refuse(RuleSpecField, "spec %d: field %q with id %d: ids begin at %d; ids and names are unique", p.ID, clip(f.Name), f.FieldID, FirstPartitionID)
		}
		ids[f.FieldID], names[f.Name] = true, true
		if _, err := f.Parsed(); err != nil {
			return refuse(RuleSpecTransform, "spec %d: field %q: %v", p.ID, clip(f.Name), err)
		}
	}
	return nil
}

// fits checks a spec against a schema.
func (p PartitionSpec) fits(s Schema) error {
	for _, f := range p.Fields {
		source, ok := s.top(f.SourceID)
		t, err := f.Parsed()
		if !ok || err != nil || !t.Takes(source.Type) {
			return refuse(RuleSpecSource, "spec %d: field %q: column %d of schema %d is missing, or of a type that %s does not take", p.ID, clip(f.Name), f.SourceID, s.ID, clip(f.Transform))
		}
		if i := indexByFold(s.Fields, f.Name); i >= 0 && (s.Fields[i].ID != f.SourceID || t.Kind != Identity) {
			return refuse(RuleSpecSource, "spec %d: field %q has the name of column %d of schema %d, which is something else", p.ID, clip(f.Name), s.Fields[i].ID, s.ID)
		}
	}
	return nil
}

// validate checks a sort order for itself.
func (o SortOrder) validate() error {
	if !isID(o.ID) || (o.ID == 0) != (len(o.Fields) == 0) {
		return refuse(RuleOrderID, "sort order %d has %d fields; 0 is the unsorted one", o.ID, len(o.Fields))
	}
	for _, f := range o.Fields {
		known := f.Transform == transformIdentity && (f.Direction == Ascending || f.Direction == Descending) &&
			(f.NullOrder == NullsFirst || f.NullOrder == NullsLast)
		if !known {
			return refuse(RuleOrderField, "sort order %d: %q %q %q is not known", o.ID, clip(f.Transform), clip(f.Direction), clip(f.NullOrder))
		}
	}
	return nil
}

// fits checks a sort order against a schema.
func (o SortOrder) fits(s Schema) error {
	used := make(map[int]bool)
	for _, f := range o.Fields {
		if source, ok := s.top(f.SourceID); !ok || source.Type.Nested() || used[f.SourceID] {
			return refuse(RuleOrderSource, "sort order %d: column %d of schema %d is missing, nested or named twice", o.ID, f.SourceID, s.ID)
		}
		used[f.SourceID] = true
	}
	return nil
}

// Equal compares ids and fields.
func (p PartitionSpec) Equal(o PartitionSpec) bool {
	return p.ID == o.ID && slices.EqualFunc(p.Fields, o.Fields, func(a, b PartitionField) bool {
		a.Unknown, b.Unknown = "", ""
		return a == b
	})
}

// Equal compares ids and fields.
func (o SortOrder) Equal(p SortOrder) bool {
	return o.ID == p.ID && slices.EqualFunc(o.Fields, p.Fields, func(a, b SortField) bool {
		a.Unknown, b.Unknown = "", ""
		return a == b
	})
}
