package encode

import (
	"fmt"
	"math"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"github.com/tablectl/tablectl/manifest"
)

// Origin is a file whose column chunks go into another one as they are.
type Origin struct {
	meta format.FileMetaData
}

// ParseOrigin reads a footer that package columnar has accepted. One that it cannot read all the same is an error.
func ParseOrigin(footer []byte) (o *Origin, err error) {
	defer func() {
		if r := recover(); r != nil {
			o, err = nil, fmt.Errorf("read footer: %v", r)
		}
	}()
	o = &Origin{}
	if err := thrift.Unmarshal(new(thrift.CompactProtocol), footer, &o.meta); err != nil {
		return nil, fmt.Errorf("read footer: %w", err)
	}
	return o, nil
}

// CreatedBy is what the writer of the file says about itself.
func (o *Origin) CreatedBy() string { return o.meta.CreatedBy }

// Group is where the chunks of a row group lie in the file, and their bytes before compression.
func (o *Origin) Group(g int) (start, end, uncompressed int64) {
	start = math.MaxInt64
	for i := range o.meta.RowGroups[g].Columns {
		m := &o.meta.RowGroups[g].Columns[i].MetaData
		from := chunkStart(m)
		start, end = min(start, from), max(end, from+m.TotalCompressedSize)
		uncompressed += m.TotalUncompressedSize
	}
	return start, end, uncompressed
}

func chunkStart(m *format.ColumnMetaData) int64 {
	if m.DictionaryPageOffset > 0 {
		return min(m.DictionaryPageOffset, m.DataPageOffset)
	}
	return m.DataPageOffset
}

// Index is where the page index of the file lies; from is to where there is none.
func (o *Origin) Index() (from, to int64) {
	from = math.MaxInt64
	for g := range o.meta.RowGroups {
		for i := range o.meta.RowGroups[g].Columns {
			c := &o.meta.RowGroups[g].Columns[i]
			if c.ColumnIndexOffset > 0 {
				from, to = min(from, c.ColumnIndexOffset), max(to, c.ColumnIndexOffset+int64(c.ColumnIndexLength))
			}
			if c.OffsetIndexOffset > 0 {
				from, to = min(from, c.OffsetIndexOffset), max(to, c.OffsetIndexOffset+int64(c.OffsetIndexLength))
			}
		}
	}
	return min(from, to), to
}

// Sorting says by which leaves, as the file numbers them, all its row groups are sorted.
func (o *Origin) Sorting() []Sorting {
	var out []Sorting
	for g := range o.meta.RowGroups {
		var have []Sorting
		for _, s := range o.meta.RowGroups[g].SortingColumns {
			have = append(have, Sorting{Leaf: int(s.ColumnIdx), Descending: s.Descending, NullsFirst: s.NullsFirst})
		}
		if g == 0 {
			out = have
			continue
		}
		for i := range out {
			if i >= len(have) || have[i] != out[i] {
				out = out[:i]
				break
			}
		}
	}
	return out
}

// Bytes gives a part of a file.
type Bytes func(from, n int64) ([]byte, error)

// Copy makes a chunk of the file's leaf number from, which has the physical form of to. stats are what is known of its values; its
// pages are views of what read gives.
func (o *Origin) Copy(g, from int, to *Leaf, stats Stats, read Bytes) (*Chunk, error) {
	group := &o.meta.RowGroups[g]
	col := &group.Columns[from]
	m := col.MetaData
	start := chunkStart(&m)
	data, err := read(start, m.TotalCompressedSize)
	if err != nil {
		return nil, err
	}
	c := &Chunk{Data: data[:len(data):len(data)], Stats: stats, rows: int(group.NumRows)}
	c.meta = format.ColumnMetaData{
		Type: m.Type, Encoding: m.Encoding, PathInSchema: to.Path, Codec: m.Codec, NumValues: m.NumValues,
		TotalUncompressedSize: m.TotalUncompressedSize, TotalCompressedSize: m.TotalCompressedSize,
		DataPageOffset: m.DataPageOffset - start, EncodingStats: m.EncodingStats, SizeStatistics: m.SizeStatistics,
	}
	c.state(to, m.Statistics)
	if err := c.copyIndex(col, start, read); err != nil {
		return nil, fmt.Errorf("page index of column %q: %w", to.Name(), err)
	}
	return c, nil
}

// state sets the statistics of a copied chunk: bounds as the file has them, or as they are known.
func (c *Chunk) state(to *Leaf, have format.Statistics) {
	s := &c.meta.Statistics
	s.NullCount = c.Stats.Nulls
	if c.Stats.NaNs > 0 || !c.Stats.Bound {
		return
	}
	if have.MinValue != nil && have.MaxValue != nil {
		s.MinValue, s.MaxValue = have.MinValue, have.MaxValue
		return
	}
	lo, lok := to.boundOf(c.Stats.Lower)
	hi, hok := to.boundOf(c.Stats.Upper)
	if lok && hok {
		if low, high, ok := to.cut(lo, hi, maxChunkBound); ok {
			s.MinValue, s.MaxValue = low, high
		}
	}
}

// boundOf is the reverse of value.
func (l *Leaf) boundOf(v any) (bound, bool) {
	switch v := v.(type) {
	case bool:
		if v {
			return bound{i: 1}, true
		}
		return bound{}, true
	case int32:
		return bound{i: int64(v)}, true
	case int64:
		return bound{i: v}, true
	case float32:
		return bound{f: float64(v)}, true
	case float64:
		return bound{f: v}, true
	case string:
		return bound{b: []byte(v)}, true
	case []byte:
		return bound{b: v}, true
	case manifest.Dec:
		return l.decimalBound(v), true
	}
	return bound{}, false
}

func (l *Leaf) decimalBound(v manifest.Dec) bound {
	if l.physical != format.FixedLenByteArray {
		return bound{i: int64(v.Lo)}
	}
	b := make([]byte, 16)
	for i := range 8 {
		b[7-i], b[15-i] = byte(v.Hi>>(8*i)), byte(v.Lo>>(8*i))
	}
	return bound{b: b[16-l.width:]}
}

// copyIndex takes the page index over, where the file has one that can be read.
func (c *Chunk) copyIndex(col *format.ColumnChunk, start int64, read Bytes) error {
	if col.OffsetIndexOffset == 0 {
		return nil
	}
	b, err := read(col.OffsetIndexOffset, int64(col.OffsetIndexLength))
	if err != nil {
		return err
	}
	var offsets format.OffsetIndex
	if unmarshal(b, &offsets) != nil {
		return nil // readers do without
	}
	c.offsets = offsets.PageLocations
	for i := range c.offsets {
		c.offsets[i].Offset -= start
	}
	if col.ColumnIndexOffset == 0 || c.Stats.NaNs > 0 {
		return nil
	}
	if b, err = read(col.ColumnIndexOffset, int64(col.ColumnIndexLength)); err != nil {
		return err
	}
	c.hasIndex = unmarshal(b, &c.index) == nil && len(c.index.NullPages) == len(c.offsets)
	return nil
}

// unmarshal decodes a structure that is not part of the footer, and so was looked at by nobody yet.
func unmarshal(b []byte, v any) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("decode: %v", r)
		}
	}()
	return thrift.Unmarshal(new(thrift.CompactProtocol), b, v)
}
