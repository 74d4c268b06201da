package pq

import "strconv"

// Type is a physical type (parquet.thrift, enum Type).
type Type int32

// The physical types.
const (
	Boolean Type = iota
	Int32
	Int64
	Int96
	Float
	Double
	ByteArray
	FixedLenByteArray
)

func (t Type) String() string {
	return name(int32(t), "BOOLEAN", "INT32", "INT64", "INT96", "FLOAT", "DOUBLE", "BYTE_ARRAY", "FIXED_LEN_BYTE_ARRAY")
}

// Encoding is an encoding of pages (parquet.thrift, enum Encoding).
type Encoding int32

// The encodings.
const (
	Plain                Encoding = 0
	PlainDictionary      Encoding = 2
	RLE                  Encoding = 3
	BitPacked            Encoding = 4
	DeltaBinaryPacked    Encoding = 5
	DeltaLengthByteArray Encoding = 6
	DeltaByteArray       Encoding = 7
	RLEDictionary        Encoding = 8
	ByteStreamSplit      Encoding = 9
)

func (e Encoding) String() string {
	return name(int32(e), "PLAIN", "1", "PLAIN_DICTIONARY", "RLE", "BIT_PACKED", "DELTA_BINARY_PACKED", "DELTA_LENGTH_BYTE_ARRAY",
		"DELTA_BYTE_ARRAY", "RLE_DICTIONARY", "BYTE_STREAM_SPLIT")
}

// Codec is a compression (parquet.thrift, enum CompressionCodec).
type Codec int32

// The compressions.
const (
	Uncompressed Codec = iota
	Snappy
	Gzip
	LZO
	Brotli
	LZ4
	Zstd
	LZ4Raw
)

func (c Codec) String() string {
	return name(int32(c), "UNCOMPRESSED", "SNAPPY", "GZIP", "LZO", "BROTLI", "LZ4", "ZSTD", "LZ4_RAW")
}

// Repetition says how often a field stands in its parent (parquet.thrift, enum FieldRepetitionType).
type Repetition int32

// The repetitions.
const (
	Required Repetition = iota
	Optional
	Repeated
)

// Converted is the older annotation of a type (parquet.thrift, enum ConvertedType); NoConverted if there is none.
type Converted int32

// The converted types.
const (
	NoConverted     Converted = -1
	UTF8            Converted = 0
	ConvertedMap    Converted = 1
	MapKeyValue     Converted = 2
	ConvertedList   Converted = 3
	Enum            Converted = 4
	DecimalType     Converted = 5
	DateType        Converted = 6
	TimeMillis      Converted = 7
	TimeMicros      Converted = 8
	TimestampMillis Converted = 9
	TimestampMicros Converted = 10
	Uint8           Converted = 11
	Uint16          Converted = 12
	Uint32          Converted = 13
	Uint64          Converted = 14
	Int8            Converted = 15
	Int16           Converted = 16
	Int32Type       Converted = 17
	Int64Type       Converted = 18
	JSON            Converted = 19
	BSON            Converted = 20
	Interval        Converted = 21
)

func (c Converted) String() string {
	if c == NoConverted {
		return ""
	}
	return name(int32(c), "UTF8", "MAP", "MAP_KEY_VALUE", "LIST", "ENUM", "DECIMAL", "DATE", "TIME_MILLIS", "TIME_MICROS",
		"TIMESTAMP_MILLIS", "TIMESTAMP_MICROS", "UINT_8", "UINT_16", "UINT_32", "UINT_64", "INT_8", "INT_16", "INT_32", "INT_64",
		"JSON", "BSON", "INTERVAL")
}

// name is the name of an enum's value, its number when it has none.
func name(i int32, names ...string) string {
	if i >= 0 && int(i) < len(names) {
		return names[i]
	}
	return strconv.Itoa(int(i))
}

// LogicalKind is the field that is set in the union LogicalType of parquet.thrift; 0 for none.
type LogicalKind int

// The logical types; the numbers are the field ids of the union.
const (
	NoLogical        LogicalKind = 0
	LogicalString    LogicalKind = 1
	LogicalMap       LogicalKind = 2
	LogicalList      LogicalKind = 3
	LogicalEnum      LogicalKind = 4
	LogicalDecimal   LogicalKind = 5
	LogicalDate      LogicalKind = 6
	LogicalTime      LogicalKind = 7
	LogicalTimestamp LogicalKind = 8
	LogicalInteger   LogicalKind = 10
	LogicalNull      LogicalKind = 11
	LogicalJSON      LogicalKind = 12
	LogicalBSON      LogicalKind = 13
	LogicalUUID      LogicalKind = 14
	LogicalFloat16   LogicalKind = 15
)

// Unit is the unit of a time or timestamp; the numbers are the field ids of the union TimeUnit.
type Unit int

// The units.
const (
	Millis Unit = 1
	Micros Unit = 2
	Nanos  Unit = 3
)

func (u Unit) String() string { return name(int32(u), "", "MILLIS", "MICROS", "NANOS") }

// Logical is the annotation of a type.
type Logical struct {
	Kind      LogicalKind
	UTC       bool // isAdjustedToUTC
	Unit      Unit
	Width     int // bits of an integer
	Signed    bool
	Precision int32
	Scale     int32
}

func (l Logical) String() string {
	text := name(int32(l.Kind), "", "STRING", "MAP", "LIST", "ENUM", "DECIMAL", "DATE", "TIME", "TIMESTAMP", "9", "INTEGER", "NULL",
		"JSON", "BSON", "UUID", "FLOAT16")
	switch l.Kind {
	case LogicalTime, LogicalTimestamp:
		return text + "(" + l.Unit.String() + ", " + strconv.FormatBool(l.UTC) + ")"
	case LogicalInteger:
		return text + "(" + strconv.Itoa(l.Width) + ", " + strconv.FormatBool(l.Signed) + ")"
	case LogicalDecimal:
		return text + "(" + strconv.Itoa(int(l.Precision)) + ", " + strconv.Itoa(int(l.Scale)) + ")"
	}
	return text
}
