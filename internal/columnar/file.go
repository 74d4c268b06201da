package columnar

import (
	"fmt"
	"io"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/tablectl/tablectl/internal/columnar/pq"
	"github.com/tablectl/tablectl/manifest"
)

// Errors about a Parquet file. Errors of the storage it lies in are neither.
var (
	// ErrCorrupt: a sound Parquet file would not have this.
	ErrCorrupt = pq.ErrCorrupt
	// ErrUnsupported: Parquet allows this, and it cannot be read here.
	ErrUnsupported = pq.ErrUnsupported
)

// OpenOptions bound what a Parquet file may cost. Zero values mean the defaults.
type OpenOptions struct {
	MaxFooter int64 // bytes; default 64 MiB
	MaxPage   int64 // bytes of one page, uncompressed; default 32 MiB + twice the size of the file
}

// File is an open Parquet file. It is safe for concurrent use.
type File struct {
	f       *pq.File
	columns []*column
	byID    bool // every column, nested ones too, has a field id of its own
	names   map[int][]string
}

// Known is the file with names that columns had before, by field id: if the file has no ids, a column that is not there by its name is
// looked for by these.
func (f *File) Known(names map[int][]string) *File {
	out := *f
	out.names = names
	return &out
}

// Open reads and checks the footer of a Parquet file of size bytes.
func Open(r io.ReaderAt, size int64, o OpenOptions) (*File, error) {
	f, err := pq.Open(r, size, pq.Options(o))
	if err != nil {
		return nil, fmt.Errorf("open Parquet file: %w", err)
	}
	out := &File{f: f}
	for _, n := range f.Root.Children {
		c, err := newColumn(n)
		if err != nil {
			return nil, fmt.Errorf("open Parquet file: %w", err)
		}
		out.columns = append(out.columns, c)
	}
	seen := map[int]bool{}
	out.byID = len(out.columns) > 0 && allIDs(out.columns, seen)
	return out, nil
}

func allIDs(columns []*column, seen map[int]bool) bool {
	for _, c := range columns {
		if c.id <= 0 || seen[c.id] {
			return false
		}
		seen[c.id] = true
		if !allIDs(c.children, seen) {
			return false
		}
	}
	return true
}

// NumRows is how many rows the file has.
func (f *File) NumRows() int64 { return f.f.NumRows }

// NumRowGroups is how many row groups the file has.
func (f *File) NumRowGroups() int { return len(f.f.RowGroups) }

// RowGroup is the number of rows of row group i and its bytes in the file.
func (f *File) RowGroup(i int) (rows, bytes int64) {
	g := &f.f.RowGroups[i]
	for j := range g.Chunks {
		bytes += g.Chunks[j].Compressed
	}
	return g.NumRows, bytes
}

// CreatedBy is what the writer says about itself.
func (f *File) CreatedBy() string { return f.f.CreatedBy }

// KeyValues is the metadata of the footer.
func (f *File) KeyValues() []pq.KeyValue { return f.f.KeyValues }

// HasFieldIDs reports whether every column, nested ones too, has a field id, and no two the same.
func (f *File) HasFieldIDs() bool { return f.byID }

// ArrowFields is the schema of the file with Arrow's types for what stands there, field ids in the metadata, and notes on what
// reading changes. FromArrow makes the columns of a table of it. A column that cannot be read is refused with ErrType.
func (f *File) ArrowFields() (*arrow.Schema, []Note, error) {
	var notes []Note
	fields := make([]arrow.Field, len(f.columns))
	for i, c := range f.columns {
		if err := c.refused(); err != nil {
			return nil, nil, err
		}
		c.each(func(c *column) {
			if c.note != "" {
				notes = append(notes, Note{c.path, c.note})
			}
		})
		fields[i] = c.field()
	}
	return arrow.NewSchema(fields, nil), notes, nil
}

// Schema is the file's columns as a table would have them, with their field ids (0 where there are none).
func (f *File) Schema() (manifest.Schema, error) {
	as, _, err := f.ArrowFields()
	if err != nil {
		return manifest.Schema{}, err
	}
	fields, _, err := FromArrow(as)
	if err != nil {
		return manifest.Schema{}, err
	}
	for i := range fields {
		giveIDs(&fields[i], f.columns[i])
	}
	return manifest.Schema{Fields: fields}, nil
}

func giveIDs(f *manifest.Field, c *column) {
	f.ID = max(c.id, 0)
	for i := range f.Type.Fields {
		giveIDs(&f.Type.Fields[i], c.children[i])
	}
}
