package encode

import (
	"encoding/binary"
	"math/bits"
)

// Limits of a dictionary. Beyond them a page of it would be read in full for little gain.
const (
	maxDictEntries = 1 << 16
	maxDictBytes   = 1 << 20
	maxSpan        = 1 << 17 // of integers that are looked up in a plain table
	sampleSize     = 4096
)

// dictionary numbers the distinct values of a column chunk by their first appearance. Its memory is used again and again.
type dictionary struct {
	codes   []uint32 // one per value
	first   []uint32 // per code: the value that it first stood for
	table   []uint32 // code+1, or 0
	keys    []uint64 // per code
	entries int
	size    int // bytes of the entries in PLAIN
}

// most is the largest dictionary that could pay for n values.
func most(n int) int { return min(maxDictEntries, n/2+1) }

func (d *dictionary) reset(n, slots int) {
	if cap(d.codes) < n {
		d.codes = make([]uint32, n)
	}
	d.codes = d.codes[:n]
	d.first, d.keys = d.first[:0], d.keys[:0]
	if cap(d.table) < slots {
		d.table = make([]uint32, slots)
	}
	d.table = d.table[:slots]
	clear(d.table)
	d.entries, d.size = 0, 0
}

// buildInts numbers integers (or the bits of floats) between lo and hi. It gives up, and returns false, where too many are distinct.
func buildInts[T int32 | int64](d *dictionary, values []T, lo, hi T, width int) bool {
	limit := min(most(len(values)), maxDictBytes/width)
	if span := uint64(int64(hi)) - uint64(int64(lo)); span < maxSpan {
		return d.finish(buildSpan(d, values, lo, int(span)+1, limit), width)
	}
	if !worthTrying(len(values), func(i int) uint64 { return uint64(values[i]) }) {
		return false
	}
	return d.finish(buildHashed(d, values, limit), width)
}

func (d *dictionary) finish(ok bool, width int) bool {
	d.entries = len(d.first)
	d.size = d.entries * width
	return ok
}

func buildSpan[T int32 | int64](d *dictionary, values []T, lo T, span, limit int) bool {
	d.reset(len(values), span)
	table, codes := d.table, d.codes[:len(values)]
	for i, v := range values {
		at := uint64(int64(v)) - uint64(int64(lo))
		code := table[at]
		if code == 0 {
			if len(d.first) == limit {
				return false
			}
			d.first = append(d.first, uint32(i))
			code = uint32(len(d.first))
			table[at] = code
		}
		codes[i] = code - 1
	}
	return true
}

func buildHashed[T int32 | int64](d *dictionary, values []T, limit int) bool {
	d.reset(len(values), 1024)
	codes := d.codes[:len(values)]
	for i, v := range values {
		code, ok := d.lookup(uint64(v), uint32(i), limit)
		if !ok {
			return false
		}
		codes[i] = code
	}
	return true
}

// lookup finds or adds a key that is the value itself.
func (d *dictionary) lookup(key uint64, i uint32, limit int) (uint32, bool) {
	mask := uint32(len(d.table) - 1)
	for at := scramble(key) & mask; ; at = (at + 1) & mask {
		code := d.table[at]
		if code == 0 {
			return d.add(at, key, i, limit)
		}
		if d.keys[code-1] == key {
			return code - 1, true
		}
	}
}

func (d *dictionary) add(at uint32, key uint64, i uint32, limit int) (uint32, bool) {
	if len(d.first) >= limit {
		return 0, false
	}
	d.first = append(d.first, i)
	d.keys = append(d.keys, key)
	d.table[at] = uint32(len(d.first))
	if 2*len(d.first) > len(d.table) {
		d.grow()
	}
	return uint32(len(d.first) - 1), true
}

