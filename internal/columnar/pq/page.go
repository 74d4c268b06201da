package pq

import (
	"errors"
	"hash/crc32"
)

// Page types (parquet.thrift, enum PageType).
const (
	pageData       = 0
	pageIndex      = 1
	pageDictionary = 2
	pageDataV2     = 3
)

// header is a page header.
type header struct {
	kind                     int32
	uncompressed, compressed int32
	crc                      uint32
	hasCRC                   bool
	values                   int32 // with nulls
	encoding                 Encoding
	defEncoding, repEncoding Encoding // v1
	defBytes, repBytes       int32    // v2
	plain                    bool     // v2: not compressed
	body                     bool     // the header of its kind was there
}

const maxHeader = 16 << 20 // statistics of pages may hold whole values

// readHeader takes a page header from the window.
func readHeader(w *window) (header, error) {
	for n := 32 << 10; ; n *= 4 {
		b, err := w.peek(n)
		if err != nil {
			return header{}, err
		}
		t := &thrift{b: b, budget: -1}
		h := t.header()
		if t.err == nil {
			w.buf = t.b
			return h, h.check(w.left())
		}
		if len(b) < n || n >= maxHeader {
			return h, t.err
		}
	}
}

func (h *header) check(left int64) error {
	switch {
	case h.compressed < 0 || h.uncompressed < 0 || h.values < 0 || h.defBytes < 0 || h.repBytes < 0:
		return corrupt("a page header with negative sizes")
	case int64(h.compressed) > left:
		return corrupt("a page of %d bytes, %d are left in its column chunk", h.compressed, left)
	case !h.body && (h.kind == pageData || h.kind == pageDataV2 || h.kind == pageDictionary):
		return corrupt("a page header without its body")
	case h.kind == pageDataV2 && int64(h.defBytes)+int64(h.repBytes) > int64(min(h.compressed, h.uncompressed)):
		return corrupt("a page whose levels take %d bytes of %d", int64(h.defBytes)+int64(h.repBytes), h.compressed)
	}
	return nil
}

func (t *thrift) header() (h header) {
	h.kind = -1
	t.structure(func(id int, wire byte) {
		switch id {
		case 1:
			h.kind = t.fieldI32(wire)
		case 2:
			h.uncompressed = t.fieldI32(wire)
		case 3:
			h.compressed = t.fieldI32(wire)
		case 4:
			h.crc, h.hasCRC = uint32(t.fieldI32(wire)), true
		case 5:
			t.fieldStruct(wire, h.dataV1(t))
		case 7:
			t.fieldStruct(wire, h.dictionary(t))
		case 8:
			t.fieldStruct(wire, h.dataV2(t))
		default:
			t.skip(wire)
		}
	})
	return h
}

func (h *header) dataV1(t *thrift) func(int, byte) {
	h.body = h.kind == pageData
	return func(id int, wire byte) {
		switch id {
		case 1:
			h.values = t.fieldI32(wire)
		case 2:
			h.encoding = Encoding(t.fieldI32(wire))
		case 3:
			h.defEncoding = Encoding(t.fieldI32(wire))
		case 4:
			h.repEncoding = Encoding(t.fieldI32(wire))
		default:
			t.skip(wire)
		}
	}
}

func (h *header) dictionary(t *thrift) func(int, byte) {
	h.body = h.kind == pageDictionary
	return func(id int, wire byte) {
		switch id {
		case 1:
			h.values = t.fieldI32(wire)
		case 2:
			h.encoding = Encoding(t.fieldI32(wire))
		default:
			t.skip(wire)
		}
	}
}

func (h *header) dataV2(t *thrift) func(int, byte) {
	h.body = h.kind == pageDataV2
	return func(id int, wire byte) {
		switch id {
		case 1:
			h.values = t.fieldI32(wire)
		case 4:
			h.encoding = Encoding(t.fieldI32(wire))
		case 5:
			h.defBytes = t.fieldI32(wire)
		case 6:
			h.repBytes = t.fieldI32(wire)
		case 7:
			h.plain = !t.fieldBool(wire)
		default:
			t.skip(wire)
		}
	}
}

// errChecksum is wrapped in ErrCorrupt.
var errChecksum = errors.New("the checksum of a page is wrong")

// readPage takes the bytes of a page from the window, checks its checksum if it has one, and decompresses it. The result is
// valid until the next page.
func (c *Column) readPage(h *header) ([]byte, error) {
	if int64(h.uncompressed) > c.file.maxPage {
		return nil, corrupt("a page of %d bytes uncompressed (limit %d)", h.uncompressed, c.file.maxPage)
	}
	raw, err := c.window.take(int(h.compressed))
	if err != nil {
		return nil, err
	}
	if h.hasCRC && crc32.ChecksumIEEE(raw) != h.crc {
		return nil, errors.Join(ErrCorrupt, errChecksum)
	}
	levels := 0
	if h.kind == pageDataV2 {
		levels = int(h.defBytes + h.repBytes)
	}
	if c.chunk.Codec == Uncompressed || h.plain {
		if h.compressed != h.uncompressed {
			return nil, corrupt("a page without compression has %d bytes, its header says %d", h.compressed, h.uncompressed)
		}
		return raw, nil
	}
	if cap(c.plain) < int(h.uncompressed) {
		c.plain = make([]byte, h.uncompressed)
	}
	out := c.plain[:h.uncompressed]
	copy(out, raw[:levels])
	if err := c.file.decompress(c.chunk.Codec, out[levels:], raw[levels:]); err != nil {
		return nil, err
	}
	return out, nil
}
