package csv

import (
	"fmt"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// op is how the fields of a column are read where nothing is unusual.
type op uint8

const (
	opSlow op = iota
	opLong
	opInt
	opDouble
	opFloat
	opDecimal
	opDate
	opTimestamp
	opTimestampTZ
	opText
	opBool
)

// column collects the values of one block. Only the slices of its kind are used.
type column struct {
	op   op   // opSlow if the dialect makes the fast path unsafe
	kind op   // what the type is
	need bool // no nulls
	name string
	typ  arrow.DataType

	precision, scale int
	limit            uint64 // 10^precision, for decimals of up to 18 digits; else the largest

	i64   []int64
	i32   []int32
	f64   []float64
	f32   []float32
	dec   []decimal128.Num
	bits  []byte
	offs  []int32
	data  []byte
	valid []byte // nil while there are no nulls
	nulls int

	last lastDate
}

func newColumn(f arrow.Field, s *scanner) (*column, error) {
	c := &column{name: f.Name, typ: f.Type, need: !f.Nullable}
	switch t := f.Type.(type) {
	case *arrow.Int64Type:
		c.kind = opLong
	case *arrow.Int32Type:
		c.kind = opInt
	case *arrow.Float64Type:
		c.kind = opDouble
	case *arrow.Float32Type:
		c.kind = opFloat
	case *arrow.Decimal128Type:
		c.kind = opDecimal
		c.precision, c.scale = int(t.Precision), int(t.Scale)
		c.limit = 1 << 63
		if c.precision <= 18 {
			c.limit = pow10(c.precision)
		}
	case *arrow.Date32Type:
		c.kind = opDate
	case *arrow.TimestampType:
		if t.Unit != arrow.Microsecond {
			return nil, fmt.Errorf("column %q: no CSV for the type %s", f.Name, f.Type)
		}
		c.kind = opTimestamp
		if t.TimeZone != "" {
			c.kind = opTimestampTZ
		}
	case *arrow.StringType:
		c.kind = opText
	case *arrow.BooleanType:
		c.kind = opBool
	case *arrow.BinaryType:
		c.kind = opSlow
	default:
		return nil, fmt.Errorf("column %q: a CSV file cannot bring the type %s; use NDJSON, Parquet or Arrow", f.Name, f.Type)
	}
	c.op = c.kind
	isTime := c.kind == opTimestamp || c.kind == opTimestampTZ
	if isTime && s.timeHasDelim || c.kind != opText && s.numericNulls {
		c.op = opSlow
	}
	return c, nil
}

// begin makes room for at most rows values out of size bytes of text.
func (c *column) begin(rows, size int) {
	c.valid, c.nulls = nil, 0
	switch c.kind {
	case opLong, opTimestamp, opTimestampTZ:
		c.i64 = make([]int64, rows)
	case opInt, opDate:
		c.i32 = make([]int32, rows)
	case opDouble:
		c.f64 = make([]float64, rows)
	case opFloat:
		c.f32 = make([]float32, rows)
	case opDecimal:
		c.dec = make([]decimal128.Num, rows)
	case opBool:
		c.bits = make([]byte, (rows+7)/8)
	default:
		c.offs = make([]int32, rows+1)
		c.data = make([]byte, size+8)
	}
}

// setNull makes the value of a row null. rows is how many there is room for.
func (c *column) setNull(row, rows int) {
	if c.valid == nil {
		c.valid = make([]byte, (rows+7)/8)
		for i := range c.valid {
			c.valid[i] = 0xff
		}
	}
	c.valid[row>>3] &^= 1 << (row & 7)
	c.nulls++
	if c.offs != nil {
		c.offs[row+1] = c.offs[row]
	}
}

// setBytes stores a text or binary value.
func (c *column) setBytes(row int, v []byte) {
	at := int(c.offs[row])
	if at+len(v)+8 > len(c.data) {
		c.grow(at, len(v))
	}
	copy(c.data[at:], v)
	c.offs[row+1] = int32(at + len(v))
}

// grow makes room for n more bytes and a word behind the used ones.
func (c *column) grow(used, n int) []byte {
	d := make([]byte, max(2*len(c.data), used+n+64))
	copy(d, c.data[:used])
	c.data = d
	return d
}

// end gives the first rows values as an array and forgets them.
func (c *column) end(rows int) arrow.Array {
	var buffers []*memory.Buffer
	switch c.kind {
	case opLong:
		buffers = fixed(arrow.Int64Traits.CastToBytes(c.i64[:rows]))
	case opTimestamp, opTimestampTZ:
		buffers = fixed(arrow.Int64Traits.CastToBytes(c.i64[:rows]))
	case opInt, opDate:
		buffers = fixed(arrow.Int32Traits.CastToBytes(c.i32[:rows]))
	case opDouble:
		buffers = fixed(arrow.Float64Traits.CastToBytes(c.f64[:rows]))
	case opFloat:
		buffers = fixed(arrow.Float32Traits.CastToBytes(c.f32[:rows]))
	case opDecimal:
		buffers = fixed(arrow.Decimal128Traits.CastToBytes(c.dec[:rows]))
	case opBool:
		buffers = fixed(c.bits[:(rows+7)/8])
	default:
		buffers = append(fixed(arrow.Int32Traits.CastToBytes(c.offs[:rows+1])), memory.NewBufferBytes(c.data[:c.offs[rows]]))
	}
	if c.valid != nil {
		buffers[0] = memory.NewBufferBytes(c.valid[:(rows+7)/8])
	}
	data := array.NewData(c.typ, rows, buffers, nil, c.nulls, 0)
	defer data.Release()
	c.i64, c.i32, c.f64, c.f32, c.dec, c.bits, c.offs, c.data, c.valid = nil, nil, nil, nil, nil, nil, nil, nil, nil
	return array.MakeFromData(data)
}

func fixed(values []byte) []*memory.Buffer {
	return []*memory.Buffer{nil, memory.NewBufferBytes(values)}
}

// TypeName is the type as a table names it.
func TypeName(t arrow.DataType) string {
	switch t := t.(type) {
	case *arrow.Int64Type:
		return "long"
	case *arrow.Int32Type:
		return "int"
	case *arrow.Float64Type:
		return "double"
	case *arrow.Float32Type:
		return "float"
	case *arrow.Decimal128Type:
		return fmt.Sprintf("decimal(%d, %d)", t.Precision, t.Scale)
	case *arrow.Date32Type:
		return "date"
	case *arrow.TimestampType:
		if t.TimeZone != "" {
			return "timestamptz"
		}
		return "timestamp"
	case *arrow.StringType:
		return "string"
	case *arrow.BooleanType:
		return "boolean"
	case *arrow.BinaryType:
		return "binary"
	}
	return strings.ToLower(t.String())
}
