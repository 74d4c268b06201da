package manifest

// typeNames are the names of types without parameters, in Iceberg and in the SQL of DuckDB, Postgres, Spark and Trino, in lower
// case. Parsed in ParseType: decimal, timestamps, and nested types. Where two engines disagree (float), Iceberg's meaning holds.
var typeNames = map[string]Type{
	"boolean": {Kind: Boolean}, "bool": {Kind: Boolean}, "logical": {Kind: Boolean},

	"int": {Kind: Int}, "integer": {Kind: Int}, "int4": {Kind: Int}, "int32": {Kind: Int}, "signed": {Kind: Int},
	"smallint": {Kind: Int}, "int2": {Kind: Int}, "int16": {Kind: Int}, "short": {Kind: Int},
	"tinyint": {Kind: Int}, "int1": {Kind: Int}, "byte": {Kind: Int}, "utinyint": {Kind: Int}, "usmallint": {Kind: Int},

	"long": {Kind: Long}, "bigint": {Kind: Long}, "int8": {Kind: Long}, "int64": {Kind: Long}, "uinteger": {Kind: Long},
	"ubigint": {Kind: Decimal, Precision: 20},

	"float": {Kind: Float}, "real": {Kind: Float}, "float4": {Kind: Float}, "float32": {Kind: Float},
	"double": {Kind: Double}, "float8": {Kind: Double}, "float64": {Kind: Double},

	"date":        {Kind: Date},
	"timestamp_s": {Kind: Timestamp}, "timestamp_ms": {Kind: Timestamp}, "timestamp_us": {Kind: Timestamp},
	"timestamp_ntz": {Kind: Timestamp}, "timestamp_ltz": {Kind: TimestampTZ},

	"string": {Kind: String}, "varchar": {Kind: String}, "text": {Kind: String}, "char": {Kind: String},
	"character": {Kind: String}, "bpchar": {Kind: String}, "nvarchar": {Kind: String}, "nchar": {Kind: String},

	"binary": {Kind: Binary}, "varbinary": {Kind: Binary}, "bytea": {Kind: Binary}, "blob": {Kind: Binary},
}

// typeHints are types that tables do not have, with what to use instead. (Engines write UUID, TIME and the like in ways that
// others cannot read.)
var typeHints = map[string]string{
	"uuid": "use varchar", "time": "use varchar", "timetz": "use varchar", "interval": "use varchar", "json": "use varchar",
	"jsonb": "use varchar", "variant": "use varchar", "xml": "use varchar", "enum": "use varchar", "bit": "use varchar",
	"inet": "use varchar", "geometry": "use binary", "geography": "use binary", "fixed": "use binary",
	"hugeint": "use decimal(38, 0)", "uhugeint": "use decimal(38, 0)", "int128": "use decimal(38, 0)",
	"serial": "use int", "bigserial": "use bigint", "money": "use decimal(18, 2)",
	"timestamp_ns": "use timestamp, which has microseconds", "timestamptz_ns": "use timestamptz, which has microseconds",
	"union": "use struct", "null": "use varchar", "unknown": "use varchar",
}
