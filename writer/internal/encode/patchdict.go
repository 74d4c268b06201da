package encode

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"

	"github.com/parquet-go/parquet-go/format"

	"github.com/tablectl/tablectl/writer/internal/vector"
)

// prepare brings the new values into the form that the pages have: numbers, or codes of the dictionary, which may get longer.
func (p *patcher) prepare(c *column, enc format.Encoding) bool {
	if enc != format.RLEDictionary {
		p.new = newValues{i32: slices.Clone(c.values.i32), i64: slices.Clone(c.values.i64)}
		if p.leaf.physical == format.ByteArray {
			p.new.offs = []uint32{0}
			for i := range c.values.n {
				p.new.plain = c.appendPlain(p.new.plain, i, i+1)
				p.new.offs = append(p.new.offs, uint32(len(p.new.plain)))
			}
		}
		return p.leaf.physical != format.FixedLenByteArray
	}
	raw := p.data[:p.pages[0].Offset]
	h, header, ok := pageHeader(raw)
	if !ok || !h.DictionaryPageHeader.Valid || h.DictionaryPageHeader.V.Encoding != format.Plain {
		return false
	}
	body, ok := p.body(h, raw[header:])
	if !ok {
		return false
	}
	n := int(h.DictionaryPageHeader.V.NumValues)
	if n <= 0 || n > maxDictEntries || !p.code(c, body, n) {
		return false
	}
	if p.e.dict.entries == n { // nothing new
		p.out.Data = append(p.out.Data, raw...)
		p.out.meta.TotalUncompressedSize += int64(header) + int64(h.UncompressedPageSize)
		return true
	}
	return p.e.dictionaryPage(p.out, c) == nil
}

// code gives the new values codes, those behind the n entries of the dictionary where they are not in it. c becomes the entries and
// then the new values.
func (p *patcher) code(c *column, body []byte, n int) bool {
	e := p.e
	e.patchData = append(e.patchData[:0], body...) // body is scratch memory, too
	body = e.patchData
	fresh := c.values
	ok := false
	switch p.leaf.physical {
	case format.Int32, format.Float:
		if len(body) != 4*n {
			return false
		}
		all := make([]int32, n, n+fresh.n)
		copy(vector.Raw(all), body)
		c.values = dense{n: n + fresh.n, i32: append(all, fresh.i32...)}
		ok = e.dict.finish(buildHashed(&e.dict, c.values.i32, maxDictEntries), 4)
	case format.Int64, format.Double:
		if len(body) != 8*n {
			return false
		}
		all := make([]int64, n, n+fresh.n)
		copy(vector.Raw(all), body)
		c.values = dense{n: n + fresh.n, i64: append(all, fresh.i64...)}
		ok = e.dict.finish(buildHashed(&e.dict, c.values.i64, maxDictEntries), 8)
	default:
		if !p.join(c, fresh, body, n) {
			return false
		}
		prefix := 4
		if p.leaf.physical == format.FixedLenByteArray {
			prefix = 0
		}
		ok = e.dict.numberBytes(&c.values, prefix, maxDictEntries)
	}
	// A dictionary with an entry twice is not one of this package.
	if !ok || e.dict.entries < n || e.dict.size > maxDictBytes || int(e.dict.first[n-1]) != n-1 {
		return false
	}
	p.new.codes = slices.Clone(e.dict.codes[n:])
	e.useDict = false
	p.entries = make([]bound, e.dict.entries)
	for code, at := range e.dict.first {
		p.entries[code], _ = e.bounds(c, int(at), int(at)+1)
		p.entries[code].b = bytes.Clone(p.entries[code].b)
	}
	return true
}

// join makes byte strings of a dictionary page, and the new ones, one column.
func (p *patcher) join(c *column, fresh dense, body []byte, n int) bool {
	var d dense
	d.offs = append(make([]uint32, 0, n+fresh.n+1), 0)
	for range n {
		size := p.leaf.width
		if p.leaf.physical == format.ByteArray {
			if len(body) < 4 {
				return false
			}
			size = int(binary.LittleEndian.Uint32(body))
			body = body[4:]
		}
		if size < 0 || size > len(body) {
			return false
		}
		d.data = append(d.data, body[:size]...)
		d.offs = append(d.offs, uint32(len(d.data)))
		body = body[size:]
	}
	for i := range fresh.n {
		d.data = append(d.data, fresh.at(i)...)
		d.offs = append(d.offs, uint32(len(d.data)))
	}
	d.n = n + fresh.n
	c.values = d
	return len(body) == 0
}

// unplain is the reverse of plain.
func (l *Leaf) unplain(b []byte) (bound, bool) {
	switch l.physical {
	case format.Int32:
		if len(b) == 4 {
			return bound{i: int64(int32(binary.LittleEndian.Uint32(b)))}, true
		}
	case format.Int64:
		if len(b) == 8 {
			return bound{i: int64(binary.LittleEndian.Uint64(b))}, true
		}
	case format.Float, format.Double:
		return l.unplainFloat(b)
	case format.ByteArray:
		return bound{b: b}, true
	case format.FixedLenByteArray:
		return bound{b: b}, len(b) == l.width
	}
	return bound{}, false
}

func (l *Leaf) unplainFloat(b []byte) (bound, bool) {
	switch {
	case l.physical == format.Float && len(b) == 4:
		return bound{f: float64(math.Float32frombits(binary.LittleEndian.Uint32(b)))}, true
	case l.physical == format.Double && len(b) == 8:
		return bound{f: math.Float64frombits(binary.LittleEndian.Uint64(b))}, true
	}
	return bound{}, false
}
