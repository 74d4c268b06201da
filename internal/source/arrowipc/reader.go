package arrowipc

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/ipc"
)

// Reader gives the records of one stream or file. It is for one goroutine.
type Reader struct{ r records }

// records are those of a stream or of a file.
type records interface {
	schema() *arrow.Schema
	read() (arrow.Record, error)
	position() int64
}

// Open reads the schema of an input of size bytes.
func Open(r io.ReaderAt, size int64) (out *Reader, err error) {
	defer func() { err = corrupt(err) }()
	defer caught(&err)
	r = marked{r}
	head := make([]byte, min(6, size))
	if err := readAt(r, head, 0); err != nil {
		return nil, err
	}
	if strings.HasPrefix(string(head), "FEA1") {
		return nil, errors.New("this is version 1 of Feather; write version 2, which is Arrow")
	}
	var rr records
	if string(head) == string(ipc.Magic) {
		rr, err = openFile(r, size)
	} else {
		rr, err = openStream(r, size)
	}
	if err != nil {
		return nil, unexpected(err)
	}
	return &Reader{rr}, nil
}

// Schema is the schema of all records.
func (r *Reader) Schema() *arrow.Schema { return r.r.schema() }

// Position is how far in the input the last record ends.
func (r *Reader) Position() int64 { return r.r.position() }

// Next returns the next record, which the caller releases; io.EOF after the last.
func (r *Reader) Next() (rec arrow.Record, err error) {
	defer func() { err = corrupt(err) }()
	defer caught(&err)
	rec, err = r.r.read()
	if err != nil {
		return nil, err
	}
	for i, c := range rec.Columns() {
		if c.Len() != int(rec.NumRows()) {
			return nil, fmt.Errorf("column %q has %d rows of %d", rec.ColumnName(i), c.Len(), rec.NumRows())
		}
		if err := check(c.Data()); err != nil {
			return nil, fmt.Errorf("column %q: %w", rec.ColumnName(i), err)
		}
	}
	return rec, nil
}

// corrupt marks errors of what was read, and leaves those of the storage.
func corrupt(err error) error {
	var s storage
	switch {
	case err == nil, err == io.EOF:
		return err
	case errors.As(err, &s):
		return s.error
	}
	return fmt.Errorf("%w: %w", ErrCorrupt, err)
}

// caught turns a panic of the decoder into an error, never into io.EOF: that is the end of a sound input.
func caught(err *error) {
	if p := recover(); p != nil {
		if e, ok := p.(error); ok {
			*err = unexpected(e)
			return
		}
		*err = fmt.Errorf("%v", p)
	}
}

// unexpected is for errors of a decoder that was told to read what must be there.
func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
