package manifest

import (
	"slices"
	"strings"
)

// Leaf is a leaf column as Parquet stores it.
type Leaf struct {
	ID     int
	Path   []string // the schema path of the Parquet column
	Type   Type
	MaxDef int // largest definition level
	MaxRep int // largest repetition level
}

// Field is the column called name, compared byte for byte.
func (s Schema) Field(name string) (Field, bool) {
	i := slices.IndexFunc(s.Fields, func(f Field) bool { return f.Name == name })
	if i < 0 {
		return Field{}, false
	}
	return s.Fields[i], true
}

// FieldByID is the column, or the field within one, with that id.
func (s Schema) FieldByID(id int) (Field, bool) {
	var found Field
	ok := false
	walk(s.Fields, func(f Field) bool {
		if f.ID == id {
			found, ok = f, true
		}
		return !ok
	})
	return found, ok
}

// Equal compares fields (ids, names, types, required) and the row key, not the schema ids.
func (s Schema) Equal(o Schema) bool {
	return fieldsEqual(s.Fields, o.Fields) && slices.Equal(s.IdentifierFieldIDs, o.IdentifierFieldIDs)
}

// Leaves are the leaf columns in the order of the Parquet file. Lists and maps have the standard three levels: "list.element",
// "key_value.key", "key_value.value".
func (s Schema) Leaves() []Leaf {
	var out []Leaf
	for _, f := range s.Fields {
		out = appendLeaves(out, f, Leaf{})
	}
	return out
}

func appendLeaves(out []Leaf, f Field, at Leaf) []Leaf {
	at.Path = append(slices.Clip(at.Path), f.Name)
	if !f.Required {
		at.MaxDef++
	}
	switch f.Type.Kind {
	case List, Map:
		middle := "list"
		if f.Type.Kind == Map {
			middle = "key_value"
		}
		at.Path = append(at.Path, middle)
		at.MaxDef++
		at.MaxRep++
	case Struct:
	default:
		at.ID, at.Type = f.ID, f.Type
		return append(out, at)
	}
	for _, child := range f.Type.Fields {
		out = appendLeaves(out, child, at)
	}
	return out
}

// walk visits fields, outer before inner, until visit returns false.
func walk(fields []Field, visit func(Field) bool) bool {
	for _, f := range fields {
		if !visit(f) || !walk(f.Type.Fields, visit) {
			return false
		}
	}
	return true
}

// AssignIDs gives every field, also elements, keys and values, a fresh id above last: those of one level before those below, as
// Iceberg does. It returns the highest id given.
func AssignIDs(fields []Field, last int) ([]Field, int) {
	out := slices.Clone(fields)
	for i := range out {
		last++
		out[i].ID = last
	}
	for i := range out {
		if out[i].Type.Nested() {
			out[i].Type.Fields, last = AssignIDs(out[i].Type.Fields, last)
		}
	}
	return out, last
}

// highestID is the highest field id in fields, 0 for none.
func highestID(fields []Field) int {
	highest := 0
	walk(fields, func(f Field) bool {
		highest = max(highest, f.ID)
		return true
	})
	return highest
}

// foldName maps names that differ only in case to one.
func foldName(s string) string { return strings.ToLower(strings.ToUpper(s)) }
