package rows

import (
	"io"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// changesWriter writes elements of a JSON array.
type changesWriter struct {
	sink
	names [][]byte // of the columns, as JSON strings
	key   int
	begun bool
}

// Changes writes the records of a comparison of rows as the elements of a JSON array, one a line. Their first two columns say how a
// row differs and in which columns, the next ones are the key. A row that one side has is {"change", "row"}; one that changed, two
// lines of a record, is {"change", "key", "columns": {name: {"before", "after"}}}.
func Changes(w io.Writer, s *arrow.Schema, key int) Writer {
	c := &changesWriter{sink: sink{w: w}, key: key}
	for _, f := range s.Fields()[2:] {
		c.names = append(c.names, appendString(nil, f.Name))
	}
	return c
}

func (c *changesWriter) Write(rec arrow.Record) error {
	what := rec.Column(0).(*array.String)
	for row := 0; row < int(rec.NumRows()); row++ {
		if c.begun {
			c.buf = append(c.buf, ',', '\n')
		}
		c.begun = true
		if rec.Column(1).IsNull(row) {
			c.buf = append(appendString(append(c.buf, `{"change":`...), what.Value(row)), `,"row":`...)
			c.object(rec, row, len(c.names))
		} else {
			c.changed(rec, row)
			row++
		}
		c.buf = append(c.buf, '}')
		if err := c.mayFlush(); err != nil {
			return err
		}
	}
	return nil
}

// changed writes the two lines of a changed row.
func (c *changesWriter) changed(rec arrow.Record, row int) {
	c.buf = append(c.buf, `{"change":"changed","key":`...)
	c.object(rec, row, c.key)
	c.buf = append(c.buf, `,"columns":{`...)
	differ := rec.Column(1).(*array.List)
	start, end := differ.ValueOffsets(row)
	for i, at := 0, start; at < end; i++ {
		name := appendString(nil, differ.ListValues().(*array.String).Value(int(at)))
		if string(name) != string(c.names[i]) { // they stand in the order of the columns
			continue
		}
		if at > start {
			c.buf = append(c.buf, ',')
		}
		c.buf = append(append(c.buf, name...), `:{"before":`...)
		c.buf = appendJSON(c.buf, rec.Column(2+i), row)
		c.buf = append(c.buf, `,"after":`...)
		c.buf = appendJSON(c.buf, rec.Column(2+i), row+1)
		c.buf = append(c.buf, '}')
		at++
	}
	c.buf = append(c.buf, '}')
}

// object writes the first columns of a row.
func (c *changesWriter) object(rec arrow.Record, row, columns int) {
	c.buf = append(c.buf, '{')
	for i, name := range c.names[:columns] {
		if i > 0 {
			c.buf = append(c.buf, ',')
		}
		c.buf = append(append(c.buf, name...), ':')
		c.buf = appendJSON(c.buf, rec.Column(2+i), row)
	}
	c.buf = append(c.buf, '}')
}

func (c *changesWriter) Close() error { return c.flush() }
