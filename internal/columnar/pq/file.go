package pq

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Options bound what a file may cost. Zero values mean the defaults.
type Options struct {
	MaxFooter int64 // bytes; default 64 MiB
	MaxPage   int64 // bytes of one page, uncompressed; default 32 MiB + twice the size of the file
}

const (
	magic         = "PAR1"
	tailSize      = 64 << 10 // read at once: the footer of most files
	minFile       = 12       // magic, length, magic
	defaultFooter = 64 << 20
	defaultPage   = 32 << 20
)

// File is an open file: its footer, checked, and the bytes to read its pages from.
type File struct {
	*Meta
	r       io.ReaderAt
	size    int64
	maxPage int64
	zstd    *zstdPool
}

// Open reads the footer and checks it against the size of the file: lengths, offsets, row counts.
func Open(r io.ReaderAt, size int64, o Options) (*File, error) {
	footer, err := readFooter(r, size, o)
	if err != nil {
		return nil, err
	}
	m, err := parseFooter(footer, defaultPage+2*size)
	if err != nil {
		return nil, err
	}
	end := size - 8 - int64(len(footer))
	if err := m.check(size, end); err != nil {
		return nil, err
	}
	f := &File{Meta: m, r: r, size: size, maxPage: o.MaxPage, zstd: &zstdPool{}}
	if f.maxPage <= 0 {
		f.maxPage = defaultPage + 2*size
	}
	return f, nil
}

func readFooter(r io.ReaderAt, size int64, o Options) ([]byte, error) {
	if size < minFile {
		return nil, corrupt("%d bytes are too few for a Parquet file", size)
	}
	head := make([]byte, len(magic))
	if err := readAt(r, head, 0); err != nil {
		return nil, err
	}
	if string(head) != magic {
		return nil, corrupt("it does not begin with %s", magic)
	}
	tail := make([]byte, min(size, tailSize))
	if err := readAt(r, tail, size-int64(len(tail))); err != nil {
		return nil, err
	}
	switch string(tail[len(tail)-4:]) {
	case magic:
	case "PARE":
		return nil, unsupported("the file is encrypted")
	default:
		return nil, corrupt("it does not end with %s: cut off, or not Parquet", magic)
	}
	limit := o.MaxFooter
	if limit <= 0 {
		limit = defaultFooter
	}
	n := int64(binary.LittleEndian.Uint32(tail[len(tail)-8:]))
	if n == 0 || n > size-minFile || n > limit {
		return nil, corrupt("a footer of %d bytes in a file of %d (limit %d)", n, size, limit)
	}
	if n+8 <= int64(len(tail)) {
		return tail[int64(len(tail))-8-n : len(tail)-8], nil
	}
	footer := make([]byte, n)
	return footer, readAt(r, footer, size-8-n)
}

// readAt fills b. A file that ends early is corrupt; other errors are those of the storage.
func readAt(r io.ReaderAt, b []byte, at int64) error {
	n, err := r.ReadAt(b, at)
	switch {
	case n == len(b):
		return nil
	case err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return corrupt("it ends at byte %d, %d bytes were to be there", at+int64(n), len(b)-n)
	}
	return fmt.Errorf("read Parquet file at %d: %w", at, err)
}

// maxRowsPerByte bounds how many rows a file may claim: more than any writer packs, few enough that counting them ends.
const maxRowsPerByte = 1 << 20

// check compares the row groups with each other and with the file; data lies between the first magic and end.
func (m *Meta) check(size, end int64) error {
	if m.NumRows/maxRowsPerByte > size {
		return corrupt("%d rows in %d bytes", m.NumRows, size)
	}
	if len(m.Leaves) == 0 && m.NumRows > 0 {
		return corrupt("%d rows without columns", m.NumRows)
	}
	rows := int64(0)
	for i := range m.RowGroups {
		g := &m.RowGroups[i]
		if g.NumRows > m.NumRows-rows {
			return corrupt("row group %d has %d rows, the file %d", i, g.NumRows, m.NumRows)
		}
		rows += g.NumRows
		for j := range g.Chunks {
			if err := g.Chunks[j].check(m.Leaves[j], g.NumRows, end); err != nil {
				return fmt.Errorf("row group %d: %w", i, err)
			}
		}
	}
	if rows != m.NumRows {
		return corrupt("the row groups have %d rows, the file %d", rows, m.NumRows)
	}
	return nil
}

func (c *Chunk) check(leaf *Node, rows, end int64) error {
	switch {
	case leaf.MaxRep == 0 && c.NumValues != rows, c.NumValues < rows:
		return corrupt("column %q has %d values in %d rows", leaf, c.NumValues, rows)
	case c.NumValues/maxRowsPerByte > end:
		return corrupt("column %q has %d values in a file of %d bytes", leaf, c.NumValues, end)
	case c.NumValues == 0: // nothing will be read; writers put nonsense there
		return nil
	}
	start := c.start()
	if start < int64(len(magic)) || c.Compressed > end-start {
		return corrupt("column %q lies at %d to %d, the data end at %d", leaf, start, start+c.Compressed, end)
	}
	return nil
}
