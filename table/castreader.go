package table

import (
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/internal/source"
)

// castReader gives the records of a caller's reader in the table's columns and types, exactly or refused with ErrInput.
type castReader struct {
	array.RecordReader
	want  *arrow.Schema
	allow source.Allow
	rec   arrow.Record
	rows  int64
	err   error
}

// Schema is the table's.
func (c *castReader) Schema() *arrow.Schema { return c.want }

// Next casts the next record.
func (c *castReader) Next() bool {
	c.drop()
	if c.err != nil || !c.RecordReader.Next() {
		return false
	}
	in := c.allow.Align(c.RecordReader.Record(), c.want)
	defer in.Release()
	at := func(row int) string { return fmt.Sprintf("row %d", c.rows+int64(row)+1) }
	if c.rec, c.err = columnar.Cast(in, c.want, at); c.err != nil {
		c.err = fmt.Errorf("%w: %w", ErrInput, c.err)
		return false
	}
	c.rows += in.NumRows()
	return true
}

// Record is the current record.
func (c *castReader) Record() arrow.Record { return c.rec }

// Err says why Next was false.
func (c *castReader) Err() error {
	if c.err != nil {
		return c.err
	}
	return c.RecordReader.Err()
}

// Release drops the current record. The reader itself stays the caller's.
func (c *castReader) Release() { c.drop() }

// Retain does nothing: there is one owner.
func (c *castReader) Retain() {}

func (c *castReader) drop() {
	if c.rec != nil {
		c.rec.Release()
		c.rec = nil
	}
}
