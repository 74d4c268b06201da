package writer

// believed compares what the footer says of its columns with what is recorded. Bounds in footers may be cut, so only exact ones count.
func (x *examination) believed() {
	for i := range x.leaves {
		leaf := &x.v.layout.Leaves[i]
		values, nulls, known := x.stated(i)
		if known {
			x.required(leaf, nulls)
		}
		if s, ok := x.f.Columns[leaf.ID]; ok && (s.Values != values || known && s.Nulls != nulls) {
			x.out.fail(checkBounds, "column %q has %d values, %d null in the footer; recorded are %d, %d", leaf.Name(), values, nulls, s.Values, s.Nulls)
		}
		for g := range x.file.NumRowGroups() {
			if s, ok := x.file.Stats(g, i); ok {
				lo, hi := s.Min, s.Max
				if !s.MinExact {
					lo = nil
				}
				if !s.MaxExact {
					hi = nil
				}
				x.bounds(leaf, lo, hi)
			}
		}
	}
}

// stated are the counts of a column in the footer; known is false where a row group does not state its nulls.
func (x *examination) stated(leaf int) (values, nulls int64, known bool) {
	known = true
	for g := range x.file.NumRowGroups() {
		values += x.file.Chunk(g, leaf).Values
		s, ok := x.file.Stats(g, leaf)
		if !ok || s.Nulls < 0 {
			known = false
			continue
		}
		nulls += s.Nulls
	}
	return values, nulls, known
}
