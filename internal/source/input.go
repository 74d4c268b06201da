package source

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/tablectl/tablectl/internal/objstore"
)

// Input is one file of a source as the fingerprint sees it.
type Input struct {
	Name     string // path or URL
	Bytes    int64
	Identity string // "sha256:…" of the content; for s3:// "etag:…"
}

// input is one file of a source.
type input struct {
	name        string // for people: path or URL
	path        string // local; also of the spool that holds standard input
	stdin       bool
	store       objstore.Store // else
	info        objstore.Info
	size        int64
	format      format
	compression string

	sha256    []byte   // of the content, once it was read; nil for s3://
	crc64nvme *uint64  // of a local file that was read for it
	pieces    []uint64 // hash of each piece of the content as it was then
	known     bool     // pieces are all there
}

// open reads the content from its beginning. A local file that is gone, and an object that is another, have changed.
func (in *input) open(ctx context.Context) (io.ReadCloser, error) {
	if in.store != nil {
		return newRemote(ctx, in), nil
	}
	f, err := os.Open(in.path)
	if os.IsNotExist(err) {
		return nil, fmt.Errorf("%s: %w: it is gone", in.name, ErrChanged)
	}
	if err != nil {
		return nil, fmt.Errorf("open input: %w", err)
	}
	return f, nil
}

// changed is the refusal of an input that is not what it was.
func (in *input) changed() error {
	return fmt.Errorf("%s: %w; make sure that nothing writes to it and start again", in.name, ErrChanged)
}

// identity is what the fingerprint is made of.
func (in *input) identity() string {
	if in.store != nil {
		return "etag:" + in.info.ETag
	}
	return fmt.Sprintf("sha256:%x", in.sha256)
}
