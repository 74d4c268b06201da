package source

import (
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/tablectl/tablectl/internal/source/blocks"
)

// maxWindow is the largest window of a zstd file that is read (zstd --long=27).
const maxWindow = 128 << 20

// decompress reads the content of a compressed file; Close does not close r.
func decompress(r io.Reader, compression, name string) (io.ReadCloser, error) {
	pieces := &pieceReader{r: r}
	var d io.ReadCloser
	switch compression {
	case "gz":
		z, err := gzip.NewReader(pieces)
		if err != nil {
			return nil, pieces.fault(name, err)
		}
		d = z
	case "zst":
		z, err := zstd.NewReader(pieces, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, pieces.fault(name, err)
		}
		d = z.IOReadCloser()
	}
	return &decompressor{d, pieces, name}, nil
}

// decompressor says whose fault an error is. Both formats allow several members in a file, so that decoders read it to its very
// end: all of it is guarded.
type decompressor struct {
	io.ReadCloser
	pieces *pieceReader
	name   string
}

func (d *decompressor) Read(p []byte) (int, error) {
	n, err := d.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		err = d.pieces.fault(d.name, err)
	}
	return n, err
}

// pieceReader asks r for pieces of one size, whatever it is asked for.
type pieceReader struct {
	r    io.Reader
	buf  []byte
	left []byte
	err  error
}

func (p *pieceReader) Read(b []byte) (int, error) {
	if len(p.left) == 0 {
		if p.err != nil {
			return 0, p.err
		}
		if p.buf == nil {
			p.buf = make([]byte, blocks.Size)
		}
		n, err := p.r.Read(p.buf)
		p.left, p.err = p.buf[:n], err
		if n == 0 {
			return 0, err
		}
	}
	n := copy(b, p.left)
	p.left = p.left[n:]
	return n, nil
}

// fault tells what is to be said of an error of a decoder: that the file could not be read, or that it is broken.
func (p *pieceReader) fault(name string, err error) error {
	if p.err != nil && p.err != io.EOF {
		return p.err
	}
	return &Error{File: name, Msg: fmt.Sprintf("cannot be decompressed: %v", err), Hint: "is it complete?"}
}
