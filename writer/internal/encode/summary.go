package encode

import (
	"github.com/parquet-go/parquet-go/format"

	"github.com/tablectl/tablectl/manifest"
)

// Longest bounds that are written whole. Beyond them a bound is cut, which leaves it a bound.
const (
	maxPageBound  = 64
	maxChunkBound = 256
)

// summary collects the statistics of a chunk: per page for the page index, and for the whole.
type summary struct {
	c        *column
	nans     int64
	lo, hi   bound
	any      bool // lo and hi are set
	los, his []bound
	index    format.ColumnIndex
}

func newSummary(c *column) *summary { return &summary{c: c, nans: c.nans()} }

// add looks at a page.
func (s *summary) add(e *Encoder, p page) {
	if s.nans > 0 || p.va == p.vb {
		s.page(int64(p.nulls()), nil)
		s.index.NullPages[len(s.index.NullPages)-1] = p.va == p.vb
		return
	}
	lo, hi := e.bounds(s.c, p.va, p.vb)
	s.page(int64(p.nulls()), &[2]bound{lo, hi})
}

// page adds a page with its bounds, or none. A column with a NaN has no bounds, and so no page index (parquet.thrift, ColumnIndex).
func (s *summary) page(nulls int64, b *[2]bound) {
	s.index.NullPages = append(s.index.NullPages, b == nil)
	s.index.NullCounts = append(s.index.NullCounts, nulls)
	if b == nil {
		s.index.MinValues = append(s.index.MinValues, []byte{})
		s.index.MaxValues = append(s.index.MaxValues, []byte{})
		return
	}
	leaf, lo, hi := s.c.leaf, b[0], b[1]
	low, high, ok := leaf.cut(lo, hi, maxPageBound)
	if !ok {
		low, high = leaf.plain(lo), leaf.plain(hi)
	}
	s.index.MinValues = append(s.index.MinValues, low)
	s.index.MaxValues = append(s.index.MaxValues, high)
	s.los, s.his = append(s.los, lo), append(s.his, hi)
	if !s.any || leaf.compare(lo, s.lo) < 0 {
		s.lo = lo
	}
	if !s.any || leaf.compare(hi, s.hi) > 0 {
		s.hi = hi
	}
	s.any = true
}

func (s *summary) finish(out *Chunk) {
	leaf := s.c.leaf
	out.Stats = Stats{Values: int64(s.c.n), Nulls: int64(s.c.nulls), NaNs: s.nans, Bytes: int64(len(out.Data))}
	out.meta.Statistics.NullCount = int64(s.c.nulls)
	if s.any {
		out.Stats.Bound, out.Stats.Lower, out.Stats.Upper = true, leaf.value(s.lo), leaf.value(s.hi)
		if lo, hi, ok := leaf.cut(s.lo, s.hi, maxChunkBound); ok {
			out.meta.Statistics.MinValue, out.meta.Statistics.MaxValue = lo, hi
		}
	}
	s.index.BoundaryOrder = s.order()
	out.index = s.index
	out.hasIndex = s.nans == 0 && len(s.index.NullPages) > 0
}

// order says whether the pages' bounds rise or fall.
func (s *summary) order() format.BoundaryOrder {
	up, down := true, true
	for i := 1; i < len(s.los); i++ {
		lo, hi := s.c.leaf.compare(s.los[i-1], s.los[i]), s.c.leaf.compare(s.his[i-1], s.his[i])
		up = up && lo <= 0 && hi <= 0
		down = down && lo >= 0 && hi >= 0
	}
	switch {
	case up:
		return format.Ascending
	case down:
		return format.Descending
	}
	return format.Unordered
}

// cut gives both bounds in PLAIN, those of strings and binary shortened if they are longer than limit. It fails where no short
// upper bound exists.
func (l *Leaf) cut(lo, hi bound, limit int) (low, high []byte, ok bool) {
	low, high = l.plain(lo), l.plain(hi)
	if l.physical != format.ByteArray {
		return low, high, true
	}
	if len(low) > limit {
		low = asBytes(manifest.LowerBound(l.Type, l.value(lo)))
	}
	if len(high) > limit {
		v, ok := manifest.UpperBound(l.Type, l.value(hi))
		if !ok {
			return nil, nil, false
		}
		high = asBytes(v)
	}
	return low, high, true
}

func asBytes(v any) []byte {
	if s, ok := v.(string); ok {
		return []byte(s)
	}
	return v.([]byte)
}
