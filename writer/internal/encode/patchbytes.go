package encode

import (
	"bytes"
	"encoding/binary"

	"github.com/parquet-go/parquet-go/format"
)

// changeBytes moves strings by their number: those of the page first, then the new ones.
func (p *patcher) changeBytes(pg *patchedPage, body []byte) (done, ok bool) {
	e := p.e
	offs := append(extendTo(&e.pageOffs, pg.present+1)[:0], 0)
	for range pg.present {
		at := int(offs[len(offs)-1])
		if len(body)-at < 4 {
			return false, false
		}
		size := int(binary.LittleEndian.Uint32(body[at:]))
		if size > len(body)-at-4 {
			return false, false
		}
		offs = append(offs, uint32(at+4+size))
	}
	if int(offs[pg.present]) != len(body) {
		return false, false
	}
	old, count := extendTo(&e.codes, pg.rows)[:pg.present], uint32(pg.present)
	for i := range old {
		old[i] = uint32(i)
	}
	value := func(n uint32) []byte { // as PLAIN has it
		if n < count {
			return body[offs[n]:offs[n+1]]
		}
		return p.new.plain[p.new.offs[n-count]:p.new.offs[n-count+1]]
	}
	fresh := extendTo(&e.fresh, len(p.new.offs)-1)
	for i := range fresh {
		fresh[i] = count + uint32(i)
	}
	if p.sameBytes(pg, value, count) {
		return false, true
	}
	codes, _ := mergeValues(p, pg, old, fresh, &e.spread32)
	size := 0
	var b *[2]bound
	for _, n := range codes {
		v := value(n)
		size += len(v)
		v = v[4:]
		if b == nil {
			b = &[2]bound{{b: v}, {b: v}}
		}
		if bytes.Compare(v, b[0].b) < 0 {
			b[0].b = v
		} else if bytes.Compare(v, b[1].b) > 0 {
			b[1].b = v
		}
	}
	if size > largePage && p.meta.Codec != format.Uncompressed {
		return false, false
	}
	if b != nil { // body is memory that the next page takes
		b[0].b, b[1].b = bytes.Clone(b[0].b), bytes.Clone(b[1].b)
	}
	return true, p.emit(pg, format.Plain, b, func(dst []byte) []byte {
		for _, n := range codes {
			dst = append(dst, value(n)...)
		}
		return dst
	})
}

// sameBytes says whether the new values of a page without nulls, before and after, are the old ones.
func (p *patcher) sameBytes(pg *patchedPage, value func(uint32) []byte, count uint32) bool {
	if pg.present < pg.rows {
		return false
	}
	for k := pg.a; k < pg.b; k++ {
		if p.at[k] < 0 || !bytes.Equal(value(uint32(p.Rows[k]-pg.first)), value(count+uint32(p.at[k]))) {
			return false
		}
	}
	return true
}
