package source

import (
	"context"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
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
	}
	return fmt.Errorf("format %s", s.format)
}
