package s3store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/tablectl/tablectl/internal/objstore"
)

// Put writes an object: in one request up to twice the part size and where PutOptions.Once asks for it, else in parts.
func (s *Store) Put(ctx context.Context, key string, body objstore.Body, o objstore.PutOptions) (objstore.Info, error) {
	if err := s.check(ctx, "put", key); err != nil {
		return objstore.Info{}, err
	}
	w := &watched{r: body.ReaderAt, size: body.Size}
	body.ReaderAt = w
	info, err := s.put(ctx, key, body, o)
	if err != nil {
		if broken := w.broken.Load(); broken != nil && ctx.Err() == nil {
			return objstore.Info{}, &objstore.Error{Op: "put", Key: key, Err: fmt.Errorf("read body: %w", *broken)}
		}
		return objstore.Info{}, s.foreign(ctx, "put", key, err)
	}
	return info, nil
}

func (s *Store) put(ctx context.Context, key string, body objstore.Body, o objstore.PutOptions) (objstore.Info, error) {
	if body.CRC64NVME == nil {
		sum, err := body.Checksum(ctx)
		if err != nil {
			return objstore.Info{}, err
		}
		body.CRC64NVME = &sum
	}
	if o.ForceMultipart || !o.Once && body.Size > 2*s.o.PartSize {
		return s.putParts(ctx, key, body, o)
	}
	return s.putWhole(ctx, key, body, o)
}

func (s *Store) putWhole(ctx context.Context, key string, body objstore.Body, o objstore.PutOptions) (objstore.Info, error) {
	in := &s3.PutObjectInput{
		Bucket: &s.bucket, Key: s.key(key), Body: body.Reader(), ContentLength: &body.Size,
		ChecksumCRC64NVME: encodeCRC(*body.CRC64NVME),
		ContentType:       optional(o.ContentType), IfMatch: optional(o.IfMatch), IfNoneMatch: ifNoneMatch(o), Metadata: o.Metadata,
		ServerSideEncryption: types.ServerSideEncryption(s.o.SSE), SSEKMSKeyId: optional(s.o.SSEKMSKeyID),
	}
	options := []func(*s3.Options){s.payload}
	if o.Once || o.IfNoneMatch || o.IfMatch != "" {
		options = append(options, once)
	}
	out, err := s.client.PutObject(ctx, in, options...)
	if err != nil {
		return objstore.Info{}, err
	}
	h := header(out.ResultMetadata)
	return written(key, body, aws.ToString(out.ETag), objstore.Info{Date: date(h), CRC64NVME: decodeCRC(aws.ToString(out.ChecksumCRC64NVME))})
}

// written is the Info of a write that the store reported as done, if the report makes sense.
func written(key string, body objstore.Body, etag string, said objstore.Info) (objstore.Info, error) {
	e := &objstore.Error{Op: "put", Key: key, Date: said.Date}
	switch {
	case etag == "":
		return objstore.Info{}, noObject("put", key, said)
	case said.CRC64NVME != nil && *said.CRC64NVME != *body.CRC64NVME:
		e.Kind = objstore.ErrChecksum
		e.Err = fmt.Errorf("CRC64NVME %016x sent, the store has %016x", *body.CRC64NVME, *said.CRC64NVME)
		return objstore.Info{}, e
	}
	return objstore.Info{
		Key: key, Size: body.Size, ETag: etag, CRC64NVME: body.CRC64NVME, LastModified: said.Date, Date: said.Date,
	}, nil
}

func ifNoneMatch(o objstore.PutOptions) *string {
	if o.IfNoneMatch {
		return aws.String("*")
	}
	return nil
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// watched remembers that a body could not be read: the SDK wraps that beyond recognition, or takes it for a broken connection.
type watched struct {
	r      io.ReaderAt
	size   int64
	broken atomic.Pointer[error]
}

// ReadAt reads, and remembers.
func (w *watched) ReadAt(p []byte, off int64) (int, error) {
	n, err := w.r.ReadAt(p, off)
	if err != nil && off+int64(n) < w.size && n < len(p) {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		w.broken.CompareAndSwap(nil, &err)
	}
	return n, err
}
