package encode

import (
	"math/bits"

	"github.com/parquet-go/parquet-go/format"

	"github.com/tablectl/tablectl/writer/internal/vector"
)

// Sizes of a data page. Both are functions of the rows alone.
const (
	pageEntries = 1 << 15 // at most, rows of flat columns
	pageBytes   = 1 << 20 // of values before encoding, unless a single row has more
)

// page is a part of a column chunk that begins and ends between rows.
type page struct {
	row    int // the first one
	a, b   int // entries
	va, vb int // values
}

func (p page) entries() int { return p.b - p.a }
func (p page) nulls() int   { return p.entries() - (p.vb - p.va) }

// pages cuts a column chunk.
func (e *Encoder) pages(c *column) []page {
	out := e.cuts[:0]
	for row, a, va := 0, 0, 0; a < c.n; {
		p := page{row: row, a: a, va: va}
		for limit := pageEntries; ; limit /= 2 {
			var rows int
			p.b, rows = c.end(a, limit)
			p.vb = va + c.valuesIn(a, p.b)
			if limit == 1 || c.plainBytes(va, p.vb) <= pageBytes {
				row += rows
				break
			}
		}
		out = append(out, p)
		a, va = p.b, p.vb
	}
	e.cuts = out
	return out
}

// end is where a page ends that begins at entry a and has about limit entries, and how many rows it has.
func (c *column) end(a, limit int) (b, rows int) {
	if c.flat() {
		b = min(c.n, a+limit)
		return b, b - a
	}
	rows = 1
	for b = a + 1; b < c.n; b++ {
		if c.rep[b] != 0 {
			continue
		}
		if b-a >= limit {
			break
		}
		rows++
	}
	return b, rows
}

// valuesIn is the number of entries from a to b that hold a value.
func (c *column) valuesIn(a, b int) int {
	switch {
	case c.nulls == 0:
		return b - a
	case c.flat():
		return vector.CountBits(c.valid, a, b-a)
	}
	n := 0
	for _, d := range c.def[a:b] {
		if d == c.leaf.maxDef {
			n++
		}
	}
	return n
}

// plainBytes is the size of values a to b in PLAIN.
func (c *column) plainBytes(a, b int) int {
	switch c.leaf.physical {
	case format.Boolean:
		return (b - a + 7) / 8
	case format.Int32, format.Float:
		return 4 * (b - a)
	case format.Int64, format.Double:
		return 8 * (b - a)
	case format.ByteArray:
		return 4*(b-a) + int(c.values.offs[b]-c.values.offs[a])
	}
	return int(c.values.offs[b] - c.values.offs[a])
}

// appendPageLevels adds both kinds of levels of a page.
func (c *column) appendPageLevels(dst []byte, p page) []byte {
	switch {
	case c.leaf.maxDef == 0:
		return dst
	case c.flat():
		return appendValidity(dst, c.valid, p.a, p.entries(), p.nulls())
	}
	if c.leaf.maxRep > 0 {
		dst = appendLevels(dst, c.rep[p.a:p.b], c.leaf.maxRep)
	}
	return appendLevels(dst, c.def[p.a:p.b], c.leaf.maxDef)
}

// packedBytes is the size of n codes below entries, bit-packed.
func packedBytes(n, entries int) int { return n * bits.Len32(uint32(max(1, entries-1))) / 8 }
