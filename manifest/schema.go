package manifest

// Schema is an Iceberg schema (apache/iceberg format/spec.md, "Schemas and Data Types", JSON form of appendix C).
type Schema struct {
	_                  struct{} `fixed:"type=struct"` // a schema is a struct type
	ID                 int      `json:"schema-id"`
	Fields             []Field  `json:"fields"`
	IdentifierFieldIDs []int    `json:"identifier-field-ids,omitempty"` // the row key
	Unknown            Unknown  `json:"-"`
}

// Field is a column or a field of a struct. IDs are unique in a table for ever.
type Field struct {
	ID       int     `json:"id"`
	Name     string  `json:"name"`
	Type     Type    `json:"type"`
	Required bool    `json:"required"`
	Doc      string  `json:"doc,omitempty"`
	Unknown  Unknown `json:"-"`
}

// Kind is the outermost part of a Type.
type Kind uint8

// The kinds of types that a table can have (readers.md-safe subset of Iceberg v2: no uuid, time, fixed).
const (
	Invalid Kind = iota
	Boolean
	Int
	Long
	Float
	Double
	Decimal
	Date
	Timestamp   // microseconds, no zone
	TimestampTZ // microseconds, an instant in UTC
	String
	Binary
	Struct
	List
	Map
)

// Type is an Iceberg type. It marshals to Iceberg's JSON form ("long", "decimal(9, 2)", {"type": "list", …}).
type Type struct {
	Kind      Kind
	Precision int     // Decimal: 1 to 38
	Scale     int     // Decimal: 0 to Precision
	Fields    []Field // Struct: its fields; List: one field named "element"; Map: "key" (required) and "value"
	Unknown   Unknown `json:"-"`
}

// PartitionSpec is an Iceberg partition spec. An empty one means unpartitioned.
type PartitionSpec struct {
	ID      int              `json:"spec-id"`
	Fields  []PartitionField `json:"fields"`
	Unknown Unknown          `json:"-"`
}

// PartitionField is one field of a partition spec. Parsed is its transform.
type PartitionField struct {
	SourceID  int     `json:"source-id"`
	FieldID   int     `json:"field-id"` // from 1000
	Name      string  `json:"name"`
	Transform string  `json:"transform"`
	Unknown   Unknown `json:"-"`
}

// SortOrder is an Iceberg sort order; order 0 is always the unsorted one, without fields.
type SortOrder struct {
	ID      int         `json:"order-id"`
	Fields  []SortField `json:"fields"`
	Unknown Unknown     `json:"-"`
}

// SortField is one field of a sort order.
type SortField struct {
	SourceID  int     `json:"source-id"`
	Transform string  `json:"transform"`
	Direction string  `json:"direction"`  // "asc" or "desc"
	NullOrder string  `json:"null-order"` // "nulls-first" or "nulls-last"
	Unknown   Unknown `json:"-"`
}
