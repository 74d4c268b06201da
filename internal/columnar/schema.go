package columnar

import (
	"strconv"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/tablectl/tablectl/manifest"
)

// FieldIDKey is the metadata key under which Arrow schemas carry the field id of a column, as other Parquet libraries do.
const FieldIDKey = "PARQUET:field_id"

// ArrowSchema is the one Arrow schema of a table's schema: the record batches of a table have exactly these types. Field ids
// stand in the metadata of every field, nested ones too.
func ArrowSchema(s manifest.Schema) *arrow.Schema {
	return arrow.NewSchema(arrowFields(s.Fields), nil)
}

// ArrowField is the Arrow field of one column.
func ArrowField(f manifest.Field) arrow.Field {
	return arrow.Field{Name: f.Name, Type: ArrowType(f.Type), Nullable: !f.Required, Metadata: idMetadata(f.ID)}
}

// ArrowType is the Arrow type that holds the values of t. An invalid type gives Arrow's null type.
func ArrowType(t manifest.Type) arrow.DataType {
	switch t.Kind {
	case manifest.Boolean:
		return arrow.FixedWidthTypes.Boolean
	case manifest.Int:
		return arrow.PrimitiveTypes.Int32
	case manifest.Long:
		return arrow.PrimitiveTypes.Int64
	case manifest.Float:
		return arrow.PrimitiveTypes.Float32
	case manifest.Double:
		return arrow.PrimitiveTypes.Float64
	case manifest.Decimal:
		return &arrow.Decimal128Type{Precision: int32(t.Precision), Scale: int32(t.Scale)}
	case manifest.Date:
		return arrow.FixedWidthTypes.Date32
	case manifest.Timestamp:
		return &arrow.TimestampType{Unit: arrow.Microsecond}
	case manifest.TimestampTZ:
		return &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}
	case manifest.String:
		return arrow.BinaryTypes.String
	case manifest.Binary:
		return arrow.BinaryTypes.Binary
	case manifest.Struct:
		return arrow.StructOf(arrowFields(t.Fields)...)
	case manifest.List:
		return arrow.ListOfField(ArrowField(t.Fields[0]))
	case manifest.Map:
		return arrowMap(t.Fields[0], t.Fields[1])
	}
	return arrow.Null
}

func arrowFields(fields []manifest.Field) []arrow.Field {
	out := make([]arrow.Field, len(fields))
	for i, f := range fields {
		out[i] = ArrowField(f)
	}
	return out
}

func arrowMap(key, value manifest.Field) *arrow.MapType {
	m := arrow.MapOfWithMetadata(ArrowType(key.Type), idMetadata(key.ID), ArrowType(value.Type), idMetadata(value.ID))
	m.SetItemNullable(!value.Required)
	return m
}

func idMetadata(id int) arrow.Metadata {
	if id == 0 {
		return arrow.Metadata{}
	}
	return arrow.NewMetadata([]string{FieldIDKey}, []string{strconv.Itoa(id)})
}

// FieldID is the field id that an Arrow field carries, 0 for none.
func FieldID(f arrow.Field) int {
	text, ok := f.Metadata.GetValue(FieldIDKey)
	if !ok {
		return 0
	}
	id, err := strconv.Atoi(text)
	if err != nil || id < 0 {
		return 0
	}
	return id
}
