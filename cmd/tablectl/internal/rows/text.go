package rows

import (
	"encoding/hex"
	"math"
	"strconv"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// style is how instants are written.
type style struct{ timestamp, zoned string }

var (
	sqlStyle = style{"2006-01-02 15:04:05.999999", "2006-01-02 15:04:05.999999Z07:00"}
	isoStyle = style{"2006-01-02T15:04:05.999999", "2006-01-02T15:04:05.999999Z07:00"}
)

// appendText appends a value that is not null, as CSV and people have it. Nested values are JSON.
func appendText(buf []byte, col arrow.Array, row int, s style) []byte {
	switch c := col.(type) {
	case *array.Boolean:
		return strconv.AppendBool(buf, c.Value(row))
	case *array.Int32:
		return strconv.AppendInt(buf, int64(c.Value(row)), 10)
	case *array.Int64:
		return strconv.AppendInt(buf, c.Value(row), 10)
	case *array.Float32:
		return appendFloat(buf, float64(c.Value(row)), 32)
	case *array.Float64:
		return appendFloat(buf, c.Value(row), 64)
	case *array.Decimal128:
		return append(buf, c.Value(row).ToString(c.DataType().(*arrow.Decimal128Type).Scale)...)
	case *array.Date32:
		return time.Unix(int64(c.Value(row))*86400, 0).UTC().AppendFormat(buf, time.DateOnly)
	case *array.Timestamp:
		layout := s.timestamp
		if c.DataType().(*arrow.TimestampType).TimeZone != "" {
			layout = s.zoned
		}
		return time.UnixMicro(int64(c.Value(row))).UTC().AppendFormat(buf, layout)
	case *array.String:
		return append(buf, c.Value(row)...)
	case *array.Binary:
		return hex.AppendEncode(buf, c.Value(row))
	}
	return appendJSON(buf, col, row)
}

// appendFloat writes the shortest text that reads back as the same number.
func appendFloat(buf []byte, v float64, bits int) []byte {
	switch {
	case math.IsInf(v, 1):
		return append(buf, "Infinity"...)
	case math.IsInf(v, -1):
		return append(buf, "-Infinity"...)
	}
	return strconv.AppendFloat(buf, v, 'g', -1, bits)
}
