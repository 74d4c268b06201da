package encode

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math"

	"github.com/parquet-go/parquet-go/format"

	"github.com/tablectl/tablectl/manifest"
)

// bound is a smallest or largest value, in the part that its physical type uses.
type bound struct {
	i int64 // BOOLEAN, INT32, INT64
	f float64
	b []byte
}

// compare orders bounds as Parquet's TypeDefinedOrder does.
func (l *Leaf) compare(x, y bound) int {
	switch l.physical {
	case format.Float, format.Double:
		return cmp.Compare(x.f, y.f)
	case format.ByteArray:
		return bytes.Compare(x.b, y.b)
	case format.FixedLenByteArray:
		return compareSigned(x.b, y.b)
	}
	return cmp.Compare(x.i, y.i)
}

// compareSigned orders big-endian two's complement numbers of the same length.
func compareSigned(x, y []byte) int {
	if d := int(int8(x[0])) - int(int8(y[0])); d != 0 {
		return d
	}
	return bytes.Compare(x[1:], y[1:])
}

// bounds finds the smallest and the largest of values a to b. seen is scratch memory for dictionary codes.
func (e *Encoder) bounds(c *column, a, b int) (lo, hi bound) {
	d := &c.values
	switch c.leaf.physical {
	case format.Boolean:
		return boolBounds(d.bits, a, b)
	case format.Int32:
		l, h := intBounds(d.i32[a:b])
		return bound{i: int64(l)}, bound{i: int64(h)}
	case format.Int64:
		l, h := intBounds(d.i64[a:b])
		return bound{i: l}, bound{i: h}
	case format.Float:
		l, h := float32Bounds(d.i32[a:b])
		return bound{f: l}, bound{f: h}
	case format.Double:
		l, h := float64Bounds(d.i64[a:b])
		return bound{f: l}, bound{f: h}
	}
	if e.useDict {
		return e.codeBounds(c, a, b)
	}
	lo, hi = bound{b: d.at(a)}, bound{b: d.at(a)}
	for i := a + 1; i < b; i++ {
		v := bound{b: d.at(i)}
		if c.leaf.compare(v, lo) < 0 {
			lo = v
		} else if c.leaf.compare(v, hi) > 0 {
			hi = v
		}
	}
	return lo, hi
}

// codeBounds compares each distinct value of a page once.
func (e *Encoder) codeBounds(c *column, a, b int) (lo, hi bound) {
	if len(e.seen) < e.dict.entries {
		e.seen = make([]uint32, max(e.dict.entries, 1024))
		e.epoch = 0
	}
	e.epoch++
	for i, code := range e.dict.codes[a:b] {
		if e.seen[code] == e.epoch {
			continue
		}
		e.seen[code] = e.epoch
		v := bound{b: c.values.at(int(e.dict.first[code]))}
		if i == 0 || c.leaf.compare(v, lo) < 0 {
			lo = v
		}
		if i == 0 || c.leaf.compare(v, hi) > 0 {
			hi = v
		}
	}
	return lo, hi
}

func boolBounds(b []byte, from, to int) (lo, hi bound) {
	lo.i = 1
	for i := from; i < to; i++ {
		v := int64(b[i>>3] >> (i & 7) & 1)
		lo.i, hi.i = min(lo.i, v), max(hi.i, v)
	}
	return lo, hi
}

func intBounds[T int32 | int64](v []T) (lo, hi T) {
	lo, hi = v[0], v[0]
	for _, x := range v {
		lo, hi = min(lo, x), max(hi, x)
	}
	return lo, hi
}

// float64Bounds gives NaN where there is one.
func float64Bounds(v []int64) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, x := range v {
		f := math.Float64frombits(uint64(x))
		if f < lo {
			lo = f
		}
		if f > hi {
			hi = f
		}
	}
	return signedZeros(lo, hi)
}

func float32Bounds(v []int32) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, x := range v {
		f := float64(math.Float32frombits(uint32(x)))
		if f < lo {
			lo = f
		}
		if f > hi {
			hi = f
		}
	}
	return signedZeros(lo, hi)
}

// signedZeros makes a zero cover both zeros, as parquet.thrift asks of writers.
func signedZeros(lo, hi float64) (float64, float64) {
	if lo == 0 {
		lo = math.Copysign(0, -1)
	}
	if hi == 0 {
		hi = 0
	}
	return lo, hi
}

func (c *column) nans() int64 {
	n := int64(0)
	switch c.leaf.physical {
	case format.Float:
		for _, x := range c.values.i32 {
			if f := math.Float32frombits(uint32(x)); f != f {
				n++
			}
		}
	case format.Double:
		for _, x := range c.values.i64 {
			if f := math.Float64frombits(uint64(x)); f != f {
				n++
			}
		}
	}
	return n
}

// plain is a bound as statistics hold it: PLAIN, without a length.
func (l *Leaf) plain(v bound) []byte {
	switch l.physical {
	case format.Boolean:
		return []byte{byte(v.i)}
	case format.Int32:
		return binary.LittleEndian.AppendUint32(nil, uint32(v.i))
	case format.Int64:
		return binary.LittleEndian.AppendUint64(nil, uint64(v.i))
	case format.Float:
		return binary.LittleEndian.AppendUint32(nil, math.Float32bits(float32(v.f)))
	case format.Double:
		return binary.LittleEndian.AppendUint64(nil, math.Float64bits(v.f))
	}
	return append([]byte{}, v.b...)
}

// value is a bound as package manifest has it in memory.
func (l *Leaf) value(v bound) any {
	switch l.Type.Kind {
	case manifest.Boolean:
		return v.i != 0
	case manifest.Int, manifest.Date:
		return int32(v.i)
	case manifest.Float:
		return float32(v.f)
	case manifest.Double:
		return v.f
	case manifest.String:
		return string(v.b)
	case manifest.Binary:
		return append([]byte{}, v.b...)
	case manifest.Decimal:
		return l.decimal(v)
	}
	return v.i
}

func (l *Leaf) decimal(v bound) manifest.Dec {
	if l.physical != format.FixedLenByteArray {
		return manifest.Dec{Hi: v.i >> 63, Lo: uint64(v.i)}
	}
	var d manifest.Dec
	d.Hi = int64(int8(v.b[0]) >> 7)
	d.Lo = uint64(d.Hi)
	for _, c := range v.b {
		d.Hi = d.Hi<<8 | int64(d.Lo>>56)
		d.Lo = d.Lo<<8 | uint64(c)
	}
	return d
}
