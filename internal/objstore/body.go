package objstore

import (
	"bytes"
	"context"
	"errors"
	"hash"
	"io"

	"github.com/minio/crc64nvme"
)

// BytesBody is a Body of b, with its checksum. b must not change while the body is in use.
func BytesBody(b []byte) Body {
	sum := crc64nvme.Checksum(b)
	return Body{ReaderAt: bytes.NewReader(b), Size: int64(len(b)), CRC64NVME: &sum}
}

// Reader reads the whole body once, from its beginning.
func (b Body) Reader() *io.SectionReader { return io.NewSectionReader(b.ReaderAt, 0, b.Size) }

// Checksum reads the body once and returns its CRC64NVME. A body shorter than its Size is io.ErrUnexpectedEOF.
func (b Body) Checksum(ctx context.Context) (uint64, error) {
	h := NewCRC64NVME()
	n, err := io.Copy(h, &contextReader{ctx, b.Reader()})
	if err == nil && n < b.Size {
		err = io.ErrUnexpectedEOF
	}
	return h.Sum64(), err
}

// NewCRC64NVME is the checksum that S3 calls CRC64NVME (CRC-64/NVME of the RevEng catalogue).
func NewCRC64NVME() hash.Hash64 { return crc64nvme.New() }

// contextReader ends a long copy when its context does.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

// Read reads on, unless the context has ended.
func (c *contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, context.Cause(c.ctx)
	}
	return c.r.Read(p)
}

// cutShort turns an end that came too early into what it is.
func cutShort(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
