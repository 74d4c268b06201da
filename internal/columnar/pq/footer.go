package pq

// Meta is the footer of a file.
type Meta struct {
	Version   int
	CreatedBy string
	NumRows   int64
	Root      *Node
	Leaves    []*Node
	RowGroups []RowGroup
	KeyValues []KeyValue
}

// KeyValue is one entry of the footer's metadata.
type KeyValue struct{ Key, Value string }

// RowGroup is a horizontal slice of the file, with one chunk for each leaf.
type RowGroup struct {
	NumRows int64
	Bytes   int64 // uncompressed, as the writer says
	Chunks  []Chunk
}

// Chunk is one leaf column in one row group.
type Chunk struct {
	Codec        Codec
	NumValues    int64 // with nulls and empty lists
	Uncompressed int64 // bytes, with page headers
	Compressed   int64 // bytes in the file, with page headers
	DataOffset   int64
	DictOffset   int64 // 0 for none
	ColumnIndex  bool  // the page index is there
	OffsetIndex  bool
	DataPages    int // as the writer says; -1 when it says nothing
	Stats        *Stats
	encodings    uint32 // bit i: encoding i
	typ          Type
}

// Encodings are those that the footer names.
func (c *Chunk) Encodings() []Encoding {
	var out []Encoding
	for e := range Encoding(32) {
		if c.encodings&(1<<e) != 0 {
			out = append(out, e)
		}
	}
	return out
}

// start is where the first page of the chunk begins.
func (c *Chunk) start() int64 {
	if c.DictOffset > 0 && c.DictOffset < c.DataOffset {
		return c.DictOffset
	}
	return c.DataOffset
}

// Stats are a chunk's statistics, not checked. Min and Max are in plain encoding, nil when missing.
type Stats struct {
	Min, Max           []byte
	OldMin, OldMax     []byte // the deprecated ones, signed order
	Nulls              int64  // -1 when missing
	MinExact, MaxExact bool
}

const (
	chunkCost    = 160
	statsCost    = 128
	rowGroupCost = 48
)

func parseFooter(b []byte, budget int64) (*Meta, error) {
	t := &thrift{b: b, budget: budget}
	m := &Meta{NumRows: -1}
	t.structure(func(id int, wire byte) {
		switch id {
		case 1:
			m.Version = int(t.fieldI32(wire))
		case 2:
			m.Root, m.Leaves = t.tree(wire)
		case 3:
			m.NumRows = t.fieldI64(wire)
		case 4:
			t.rowGroups(wire, m)
		case 5:
			m.KeyValues = t.keyValues(wire)
		case 6:
			m.CreatedBy = t.fieldString(wire)
		case 8:
			t.encrypted()
		default:
			t.skip(wire)
		}
	})
	switch {
	case t.err != nil:
		return nil, t.err
	case m.Root == nil:
		return nil, corrupt("no schema in the footer")
	case m.NumRows < 0:
		return nil, corrupt("%d rows in the footer", m.NumRows)
	}
	return m, nil
}

func (t *thrift) encrypted() {
	if t.err == nil {
		t.err = unsupported("the file is encrypted")
	}
	t.b = nil
}

func (t *thrift) rowGroups(wire byte, m *Meta) {
	if m.Root == nil {
		t.fail("row groups before the schema")
		return
	}
	for range t.list(wire, wireStruct) {
		if t.err != nil {
			return
		}
		t.spend(rowGroupCost)
		m.RowGroups = append(m.RowGroups, t.rowGroup(m.Leaves))
	}
}

func (t *thrift) rowGroup(leaves []*Node) (g RowGroup) {
	g.NumRows = -1
	t.structure(func(id int, wire byte) {
		switch id {
		case 1:
			g.Chunks = t.chunks(wire, leaves)
		case 2:
			g.Bytes = t.fieldI64(wire)
		case 3:
			g.NumRows = t.fieldI64(wire)
		default:
			t.skip(wire)
		}
	})
	if t.err == nil && (g.NumRows < 0 || g.Chunks == nil) {
		t.fail("row group without rows or columns in the footer")
	}
	return g
}

func (t *thrift) chunks(wire byte, leaves []*Node) []Chunk {
	n := t.list(wire, wireStruct)
	if t.err == nil && n != len(leaves) {
		t.fail("row group of %d columns, the schema has %d", n, len(leaves))
		return nil
	}
	t.spend(chunkCost * n)
	if t.err != nil {
		return nil
	}
	out := make([]Chunk, n)
	for i := range out {
		t.chunk(&out[i], leaves[i])
	}
	return out
}

