package arrowipc

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// fileRecords reads the file format by its footer.
type fileRecords struct {
	r       io.ReaderAt
	f       *ipc.FileReader
	records []block
	next    int
	limit   *budget
}

func openFile(r io.ReaderAt, size int64) (*fileRecords, error) {
	magic := int64(len(ipc.Magic))
	if size < 3*magic {
		return nil, errors.New("it is too short")
	}
	tail := make([]byte, 4+magic)
	if err := readAt(r, tail, size-int64(len(tail))); err != nil {
		return nil, err
	}
	n := int64(binary.LittleEndian.Uint32(tail))
	if string(tail[4:]) != string(ipc.Magic) {
		return nil, errors.New("the end of the file is missing")
	}
	if n < 8 || n > maxMeta || n > size-int64(len(tail)) {
		return nil, fmt.Errorf("a footer of %d bytes", n)
	}
	footer := make([]byte, n)
	if err := readAt(r, footer, size-int64(len(tail))-n); err != nil {
		return nil, err
	}
	dictionaries, records, err := verifyFooter(footer, size)
	if err != nil {
		return nil, err
	}
	out := &fileRecords{r: r, records: records, limit: newBudget()}
	total := int64(0)
	for _, d := range dictionaries {
		if err := out.verify(d); err != nil {
			return nil, err
		}
		total += d.meta + d.body
	}
	out.limit.begin(total)
	out.f, err = ipc.NewFileReader(io.NewSectionReader(r, 0, size), ipc.WithAllocator(out.limit))
	return out, err
}

// verify looks at the metadata of a block, behind its length.
func (f *fileRecords) verify(b block) error {
	meta := make([]byte, b.meta)
	if err := readAt(f.r, meta, b.offset); err != nil {
		return err
	}
	if binary.LittleEndian.Uint32(meta) == continuation {
		return verifyMessage(meta[8:])
	}
	return verifyMessage(meta[4:])
}

func (f *fileRecords) schema() *arrow.Schema { return f.f.Schema() }

func (f *fileRecords) read() (arrow.Record, error) {
	if f.next == len(f.records) {
		return nil, io.EOF
	}
	b := f.records[f.next]
	if err := f.verify(b); err != nil {
		return nil, err
	}
	f.limit.begin(b.meta + b.body)
	rec, err := f.f.RecordAt(f.next)
	f.next++
	return rec, unexpected(err)
}

func (f *fileRecords) position() int64 {
	if f.next == 0 {
		return 0
	}
	b := f.records[f.next-1]
	return b.offset + b.meta + b.body
}

// storage is an error of where the input lies.
type storage struct{ error }

// Unwrap gives the error itself.
func (s storage) Unwrap() error { return s.error }

// marked marks the errors of an input as such, on their way through the decoder.
type marked struct{ r io.ReaderAt }

// ReadAt is for package io.
func (m marked) ReadAt(p []byte, off int64) (int, error) {
	n, err := m.r.ReadAt(p, off)
	if err != nil && err != io.EOF {
		err = storage{err}
	}
	return n, err
}

func readAt(r io.ReaderAt, b []byte, off int64) error {
	n, err := r.ReadAt(b, off)
	switch {
	case n == len(b):
		return nil
	case err == io.EOF:
		return io.ErrUnexpectedEOF
	}
	return err
}

// budget is an allocator that refuses, by a panic, what no sound message needs: a small one cannot ask for much.
type budget struct {
	memory.Allocator
	left int64
}

// A message may be decompressed to this many times its size, and this much more.
const (
	maxRatio = 32
	maxExtra = 64 << 20
)

func newBudget() *budget { return &budget{Allocator: memory.NewGoAllocator()} }

func (b *budget) begin(message int64) { b.left = message*maxRatio + maxExtra }

func (b *budget) take(n int) {
	if b.left -= int64(n); n < 0 || b.left < 0 {
		panic(fmt.Errorf("a record batch asks for %d more bytes of memory than one of its size should; if it is sound, write smaller batches", n))
	}
}

// Allocate is for package memory.
func (b *budget) Allocate(size int) []byte {
	b.take(size)
	return b.Allocator.Allocate(size)
}

// Reallocate is for package memory.
func (b *budget) Reallocate(size int, old []byte) []byte {
	b.take(max(0, size-len(old)))
	return b.Allocator.Reallocate(size, old)
}
