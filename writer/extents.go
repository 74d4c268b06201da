package writer

import (
	"encoding/binary"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// extent is where the chunks of a row group lie in a file.
type extent struct{ start, end int64 }

// extentsOf finds the row groups in a footer that package columnar has accepted. False where they do not follow each other, or one is
// larger than most, or the footer cannot be read this way: then the file is looked at as a whole.
func extentsOf(t *tailReader, most int64) (out []extent, ok bool) {
	defer func() {
		// A footer that one decoder takes and another one chokes on costs the fast way only.
		if recover() != nil {
			out, ok = nil, false
		}
	}()
	size := int64(binary.LittleEndian.Uint32(t.b[len(t.b)-8:]))
	footer := t.b[int64(len(t.b))-8-size : len(t.b)-8]
	var meta format.FileMetaData
	if err := thrift.Unmarshal(new(thrift.CompactProtocol), footer, &meta); err != nil {
		return nil, false
	}
	last := int64(0)
	for _, g := range meta.RowGroups {
		e := extent{start: t.info.Size}
		for _, c := range g.Columns {
			m := &c.MetaData
			start := m.DataPageOffset
			if m.DictionaryPageOffset > 0 {
				start = min(start, m.DictionaryPageOffset)
			}
			e.start, e.end = min(e.start, start), max(e.end, start+m.TotalCompressedSize)
		}
		if e.start < last || e.end > t.info.Size || e.end-e.start > most {
			return nil, false
		}
		last = e.start
		out = append(out, e)
	}
	return out, true
}
