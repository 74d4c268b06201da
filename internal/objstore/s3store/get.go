package s3store

import (
	"context"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/tablectl/tablectl/internal/objstore"
)

// askChecksum asks for the checksum without the SDK's own comparison, which knows nothing of ranges.
func askChecksum(o *s3.Options) {
	o.APIOptions = append(o.APIOptions, smithyhttp.AddHeaderValue("X-Amz-Checksum-Mode", "ENABLED"))
}

// Get reads an object or a part of it. Where all of it is read, its checksum is compared at the end.
func (s *Store) Get(ctx context.Context, key string, o objstore.GetOptions) (*objstore.Object, error) {
	if err := s.check(ctx, "get", key); err != nil {
		return nil, err
	}
	in := &s3.GetObjectInput{Bucket: &s.bucket, Key: s.key(key)}
	if o.IfMatch != "" {
		in.IfMatch = &o.IfMatch
	}
	if r := rangeHeader(o); r != "" {
		in.Range = &r
	}
	out, err := s.client.GetObject(ctx, in, askChecksum)
	if err != nil {
		return nil, s.foreign(ctx, "get", key, err)
	}
	info := objstore.Info{Key: key, ETag: aws.ToString(out.ETag), LastModified: aws.ToTime(out.LastModified).UTC(), Metadata: lowered(out.Metadata)}
	h := header(out.ResultMetadata)
	info.Date = date(h)
	if info.ETag == "" {
		out.Body.Close() // not an object
		return nil, noObject("get", key, info)
	}
	length := aws.ToInt64(out.ContentLength)
	whole := out.ContentRange == nil
	if info.Size = length; !whole {
		info.Size, err = totalSize(*out.ContentRange)
	} else if from, to, ok := o.Span(length); !ok || from != 0 || to != length {
		err = fmt.Errorf("%w: ranged reads", objstore.ErrUnsupported)
	}
	if err != nil {
		out.Body.Close() // not wanted
		return nil, &objstore.Error{Op: "get", Key: key, Date: info.Date, Kind: objstore.ErrUnsupported, Err: err}
	}
	b := &body{ctx: ctx, s: s, key: key, r: out.Body, left: length}
	if whole {
		if info.CRC64NVME = decodeCRC(h.Get("X-Amz-Checksum-Crc64nvme")); info.CRC64NVME != nil {
			b.want, b.sum = *info.CRC64NVME, objstore.NewCRC64NVME()
		}
	}
	return &objstore.Object{Info: info, Body: b}, nil
}

// Head describes an object.
func (s *Store) Head(ctx context.Context, key string) (objstore.Info, error) {
	if err := s.check(ctx, "head", key); err != nil {
		return objstore.Info{}, err
	}
	out, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &s.bucket, Key: s.key(key)}, askChecksum)
	if err != nil {
		return objstore.Info{}, s.foreign(ctx, "head", key, err)
	}
	h := header(out.ResultMetadata)
	info := objstore.Info{
		Key: key, Size: aws.ToInt64(out.ContentLength), ETag: aws.ToString(out.ETag),
		CRC64NVME:    decodeCRC(h.Get("X-Amz-Checksum-Crc64nvme")),
		LastModified: aws.ToTime(out.LastModified).UTC(), Date: date(h), Metadata: lowered(out.Metadata),
	}
	if info.ETag == "" {
		return objstore.Info{}, noObject("head", key, info)
	}
	return info, nil
}

// lowered is metadata with the keys in lower case: servers give them back in the case of HTTP headers.
func lowered(m map[string]string) map[string]string {
	if len(m) == 0 {
		return nil
	}
	out := make(map[string]string, len(m))
	for k, v := range m {
		out[strings.ToLower(k)] = v
	}
	return out
}

// noObject is the error for a 200 that does not describe an object: an error page, or the answer of a proxy.
func noObject(op, key string, info objstore.Info) error {
	return &objstore.Error{Op: op, Key: key, Date: info.Date, Kind: objstore.ErrTemporary, Err: errors.New("answer without an ETag")}
}

// check refuses what no request is made for.
func (s *Store) check(ctx context.Context, op, key string) error {
	if ctx.Err() != nil {
		return &objstore.Error{Op: op, Key: key, Err: context.Cause(ctx)}
	}
	if err := objstore.CheckKey(op, key); err != nil {
		return err
	}
	return objstore.CheckKey(op, s.prefix+key) // may be too long together
}

func rangeHeader(o objstore.GetOptions) string {
	switch {
	case o.Offset < 0:
		return fmt.Sprintf("bytes=%d", o.Offset)
	case o.Length > 0:
		return fmt.Sprintf("bytes=%d-%d", o.Offset, o.Offset+o.Length-1)
	case o.Offset > 0:
		return fmt.Sprintf("bytes=%d-", o.Offset)
	}
	return ""
}

// totalSize is the last number of "bytes 0-9/100".
func totalSize(contentRange string) (int64, error) {
	_, total, _ := strings.Cut(contentRange, "/")
	n, err := strconv.ParseInt(total, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read Content-Range %q: %w", contentRange, err)
	}
	return n, nil
}

// header is that of the HTTP response behind an SDK result.
func header(m middleware.Metadata) http.Header {
	if resp, ok := awsmiddleware.GetRawResponse(m).(*smithyhttp.Response); ok && resp.Response != nil {
		return resp.Header
	}
	return http.Header{}
}

// body is what a Get returned, read in one piece: short or damaged is an error, never an end.
type body struct {
	ctx  context.Context // of the Get, to tell a cancelled read from a broken connection
	s    *Store
	key  string
	r    io.ReadCloser
	left int64
	sum  hash.Hash64 // nil where nothing is compared
	want uint64
}

// Read reads on.
func (b *body) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	b.left -= int64(n)
	if b.sum != nil {
		b.sum.Write(p[:n])
	}
	switch {
	case err == nil:
		return n, nil
	case !errors.Is(err, io.EOF):
		return n, b.s.foreign(b.ctx, "get", b.key, err)
	case b.left > 0:
		return n, b.s.foreign(b.ctx, "get", b.key, io.ErrUnexpectedEOF)
	case b.sum != nil && b.sum.Sum64() != b.want:
		detail := fmt.Errorf("CRC64NVME %016x received, the store has %016x", b.sum.Sum64(), b.want)
		return n, &objstore.Error{Op: "get", Key: b.key, Kind: objstore.ErrChecksum, Err: detail}
	}
	return n, io.EOF
}

// Close ends the request.
func (b *body) Close() error { return b.r.Close() }
