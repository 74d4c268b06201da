package manifest

import "fmt"

// Under is the file as the next schema describes it: without statistics of columns that are not there any more, and with bounds in the form
// of columns that were widened. from is the schema after which it is described now. ErrSchema if to does not follow from from.
func (f File) Under(from, to Schema) (File, error) {
	columns := make(map[int]ColumnStats, len(f.Columns))
	types := make(map[int]Type)
	for _, l := range from.Leaves() {
		types[l.ID] = l.Type
	}
	for _, l := range to.Leaves() {
		stats, ok := f.Columns[l.ID]
		if !ok {
			continue
		}
		var err error
		if columns[l.ID], err = stats.under(types[l.ID], l.Type); err != nil {
			return File{}, fmt.Errorf("statistics of column %d: %w", l.ID, err)
		}
	}
	if f.Columns = columns; len(columns) == 0 {
		f.Columns = nil
	}
	return f, nil
}

// under turns bounds. Of the types that can be widened only floats have another form then: 0.1 of 32 bits is another number than 0.1 of
// 64.
func (s ColumnStats) under(from, to Type) (ColumnStats, error) {
	switch {
	case from.Equal(to):
		return s, nil
	case !from.widensTo(to):
		return s, fmt.Errorf("%w: %s does not become %s", ErrSchema, from, to)
	case from.Kind != Float || !s.Bound:
		return s, nil
	}
	for _, bound := range []*Value{&s.Lower, &s.Upper} {
		v, err := DecodeValue(from, *bound)
		if err != nil {
			return s, err
		}
		narrow, ok := v.(float32)
		if !ok {
			return s, fmt.Errorf("%w: the bound is null", ErrValue)
		}
		if *bound, err = EncodeValue(to, float64(narrow)); err != nil {
			return s, err
		}
	}
	return s, nil
}
