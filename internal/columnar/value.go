package columnar

import (
	"strconv"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/tablectl/tablectl/manifest"
)

// TypeOf is the type of a table's values that an Arrow type of ArrowType holds; the zero Type for any other. Nested types have
// no ids.
func TypeOf(t arrow.DataType) manifest.Type {
	d := &deriver{}
	return d.typ(t, "")
}

// ValueAt is value i of a leaf array as the package manifest holds values in memory: nil, bool, int32, int64, float32, float64,
// string, []byte (shared with the array) or manifest.Dec. For arrays of other types than ArrowType gives it is nil.
func ValueAt(a arrow.Array, i int) any {
	if a.IsNull(i) {
		return nil
	}
	switch a := a.(type) {
	case *array.Boolean:
		return a.Value(i)
	case *array.Int32:
		return a.Value(i)
	case *array.Int64:
		return a.Value(i)
	case *array.Float32:
		return a.Value(i)
	case *array.Float64:
		return a.Value(i)
	case *array.Date32:
		return int32(a.Value(i))
	case *array.Timestamp:
		return int64(a.Value(i))
	case *array.Decimal128:
		v := a.Value(i)
		return manifest.Dec{Hi: v.HighBits(), Lo: v.LowBits()}
	case *array.String:
		return a.Value(i)
	case *array.Binary:
		return a.Value(i)
	}
	return nil
}

// FormatCell is value i for CSV and tables: "" for null, numbers as short as they read back exactly, dates and times as
// manifest.FormatValue writes them, nested values as JSON.
func FormatCell(a arrow.Array, i int) string {
	if a.IsNull(i) {
		return ""
	}
	switch a := a.(type) {
	case *array.String:
		return a.Value(i)
	case *array.Int32:
		return strconv.FormatInt(int64(a.Value(i)), 10)
	case *array.Int64:
		return strconv.FormatInt(a.Value(i), 10)
	case *array.Struct, *array.List, *array.Map:
		return string(AppendJSON(nil, a, i))
	}
	return manifest.FormatValue(TypeOf(a.DataType()), ValueAt(a, i))
}
