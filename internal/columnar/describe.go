package columnar

import (
	"strings"

	"github.com/tablectl/tablectl/internal/columnar/pq"
	"github.com/tablectl/tablectl/manifest"
)

// Leaf describes a leaf column as the file declares it. Names of enums are those of parquet.thrift.
type Leaf struct {
	Path       []string // with the groups that encode lists and maps
	ID         int      // field id, 0 for none
	Physical   string   // "INT64"
	Length     int      // bytes of a FIXED_LEN_BYTE_ARRAY
	Logical    string   // "TIMESTAMP(MICROS, true)", "" for none
	Converted  string   // "TIMESTAMP_MICROS", "" for none
	MaxDef     int
	MaxRep     int
	Type       manifest.Type // what a table makes of it; the zero Type where it refuses
	Repetition string        // "REQUIRED", "OPTIONAL" or "REPEATED"
}

// Leaves are the leaf columns in the order of the file, the index being what Check and Chunk take.
func (f *File) Leaves() []Leaf {
	out := make([]Leaf, len(f.f.Leaves))
	for i, n := range f.f.Leaves {
		out[i] = Leaf{
			Path: n.Path(), ID: max(n.ID, 0), Physical: n.Type.String(), Logical: n.Logical.String(), Converted: n.Converted.String(),
			MaxDef: n.MaxDef, MaxRep: n.MaxRep, Repetition: []string{"REQUIRED", "OPTIONAL", "REPEATED"}[n.Repetition],
		}
		if n.Type == pq.FixedLenByteArray {
			out[i].Length = n.Length
		}
		c := &column{path: n.String()}
		if c.leafType(n); c.refusal == nil {
			out[i].Type = TypeOf(c.typ)
		}
	}
	return out
}

// Chunk describes a leaf column in one row group.
type Chunk struct {
	Codec        string   // "ZSTD"
	Encodings    []string // those that the footer names
	Values       int64    // with nulls and empty lists
	Bytes        int64    // in the file
	Uncompressed int64    // bytes, as the writer says
	DataPages    int      // as the writer says, -1 where it says nothing
	Dictionary   bool
	ColumnIndex  bool
	OffsetIndex  bool
}

// Chunk describes a leaf of a row group. Both must exist.
func (f *File) Chunk(rowGroup, leaf int) Chunk {
	c := &f.f.RowGroups[rowGroup].Chunks[leaf]
	out := Chunk{
		Codec: c.Codec.String(), Values: c.NumValues, Bytes: c.Compressed, Uncompressed: c.Uncompressed, DataPages: c.DataPages,
		ColumnIndex: c.ColumnIndex, OffsetIndex: c.OffsetIndex,
	}
	for _, e := range c.Encodings() {
		out.Encodings = append(out.Encodings, e.String())
		out.Dictionary = out.Dictionary || strings.HasSuffix(e.String(), "_DICTIONARY")
	}
	return out
}

// Stats are the statistics that the footer has of a column chunk, nobody having checked them.
type Stats struct {
	Nulls    int64 // -1 where the writer says nothing
	Min, Max any   // as LeafCheck has them; nil where there are none that can be trusted to be meant in manifest.Compare's order
	// MinExact and MaxExact: the bound occurs in the column; else it may be cut.
	MinExact, MaxExact bool
}

// Stats gives the footer's statistics of a leaf in a row group; false where there are none.
func (f *File) Stats(rowGroup, leaf int) (Stats, bool) {
	s := f.f.RowGroups[rowGroup].Chunks[leaf].Stats
	if s == nil {
		return Stats{}, false
	}
	out := Stats{Nulls: s.Nulls, MinExact: s.MinExact, MaxExact: s.MaxExact}
	k := kindOf(f.f.Leaves[leaf])
	lo, hi := s.Min, s.Max
	if lo == nil && hi == nil && k.signed() {
		lo, hi = s.OldMin, s.OldMax
	}
	out.Min, out.Max = k.bound(lo, false), k.bound(hi, true)
	return out, true
}

// signed: the deprecated statistics, which know only signed order, are right.
func (k leafKind) signed() bool {
	switch k.node.Type {
	case pq.Boolean, pq.Int32, pq.Int64:
		return !k.unsigned
	}
	return false
}

// bound decodes a plain-encoded bound; nil if it is not one.
func (k leafKind) bound(b []byte, up bool) any {
	v, ok := pq.PlainValue(k.node, b)
	if b == nil || !ok || k.node.Type == pq.Int96 {
		return nil
	}
	switch k.node.Type {
	case pq.ByteArray, pq.FixedLenByteArray:
		return k.value(0, b, up)
	}
	if k.node.Type == pq.Int32 && k.unsigned {
		v = int64(uint32(v))
	}
	return k.value(v, nil, up)
}
