package s3store

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/tablectl/tablectl/internal/objstore"
)

// copyParts copies an object of any size in several requests, of which the last one carries the condition. The upload names no checksum:
// AWS then keeps CRC64NVME of the whole object by itself, while MinIO has none of copied parts and versitygw takes the source's for each
// of them, so that both refuse to complete. An upload that fails is left to gc, and the next attempt begins a new one.
func (s *Store) copyParts(ctx context.Context, from, to string, o objstore.CopyOptions) error {
	out, err := s.client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{
		Bucket: &s.bucket, Key: s.key(to), ContentType: optional(o.ContentType),
		ServerSideEncryption: types.ServerSideEncryption(s.o.SSE), SSEKMSKeyId: optional(s.o.SSEKMSKeyID),
	})
	if err != nil {
		return err
	}
	if aws.ToString(out.UploadId) == "" {
		return &objstore.Error{Op: "copy", Key: to, Kind: objstore.ErrTemporary, Err: errors.New("answer without an upload ID")}
	}
	u := &upload{s: s, key: to, body: objstore.Body{Size: o.Size}, id: out.UploadId}
	parts, err := u.each(ctx, func(ctx context.Context, number int32, first, size int64) (types.CompletedPart, error) {
		return u.partCopy(ctx, from, number, first, first+size-1)
	})
	if err != nil {
		return err
	}
	_, err = s.client.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{
		Bucket: &s.bucket, Key: s.key(to), UploadId: u.id, IfNoneMatch: aws.String("*"),
		MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
	}, once)
	return err
}

// partCopy copies the bytes first to last as one part.
func (u *upload) partCopy(ctx context.Context, from string, number int32, first, last int64) (types.CompletedPart, error) {
	out, err := u.s.client.UploadPartCopy(ctx, &s3.UploadPartCopyInput{
		Bucket: &u.s.bucket, Key: u.s.key(u.key), UploadId: u.id, PartNumber: &number,
		CopySource: u.s.copySource(from), CopySourceRange: aws.String(fmt.Sprintf("bytes=%d-%d", first, last)),
	})
	if err != nil {
		return types.CompletedPart{}, err
	}
	if out.CopyPartResult == nil {
		return types.CompletedPart{}, &objstore.Error{Op: "copy", Key: u.key, Kind: objstore.ErrTemporary, Err: errors.New("answer without a part")}
	}
	return types.CompletedPart{PartNumber: &number, ETag: out.CopyPartResult.ETag}, nil
}
