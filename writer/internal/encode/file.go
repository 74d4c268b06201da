package encode

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

const magic = "PAR1"

// File writes a Parquet file from finished chunks.
type File struct {
	w         io.Writer
	schema    *Schema
	createdBy string
	at        int64
	rows      int64
	groups    []format.RowGroup
	sorting   []format.SortingColumn
	indexes   [][]*Chunk // the chunks without their data, for the page index
}

// Sorting says by which leaf, and how, the rows of a file are ordered.
type Sorting struct {
	Leaf                   int
	Descending, NullsFirst bool
}

// NewFile begins a file.
func NewFile(w io.Writer, s *Schema, createdBy string, sorting []Sorting) (*File, error) {
	f := &File{w: w, schema: s, createdBy: createdBy}
	for _, o := range sorting {
		f.sorting = append(f.sorting, format.SortingColumn{ColumnIdx: int32(o.Leaf), Descending: o.Descending, NullsFirst: o.NullsFirst})
	}
	return f, f.write([]byte(magic))
}

// Size is the number of bytes written so far.
func (f *File) Size() int64 { return f.at }

// RowGroups is the number of row groups so far.
func (f *File) RowGroups() int { return len(f.groups) }

// Rows is the number of rows so far.
func (f *File) Rows() int64 { return f.rows }

func (f *File) write(b []byte) error {
	n, err := f.w.Write(b)
	f.at += int64(n)
	return err
}

// RowGroup adds a row group: one chunk per leaf. Their Data is free afterwards.
func (f *File) RowGroup(chunks []*Chunk) error {
	g := format.RowGroup{
		NumRows: int64(chunks[0].rows), FileOffset: f.at, Ordinal: int16(len(f.groups)),
		SortingColumns: f.sorting, Columns: make([]format.ColumnChunk, len(chunks)),
	}
	for i, c := range chunks {
		m := c.meta
		if m.DataPageOffset > 0 {
			m.DictionaryPageOffset = f.at
		}
		m.DataPageOffset += f.at
		for p := range c.offsets {
			c.offsets[p].Offset += f.at
		}
		g.Columns[i].MetaData = m
		g.TotalByteSize += m.TotalUncompressedSize
		g.TotalCompressedSize += m.TotalCompressedSize
		if err := f.write(c.Data); err != nil {
			return err
		}
	}
	f.rows += g.NumRows
	f.groups = append(f.groups, g)
	f.indexes = append(f.indexes, chunks)
	return nil
}

// Close writes the page index and the footer. metadata is written as key-value pairs in the order given.
func (f *File) Close(metadata []format.KeyValue) error {
	var buf bytes.Buffer
	enc := thrift.NewEncoder(new(thrift.CompactProtocol).NewWriter(&buf))
	if err := f.pageIndex(&buf, enc); err != nil {
		return err
	}
	foot := buf.Len()
	meta := format.FileMetaData{
		Version: 2, Schema: f.schema.elements, NumRows: f.rows, RowGroups: f.groups,
		KeyValueMetadata: metadata, CreatedBy: f.createdBy, ColumnOrders: f.schema.orders,
	}
	if err := enc.Encode(&meta); err != nil {
		return fmt.Errorf("encode footer: %w", err)
	}
	foot = buf.Len() - foot
	out := binary.LittleEndian.AppendUint32(buf.Bytes(), uint32(foot))
	return f.write(append(out, magic...))
}

// pageIndex writes all column indexes, then all offset indexes (PageIndex.md).
func (f *File) pageIndex(buf *bytes.Buffer, enc *thrift.Encoder) error {
	for g, chunks := range f.indexes {
		for i, c := range chunks {
			if !c.hasIndex {
				continue
			}
			from := buf.Len()
			if err := enc.Encode(&c.index); err != nil {
				return fmt.Errorf("encode column index: %w", err)
			}
			col := &f.groups[g].Columns[i]
			col.ColumnIndexOffset, col.ColumnIndexLength = f.at+int64(from), int32(buf.Len()-from)
		}
	}
	for g, chunks := range f.indexes {
		for i, c := range chunks {
			if len(c.offsets) == 0 {
				continue // copied from a file without one
			}
			from := buf.Len()
			if err := enc.Encode(&format.OffsetIndex{PageLocations: c.offsets}); err != nil {
				return fmt.Errorf("encode offset index: %w", err)
			}
			col := &f.groups[g].Columns[i]
			col.OffsetIndexOffset, col.OffsetIndexLength = f.at+int64(from), int32(buf.Len()-from)
		}
	}
	return nil
}