func (t *thrift) chunk(c *Chunk, leaf *Node) {
	found := false
	t.structure(func(id int, wire byte) {
		switch id {
		case 1:
			if len(t.fieldBytes(wire)) > 0 && t.err == nil {
				t.err = unsupported("column %q lies in another file", leaf)
			}
		case 3:
			found = true
			t.chunkMeta(wire, c, leaf)
		case 4:
			c.OffsetIndex = t.fieldI64(wire) > 0
		case 6:
			c.ColumnIndex = t.fieldI64(wire) > 0
		case 8:
			t.encrypted()
		default:
			t.skip(wire)
		}
	})
	if t.err == nil && !found {
		t.fail("column %q has no metadata", leaf)
	}
}

func (t *thrift) chunkMeta(wire byte, c *Chunk, leaf *Node) {
	*c = Chunk{DataPages: -1, typ: -1, NumValues: -1, Compressed: -1, Uncompressed: -1, DataOffset: -1, Codec: -1,
		ColumnIndex: c.ColumnIndex, OffsetIndex: c.OffsetIndex}
	t.fieldStruct(wire, func(id int, wire byte) {
		switch id {
		case 1:
			c.typ = Type(t.fieldI32(wire))
		case 2:
			t.encodings(wire, c)
		case 3:
			t.checkPath(wire, leaf)
		case 4:
			c.Codec = Codec(t.fieldI32(wire))
		case 5:
			c.NumValues = t.fieldI64(wire)
		case 6:
			c.Uncompressed = t.fieldI64(wire)
		case 7:
			c.Compressed = t.fieldI64(wire)
		case 9:
			c.DataOffset = t.fieldI64(wire)
		case 11:
			c.DictOffset = t.fieldI64(wire)
		case 12:
			c.Stats = t.stats(wire)
		case 13:
			t.encodingStats(wire, c)
		default:
			t.skip(wire)
		}
	})
	if t.err == nil && (c.NumValues < 0 || c.Compressed < 0 || c.Uncompressed < 0 || c.DataOffset < 0 || c.typ != leaf.Type) {
		t.fail("column %q: the metadata of a chunk is incomplete or contradicts the schema", leaf)
	}
}

func (t *thrift) encodings(wire byte, c *Chunk) {
	for range t.list(wire, wireI32) {
		e := t.i32()
		if e < 0 || e > 31 {
			t.fail("encoding %d in the footer", e)
			return
		}
		c.encodings |= 1 << e
	}
}

func (t *thrift) checkPath(wire byte, leaf *Node) {
	n := t.list(wire, wireBinary)
	same := n == len(leaf.path)
	for i := range n {
		if t.err != nil {
			return
		}
		name := t.bytes()
		same = same && string(name) == leaf.path[i]
	}
	if t.err == nil && !same {
		t.fail("the chunk of column %q carries another path", leaf)
	}
}

func (t *thrift) encodingStats(wire byte, c *Chunk) {
	pages := 0
	for range t.list(wire, wireStruct) {
		if t.err != nil {
			return
		}
		kind, count := int32(-1), int32(0)
		t.structure(func(id int, wire byte) {
			switch id {
			case 1:
				kind = t.fieldI32(wire)
			case 3:
				count = t.fieldI32(wire)
			default:
				t.skip(wire)
			}
		})
		if kind == pageData || kind == pageDataV2 {
			pages += int(count)
		}
	}
	c.DataPages = pages
}

func (t *thrift) stats(wire byte) *Stats {
	t.spend(statsCost)
	s := &Stats{Nulls: -1, MinExact: true, MaxExact: true}
	t.fieldStruct(wire, func(id int, wire byte) {
		switch id {
		case 1:
			s.OldMax = t.fieldBytes(wire)
		case 2:
			s.OldMin = t.fieldBytes(wire)
		case 3:
			s.Nulls = t.fieldI64(wire)
		case 5:
			s.Max = t.fieldBytes(wire)
		case 6:
			s.Min = t.fieldBytes(wire)
		case 7:
			s.MaxExact = t.fieldBool(wire)
		case 8:
			s.MinExact = t.fieldBool(wire)
		default:
			t.skip(wire)
		}
	})
	return s
}

func (t *thrift) keyValues(wire byte) (out []KeyValue) {
	for range t.list(wire, wireStruct) {
		if t.err != nil {
			return nil
		}
		t.spend(48)
		var kv KeyValue
		t.structure(func(id int, wire byte) {
			switch id {
			case 1:
				kv.Key = t.fieldString(wire)
			case 2:
				kv.Value = t.fieldString(wire)
			default:
				t.skip(wire)
			}
		})
		out = append(out, kv)
	}
	return out
}
