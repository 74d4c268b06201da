// Package rows writes Arrow record batches as text: CSV, one JSON object a line, or a table for people. It promises that CSV and
// JSON can be read back: null and the empty string differ, numbers keep every digit, timestamps are ISO 8601.
package rows

import (
	"io"

	"github.com/apache/arrow/go/v17/arrow"
)

// Writer takes the batches of one result, in order. Close writes what is left; it does not close what is below.
type Writer interface {
	Write(rec arrow.Record) error
	Close() error
}

// flushAt is how many bytes are collected before they are written.
const flushAt = 64 << 10

// sink collects bytes and writes them in large pieces.
type sink struct {
	w   io.Writer
	buf []byte
}

func (s *sink) flush() error {
	if len(s.buf) == 0 {
		return nil
	}
	_, err := s.w.Write(s.buf)
	s.buf = s.buf[:0]
	return err
}

func (s *sink) mayFlush() error {
	if len(s.buf) < flushAt {
		return nil
	}
	return s.flush()
}
