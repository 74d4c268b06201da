package s3store

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/tablectl/tablectl/internal/objstore"
)

// List yields objects page by page, 1,000 at a time.
func (s *Store) List(ctx context.Context, prefix string) iter.Seq2[objstore.Info, error] {
	return func(yield func(objstore.Info, error) bool) {
		pages := s3.NewListObjectsV2Paginator(s.client, &s3.ListObjectsV2Input{Bucket: &s.bucket, Prefix: s.key(prefix)})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err == nil && page.Name == nil {
				err = &objstore.Error{Op: "list", Key: prefix, Kind: objstore.ErrTemporary, Err: errors.New("answer is not a listing")}
			}
			if err != nil {
				yield(objstore.Info{}, s.foreign(ctx, "list", prefix, err))
				return
			}
			for _, o := range page.Contents {
				if !yield(s.listed(o), nil) {
					return
				}
			}
		}
	}
}

func (s *Store) listed(o types.Object) objstore.Info {
	return objstore.Info{
		Key: strings.TrimPrefix(aws.ToString(o.Key), s.prefix), Size: aws.ToInt64(o.Size), ETag: aws.ToString(o.ETag),
		LastModified: aws.ToTime(o.LastModified).UTC(),
	}
}

// perRequest is how many keys one DeleteObjects request may name.
const perRequest = 1000

// Delete removes exactly these keys.
func (s *Store) Delete(ctx context.Context, keys ...string) error {
	for _, key := range keys {
		if err := s.check(ctx, "delete", key); err != nil {
			return err
		}
	}
	for some := range slices.Chunk(keys, perRequest) {
		if err := s.deleteSome(ctx, some); err != nil {
			return s.foreign(ctx, "delete", some[0], err)
		}
	}
	return nil
}

func (s *Store) deleteSome(ctx context.Context, keys []string) error {
	ids := make([]types.ObjectIdentifier, len(keys))
	for i, key := range keys {
		ids[i].Key = s.key(key)
	}
	out, err := s.client.DeleteObjects(ctx, &s3.DeleteObjectsInput{
		Bucket: &s.bucket, Delete: &types.Delete{Objects: ids, Quiet: aws.Bool(true)},
		ChecksumAlgorithm: types.ChecksumAlgorithmCrc64nvme,
	})
	if err != nil {
		return err
	}
	h := header(out.ResultMetadata)
	for _, e := range out.Errors {
		a := &Answer{Status: 200, Code: aws.ToString(e.Code), Message: aws.ToString(e.Message)}
		kind := kindOf(a, h)
		if errors.Is(kind, objstore.ErrNotFound) {
			continue // removed
		}
		return &objstore.Error{Op: "delete", Key: strings.TrimPrefix(aws.ToString(e.Key), s.prefix), Date: date(h), Kind: kind, Err: s.explain(a, kind, h)}
	}
	return nil
}
