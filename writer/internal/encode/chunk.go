package encode

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"slices"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer/internal/vector"
)

// Chunk is an encoded column chunk. Nothing in it depends on where it will lie in a file.
type Chunk struct {
	Data  []byte // its pages
	Stats Stats

	rows     int
	meta     format.ColumnMetaData // offsets from the beginning of Data
	index    format.ColumnIndex
	hasIndex bool
	offsets  []format.PageLocation
}

// Stats are what the manifest keeps of a column.
type Stats struct {
	Values, Nulls, NaNs, Bytes int64
	Bound                      bool
	Lower, Upper               any // as package manifest has values in memory; exact
}

// Encoder encodes one column chunk at a time. It keeps its memory; use one per goroutine.
type Encoder struct {
	comp *compressor
	col  column
	cuts []page

	i32  []int32
	i64  []int64
	offs []uint32
	data []byte
	idx  []int32

	codec   format.CompressionCodec // of the chunk at hand
	dict    dictionary
	useDict bool
	seen    []uint32
	epoch   uint32

	// Memory of Patch.
	unzstd              *zstd.Decoder
	expanded, patchData []byte
	bits                []byte
	codes, spread32     []uint32
	pageOffs, fresh     []uint32
	page32, spreadI32   []int32
	page64, spreadI64   []int64

	packed, raw, squeezed []byte
	header                bytes.Buffer
	thrift                *thrift.Encoder
}

// NewEncoder makes an encoder.
func NewEncoder(c Codec) (*Encoder, error) {
	comp, err := newCompressor(c)
	if err != nil {
		return nil, err
	}
	e := &Encoder{comp: comp}
	e.thrift = thrift.NewEncoder(new(thrift.CompactProtocol).NewWriter(&e.header))
	return e, nil
}

// Encode encodes the column chunk of leaf. pieces are the parts, in order, of the column of the table that leaf belongs to; buf is
// memory for Chunk.Data. A null where none may be is *ErrRequired.
func (e *Encoder) Encode(leaf *Leaf, pieces []vector.Vector, buf []byte) (*Chunk, error) {
	c, err := e.load(leaf, pieces)
	if err != nil {
		return nil, err
	}
	out := &Chunk{Data: buf[:0], rows: c.rows}
	enc := e.choose(c)
	e.useDict = enc == format.RLEDictionary
	pages := e.pages(c)
	e.codec = e.comp.codec
	if !e.useDict && anyLarge(c, pages) {
		e.codec = format.Uncompressed
	}
	out.meta = format.ColumnMetaData{
		Type: leaf.physical, PathInSchema: leaf.Path, Codec: e.codec, NumValues: int64(c.n),
	}
	if e.useDict {
		if err := e.dictionaryPage(out, c); err != nil {
			return nil, fmt.Errorf("encode column %q: %w", leaf.Path[0], err)
		}
	}
	st := newSummary(c)
	for _, p := range pages {
		if err := e.dataPage(out, c, p, enc); err != nil {
			return nil, fmt.Errorf("encode column %q: %w", leaf.Path[0], err)
		}
		st.add(e, p)
	}
	out.describe(c, enc)
	st.finish(out)
	return out, nil
}

// largePage is beyond what readers take without asking how far it was compressed: bounds against decompression bombs are tens of
// megabytes, or some times the size of the file. Chunks with such a page stay uncompressed.
const largePage = 16 << 20

func anyLarge(c *column, pages []page) bool {
	for _, p := range pages {
		if c.plainBytes(p.va, p.vb) > largePage {
			return true
		}
	}
	return false
}

func (e *Encoder) dictionaryPage(out *Chunk, c *column) error {
	e.raw = e.appendDictionary(e.raw[:0], c)
	h := format.PageHeader{Type: format.DictionaryPage}
	h.DictionaryPageHeader = thrift.New(format.DictionaryPageHeader{NumValues: int32(e.dict.entries), Encoding: format.Plain})
	return e.write(out, &h)
}

func (e *Encoder) dataPage(out *Chunk, c *column, p page, enc format.Encoding) (err error) {
	e.raw = c.appendPageLevels(e.raw[:0], p)
	if e.raw, err = e.appendValues(e.raw, c, p, enc); err != nil {
		return err
	}
	at := int64(len(out.Data))
	if len(out.offsets) == 0 {
		out.meta.DataPageOffset = at
	}
	h := format.PageHeader{Type: format.DataPage}
	h.DataPageHeader = thrift.New(format.DataPageHeader{
		NumValues: int32(p.entries()), Encoding: enc,
		DefinitionLevelEncoding: format.RLE, RepetitionLevelEncoding: format.RLE,
		Statistics: format.Statistics{NullCount: int64(p.nulls())},
	})
	if err := e.write(out, &h); err != nil {
		return err
	}
	out.offsets = append(out.offsets, format.PageLocation{
		Offset: at, CompressedPageSize: int32(int64(len(out.Data)) - at), FirstRowIndex: int64(p.row),
	})
	return nil
}

// write adds e.raw as a page.
func (e *Encoder) write(out *Chunk, h *format.PageHeader) error {
	e.squeezed = e.comp.compress(e.codec, e.squeezed, e.raw)
	if len(e.raw) > maxPage || len(e.squeezed) > maxPage {
		return fmt.Errorf("a page of %d bytes is larger than Parquet allows", len(e.raw))
	}
	h.UncompressedPageSize = int32(len(e.raw))
	h.CompressedPageSize = int32(len(e.squeezed))
	h.CRC = int32(crc32.ChecksumIEEE(e.squeezed))
	e.header.Reset()
	if err := e.thrift.Encode(h); err != nil {
		return fmt.Errorf("page header: %w", err)
	}
	out.Data = append(append(out.Data, e.header.Bytes()...), e.squeezed...)
	out.meta.TotalUncompressedSize += int64(e.header.Len() + len(e.raw))
	return nil
}

const maxPage = 1<<31 - 1

// describe fills in the metadata that is known when all pages are written.
func (out *Chunk) describe(c *column, enc format.Encoding) {
	m := &out.meta
	m.TotalCompressedSize = int64(len(out.Data))
	m.Encoding = []format.Encoding{enc}
	if c.leaf.maxDef > 0 {
		m.Encoding = append(m.Encoding, format.RLE)
	}
	if enc == format.RLEDictionary {
		m.Encoding = append(m.Encoding, format.Plain)
		m.EncodingStats = append(m.EncodingStats, format.PageEncodingStats{PageType: format.DictionaryPage, Encoding: format.Plain, Count: 1})
	}
	slices.Sort(m.Encoding)
	m.EncodingStats = append(m.EncodingStats, format.PageEncodingStats{PageType: format.DataPage, Encoding: enc, Count: int32(len(out.offsets))})
}

// Merge adds the statistics of another part of the same column.
func (s *Stats) Merge(t manifest.Type, o Stats) {
	known := s.Values > s.Nulls // there are values, and s.Bound says whether they have bounds
	switch {
	case o.Values == o.Nulls:
	case !known:
		s.Bound, s.Lower, s.Upper = o.Bound, o.Lower, o.Upper
	case !s.Bound || !o.Bound:
		s.Bound, s.Lower, s.Upper = false, nil, nil
	default:
		if manifest.Compare(t, o.Lower, s.Lower) < 0 {
			s.Lower = o.Lower
		}
		if manifest.Compare(t, o.Upper, s.Upper) > 0 {
			s.Upper = o.Upper
		}
	}
	s.Values += o.Values
	s.Nulls += o.Nulls
	s.NaNs += o.NaNs
	s.Bytes += o.Bytes
}
