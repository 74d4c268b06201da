package encode

import (
	"hash/crc32"
	"unicode/utf8"

	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"github.com/tablectl/tablectl/writer/internal/vector"
)

// Changes are what changes of a column in a row group.
type Changes struct {
	Rows   []int32       // in ascending order
	Gone   []bool        // per row: it goes; nil: none does
	Values vector.Vector // the new values of the others
}

// Patch makes a chunk of the file's leaf number from with other values in some rows and without others, page by page: pages without
// such a row are copied, others keep their encoding. Strings of a dictionary are neither decoded nor encoded. The result is nil where a
// chunk is not as this package writes it, or would become something else: then it is to be decoded and encoded as a whole. If nothing
// changes, it is the same as Copy's. At least one row stays.
//
// A null where none may be is *ErrRequired.
func (e *Encoder) Patch(o *Origin, g, from int, to *Leaf, read Bytes, changes Changes, buf []byte) (*Chunk, error) {
	p := e.patcher(o, g, from, to, changes)
	if p == nil {
		return nil, nil
	}
	c, err := e.load(to, []vector.Vector{changes.Values})
	if err != nil {
		return nil, err
	}
	if c.nans() > 0 {
		return nil, nil
	}
	if err := p.open(read); err != nil || p.pages == nil {
		return nil, err
	}
	return p.run(c, buf), nil
}

// patcher is one Patch.
type patcher struct {
	e    *Encoder
	leaf *Leaf
	Changes
	removed int
	group   *format.RowGroup
	meta    *format.ColumnMetaData
	col     *format.ColumnChunk

	start int64
	data  []byte
	pages []format.PageLocation // with offsets from the beginning of data
	index format.ColumnIndex

	at      []int32 // per row that changes: number among the new values that are not null, or:
	new     newValues
	entries []bound // of the dictionary
	sum     summary
	out     *Chunk
	made    column // what is known of the chunk that is made
}

// What happens to a row that gets no value.
const (
	toNull = -1 - iota
	toNothing
)

// newValues are the new values that are not null. Those of a chunk with a dictionary are codes.
type newValues struct {
	codes []uint32
	i32   []int32
	i64   []int64
	offs  []uint32 // strings: where they are in plain
	plain []byte
}

// patcher looks whether the chunk is one that can be changed page by page.
func (e *Encoder) patcher(o *Origin, g, from int, to *Leaf, changes Changes) *patcher {
	p := &patcher{e: e, leaf: to, Changes: changes, group: &o.meta.RowGroups[g]}
	p.col = &p.group.Columns[from]
	p.meta = &p.col.MetaData
	switch p.meta.Codec {
	case format.Uncompressed, e.comp.codec:
	default:
		return nil
	}
	known := len(to.steps) == 1 && to.physical != format.Boolean && p.col.OffsetIndexOffset > 0 && p.col.ColumnIndexOffset > 0
	if !known || p.group.NumRows != p.meta.NumValues {
		return nil
	}
	return p
}

// open gets the pages. Without an index that fits them there are none.
func (p *patcher) open(read Bytes) (err error) {
	p.start = chunkStart(p.meta)
	if p.data, err = read(p.start, p.meta.TotalCompressedSize); err != nil {
		return err
	}
	b, err := read(p.col.OffsetIndexOffset, int64(p.col.OffsetIndexLength))
	if err != nil {
		return err
	}
	var offsets format.OffsetIndex
	ok := unmarshal(b, &offsets) == nil
	if b, err = read(p.col.ColumnIndexOffset, int64(p.col.ColumnIndexLength)); err != nil {
		return err
	}
	if ok && unmarshal(b, &p.index) == nil && p.sound(offsets.PageLocations) {
		p.pages = offsets.PageLocations
	}
	return nil
}

// sound looks whether pages follow each other without gaps, with bounds that were not cut.
func (p *patcher) sound(pages []format.PageLocation) bool {
	n, x := len(pages), &p.index
	if n == 0 || len(x.NullPages) != n || len(x.NullCounts) != n || len(x.MinValues) != n || len(x.MaxValues) != n {
		return false
	}
	for i := range pages {
		pages[i].Offset -= p.start
		end := int64(len(p.data))
		if i+1 < n {
			end = pages[i+1].Offset - p.start
		}
		if pages[i].Offset < 0 || pages[i].Offset+int64(pages[i].CompressedPageSize) != end || pages[i].FirstRowIndex < 0 {
			return false
		}
		if i > 0 && pages[i].FirstRowIndex <= pages[i-1].FirstRowIndex || pages[i].FirstRowIndex >= p.group.NumRows {
			return false
		}
		if p.leaf.physical == format.ByteArray && (cut(x.MinValues[i]) || cut(x.MaxValues[i])) {
			return false
		}
	}
	return pages[0].FirstRowIndex == 0
}

// cut says whether a bound of a page may have been cut.
func cut(b []byte) bool { return len(b) >= maxPageBound && utf8.RuneCount(b) >= maxPageBound }

// rowsOf is how many rows a page has.
func (p *patcher) rowsOf(i int) int {
	end := p.group.NumRows
	if i+1 < len(p.pages) {
		end = p.pages[i+1].FirstRowIndex
	}
	return int(end - p.pages[i].FirstRowIndex)
}

