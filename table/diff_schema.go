package table

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/tablectl/tablectl/manifest"
)

// SchemaChange is one difference of schemas, partition specs, sort orders or keys.
type SchemaChange struct {
	Kind    string // one of the constants
	FieldID int    // 0 for key, partition and sort
	Column  string // dotted path, in B where B has it; empty for key, partition and sort
	Before  string // what it was: a name, a type, "required" or "optional", a list of columns; empty for added
	After   string // what it is
}

// String is the change in a few words: "added note string", "renamed city → town", "widened id: int → long".
func (c SchemaChange) String() string {
	switch c.Kind {
	case ColumnAdded, ColumnDropped:
		return fmt.Sprintf("%s %s %s", c.Kind, c.Column, c.Before+c.After)
	case ColumnRenamed:
		return fmt.Sprintf("%s %s → %s", c.Kind, c.Before, c.After)
	case KeyChanged, PartitionChange, SortChanged:
		return fmt.Sprintf("%s: %s → %s", c.Kind, cmp.Or(c.Before, "none"), cmp.Or(c.After, "none"))
	}
	return fmt.Sprintf("%s %s: %s → %s", c.Kind, c.Column, c.Before, c.After)
}

// The kinds of schema changes.
const (
	ColumnAdded     = "added"
	ColumnDropped   = "dropped"
	ColumnRenamed   = "renamed"
	TypeWidened     = "widened"
	TypeNarrowed    = "narrowed" // B is the older one
	TypeChanged     = "type"     // neither holds the values of the other
	RequiredChanged = "required"
	KeyChanged      = "key"
	PartitionChange = "partition"
	SortChanged     = "sort"
)

// diffSchemas lists what differs between two versions, but for their files.
func diffSchemas(a, b *manifest.Snapshot) []SchemaChange {
	s := &schemaDiff{}
	s.fields(a.Schema.Fields, b.Schema.Fields, "")
	s.layout(KeyChanged, keyText(a.Schema), keyText(b.Schema), slices.Equal(a.Schema.IdentifierFieldIDs, b.Schema.IdentifierFieldIDs))
	s.layout(PartitionChange, specText(a.Spec, a.Schema), specText(b.Spec, b.Schema), slices.EqualFunc(a.Spec.Fields, b.Spec.Fields, samePartition))
	s.layout(SortChanged, orderText(a.SortOrder, a.Schema), orderText(b.SortOrder, b.Schema), slices.EqualFunc(a.SortOrder.Fields, b.SortOrder.Fields, sameSort))
	return s.found
}

type schemaDiff struct{ found []SchemaChange }

func (s *schemaDiff) add(kind string, f manifest.Field, path, before, after string) {
	s.found = append(s.found, SchemaChange{kind, f.ID, path, before, after})
}

// fields compares fields by id, down to those of nested types.
func (s *schemaDiff) fields(a, b []manifest.Field, parent string) {
	for _, f := range a {
		if fieldByID(b, f.ID) == nil {
			s.add(ColumnDropped, f, parent+f.Name, f.Type.String(), "")
		}
	}
	for _, f := range b {
		path := parent + f.Name
		old := fieldByID(a, f.ID)
		if old == nil {
			s.add(ColumnAdded, f, path, "", f.Type.String())
			continue
		}
		if old.Name != f.Name {
			s.add(ColumnRenamed, f, path, parent+old.Name, path)
		}
		if old.Required != f.Required {
			s.add(RequiredChanged, f, path, requiredText(old.Required), requiredText(f.Required))
		}
		if old.Type.Nested() && old.Type.Kind == f.Type.Kind {
			s.fields(old.Type.Fields, f.Type.Fields, path+".")
		} else if !old.Type.Equal(f.Type) {
			s.add(typeChange(old.Type, f.Type), f, path, old.Type.String(), f.Type.String())
		}
	}
}

func (s *schemaDiff) layout(kind, before, after string, same bool) {
	if !same {
		s.found = append(s.found, SchemaChange{Kind: kind, Before: before, After: after})
	}
}

func typeChange(a, b manifest.Type) string {
	wide, ok := wider(a, b)
	switch {
	case !ok:
		return TypeChanged
	case wide.Equal(b):
		return TypeWidened
	}
	return TypeNarrowed
}

