package rows

import (
	"bytes"
	"io"

	"github.com/apache/arrow/go/v17/arrow"
)

// csvWriter writes RFC 4180 with \n: null is the empty field, the empty string is "".
type csvWriter struct {
	sink
	cell []byte
}

// CSV writes a header and then the rows.
func CSV(w io.Writer, s *arrow.Schema) Writer {
	c := &csvWriter{sink: sink{w: w}}
	for i, f := range s.Fields() {
		c.cell = append(c.cell[:0], f.Name...)
		c.field(i)
	}
	c.buf = append(c.buf, '\n')
	return c
}

func (c *csvWriter) Write(rec arrow.Record) error {
	for row := range int(rec.NumRows()) {
		for i, col := range rec.Columns() {
			if col.IsNull(row) {
				c.comma(i)
				continue
			}
			c.cell = appendText(c.cell[:0], col, row, sqlStyle)
			c.field(i)
		}
		c.buf = append(c.buf, '\n')
		if err := c.mayFlush(); err != nil {
			return err
		}
	}
	return nil
}

func (c *csvWriter) Close() error { return c.flush() }

func (c *csvWriter) comma(i int) {
	if i > 0 {
		c.buf = append(c.buf, ',')
	}
}

// field appends the cell, quoted where it must be.
func (c *csvWriter) field(i int) {
	c.comma(i)
	if len(c.cell) > 0 && !bytes.ContainsAny(c.cell, ",\"\r\n") {
		c.buf = append(c.buf, c.cell...)
		return
	}
	c.buf = append(c.buf, '"')
	for _, b := range c.cell {
		if b == '"' {
			c.buf = append(c.buf, '"')
		}
		c.buf = append(c.buf, b)
	}
	c.buf = append(c.buf, '"')
}
