package s3store

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"golang.org/x/sync/errgroup"

	"github.com/tablectl/tablectl/internal/objstore"
)

const maxParts = 10_000

// partSize is a function of the object's size and the least part size alone, so that a later attempt cuts the same parts.
func partSize(size, least int64) int64 {
	const mib = 1 << 20
	need := (size + maxParts - 1) / maxParts
	return max(least, (need+mib-1)/mib*mib)
}

// upload is one multipart upload.
type upload struct {
	s    *Store
	key  string
	body objstore.Body
	id   *string
	have map[int32]types.Part // what an earlier attempt sent
}

// putParts writes an object in several requests, of which the last one carries the condition. Whatever goes wrong, the upload
// stays, for a later attempt to continue or for gc to abort.
func (s *Store) putParts(ctx context.Context, key string, body objstore.Body, o objstore.PutOptions) (objstore.Info, error) {
	u := &upload{s: s, key: key, body: body}
	if o.Resume {
		if err := u.find(ctx); err != nil {
			return objstore.Info{}, err
		}
	}
	if u.id == nil {
		if err := u.create(ctx, o); err != nil {
			return objstore.Info{}, err
		}
	}
	parts, err := u.send(ctx)
	if err != nil {
		return objstore.Info{}, u.spoilt(ctx, err)
	}
	info, err := u.complete(ctx, parts, o)
	return info, u.spoilt(ctx, err)
}

func (u *upload) create(ctx context.Context, o objstore.PutOptions) error {
	out, err := u.s.client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{
		Bucket: &u.s.bucket, Key: u.s.key(u.key), ContentType: optional(o.ContentType), Metadata: o.Metadata,
		ChecksumAlgorithm: types.ChecksumAlgorithmCrc64nvme, ChecksumType: types.ChecksumTypeFullObject,
		ServerSideEncryption: types.ServerSideEncryption(u.s.o.SSE), SSEKMSKeyId: optional(u.s.o.SSEKMSKeyID),
	})
	if err != nil {
		return err
	}
	if aws.ToString(out.UploadId) == "" {
		return &objstore.Error{Op: "put", Key: u.key, Kind: objstore.ErrTemporary, Err: errors.New("answer without an upload ID")}
	}
	u.id = out.UploadId
	return nil
}

// each makes all parts, several at a time, and returns them in order. A part is size bytes from an offset.
func (u *upload) each(ctx context.Context, do func(ctx context.Context, number int32, from, size int64) (types.CompletedPart, error)) ([]types.CompletedPart, error) {
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
			from := int64(i) * size
			parts[i], err = do(ctx, int32(i+1), from, min(size, u.body.Size-from))
			return err
		})
	}
	return parts, g.Wait()
}

// send sends the parts that are not there.
func (u *upload) send(ctx context.Context) ([]types.CompletedPart, error) {
	return u.each(ctx, func(ctx context.Context, number int32, from, size int64) (types.CompletedPart, error) {
		return u.part(ctx, number, io.NewSectionReader(u.body, from, size))
	})
}

// part sends one part, or finds that it was sent before.
func (u *upload) part(ctx context.Context, number int32, section *io.SectionReader) (types.CompletedPart, error) {
	sum, err := objstore.Body{ReaderAt: section, Size: section.Size()}.Checksum(ctx)
	if err != nil {
		return types.CompletedPart{}, err
	}
	done := types.CompletedPart{PartNumber: &number, ChecksumCRC64NVME: encodeCRC(sum)}
	old, ok := u.have[number]
	if ok && aws.ToInt64(old.Size) == section.Size() && aws.ToString(old.ChecksumCRC64NVME) == *done.ChecksumCRC64NVME {
		done.ETag = old.ETag
		return done, nil
	}
	out, err := u.s.client.UploadPart(ctx, &s3.UploadPartInput{
		Bucket: &u.s.bucket, Key: u.s.key(u.key), UploadId: u.id, PartNumber: &number,
		Body: section, ContentLength: aws.Int64(section.Size()), ChecksumCRC64NVME: done.ChecksumCRC64NVME,
	}, u.s.payload)
	if err != nil {
		return types.CompletedPart{}, err
	}
	done.ETag = out.ETag
	return done, nil
}