// wider is the one of two primitive types that holds the values of both (Iceberg spec, "Schema Evolution"); false if none does.
func wider(a, b manifest.Type) (manifest.Type, bool) {
	switch {
	case a.Equal(b):
		return b, true
	case a.Kind == manifest.Decimal && b.Kind == manifest.Decimal && a.Scale == b.Scale:
		if a.Precision > b.Precision {
			return a, true
		}
		return b, true
	case a.Kind == manifest.Int && b.Kind == manifest.Long, a.Kind == manifest.Float && b.Kind == manifest.Double:
		return b, true
	case b.Kind == manifest.Int && a.Kind == manifest.Long, b.Kind == manifest.Float && a.Kind == manifest.Double:
		return a, true
	}
	return manifest.Type{}, false
}

// common gives the fields that both have, in types that hold the values of both, in b's order: with the names of a, by which its
// files may have to be read, and with those of b. Nothing is required: old files may lack what is required now.
func common(a, b []manifest.Field) (inA, inB []manifest.Field) {
	for _, f := range b {
		old := fieldByID(a, f.ID)
		if old == nil {
			continue
		}
		x, y, ok := commonType(old.Type, f.Type)
		if !ok {
			continue
		}
		inA = append(inA, manifest.Field{ID: f.ID, Name: old.Name, Type: x})
		inB = append(inB, manifest.Field{ID: f.ID, Name: f.Name, Type: y})
	}
	return inA, inB
}

// commonType is the common type of two, with the names of each. Lists and maps have it only if all their parts do.
func commonType(a, b manifest.Type) (inA, inB manifest.Type, ok bool) {
	if !a.Nested() || !b.Nested() {
		t, ok := wider(a, b)
		return t, t, ok
	}
	if a.Kind != b.Kind {
		return a, b, false
	}
	inA, inB = manifest.Type{Kind: a.Kind}, manifest.Type{Kind: b.Kind}
	inA.Fields, inB.Fields = common(a.Fields, b.Fields)
	if a.Kind == manifest.Map && len(inA.Fields) == 2 {
		inA.Fields[0].Required, inB.Fields[0].Required = true, true
	}
	return inA, inB, a.Kind == manifest.Struct || len(inA.Fields) == len(a.Fields)
}

func fieldByID(fields []manifest.Field, id int) *manifest.Field {
	if i := slices.IndexFunc(fields, func(f manifest.Field) bool { return f.ID == id }); i >= 0 {
		return &fields[i]
	}
	return nil
}

func samePartition(a, b manifest.PartitionField) bool {
	return a.SourceID == b.SourceID && a.Transform == b.Transform && a.Name == b.Name
}

func sameSort(a, b manifest.SortField) bool {
	return a.SourceID == b.SourceID && a.Transform == b.Transform && a.Direction == b.Direction && a.NullOrder == b.NullOrder
}

func requiredText(required bool) string {
	if required {
		return "required"
	}
	return "optional"
}

func keyText(s manifest.Schema) string {
	var names []string
	for _, id := range s.IdentifierFieldIDs {
		names = append(names, nameOf(s, id))
	}
	return strings.Join(names, ", ")
}

func specText(p manifest.PartitionSpec, s manifest.Schema) string {
	var parts []string
	for _, f := range p.Fields {
		parts = append(parts, transformed(f.Transform, nameOf(s, f.SourceID)))
	}
	return strings.Join(parts, ", ")
}

func orderText(o manifest.SortOrder, s manifest.Schema) string {
	var parts []string
	for _, f := range o.Fields {
		parts = append(parts, transformed(f.Transform, nameOf(s, f.SourceID))+" "+f.Direction+" "+strings.ReplaceAll(f.NullOrder, "-", " "))
	}
	return strings.Join(parts, ", ")
}

func transformed(transform, column string) string {
	if transform == "identity" {
		return column
	}
	return fmt.Sprintf("%s(%s)", transform, column)
}

// nameOf is the name of a column; a column that is no more has only its id.
func nameOf(s manifest.Schema, id int) string {
	if f := fieldByID(s.Fields, id); f != nil {
		return cmp.Or(f.Name, "?")
	}
	return fmt.Sprintf("field %d", id)
}
