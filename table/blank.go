package table

import (
	"context"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer"
)

// setAside keeps a file without rows, which an empty input gives, out of a version that has others. A version that replaces all rows
// has none.
func (p *publication) setAside() {
	if p.o.Mode == Replace || len(p.files) != 1 || p.files[0].Rows > 0 {
		return
	}
	p.blank, p.files, p.stray = &p.files[0], nil, true
}

// blankFile is a file without rows: what a version has that has nothing else, so that every reader has a schema to read.
func (p *publication) blankFile(ctx context.Context) (manifest.File, error) {
	if p.blank != nil {
		return *p.blank, nil
	}
	rr, err := array.NewRecordReader(columnar.ArrowSchema(p.layout.schema), nil)
	if err != nil {
		return manifest.File{}, fmt.Errorf("make a file without rows: %w", err)
	}
	defer rr.Release()
	files, err := writer.Write(ctx, rr, p.writerOptions())
	if err != nil {
		return manifest.File{}, fmt.Errorf("make a file without rows: %w", err)
	}
	if err := p.validateFiles(ctx, files); err != nil {
		return manifest.File{}, err
	}
	p.blank = &files[0]
	return files[0], nil
}
