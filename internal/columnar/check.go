package columnar

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"math"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/decimal128"

	"github.com/tablectl/tablectl/internal/columnar/pq"
	"github.com/tablectl/tablectl/manifest"
)

// LeafCheck is what a column chunk really holds.
type LeafCheck struct {
	Rows   int64
	Values int64 // with nulls
	Nulls  int64 // for a leaf inside lists or structs: levels at which it has no value
	NaNs   int64
	Pages  int // data pages
	// Min and Max are exact, by manifest.Compare, NaN left out; nil when there is no value. Timestamps in nanoseconds are
	// rounded down and up to microseconds. They are of the type that Leaf.Type names.
	Min, Max any
}

// Check decodes every page of a column chunk, verifies the checksums that are there, and counts. It holds one page in memory.
// Text that is not UTF-8 and decimals of too many digits are ErrCorrupt.
func (f *File) Check(ctx context.Context, rowGroup, leaf int) (LeafCheck, error) {
	if rowGroup < 0 || rowGroup >= f.NumRowGroups() || leaf < 0 || leaf >= len(f.f.Leaves) {
		return LeafCheck{}, fmt.Errorf("check column: no leaf %d in row group %d", leaf, rowGroup)
	}
	n := f.f.Leaves[leaf]
	k := kindOf(n)
	s, err := f.f.Column(rowGroup, leaf).Scan(k.scan(ctx))
	if err != nil {
		return LeafCheck{}, fmt.Errorf("check column %q in row group %d: %w", n, rowGroup, err)
	}
	out := LeafCheck{Rows: s.Rows, Values: s.Values, Nulls: s.Nulls, NaNs: s.NaNs, Pages: s.Pages}
	if s.Found {
		out.Min, out.Max = k.value(s.MinInt, s.MinBytes, false), k.value(s.MaxInt, s.MaxBytes, true)
	}
	return out, nil
}

// leafKind says how the physical values of a leaf compare and what they mean.
type leafKind struct {
	node     *pq.Node
	typ      arrow.DataType // of the column, as leafType finds it
	unsigned bool
}

func kindOf(n *pq.Node) leafKind {
	c := &column{path: n.String()}
	c.leafType(n)
	l := annotation(n)
	return leafKind{node: n, typ: c.typ, unsigned: l.Kind == pq.LogicalInteger && !l.Signed}
}

func (k leafKind) scan(ctx context.Context) pq.ScanOptions {
	o := pq.ScanOptions{Unsigned: k.unsigned, Text: k.typ.ID() == arrow.STRING, Stop: ctx.Err}
	switch {
	case k.node.Type == pq.Int96:
		o.Compare = compareInt96
	case k.typ.ID() == arrow.DECIMAL128:
		precision := k.typ.(*arrow.Decimal128Type).Precision
		o.Compare = compareDecimals
		o.Check = func(v []byte) bool {
			n, ok := bigEndian(v)
			return ok && n.FitsInPrecision(precision)
		}
	}
	return o
}

func compareInt96(a, b []byte) int {
	day := func(v []byte) int32 { return int32(binary.LittleEndian.Uint32(v[8:])) }
	nanos := func(v []byte) int64 { return int64(binary.LittleEndian.Uint64(v)) }
	return cmp.Or(cmp.Compare(day(a), day(b)), cmp.Compare(nanos(a), nanos(b)))
}

func compareDecimals(a, b []byte) int {
	if len(a) == len(b) && len(a) > 0 {
		if a[0] != b[0] {
			return int(int8(a[0])) - int(int8(b[0]))
		}
		return bytes.Compare(a, b)
	}
	x, _ := bigEndian(a)
	y, _ := bigEndian(b)
	return x.Cmp(y)
}

// value gives a physical value the meaning of its column; up says to which side what is not exact is rounded.
func (k leafKind) value(v int64, b []byte, up bool) any {
	switch t := k.typ.(type) {
	case *arrow.BooleanType:
		return v != 0
	case *arrow.Int32Type, *arrow.Date32Type:
		return int32(v)
	case *arrow.Int64Type, *arrow.Uint32Type:
		return v
	case *arrow.Uint64Type:
		return manifest.Dec{Lo: uint64(v)}
	case *arrow.Float32Type:
		return math.Float32frombits(uint32(v))
	case *arrow.Float64Type:
		return math.Float64frombits(uint64(v))
	case *arrow.StringType:
		return string(b)
	case *arrow.BinaryType:
		return b
	case *arrow.Decimal128Type:
		n := decimal128.FromI64(v)
		if b != nil {
			n, _ = bigEndian(b)
		}
		return manifest.Dec{Hi: n.HighBits(), Lo: n.LowBits()}
	case *arrow.TimestampType:
		if k.node.Type == pq.Int96 {
			return int96Bound(b, up)
		}
		return micros(v, t.Unit, up)
	}
	return nil
}

// micros brings a timestamp to microseconds; nil where it is out of their range.
func micros(v int64, unit arrow.TimeUnit, up bool) any {
	switch unit {
	case arrow.Millisecond:
		if v > math.MaxInt64/1000 || v < math.MinInt64/1000 {
			return nil
		}
		return v * 1000
	case arrow.Nanosecond:
		return divide(v, up)
	}
	return v
}

// divide by 1000, rounded down or up.
func divide(nanos int64, up bool) int64 {
	q, r := nanos/1000, nanos%1000
	if r > 0 && up {
		return q + 1
	}
	if r < 0 && !up {
		return q - 1
	}
	return q
}

func int96Bound(b []byte, up bool) any {
	var whole [12]byte
	copy(whole[:], b)
	nanos := int64(binary.LittleEndian.Uint64(b))
	binary.LittleEndian.PutUint64(whole[:], uint64(divide(nanos, up))*1000)
	v, reason := int96(whole[:])
	if reason != "" {
		return nil
	}
	return v
}
