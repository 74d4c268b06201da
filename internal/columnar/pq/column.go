package pq

import (
	"encoding/binary"
	"io"
	"math/bits"
	"runtime"
)

// Column reads one chunk front to back. It is not safe for concurrent use; different columns are.
type Column struct {
	file   *File
	leaf   *Node
	chunk  *Chunk
	window window
	plain  []byte // memory of a decompressed page
	dict   *dictionary
	pages  int
	rows   int64 // begun so far, counted where MaxRep > 0
	total  int64 // of the row group
	seen   int64 // values (with nulls) of the pages seen so far
	left   int   // values of the current page whose levels are not decoded yet
	def    hybrid
	rep    hybrid
	values decoder
	// Levels of the current page that are decoded and not given out, when there are repetition levels.
	pendingDef, pendingRep []uint8
	levelMemory            []uint8
}

// Column opens the chunk of a leaf in a row group. Both exist.
func (f *File) Column(rowGroup, leaf int) *Column {
	chunk := &f.RowGroups[rowGroup].Chunks[leaf]
	start := chunk.start()
	end := start + chunk.Compressed
	if chunk.NumValues == 0 {
		end = start
	}
	return &Column{file: f, leaf: f.Leaves[leaf], chunk: chunk, total: f.RowGroups[rowGroup].NumRows, window: newWindow(f.r, start, end)}
}

// Pages is how many data pages were decoded so far.
func (c *Column) Pages() int { return c.pages }

// guard makes a panic of the decoder, which no input should cause, an error about the input.
func guard(err *error) {
	switch r := recover().(type) {
	case nil:
	case runtime.Error:
		*err = corrupt("decode: %v", r)
	default:
		panic(r)
	}
}

// nextPage goes to the next data page; io.EOF after the last one.
func (c *Column) nextPage() error {
	for c.seen < c.chunk.NumValues {
		h, err := readHeader(&c.window)
		if err != nil {
			return err
		}
		switch h.kind {
		case pageDictionary:
			err = c.dictionaryPage(&h)
		case pageData, pageDataV2:
			if err = c.dataPage(&h); err == nil && c.left == 0 {
				continue
			}
			return err
		default:
			_, err = c.window.take(int(h.compressed))
		}
		if err != nil {
			return err
		}
	}
	return io.EOF
}

func (c *Column) dictionaryPage(h *header) error {
	if c.dict != nil || c.pages > 0 {
		return corrupt("column %q has a second dictionary, or one behind its data", c.leaf)
	}
	if h.encoding != Plain && h.encoding != PlainDictionary {
		return corrupt("column %q has a dictionary in encoding %s", c.leaf, h.encoding)
	}
	b, err := c.readPage(h)
	if err != nil {
		return err
	}
	c.dict, err = newDictionary(c.leaf, b, int(h.values))
	return err
}

func (c *Column) dataPage(h *header) error {
	if int64(h.values) > c.chunk.NumValues-c.seen {
		return corrupt("the pages of column %q have more values than its chunk (%d)", c.leaf, c.chunk.NumValues)
	}
	b, err := c.readPage(h)
	if err != nil {
		return err
	}
	c.pages++
	c.seen += int64(h.values)
	c.left = int(h.values)
	if b, err = c.levels(h, b); err != nil {
		return err
	}
	c.values, err = c.decoder(h.encoding, b, int(h.values))
	return err
}

// levels sets the level decoders up and gives the bytes behind them.
func (c *Column) levels(h *header, b []byte) ([]byte, error) {
	repWidth, defWidth := uint(bits.Len(uint(c.leaf.MaxRep))), uint(bits.Len(uint(c.leaf.MaxDef)))
	if h.kind == pageDataV2 {
		c.rep = newHybrid(b[:h.repBytes], repWidth)
		c.def = newHybrid(b[h.repBytes:h.repBytes+h.defBytes], defWidth)
		return b[h.repBytes+h.defBytes:], nil
	}
	var err error
	if c.rep, b, err = levelsV1(b, repWidth, h.repEncoding); err != nil {
		return nil, err
	}
	c.def, b, err = levelsV1(b, defWidth, h.defEncoding)
	return b, err
}

func levelsV1(b []byte, width uint, e Encoding) (hybrid, []byte, error) {
	switch {
	case width == 0:
		return hybrid{}, b, nil
	case e == BitPacked:
		return hybrid{}, nil, unsupported("levels in the deprecated encoding BIT_PACKED")
	case e != RLE:
		return hybrid{}, nil, corrupt("levels in encoding %s", e)
	case len(b) < 4 || int64(binary.LittleEndian.Uint32(b)) > int64(len(b)-4):
		return hybrid{}, nil, corrupt("a page ends inside its levels")
	}
	n := 4 + int(binary.LittleEndian.Uint32(b))
	return newHybrid(b[4:n], width), b[n:], nil
}

func (c *Column) decoder(e Encoding, b []byte, limit int) (decoder, error) {
	t, w := c.leaf.Type, width(c.leaf)
	switch {
	case e == PlainDictionary || e == RLEDictionary:
		return newIndexed(c.dict, b)
	case e == Plain && t == Boolean:
		return &booleans{b: b}, nil
	case e == Plain && t == ByteArray:
		return &varying{b}, nil
	case e == Plain:
		return &fixed{b, w, number(c.leaf)}, nil
	case e == RLE && t == Boolean:
		return newRuns(b)
	case e == ByteStreamSplit && w > 0 && t != Int96:
		return newSplit(b, w, number(c.leaf))
	case len(b) == 0 && (e == DeltaBinaryPacked || e == DeltaLengthByteArray || e == DeltaByteArray):
		return &fixed{b, 1, 0}, nil // a page of nulls
	case e == DeltaBinaryPacked && (t == Int32 || t == Int64):
		d, err := newDelta(b, limit)
		return &deltas{d, t == Int32}, err
	case e == DeltaLengthByteArray && t == ByteArray:
		return newDeltaLengths(b, limit)
	case e == DeltaByteArray && t == ByteArray:
		return newDeltaStrings(b, limit, 0)
	case e == DeltaByteArray && t == FixedLenByteArray:
		return newDeltaStrings(b, limit, w)
	}
	return nil, corrupt("column %q of type %s in encoding %s", c.leaf, t, e)
}
