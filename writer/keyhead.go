package writer

import (
	"math"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer/internal/vector"
)

// headAt is a number whose order is that of the values of a key column, as far as eight bytes tell them apart.
func headAt(b vector.Batch, o vector.Order, i int, buf []byte) (uint64, []byte) {
	if o.Type.Kind == manifest.Decimal {
		w := vector.Cast[uint64](b.Cols[o.Column].Data[16*i : 16*i+16])
		return decimalHead(manifest.Dec{Hi: int64(w[1]), Lo: w[0]}), buf
	}
	buf = b.AppendKey(buf[:0], o, i)
	return head(buf[1:]), buf
}

// headOf is headAt of a value as package manifest has it in memory, perhaps of a type that was widened since; false if it is none.
func headOf(t manifest.Type, v any) (uint64, bool) {
	switch x := v.(type) {
	case bool:
		h := uint64(0)
		if x {
			h = 1 << 56
		}
		return h, t.Kind == manifest.Boolean
	case int32:
		if t.Kind == manifest.Long {
			return uint64(int64(x)) ^ 1<<63, true
		}
		return uint64(uint32(x)^1<<31) << 32, t.Kind == manifest.Int || t.Kind == manifest.Date
	case int64:
		return uint64(x) ^ 1<<63, t.Kind == manifest.Long || t.Kind == manifest.Timestamp || t.Kind == manifest.TimestampTZ
	case manifest.Dec:
		return decimalHead(x), t.Kind == manifest.Decimal
	case string:
		return head(vector.Escaped([]byte(x))), t.Kind == manifest.String
	case []byte:
		return head(vector.Escaped(x)), t.Kind == manifest.Binary
	}
	return 0, false
}

// decimalHead is the unscaled number where 64 bits hold it, else the least or greatest of those.
func decimalHead(d manifest.Dec) uint64 {
	switch {
	case d.Hi == int64(d.Lo)>>63:
		return d.Lo ^ 1<<63
	case d.Hi < 0:
		return 0
	}
	return math.MaxUint64
}
