package encode

import (
	"github.com/parquet-go/parquet-go/encoding/delta"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"github.com/tablectl/tablectl/writer/internal/vector"
)

// change adds page i with the changes number a to b; done is false if they change nothing, and nothing was added.
func (p *patcher) change(i, a, b int, body []byte, enc format.Encoding) (done, ok bool) {
	pg := patchedPage{rows: p.rowsOf(i), first: int32(p.pages[i].FirstRowIndex), a: a, b: b}
	if p.leaf.maxDef > 0 {
		if p.e.bits, body, ok = unpackValidity(p.e.bits[:0], body, pg.rows); !ok {
			return false, false
		}
		pg.valid = p.e.bits
		pg.present = vector.CountBits(pg.valid, 0, pg.rows)
	} else {
		pg.present = pg.rows
	}
	if pg.present != pg.rows-int(p.index.NullCounts[i]) {
		return false, false
	}
	switch {
	case enc == format.RLEDictionary:
		return p.changeCodes(&pg, body)
	case p.leaf.physical == format.Int32 || p.leaf.physical == format.Float:
		return p.change32(&pg, body, enc)
	case p.leaf.physical == format.Int64 || p.leaf.physical == format.Double:
		return p.change64(&pg, body, enc)
	case p.leaf.physical == format.ByteArray && enc == format.Plain:
		return p.changeBytes(&pg, body)
	}
	return false, false
}

// patchedPage is a page that is being changed.
type patchedPage struct {
	rows    int
	first   int32  // row of the group that it begins with
	a, b    int    // changes
	valid   []byte // bitmap of the column's rows; nil where it is required
	present int    // values
}

func (p *patcher) changeCodes(pg *patchedPage, body []byte) (done, ok bool) {
	e := p.e
	codes := extendTo(&e.codes, pg.rows)[:pg.present]
	if pg.present > 0 && (len(body) == 0 || body[0] > 32 || !unpackHybrid(codes, body[1:], int(body[0]))) {
		return false, false
	}
	codes, changed := mergeValues(p, pg, codes, p.new.codes, &e.spread32)
	if !changed {
		return false, true
	}
	entries := uint32(e.dict.entries)
	for _, c := range codes {
		if c >= entries {
			return false, false
		}
	}
	// Codes of pages that are kept as they are stay right: the dictionary only gets longer.
	return true, p.emit(pg, format.RLEDictionary, p.codeBounds(codes), func(dst []byte) []byte { return appendCodes(dst, codes, e.dict.entries) })
}

// codeBounds compares each distinct value of a page once.
func (p *patcher) codeBounds(codes []uint32) *[2]bound {
	e := p.e
	if len(e.seen) < e.dict.entries {
		e.seen = make([]uint32, max(e.dict.entries, 1024))
		e.epoch = 0
	}
	e.epoch++
	var out *[2]bound
	for _, code := range codes {
		if e.seen[code] == e.epoch {
			continue
		}
		e.seen[code] = e.epoch
		v := p.entries[code]
		if out == nil {
			out = &[2]bound{v, v}
			continue
		}
		if p.leaf.compare(v, out[0]) < 0 {
			out[0] = v
		}
		if p.leaf.compare(v, out[1]) > 0 {
			out[1] = v
		}
	}
	return out
}

func (p *patcher) change32(pg *patchedPage, body []byte, enc format.Encoding) (done, ok bool) {
	e := p.e
	values := extendTo(&e.page32, pg.rows)[:pg.present]
	switch {
	case enc == format.Plain && len(body) == 4*pg.present:
		copy(vector.Raw(values), body)
	case enc == format.DeltaBinaryPacked && p.leaf.physical == format.Int32:
		var err error
		var d delta.BinaryPackedEncoding
		if values, err = d.DecodeInt32(values[:0], body); err != nil || len(values) != pg.present {
			return false, false
		}
	default:
		return false, false
	}
	values, changed := mergeValues(p, pg, values, p.new.i32, &e.spreadI32)
	if !changed {
		return false, true
	}
	c := column{leaf: p.leaf, values: dense{n: len(values), i32: values}}
	return true, p.emitNumbers(pg, enc, &c)
}

func (p *patcher) change64(pg *patchedPage, body []byte, enc format.Encoding) (done, ok bool) {
	e := p.e
	values := extendTo(&e.page64, pg.rows)[:pg.present]
	switch {
	case enc == format.Plain && len(body) == 8*pg.present:
		copy(vector.Raw(values), body)
	case enc == format.DeltaBinaryPacked && p.leaf.physical == format.Int64:
		var err error
		var d delta.BinaryPackedEncoding
		if values, err = d.DecodeInt64(values[:0], body); err != nil || len(values) != pg.present {
			return false, false
		}
	default:
		return false, false
	}
	values, changed := mergeValues(p, pg, values, p.new.i64, &e.spreadI64)
	if !changed {
		return false, true
	}
	c := column{leaf: p.leaf, values: dense{n: len(values), i64: values}}
	return true, p.emitNumbers(pg, enc, &c)
}

func (p *patcher) emitNumbers(pg *patchedPage, enc format.Encoding, c *column) bool {
	var b *[2]bound
	n := c.values.n
	if n > 0 {
		p.e.useDict = false
		lo, hi := p.e.bounds(c, 0, n)
		b = &[2]bound{lo, hi}
	}
	var failed error
	ok := p.emit(pg, enc, b, func(dst []byte) []byte {
		dst, failed = p.e.appendValues(dst, c, page{vb: n, b: n}, enc)
		return dst
	})
	return ok && failed == nil
}

// emit adds a changed page, whose values values appends.
func (p *patcher) emit(pg *patchedPage, enc format.Encoding, b *[2]bound, values func([]byte) []byte) bool {
	if pg.rows == 0 {
		return true
	}
	e := p.e
	nulls := pg.rows - pg.present
	e.raw = e.raw[:0]
	if p.leaf.maxDef > 0 {
		e.raw = appendValidity(e.raw, pg.valid, 0, pg.rows, nulls)
	}
	e.raw = values(e.raw)
	at := p.begin()
	h := format.PageHeader{Type: format.DataPage}
	h.DataPageHeader = thrift.New(format.DataPageHeader{
		NumValues: int32(pg.rows), Encoding: enc, DefinitionLevelEncoding: format.RLE, RepetitionLevelEncoding: format.RLE,
		Statistics: format.Statistics{NullCount: int64(nulls)},
	})
	if e.write(p.out, &h) != nil {
		return false
	}
	p.located(at)
	p.made.n += pg.rows
	p.made.nulls += nulls
	p.sum.page(int64(nulls), b)
	return true
}
