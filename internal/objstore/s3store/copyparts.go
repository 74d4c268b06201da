package s3store

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"golang.org/x/sync/errgroup"

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
	u := &upload{s: s, key: to, body: objstore.Body{Size: o.Size}, id: out.UploadId}
	parts, err := u.sendCopies(ctx, from)
	if err != nil {
		return err
	}
	_, err = s.client.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{
		Bucket: &s.bucket, Key: s.key(to), UploadId: u.id, IfNoneMatch: aws.String("*"),
		MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
	}, once)
	return err
}

// sendCopies copies all parts, several at a time, and returns them in order.
func (u *upload) sendCopies(ctx context.Context, from string) ([]types.CompletedPart, error) {
	size := partSize(u.body.Size, u.s.o.PartSize)
	parts := make([]types.CompletedPart, max(1, (u.body.Size+size-1)/size))
	g, ctx := errgroup.WithContext(ctx)
	for i := range parts {
		select {
		case u.s.slots <- struct{}{}:
		case <-ctx.Done():
			return nil, errors.Join(g.Wait(), context.Cause(ctx))
		}
		g.Go(func() (err error) {
			defer func() { <-u.s.slots }()
			first := int64(i) * size
			parts[i], err = u.partCopy(ctx, from, int32(i+1), first, min(first+size, u.body.Size)-1)
			return err
		})
	}
	return parts, g.Wait()
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