func (d *dictionary) grow() {
	slots := 2 * len(d.table)
	if cap(d.table) < slots {
		d.table = make([]uint32, slots)
	}
	d.table = d.table[:slots]
	clear(d.table)
	mask := uint32(slots - 1)
	for c, key := range d.keys {
		at := scramble(key) & mask
		for d.table[at] != 0 {
			at = (at + 1) & mask
		}
		d.table[at] = uint32(c + 1)
	}
}

func scramble(k uint64) uint32 {
	hi, lo := bits.Mul64(k^0x9e3779b97f4a7c15, 0xe7037ed1a0b428db)
	return uint32(hi ^ lo)
}

// buildBytes numbers byte strings. Those of up to seven bytes are their own key; for longer ones the key is a hash.
func (d *dictionary) buildBytes(values *dense, prefix int) bool {
	offs, data := values.offs, values.data
	if !worthTrying(values.n, func(i int) uint64 { return bytesKey(data, offs[i], offs[i+1]) }) {
		return false
	}
	return d.numberBytes(values, prefix, most(values.n))
}

func (d *dictionary) numberBytes(values *dense, prefix, limit int) bool {
	offs, data := values.offs, values.data
	d.reset(values.n, 1024)
	for i := range values.n {
		a, b := offs[i], offs[i+1]
		key := bytesKey(data, a, b)
		var code uint32
		ok := false
		if b-a < 8 {
			code, ok = d.lookup(key, uint32(i), limit)
		} else {
			code, ok = d.lookupLong(key, data[a:b], values, uint32(i), limit)
		}
		if !ok {
			return false
		}
		if int(code) == d.entries {
			d.entries++
			if d.size += int(b-a) + prefix; d.size > maxDictBytes {
				return false
			}
		}
		d.codes[i] = code
	}
	return true
}

func (d *dictionary) lookupLong(key uint64, value []byte, values *dense, i uint32, limit int) (uint32, bool) {
	mask := uint32(len(d.table) - 1)
	for at := scramble(key) & mask; ; at = (at + 1) & mask {
		code := d.table[at]
		if code == 0 {
			return d.add(at, key, i, limit)
		}
		if d.keys[code-1] == key && string(values.at(int(d.first[code-1]))) == string(value) {
			return code - 1, true
		}
	}
}

func (v *dense) at(i int) []byte { return v.data[v.offs[i]:v.offs[i+1]] }

// bytesKey is the bytes themselves with their number on top if they are fewer than eight, else a hash with 0xff on top.
func bytesKey(data []byte, a, b uint32) uint64 {
	n := b - a
	if n < 8 {
		if int(a)+8 <= len(data) {
			return binary.LittleEndian.Uint64(data[a:])&(1<<(8*n)-1) | uint64(n)<<56
		}
		key := uint64(n) << 56
		for i, c := range data[a:b] {
			key |= uint64(c) << (8 * i)
		}
		return key
	}
	h := uint64(n) * 0xa0761d6478bd642f
	p := data[a:b]
	for len(p) > 8 {
		h = mix(h, binary.LittleEndian.Uint64(p))
		p = p[8:]
	}
	h = mix(h, binary.LittleEndian.Uint64(data[b-8:b]))
	return h | 0xff<<56
}

func mix(h, v uint64) uint64 {
	hi, lo := bits.Mul64(h^v, 0xe7037ed1a0b428db^v>>1)
	return hi ^ lo
}

// worthTrying looks at a sample, evenly spaced: where next to all of it is distinct, so is the rest.
func worthTrying(n int, key func(i int) uint64) bool {
	if n < 4*sampleSize {
		return true
	}
	var seen [4 * sampleSize]uint64
	distinct := 0
	zero := false
	for s := range sampleSize {
		k := key(s * (n / sampleSize))
		if k == 0 {
			zero = true
			continue
		}
		at := scramble(k) % uint32(len(seen))
		for seen[at] != 0 && seen[at] != k {
			at = (at + 1) % uint32(len(seen))
		}
		if seen[at] == 0 {
			seen[at] = k
			distinct++
		}
	}
	if zero {
		distinct++
	}
	return distinct*100 <= sampleSize*97
}
