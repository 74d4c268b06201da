package columnar

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/tablectl/tablectl/manifest"
)

// AppendJSON appends value i as JSON: null, true, numbers (NaN and infinities as strings), strings, lists, and objects for
// structs; dates, times, decimals and binary as strings; a map as a list of {"key", "value"} objects, because its keys need not
// be strings.
func AppendJSON(b []byte, a arrow.Array, i int) []byte {
	if a.IsNull(i) {
		return append(b, "null"...)
	}
	switch a := a.(type) {
	case *array.Boolean:
		return strconv.AppendBool(b, a.Value(i))
	case *array.Int32:
		return strconv.AppendInt(b, int64(a.Value(i)), 10)
	case *array.Int64:
		return strconv.AppendInt(b, a.Value(i), 10)
	case *array.Float32:
		return appendFloat(b, float64(a.Value(i)), 32)
	case *array.Float64:
		return appendFloat(b, a.Value(i), 64)
	case *array.String:
		return appendString(b, a.Value(i))
	case *array.Struct:
		return appendStruct(b, a, i)
	case *array.List:
		start, end := a.ValueOffsets(i)
		return appendList(b, a.ListValues(), int(start), int(end))
	case *array.Map:
		start, end := a.ValueOffsets(i)
		return appendList(b, a.ListValues(), int(start), int(end))
	}
	return appendString(b, manifest.FormatValue(TypeOf(a.DataType()), ValueAt(a, i)))
}

func appendFloat(b []byte, v float64, bits int) []byte {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return appendString(b, strconv.FormatFloat(v, 'g', -1, bits))
	}
	return strconv.AppendFloat(b, v, 'g', -1, bits)
}

func appendString(b []byte, s string) []byte {
	if isPlain(s) {
		return append(append(append(b, '"'), s...), '"')
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil { // cannot be: every string has a JSON form
		return append(b, `""`...)
	}
	return append(b, bytes.TrimSuffix(out.Bytes(), []byte("\n"))...)
}

// isPlain reports whether s stands in JSON as it is.
func isPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

func appendStruct(b []byte, a *array.Struct, i int) []byte {
	b = append(b, '{')
	for f, field := range a.DataType().(*arrow.StructType).Fields() {
		if f > 0 {
			b = append(b, ',')
		}
		b = append(appendString(b, field.Name), ':')
		b = AppendJSON(b, a.Field(f), i)
	}
	return append(b, '}')
}

func appendList(b []byte, values arrow.Array, start, end int) []byte {
	b = append(b, '[')
	for i := start; i < end; i++ {
		if i > start {
			b = append(b, ',')
		}
		b = AppendJSON(b, values, i)
	}
	return append(b, ']')
}
