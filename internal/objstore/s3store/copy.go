package s3store

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/tablectl/tablectl/internal/objstore"
)

// maxCopy is the largest object, in bytes, that one CopyObject takes.
const maxCopy = 5 << 30

// Copy copies within the bucket, with the condition that nothing is there. MinIO and versitygw do not honour it on CopyObject, so there
// is a look before; who may not look (403) relies on the condition. Metadata and checksum come along. The copy is looked at afterwards,
// and read where the server keeps no checksum of it.
func (s *Store) Copy(ctx context.Context, from, to string, o objstore.CopyOptions) (objstore.Info, error) {
	for _, key := range []string{from, to} {
		if err := s.check(ctx, "copy", key); err != nil {
			return objstore.Info{}, err
		}
	}
	there, err := s.Head(ctx, to)
	switch {
	case err == nil:
		return objstore.Info{}, &objstore.Error{Op: "copy", Key: to, Date: there.Date, Kind: objstore.ErrPrecondition}
	case !errors.Is(err, objstore.ErrNotFound) && !errors.Is(err, objstore.ErrAccessDenied):
		return objstore.Info{}, err
	}
	if o.ForceMultipart || o.Size > maxCopy {
		err = s.copyParts(ctx, from, to, o)
	} else {
		err = s.copyWhole(ctx, from, to)
	}
	if err != nil {
		return objstore.Info{}, s.foreign(ctx, "copy", to, err)
	}
	copied, err := s.Head(ctx, to)
	if err == nil && copied.CRC64NVME == nil {
		copied.CRC64NVME, err = objstore.ReadChecksum(ctx, s, copied)
	}
	return copied, err
}

func (s *Store) copyWhole(ctx context.Context, from, to string) error {
	_, err := s.client.CopyObject(ctx, &s3.CopyObjectInput{
		Bucket: &s.bucket, Key: s.key(to), CopySource: s.copySource(from), IfNoneMatch: aws.String("*"),
		ChecksumAlgorithm:    types.ChecksumAlgorithmCrc64nvme,
		ServerSideEncryption: types.ServerSideEncryption(s.o.SSE), SSEKMSKeyId: optional(s.o.SSEKMSKeyID),
	}, once)
	return err
}

// copySource is bucket and key as the header x-amz-copy-source wants them: percent-encoded, but for the slashes.
func (s *Store) copySource(key string) *string {
	encoded := strings.NewReplacer("%2F", "/", "+", "%2B").Replace(url.PathEscape(s.bucket + "/" + *s.key(key)))
	return &encoded
}
