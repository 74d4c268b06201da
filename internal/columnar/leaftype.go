package columnar

import (
	"github.com/apache/arrow/go/v17/arrow"

	"github.com/tablectl/tablectl/internal/columnar/pq"
)

// leafType finds the Arrow type of a leaf and how its values become one. The logical type counts, else the converted type.
func (c *column) leafType(n *pq.Node) {
	l := annotation(n)
	switch l.Kind {
	case pq.LogicalNull:
		c.typ, c.read = arrow.Null, readNulls
		return
	case pq.LogicalTime:
		c.refuse(n, "cast it to string, or to a number of microseconds")
		return
	case pq.LogicalUUID:
		c.refuse(n, "cast it to string")
		return
	case pq.LogicalFloat16:
		c.refuse(n, "cast it to float")
		return
	case pq.LogicalDecimal:
		c.decimal(n, l)
		return
	}
	switch n.Type {
	case pq.Boolean:
		c.typ, c.read = arrow.FixedWidthTypes.Boolean, readBools
	case pq.Int32:
		c.int32(l)
	case pq.Int64:
		c.int64(l)
	case pq.Int96:
		c.typ, c.read = &arrow.TimestampType{Unit: arrow.Microsecond}, readInt96
		c.note = "INT96 becomes timestamp without a zone; Spark writes instants in UTC this way"
	case pq.Float:
		c.typ, c.read = arrow.PrimitiveTypes.Float32, read32
	case pq.Double:
		c.typ, c.read = arrow.PrimitiveTypes.Float64, read64
	case pq.ByteArray:
		c.typ, c.read = arrow.BinaryTypes.Binary, readStrings
		if l.Kind == pq.LogicalString || l.Kind == pq.LogicalEnum || l.Kind == pq.LogicalJSON {
			c.typ = arrow.BinaryTypes.String
		}
	case pq.FixedLenByteArray:
		c.typ, c.read = arrow.BinaryTypes.Binary, readFixed
		if n.Converted == pq.Interval {
			c.refuse(n, "cast it to string, or to numbers")
		}
	}
}

func (c *column) int32(l pq.Logical) {
	c.typ, c.read = arrow.PrimitiveTypes.Int32, read32
	switch {
	case l.Kind == pq.LogicalDate:
		c.typ = arrow.FixedWidthTypes.Date32
	case l.Kind == pq.LogicalInteger && !l.Signed && l.Width < 32:
		c.note = "unsigned integers become int"
	case l.Kind == pq.LogicalInteger && !l.Signed:
		c.typ = arrow.PrimitiveTypes.Uint32
	}
}

func (c *column) int64(l pq.Logical) {
	c.typ, c.read = arrow.PrimitiveTypes.Int64, read64
	switch {
	case l.Kind == pq.LogicalInteger && !l.Signed:
		c.typ = arrow.PrimitiveTypes.Uint64
	case l.Kind == pq.LogicalTimestamp:
		c.typ = timestampType(l)
	}
}

func timestampType(l pq.Logical) arrow.DataType {
	t := &arrow.TimestampType{Unit: arrow.Microsecond}
	switch l.Unit {
	case pq.Millis:
		t.Unit = arrow.Millisecond
	case pq.Nanos:
		t.Unit = arrow.Nanosecond
	}
	if l.UTC {
		t.TimeZone = "UTC"
	}
	return t
}

func (c *column) decimal(n *pq.Node, l pq.Logical) {
	if l.Precision < 1 || l.Precision > 38 || l.Scale < 0 || l.Scale > l.Precision || n.Type == pq.FixedLenByteArray && n.Length > 16 {
		c.refuse(n, "tables have decimals of precision 1 to 38 and scale 0 to the precision: cast it before")
		return
	}
	c.typ = &arrow.Decimal128Type{Precision: l.Precision, Scale: l.Scale}
	switch n.Type {
	case pq.Int32, pq.Int64:
		c.read = readSmallDecimals
	case pq.FixedLenByteArray, pq.ByteArray:
		c.read = readDecimals
	default:
		c.refuse(n, "no decimal is written this way")
	}
}

// annotation is the logical type, made from the converted type where only that is there.
func annotation(n *pq.Node) pq.Logical {
	if n.Logical.Kind != pq.NoLogical {
		return n.Logical
	}
	integer := func(width int, signed bool) pq.Logical {
		return pq.Logical{Kind: pq.LogicalInteger, Width: width, Signed: signed}
	}
	switch n.Converted {
	case pq.UTF8:
		return pq.Logical{Kind: pq.LogicalString}
	case pq.Enum:
		return pq.Logical{Kind: pq.LogicalEnum}
	case pq.JSON:
		return pq.Logical{Kind: pq.LogicalJSON}
	case pq.DecimalType:
		return pq.Logical{Kind: pq.LogicalDecimal, Precision: n.Precision, Scale: n.Scale}
	case pq.DateType:
		return pq.Logical{Kind: pq.LogicalDate}
	case pq.TimeMillis, pq.TimeMicros:
		return pq.Logical{Kind: pq.LogicalTime, Unit: pq.Unit(n.Converted - pq.TimeMillis + 1), UTC: true}
	case pq.TimestampMillis, pq.TimestampMicros:
		return pq.Logical{Kind: pq.LogicalTimestamp, Unit: pq.Unit(n.Converted - pq.TimestampMillis + 1), UTC: true}
	case pq.Uint8, pq.Uint16:
		return integer(16, false)
	case pq.Uint32:
		return integer(32, false)
	case pq.Uint64:
		return integer(64, false)
	case pq.Int8, pq.Int16, pq.Int32Type, pq.Int64Type:
		return integer(64, true)
	}
	return pq.Logical{}
}
