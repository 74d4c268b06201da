package writer

import (
	"fmt"
	"io"
	"os"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer/internal/spool"
	"github.com/tablectl/tablectl/writer/internal/vector"
)

// Sizes of a block, the unit in which rows are kept, spilled and read again. They have no influence on the result.
const (
	blockRows  = 4096
	blockBytes = 256 << 10
)

// segment is rows of one partition on disk: blocks one after the other; sorted, where the table has a sort order.
type segment []blockRef

// blockRef is where a serialised batch lies.
type blockRef struct {
	off  int64
	size int32
}

// spill is the file to which rows go that memory has no room for. It is made with the first one.
type spill struct {
	spools *spool.Dir
	fields []manifest.Field
	file   *os.File
	buf    []byte
	end    int64 // of what is written or in buf
}

// write adds a block.
func (s *spill) write(b vector.Batch) (blockRef, error) {
	if s.file == nil {
		var err error
		if s.file, err = s.spools.File(); err != nil {
			return blockRef{}, err
		}
	}
	have := len(s.buf)
	s.buf = vector.AppendBatch(s.buf, b)
	size := len(s.buf) - have
	if int64(size) > 1<<31-1 {
		return blockRef{}, fmt.Errorf("spill rows: a block of %d bytes is too large", size)
	}
	ref := blockRef{s.end, int32(size)}
	s.end += int64(size)
	if len(s.buf) >= 1<<20 {
		return ref, s.flush()
	}
	return ref, nil
}

// flush writes out what is buffered. Only then can blocks be read.
func (s *spill) flush() error {
	if len(s.buf) == 0 {
		return nil
	}
	_, err := s.file.Write(s.buf)
	s.buf = s.buf[:0]
	if cap(s.buf) > 8<<20 {
		s.buf = nil
	}
	return s.spools.Explain(err)
}

// read loads a block.
func (s *spill) read(ref blockRef) (vector.Batch, error) {
	b := make([]byte, ref.size)
	if n, err := s.file.ReadAt(b, ref.off); err != nil && (err != io.EOF || n < len(b)) {
		return vector.Batch{}, fmt.Errorf("read spilled rows: %w", s.spools.Explain(err))
	}
	batch, _, err := vector.ParseBatch(b, s.fields)
	return batch, err
}

// close removes the file.
func (s *spill) close() {
	if s.file != nil {
		s.file.Close()           // nothing in it is needed any more
		os.Remove(s.file.Name()) // Dir.Close reports what stays
		s.file = nil
	}
}
