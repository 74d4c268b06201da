package catalog

import (
	"fmt"
	"strings"

	"github.com/tablectl/tablectl/manifest"
)

// prestoPrimitives are Trino's and Athena's names of the types that take no parameters, as their Iceberg connectors give them
// (trinodb/trino, Iceberg connector, "Type mapping").
var prestoPrimitives = map[manifest.Kind]string{
	manifest.Boolean: "boolean", manifest.Int: "integer", manifest.Long: "bigint", manifest.Float: "real", manifest.Double: "double",
	manifest.Date: "date", manifest.Timestamp: "timestamp(6)", manifest.TimestampTZ: "timestamp(6) with time zone", manifest.String: "varchar",
	manifest.Binary: "varbinary",
}

// prestoType is a type in Trino's words: `row("a" integer, "b" array(decimal(9,2)))`.
func prestoType(t manifest.Type) string {
	switch t.Kind {
	case manifest.Decimal:
		return fmt.Sprintf("decimal(%d,%d)", t.Precision, t.Scale)
	case manifest.List:
		return "array(" + prestoType(t.Fields[0].Type) + ")"
	case manifest.Map:
		return "map(" + prestoType(t.Fields[0].Type) + ", " + prestoType(t.Fields[1].Type) + ")"
	case manifest.Struct:
		fields := make([]string, len(t.Fields))
		for i, f := range t.Fields {
			fields[i] = sqlName(f.Name) + " " + prestoType(f.Type)
		}
		return "row(" + strings.Join(fields, ", ") + ")"
	}
	return prestoPrimitives[t.Kind]
}
