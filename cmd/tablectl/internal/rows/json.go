package rows

import (
	"bytes"
	"encoding/json"
	"io"
	"math"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// jsonWriter writes one object a line.
type jsonWriter struct {
	sink
	names [][]byte // `{"a":` and `,"b":`
}

// JSON writes one object a line (NDJSON). Numbers are numbers with all their digits, except that NaN and the infinities, which JSON
// does not know, are strings; binary values are hexadecimal.
func JSON(w io.Writer, s *arrow.Schema) Writer {
	j := &jsonWriter{sink: sink{w: w}}
	for i, f := range s.Fields() {
		j.names = append(j.names, objectKey(i, f.Name))
	}
	return j
}

func objectKey(i int, name string) []byte {
	key := []byte{'{'}
	if i > 0 {
		key[0] = ','
	}
	return append(appendString(key, name), ':')
}

func (j *jsonWriter) Write(rec arrow.Record) error {
	for row := range int(rec.NumRows()) {
		for i, col := range rec.Columns() {
			j.buf = append(j.buf, j.names[i]...)
			j.buf = appendJSON(j.buf, col, row)
		}
		if len(j.names) == 0 {
			j.buf = append(j.buf, '{')
		}
		j.buf = append(j.buf, '}', '\n')
		if err := j.mayFlush(); err != nil {
			return err
		}
	}
	return nil
}

func (j *jsonWriter) Close() error { return j.flush() }

// appendJSON appends any value.
func appendJSON(buf []byte, col arrow.Array, row int) []byte {
	if col.IsNull(row) {
		return append(buf, "null"...)
	}
	switch c := col.(type) {
	case *array.Boolean, *array.Int32, *array.Int64, *array.Decimal128:
		return appendText(buf, col, row, isoStyle)
	case *array.Float32:
		return appendJSONFloat(buf, float64(c.Value(row)), 32)
	case *array.Float64:
		return appendJSONFloat(buf, c.Value(row), 64)
	case *array.String:
		return appendString(buf, c.Value(row))
	case *array.Date32, *array.Timestamp, *array.Binary:
		buf = append(buf, '"')
		return append(appendText(buf, col, row, isoStyle), '"')
	case *array.Struct:
		return appendStruct(buf, c, row)
	case *array.Map: // before List: a map is a list of entries
		return appendMap(buf, c, row)
	case *array.List:
		start, end := c.ValueOffsets(row)
		buf = append(buf, '[')
		for i := start; i < end; i++ {
			if i > start {
				buf = append(buf, ',')
			}
			buf = appendJSON(buf, c.ListValues(), int(i))
		}
		return append(buf, ']')
	}
	return appendString(buf, col.ValueStr(row))
}

func appendStruct(buf []byte, c *array.Struct, row int) []byte {
	t := c.DataType().(*arrow.StructType)
	for i := range c.NumField() {
		buf = append(buf, objectKey(i, t.Field(i).Name)...)
		buf = appendJSON(buf, c.Field(i), row)
	}
	if c.NumField() == 0 {
		buf = append(buf, '{')
	}
	return append(buf, '}')
}

// appendMap writes a list of {"key": …, "value": …}: keys need not be strings.
func appendMap(buf []byte, c *array.Map, row int) []byte {
	start, end := c.ValueOffsets(row)
	buf = append(buf, '[')
	for i := start; i < end; i++ {
		if i > start {
			buf = append(buf, ',')
		}
		buf = append(buf, `{"key":`...)
		buf = appendJSON(buf, c.Keys(), int(i))
		buf = append(buf, `,"value":`...)
		buf = appendJSON(buf, c.Items(), int(i))
		buf = append(buf, '}')
	}
	return append(buf, ']')
}

func appendJSONFloat(buf []byte, v float64, bits int) []byte {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return append(appendFloat(append(buf, '"'), v, bits), '"')
	}
	return appendFloat(buf, v, bits)
}

// appendString appends a JSON string.
func appendString(buf []byte, s string) []byte {
	for i := range len(s) {
		if b := s[i]; b < 0x20 || b >= 0x7f || b == '"' || b == '\\' {
			return appendEscaped(buf, s)
		}
	}
	return append(append(append(buf, '"'), s...), '"')
}

func appendEscaped(buf []byte, s string) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string, into memory
	return append(buf, bytes.TrimSuffix(b.Bytes(), []byte("\n"))...)
}
