package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"golang.org/x/sync/errgroup"
)

// How the plain uploader works: as uploaders do.
const (
	partSize = 16 << 20
	parallel = 8
)

// role is what this program does in a process of its own. As a rival of tablectl: ROLE URL FILE… It prints the seconds that it took.
func role(ctx context.Context, args []string) error {
	if len(args) == 3 && args[0] == manyFilesRole {
		return makeManyFiles(ctx, args[1], args[2])
	}
	if len(args) > 1 && args[0] == measuredRole {
		return measured(args[1:])
	}
	if len(args) < 3 {
		return fmt.Errorf("usage: bench role upload|upload-read-decode URL FILE…")
	}
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return err
	}
	bucket, prefix, _ := strings.Cut(strings.TrimPrefix(args[1], "s3://"), "/")
	u := &uploader{s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true }), bucket}
	started := time.Now()
	for _, path := range args[2:] {
		key := prefix + "/" + filepath.Base(path)
		if err := u.upload(ctx, path, key); err != nil {
			return fmt.Errorf("upload %s: %w", path, err)
		}
		if args[0] == "upload" {
			continue
		}
		if err := u.readAndDecode(ctx, key); err != nil {
			return fmt.Errorf("read %s: %w", key, err)
		}
	}
	fmt.Println(time.Since(started).Seconds())
	return nil
}

type uploader struct {
	client *s3.Client
	bucket string
}

func (u *uploader) upload(ctx context.Context, path, key string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	up, err := u.client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: &u.bucket, Key: &key})
	if err != nil {
		return err
	}
	parts := make([]types.CompletedPart, (info.Size()+partSize-1)/partSize)
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(parallel)
	for i := range parts {
		g.Go(func() error {
			body := io.NewSectionReader(f, int64(i)*partSize, min(partSize, info.Size()-int64(i)*partSize))
			out, err := u.client.UploadPart(gctx, &s3.UploadPartInput{
				Bucket: &u.bucket, Key: &key, UploadId: up.UploadId, PartNumber: aws.Int32(int32(i + 1)), Body: body,
			})
			if err == nil {
				parts[i] = types.CompletedPart{ETag: out.ETag, PartNumber: aws.Int32(int32(i + 1)), ChecksumCRC32: out.ChecksumCRC32}
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	_, err = u.client.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{
		Bucket: &u.bucket, Key: &key, UploadId: up.UploadId, MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
	})
	return err
}

// download reads an object in parallel pieces.
func (u *uploader) download(ctx context.Context, key string) ([]byte, error) {
	head, err := u.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &u.bucket, Key: &key})
	if err != nil {
		return nil, err
	}
	buf := make([]byte, *head.ContentLength)
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(parallel)
	for at := 0; at < len(buf); at += partSize {
		g.Go(func() error {
			end := min(at+partSize, len(buf))
			out, err := u.client.GetObject(gctx, &s3.GetObjectInput{
				Bucket: &u.bucket, Key: &key, Range: aws.String(fmt.Sprintf("bytes=%d-%d", at, end-1)),
			})
			if err != nil {
				return err
			}
			defer out.Body.Close()
			_, err = io.ReadFull(out.Body, buf[at:end])
			return err
		})
	}
	return buf, g.Wait()
}
