package manifest

import (
	"fmt"
	"strings"
)

// MaxPrecision is the most digits that a decimal has.
const MaxPrecision = 38

var kindNames = [...]string{
	Invalid: "invalid", Boolean: "boolean", Int: "int", Long: "long", Float: "float", Double: "double", Decimal: "decimal",
	Date: "date", Timestamp: "timestamp", TimestampTZ: "timestamptz", String: "string", Binary: "binary",
	Struct: "struct", List: "list", Map: "map",
}

// String is the name of the kind, in Iceberg's words.
func (k Kind) String() string {
	if int(k) >= len(kindNames) {
		return kindNames[Invalid]
	}
	return kindNames[k]
}

// Nested reports whether values of the type have parts: struct, list and map.
func (t Type) Nested() bool { return t.Kind == Struct || t.Kind == List || t.Kind == Map }

// Equal compares kinds, parameters and fields, with their ids, names and whether they are required.
func (t Type) Equal(o Type) bool {
	return t.Kind == o.Kind && t.Precision == o.Precision && t.Scale == o.Scale && fieldsEqual(t.Fields, o.Fields)
}

func fieldsEqual(a, b []Field) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].ID != b[i].ID || a[i].Name != b[i].Name || a[i].Required != b[i].Required || !a[i].Type.Equal(b[i].Type) {
			return false
		}
	}
	return true
}

// String is the form that ParseType reads: "decimal(9, 2)", "list<long>", "struct<a: int not null, b: string>".
func (t Type) String() string {
	switch t.Kind {
	case Decimal:
		return fmt.Sprintf("decimal(%d, %d)", t.Precision, t.Scale)
	case Struct:
		parts := make([]string, len(t.Fields))
		for i, f := range t.Fields {
			parts[i] = quoteName(f.Name) + ": " + f.typeString()
		}
		return "struct<" + strings.Join(parts, ", ") + ">"
	case List:
		if len(t.Fields) == 1 {
			return "list<" + t.Fields[0].typeString() + ">"
		}
	case Map:
		if len(t.Fields) == 2 {
			return "map<" + t.Fields[0].Type.String() + ", " + t.Fields[1].typeString() + ">"
		}
	}
	return t.Kind.String()
}

func (f Field) typeString() string {
	if f.Required {
		return f.Type.String() + " not null"
	}
	return f.Type.String()
}

// quoteName is the name as ParseType and ParseColumns read it back.
func quoteName(s string) string {
	if s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == "" && (s[0] < '0' || s[0] > '9') {
		return s
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}

// ListOf is a list type; its element has no id yet.
func ListOf(element Type, required bool) Type {
	return Type{Kind: List, Fields: []Field{{Name: "element", Type: element, Required: required}}}
}

// MapOf is a map type; its key and value have no ids yet.
func MapOf(key, value Type, required bool) Type {
	return Type{Kind: Map, Fields: []Field{{Name: "key", Type: key, Required: true}, {Name: "value", Type: value, Required: required}}}
}
