package blocks

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"
)

// NoQuote is for formats in which a line end always ends a record.
const NoQuote = -1

// Block is a run of whole records of one file. Its last byte is a line feed, added if the file had none there.
type Block struct {
	Data   []byte // with at least Slack bytes of capacity behind it
	First  bool   // of its file
	Quotes bool   // there are quote characters in it
	buf    *Buffer
}

// Release gives the memory back.
func (b *Block) Release() { b.buf.Release() }

// Splitter cuts one file into blocks. A line feed ends a record where the number of quotes before it is even, which is exact for
// well-formed CSV; in any other text the first error lies before the first wrong border.
type Splitter struct {
	// Tap, if set, is shown every piece as it was read, in order, before it is used. It may keep piece by retaining the buffer.
	Tap func(b *Buffer, piece []byte)

	r     io.Reader
	quote int
	size  int
	max   int
	pool  *sync.Pool
	tail  []byte // what follows the last border
	odd   bool   // an odd number of quotes in what was read since the last border
	any   bool   // quotes in tail
	begun bool
	done  bool
}

// NewSplitter reads r in pieces of size bytes; quote is a byte or NoQuote. A record of more than maxRecord bytes (but never of less
// than size) is ErrTooLong.
func NewSplitter(r io.Reader, quote, size, maxRecord int, pool *sync.Pool) *Splitter {
	return &Splitter{r: r, quote: quote, size: size, max: max(maxRecord, size), pool: pool}
}

// NewPool is for all splitters of an input.
func NewPool() *sync.Pool { return newPool() }

// Next returns the next block, io.EOF after the last. The caller releases it.
func (s *Splitter) Next() (*Block, error) {
	if s.done {
		return nil, io.EOF
	}
	buf := get(s.pool, len(s.tail)+s.size)
	blk, err := s.fill(buf)
	if err != nil {
		buf.Release()
		return nil, err
	}
	blk.First, s.begun = !s.begun, true
	return blk, nil
}

func (s *Splitter) fill(buf *Buffer) (*Block, error) {
	n := copy(buf.b, s.tail)
	quotes := s.any
	for {
		buf.grow(n+s.size, n)
		k, err := io.ReadFull(s.r, buf.b[n:n+s.size])
		if err != nil && err != io.EOF && !errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, err
		}
		s.done = err != nil
		piece := buf.b[n : n+k]
		if s.Tap != nil {
			s.Tap(buf, piece)
		}
		count := s.count(piece)
		quotes = quotes || count > 0
		odd := s.odd != (count%2 == 1)
		n += k
		if s.done {
			return s.last(buf, n, quotes)
		}
		if end := s.border(piece, odd); end > 0 {
			end += n - k
			s.tail = append(s.tail[:0], buf.b[end:n]...)
			left := s.count(s.tail)
			s.odd, s.any = left%2 == 1, left > 0
			return &Block{Data: buf.b[:end], Quotes: quotes, buf: buf}, nil
		}
		s.odd = odd
		if n > s.max {
			return nil, fmt.Errorf("%w: more than %d MiB without an end", ErrTooLong, s.max>>20)
		}
	}
}

// last returns what is left of the file.
func (s *Splitter) last(buf *Buffer, n int, quotes bool) (*Block, error) {
	if n == 0 {
		return nil, io.EOF
	}
	if buf.b[n-1] != '\n' {
		buf.grow(n+1, n)
		buf.b[n] = '\n'
		n++
	}
	return &Block{Data: buf.b[:n], Quotes: quotes, buf: buf}, nil
}

func (s *Splitter) count(b []byte) int {
	if s.quote == NoQuote {
		return 0
	}
	return bytes.Count(b, []byte{byte(s.quote)})
}

// border is the index behind the last line feed of b outside quotes, 0 if there is none; odd: b ends inside quotes.
func (s *Splitter) border(b []byte, odd bool) int {
	end := len(b)
	for {
		i := bytes.LastIndexByte(b[:end], '\n')
		if i < 0 {
			return 0
		}
		odd = odd != (s.count(b[i:end])%2 == 1)
		if !odd {
			return i + 1
		}
		end = i
	}
}
