package encode

import (
	"encoding/binary"

	"github.com/parquet-go/parquet-go/encoding/delta"
	"github.com/parquet-go/parquet-go/format"

	"github.com/tablectl/tablectl/writer/internal/vector"
)

// choose decides how a chunk's values are encoded, from the values alone. After RLE_DICTIONARY, e.dict is the dictionary.
func (e *Encoder) choose(c *column) format.Encoding {
	d := &c.values
	if d.n == 0 {
		return format.Plain
	}
	plain := c.plainBytes(0, d.n)
	ok := false
	switch c.leaf.physical {
	case format.Boolean:
		return format.Plain
	case format.Int32:
		lo, hi := intBounds(d.i32)
		ok = buildInts(&e.dict, d.i32, lo, hi, 4)
		return e.better(ok, d.n, plain, deltaBytes(d.i32), 4)
	case format.Int64:
		lo, hi := intBounds(d.i64)
		ok = buildInts(&e.dict, d.i64, lo, hi, 8)
		return e.better(ok, d.n, plain, deltaBytes(d.i64), 8)
	case format.Float:
		lo, hi := intBounds(d.i32)
		ok = buildInts(&e.dict, d.i32, lo, hi, 4)
	case format.Double:
		lo, hi := intBounds(d.i64)
		ok = buildInts(&e.dict, d.i64, lo, hi, 8)
	case format.ByteArray:
		ok = e.dict.buildBytes(d, 4)
	default:
		ok = e.dict.buildBytes(d, 0)
	}
	return e.better(ok, d.n, plain, plain, 0)
}

// better compares the sizes before compression. Small dictionaries win against deltas: they are read faster.
func (e *Encoder) better(dict bool, n, plain, deltas, width int) format.Encoding {
	if dict {
		size := e.dict.size + packedBytes(n, e.dict.entries)
		if 10*size < 9*plain && (width == 0 || e.dict.entries <= 4096 || 10*size < 13*deltas) {
			return format.RLEDictionary
		}
	}
	if 10*deltas < 8*plain {
		return format.DeltaBinaryPacked
	}
	return format.Plain
}

// deltaBytes estimates the size in DELTA_BINARY_PACKED from sixteen blocks, evenly spaced.
func deltaBytes[T int32 | int64](v []T) int {
	const block, samples = 128, 16
	if len(v) < 2*block {
		return 8 * len(v) // never worth it
	}
	blocks := min(samples, len(v)/(block+1))
	bytes := 0
	for s := range blocks {
		from := s * ((len(v) - block - 1) / blocks)
		p := v[from : from+block+1]
		lo, hi := p[1]-p[0], p[1]-p[0]
		for i := 1; i < len(p); i++ {
			d := p[i] - p[i-1]
			lo, hi = min(lo, d), max(hi, d)
		}
		width := 0
		for span := uint64(int64(hi)) - uint64(int64(lo)); span > 0; span >>= 1 {
			width++
		}
		bytes += 8 + block*width/8
	}
	return bytes * (len(v) / block) / blocks
}

// appendValues adds the values of a page.
func (e *Encoder) appendValues(dst []byte, c *column, p page, enc format.Encoding) ([]byte, error) {
	d := &c.values
	switch enc {
	case format.RLEDictionary:
		return appendCodes(dst, e.dict.codes[p.va:p.vb], e.dict.entries), nil
	case format.DeltaBinaryPacked:
		var err error
		var packed delta.BinaryPackedEncoding
		if c.leaf.physical == format.Int32 {
			e.packed, err = packed.EncodeInt32(e.packed[:0], d.i32[p.va:p.vb])
		} else {
			e.packed, err = packed.EncodeInt64(e.packed[:0], d.i64[p.va:p.vb])
		}
		return append(dst, e.packed...), err
	}
	return c.appendPlain(dst, p.va, p.vb), nil
}

func (c *column) appendPlain(dst []byte, a, b int) []byte {
	d := &c.values
	switch c.leaf.physical {
	case format.Boolean:
		have := len(dst)
		return append(dst, vector.AppendBits(dst[have:have], 0, d.bits, a, b-a)...)
	case format.Int32, format.Float:
		return append(dst, vector.Raw(d.i32[a:b])...)
	case format.Int64, format.Double:
		return append(dst, vector.Raw(d.i64[a:b])...)
	case format.ByteArray:
		for i := a; i < b; i++ {
			v := d.at(i)
			dst = binary.LittleEndian.AppendUint32(dst, uint32(len(v)))
			dst = append(dst, v...)
		}
		return dst
	}
	return append(dst, d.data[d.offs[a]:d.offs[b]]...)
}

// appendCodes adds dictionary codes: one bit-packed run, or runs where the codes repeat a lot.
func appendCodes(dst []byte, codes []uint32, entries int) []byte {
	width := widthFor(entries)
	dst = append(dst, byte(width))
	if len(codes) == 0 {
		return dst
	}
	changes := 0
	for i := 1; i < len(codes); i++ {
		if codes[i] != codes[i-1] {
			changes++
		}
	}
	if changes < len(codes)/8 {
		return appendHybrid(dst, codes, width)
	}
	return appendPacked(dst, codes, width)
}

// appendDictionary adds the entries of e.dict in PLAIN.
func (e *Encoder) appendDictionary(dst []byte, c *column) []byte {
	for _, i := range e.dict.first {
		dst = c.appendPlain(dst, int(i), int(i)+1)
	}
	return dst
}
