package source

import (
	"context"
	"io"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/tablectl/tablectl/internal/source/blocks"
)

// Schema is what the input as a whole holds, and what a person should know of how it was found. All fields can be null, and
// names stand in the order of the first file. See package documentation for the types that text is given.
func (s *Source) Schema(ctx context.Context) (*arrow.Schema, []string, error) {
	if err := s.Prepare(ctx, true); err != nil {
		return nil, nil, err
	}
	return s.schema, s.notes, nil
}

func (s *Source) infer(ctx context.Context) error {
	switch s.format {
	case formatCSV, formatTSV:
		return s.inferCSV(ctx)
	case formatNDJSON:
		return s.inferNDJSON(ctx)
	}
	return s.inferRecords(ctx)
}

// drain takes all results in order and returns the first error.
func drain[R any](stream *blocks.Stream[unit, R], result func(R) blocks.Result) error {
	var place blocks.Place
	for {
		r, err := stream.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := place.Add(result(r)); err != nil {
			return err
		}
	}
}
