package table

import "github.com/tablectl/tablectl/manifest"

// asFile is a list as if it were one file: with what the ranges of its partitions say of the columns that they are made of.
func asFile(l manifest.FileList, s *manifest.Snapshot) manifest.File {
	f := manifest.File{Rows: l.Rows, SpecID: l.SpecID, Columns: map[int]manifest.ColumnStats{}}
	for _, spec := range s.Specs() {
		if spec.ID != l.SpecID {
			continue
		}
		by := layout{schema: s.Schema, spec: spec}
		for i, field := range spec.Fields {
			if stats, ok := by.columnOf(i, l.Partitions[i]); ok {
				f.Columns[field.SourceID] = stats
			}
		}
	}
	return f
}

// columnOf is what a range of values of field i of the spec says of the column that they are made of; false for nothing.
func (l layout) columnOf(i int, r manifest.FieldRange) (manifest.ColumnStats, bool) {
	out := manifest.ColumnStats{Values: 2}
	if r.Null {
		out.Nulls = 1
	}
	if r.Lower == "" {
		if !r.NaN {
			out.Nulls = out.Values
		}
		return out, true
	}
	t, source, err := l.partitionBy(i)
	if err != nil || r.NaN || !t.Ordered() {
		return out, err == nil
	}
	typ := l.spec.Types(l.schema)[i]
	lower, err1 := manifest.DecodeValue(typ, r.Lower)
	upper, err2 := manifest.DecodeValue(typ, r.Upper)
	if err1 != nil || err2 != nil {
		return out, false
	}
	lo, _, ok1 := t.Range(source, lower)
	_, hi, ok2 := t.Range(source, upper)
	if !ok1 || !ok2 {
		return out, true
	}
	out.Lower, err1 = manifest.EncodeValue(source, lo)
	out.Upper, err2 = manifest.EncodeValue(source, hi)
	out.Bound = err1 == nil && err2 == nil
	return out, out.Bound
}
