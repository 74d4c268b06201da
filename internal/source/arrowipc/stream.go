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

// maxMeta bounds the metadata of one message; a schema of 10,000 columns takes about 2 MiB.
const maxMeta = 64 << 20

// continuation stands before the length of a message, since version 0.15 of the format.
const continuation = 0xffffffff

// streamRecords reads the stream format.
type streamRecords struct {
	m *messages
	r *ipc.Reader
}

func openStream(r io.ReaderAt, size int64) (*streamRecords, error) {
	m := &messages{r: r, size: size, limit: newBudget()}
	reader, err := ipc.NewReaderFromMessageReader(m, ipc.WithAllocator(m.limit))
	return &streamRecords{m, reader}, m.why(err)
}

func (s *streamRecords) schema() *arrow.Schema { return s.r.Schema() }

func (s *streamRecords) read() (arrow.Record, error) {
	if s.r.Next() {
		rec := s.r.Record()
		rec.Retain()
		return rec, nil
	}
	if err := s.r.Err(); err != nil {
		return nil, s.m.why(err)
	}
	return nil, io.EOF
}

func (s *streamRecords) position() int64 { return s.m.at }

// messages reads framed messages, and looks at them before the decoder does.
type messages struct {
	r     io.ReaderAt
	at    int64
	size  int64
	limit *budget
	err   error // the first one: the decoder may hide it
}

// Retain is for package ipc.
func (m *messages) Retain() {}

// Release is for package ipc.
func (m *messages) Release() {}

func (m *messages) why(err error) error {
	if m.err != nil {
		return m.err
	}
	return err
}

// Message returns the next message, io.EOF at the end of the stream.
func (m *messages) Message() (*ipc.Message, error) {
	msg, err := m.message()
	if err != nil && err != io.EOF {
		m.err = err
	}
	return msg, err
}

func (m *messages) message() (msg *ipc.Message, err error) {
	defer caught(&err)
	n, err := m.length()
	if err != nil {
		return nil, err
	}
	meta, err := m.take(n)
	if err != nil {
		return nil, err
	}
	if err := verifyMessage(meta); err != nil {
		return nil, err
	}
	buf := memory.NewBufferBytes(meta)
	body, err := m.take(ipc.NewMessage(buf, memory.NewBufferBytes(nil)).BodyLen())
	if err != nil {
		return nil, err
	}
	m.limit.begin(n + int64(len(body)))
	return ipc.NewMessage(buf, memory.NewBufferBytes(body)), nil
}

// length reads what stands before a message: the size of its metadata, or io.EOF at the end of the stream.
func (m *messages) length() (int64, error) {
	if m.at == m.size {
		return 0, io.EOF // the end marker is optional
	}
	word, err := m.take(4)
	if err == nil && binary.LittleEndian.Uint32(word) == continuation {
		word, err = m.take(4)
	}
	if err != nil {
		return 0, err
	}
	switch n := int64(binary.LittleEndian.Uint32(word)); {
	case n == 0:
		return 0, io.EOF
	case n > maxMeta || n < 8:
		return 0, fmt.Errorf("a message with %d bytes of metadata", n)
	default:
		return n, nil
	}
}

// take reads the next n bytes.
func (m *messages) take(n int64) ([]byte, error) {
	if n < 0 || n > m.size-m.at {
		return nil, errors.New("it ends in the middle of a message")
	}
	b := make([]byte, n)
	err := readAt(m.r, b, m.at)
	m.at += n
	return b, err
}