func (u *upload) complete(ctx context.Context, parts []types.CompletedPart, o objstore.PutOptions) (objstore.Info, error) {
	out, err := u.s.client.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{
		Bucket: &u.s.bucket, Key: u.s.key(u.key), UploadId: u.id,
		MultipartUpload:   &types.CompletedMultipartUpload{Parts: parts},
		ChecksumCRC64NVME: encodeCRC(*u.body.CRC64NVME), ChecksumType: types.ChecksumTypeFullObject,
		MpuObjectSize: &u.body.Size, IfMatch: optional(o.IfMatch), IfNoneMatch: ifNoneMatch(o),
	}, once)
	if err != nil {
		return objstore.Info{}, err
	}
	h := header(out.ResultMetadata)
	return written(u.key, u.body, aws.ToString(out.ETag), objstore.Info{Date: date(h), CRC64NVME: decodeCRC(aws.ToString(out.ChecksumCRC64NVME))})
}

// spoilt remembers uploads that will never complete, so that the next attempt begins a new one: after a 409 S3 asks for that,
// after a wrong checksum or a missing part the same parts would fail again.
func (u *upload) spoilt(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	err = u.s.foreign(ctx, "put", u.key, err)
	for _, kind := range []error{objstore.ErrConflict, objstore.ErrPrecondition, objstore.ErrChecksum} {
		if errors.Is(err, kind) {
			u.s.dead.Store(aws.ToString(u.id), true)
		}
	}
	return err
}

// find looks for the newest unfinished upload of exactly this key that can be continued, and for its parts.
func (u *upload) find(ctx context.Context) error {
	var found []types.MultipartUpload
	pages := s3.NewListMultipartUploadsPaginator(u.s.client, &s3.ListMultipartUploadsInput{Bucket: &u.s.bucket, Prefix: u.s.key(u.key)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, m := range page.Uploads {
			if _, dead := u.s.dead.Load(aws.ToString(m.UploadId)); !dead && aws.ToString(m.Key) == *u.s.key(u.key) {
				found = append(found, m)
			}
		}
	}
	slices.SortStableFunc(found, func(a, b types.MultipartUpload) int {
		return cmp.Or(aws.ToTime(b.Initiated).Compare(aws.ToTime(a.Initiated)), cmp.Compare(aws.ToString(a.UploadId), aws.ToString(b.UploadId)))
	})
	for _, m := range found {
		have, ok, err := u.parts(ctx, m.UploadId)
		if err != nil {
			return err
		}
		if ok {
			u.id, u.have = m.UploadId, have
			return nil
		}
	}
	return nil
}

// parts lists what an upload has. It is false if that upload is gone, or was begun without our kind of checksum.
func (u *upload) parts(ctx context.Context, id *string) (map[int32]types.Part, bool, error) {
	have := map[int32]types.Part{}
	ours := false
	pages := s3.NewListPartsPaginator(u.s.client, &s3.ListPartsInput{Bucket: &u.s.bucket, Key: u.s.key(u.key), UploadId: id})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			if errors.Is(u.s.foreign(ctx, "put", u.key, err), objstore.ErrPrecondition) {
				return nil, false, nil // finished or aborted meanwhile
			}
			return nil, false, err
		}
		ours = ours || page.ChecksumAlgorithm == types.ChecksumAlgorithmCrc64nvme
		for _, p := range page.Parts {
			ours = ours || p.ChecksumCRC64NVME != nil
			have[aws.ToInt32(p.PartNumber)] = p
		}
	}
	return have, ours, nil
}