// run makes the chunk; nil where it turns out not to be as expected.
func (p *patcher) run(c *column, buf []byte) (out *Chunk) {
	defer func() {
		if recover() != nil {
			out = nil // what the slow way says about damaged pages tells more
		}
	}()
	e := p.e
	p.number(c)
	if p.out = (&Chunk{Data: buf[:0], rows: int(p.group.NumRows) - p.removed}); p.scattered() {
		return nil
	}
	p.out.meta = format.ColumnMetaData{
		Type: p.leaf.physical, PathInSchema: p.leaf.Path, Codec: p.meta.Codec, NumValues: int64(p.out.rows),
	}
	e.codec = p.meta.Codec
	enc := format.Plain
	if p.pages[0].Offset > 0 {
		enc = format.RLEDictionary
	}
	if !p.prepare(c, enc) {
		return nil
	}
	p.made = column{leaf: p.leaf, rows: p.out.rows}
	p.sum = summary{c: &p.made}
	used := format.Encoding(-1)
	next := 0
	for i := range p.pages {
		first := next
		end := int(p.pages[i].FirstRowIndex) + p.rowsOf(i)
		for next < len(p.Rows) && int(p.Rows[next]) < end {
			next++
		}
		got, ok := p.page(i, first, next)
		if !ok || used >= 0 && used != got || (got == format.RLEDictionary) != (enc == format.RLEDictionary) {
			return nil
		}
		used = got
	}
	if p.made.n != p.out.rows {
		return nil
	}
	p.out.describe(&p.made, used)
	p.sum.finish(p.out)
	return p.out
}

// number finds the new value of every row that changes.
func (p *patcher) number(c *column) {
	p.at = make([]int32, len(p.Rows))
	row, n := 0, int32(0)
	for i := range p.at {
		switch {
		case p.Gone != nil && p.Gone[i]:
			p.at[i] = toNothing
			p.removed++
			continue
		case c.nulls > 0 && c.valid[row>>3]>>(row&7)&1 == 0:
			p.at[i] = toNull
		default:
			p.at[i] = n
			n++
		}
		row++
	}
}

// scattered says whether so many rows went, now and before, that the pages have become small.
func (p *patcher) scattered() bool {
	return len(p.pages) > 1 && p.out.rows < len(p.pages)*pageEntries/16
}

// page adds a page, with the changes number a to b, and says how it is encoded.
func (p *patcher) page(i, a, b int) (format.Encoding, bool) {
	raw := p.data[p.pages[i].Offset:][:p.pages[i].CompressedPageSize]
	h, header, ok := pageHeader(raw)
	if !ok || !h.DataPageHeader.Valid || int(h.DataPageHeader.V.NumValues) != p.rowsOf(i) {
		return 0, false
	}
	enc := h.DataPageHeader.V.Encoding
	if a < b {
		body, ok := p.body(h, raw[header:])
		if !ok {
			return 0, false
		}
		if done, ok := p.change(i, a, b, body, enc); done || !ok {
			return enc, ok
		}
	}
	return enc, p.keep(i, raw, int64(header)+int64(h.UncompressedPageSize))
}

// pageHeader reads the header of a page and gives its length; false if it and the page do not add up.
func pageHeader(raw []byte) (*format.PageHeader, int, bool) {
	r := new(thrift.CompactProtocol).NewReaderFromBytes(raw)
	h := &format.PageHeader{}
	if thrift.NewDecoder(r).Decode(h) != nil {
		return nil, 0, false
	}
	return h, r.BytesRead(), r.BytesRead()+int(h.CompressedPageSize) == len(raw)
}

// keep adds a page as it is.
func (p *patcher) keep(i int, raw []byte, uncompressed int64) bool {
	at := p.begin()
	p.out.Data = append(p.out.Data, raw...)
	p.out.meta.TotalUncompressedSize += uncompressed
	p.located(at)
	p.made.n += p.rowsOf(i)
	nulls := p.index.NullCounts[i]
	p.made.nulls += int(nulls)
	if p.index.NullPages[i] {
		p.sum.page(nulls, nil)
		return true
	}
	lo, ok := p.leaf.unplain(p.index.MinValues[i])
	hi, ok2 := p.leaf.unplain(p.index.MaxValues[i])
	p.sum.page(nulls, &[2]bound{lo, hi})
	return ok && ok2
}

// begin is where the page that comes begins.
func (p *patcher) begin() int64 {
	at := int64(len(p.out.Data))
	if len(p.out.offsets) == 0 {
		p.out.meta.DataPageOffset = at
	}
	return at
}

func (p *patcher) located(at int64) {
	p.out.offsets = append(p.out.offsets, format.PageLocation{
		Offset: at, CompressedPageSize: int32(int64(len(p.out.Data)) - at), FirstRowIndex: int64(p.made.n),
	})
}

// maxPatched is the largest page that is changed, before compression.
const maxPatched = 64 << 20

// body decompresses a page whose checksum, if it has one, is right.
func (p *patcher) body(h *format.PageHeader, b []byte) ([]byte, bool) {
	n := int(h.UncompressedPageSize)
	if n < 0 || n > maxPatched || h.CRC != 0 && int32(crc32.ChecksumIEEE(b)) != h.CRC {
		return nil, false
	}
	e := p.e
	var err error
	switch p.meta.Codec {
	case format.Uncompressed:
		return b, len(b) == n
	case format.Snappy:
		if size, err := snappy.DecodedLen(b); err != nil || size != n {
			return nil, false
		}
		e.expanded, err = snappy.Decode(e.expanded[:cap(e.expanded)], b)
	default:
		if e.unzstd == nil {
			if e.unzstd, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxPatched), zstd.WithDecoderLowmem(true)); err != nil {
				return nil, false
			}
		}
		e.expanded, err = e.unzstd.DecodeAll(b, e.expanded[:0])
	}
	return e.expanded, err == nil && len(e.expanded) == n
}
