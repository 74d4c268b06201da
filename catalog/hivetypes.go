package catalog

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/tablectl/tablectl/manifest"
)

// maxHiveName bounds a column's name in Glue, in bytes (AWS Glue API, "Column", Name).
const maxHiveName = 255

// hivePrimitives are Hive's names of the types that take no parameters, as Iceberg gives them to Hive and Glue (apache/iceberg,
// HiveSchemaUtil and IcebergToGlueConverter). Hive has no instants: what is one is shown in UTC.
var hivePrimitives = map[manifest.Kind]string{
	manifest.Boolean: "boolean", manifest.Int: "int", manifest.Long: "bigint", manifest.Float: "float", manifest.Double: "double",
	manifest.Date: "date", manifest.Timestamp: "timestamp", manifest.TimestampTZ: "timestamp", manifest.String: "string", manifest.Binary: "binary",
}

// hiveType is a type in Hive's words: "struct<a:int,b:array<decimal(9,2)>>".
func hiveType(t manifest.Type) string {
	switch t.Kind {
	case manifest.Decimal:
		return fmt.Sprintf("decimal(%d,%d)", t.Precision, t.Scale)
	case manifest.List:
		return "array<" + hiveType(t.Fields[0].Type) + ">"
	case manifest.Map:
		return "map<" + hiveType(t.Fields[0].Type) + "," + hiveType(t.Fields[1].Type) + ">"
	case manifest.Struct:
		fields := make([]string, len(t.Fields))
		for i, f := range t.Fields {
			fields[i] = f.Name + ":" + hiveType(f.Type)
		}
		return "struct<" + strings.Join(fields, ",") + ">"
	}
	return hivePrimitives[t.Kind]
}

// hiveTypes refuses what Hive cannot read back. Every kind of type has one of Hive's; the names of columns and of fields in structs do
// not all fit.
func hiveTypes(s manifest.Schema) error {
	for _, f := range s.Fields {
		if len(f.Name) > maxHiveName {
			return fmt.Errorf("%w: column %s: Hive and Glue take names of at most %d bytes", ErrCannot, oneLine(f.Name), maxHiveName)
		}
		if name, bad := unreadable(f.Type); bad {
			return fmt.Errorf("%w: column %s: Hive cannot read a type with a field %q: letters, digits and _ . $ only", ErrCannot, oneLine(f.Name), name)
		}
	}
	return nil
}

// unreadable finds a struct field whose name would end a token of the type (apache/hive, TypeInfoUtils.TypeInfoParser.isTypeChar). Hive
// would take a space, and loses it at the ends.
func unreadable(t manifest.Type) (name string, bad bool) {
	for _, f := range t.Fields {
		outside := func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_.$", r)
		}
		if t.Kind == manifest.Struct && strings.ContainsFunc(f.Name, outside) {
			return f.Name, true
		}
		if name, bad := unreadable(f.Type); bad {
			return name, true
		}
	}
	return "", false
}
