package source

import (
	"context"
	"errors"
	"io"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/tablectl/tablectl/internal/source/csv"
)

// Columns are the names of the columns of the first input, as its beginning says; nil where that says nothing: lines of NDJSON each have
// their own, and CSV without a header has places only.
func (s *Source) Columns(ctx context.Context) ([]string, error) {
	if err := s.spoolStdin(ctx); err != nil {
		return nil, err
	}
	switch {
	case s.format == formatNDJSON || s.o.CSV.NoHeader && len(s.o.CSV.Columns) == 0 && !s.Typed():
		return nil, nil
	case s.Typed():
		return s.recordColumns(ctx)
	}
	var names []string
	first := *s
	first.inputs = s.inputs[:1]
	f := &feed{s: &first, m: &meter{tell: func(Progress) {}}, layout: func(l *csv.Layout) error { names = l.Names; return nil }}
	u, err := f.next(ctx)
	if err == nil {
		u.blk.Release()
		err = f.close()
	} else if err == io.EOF {
		err = nil
	}
	return names, err
}

func (s *Source) recordColumns(ctx context.Context) (names []string, err error) {
	if err := s.Prepare(ctx, false); err != nil {
		return nil, err
	}
	r, err := s.openRecords(ctx, s.inputs[0], &meter{tell: func(Progress) {}})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	var schema *arrow.Schema
	if schema, _, err = r.fields(); err != nil {
		return nil, s.inputs[0].decodeError(err)
	}
	for _, f := range schema.Fields() {
		names = append(names, f.Name)
	}
	return names, nil
}
