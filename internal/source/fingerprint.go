package source

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"

	"golang.org/x/sync/errgroup"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/internal/source/blocks"
)

// Fingerprint is a digest of the content of all inputs in their order: SHA-256 of local files whatever their names, URL, ETag and
// size of s3:// objects. It reads the local files unless Prepare did.
func (s *Source) Fingerprint(ctx context.Context) (string, []Input, error) {
	if err := s.Prepare(ctx, false); err != nil {
		return "", nil, err
	}
	sum := sha256.New()
	inputs := make([]Input, 0, len(s.inputs))
	for _, in := range s.inputs {
		inputs = append(inputs, Input{Name: in.name, Bytes: in.size, Identity: in.identity()})
		if in.store != nil {
			fmt.Fprintf(sum, "%q %q %d\n", in.name, in.info.ETag, in.size) // writing to a hash never fails
		} else {
			fmt.Fprintf(sum, "%s\n", in.identity()) // as above
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), inputs, nil
}

// Prepare takes the fingerprint and, if it is wanted, infers the schema, in one pass over the bytes where both are missing.
func (s *Source) Prepare(ctx context.Context, wantSchema bool) error {
	if err := s.spoolStdin(ctx); err != nil {
		return err
	}
	if wantSchema && s.schema == nil {
		if err := s.infer(ctx); err != nil {
			return err
		}
	}
	if !s.hashed {
		if err := s.hashAll(ctx); err != nil {
			return err
		}
		s.hashed = true
	}
	return nil
}

// hashAll reads those local files of which the digest is missing, several at a time.
func (s *Source) hashAll(ctx context.Context) error {
	m := s.meter("scan")
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(s.o.Concurrency)
	for _, in := range s.inputs {
		if in.store == nil && in.sha256 == nil {
			g.Go(func() error { return s.hashOne(ctx, in, m) })
		}
	}
	return g.Wait()
}

// hashOne reads a file in the pieces in which it will be read again.
func (s *Source) hashOne(ctx context.Context, in *input, m *meter) error {
	r, err := s.open(ctx, in, m)
	if err != nil {
		return err
	}
	defer r.Close() // only read
	sums := &bothSums{Hash: sha256.New(), crc: objstore.NewCRC64NVME()}
	r.sum = sums
	buf := make([]byte, min(blocks.Size, in.size+1)) // a small file is one piece, whatever the buffer
	for {
		_, err := r.Read(buf)
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
	}
	in.sha256, in.crc64nvme = sums.Sum(nil), new(sums.crc.Sum64())
	return nil
}

// bothSums is a SHA-256 and beside it the checksum with which a file may be sent.
type bothSums struct {
	hash.Hash
	crc hash.Hash64
}

// Write adds to both.
func (b *bothSums) Write(p []byte) (int, error) {
	b.crc.Write(p) // never fails
	return b.Hash.Write(p)
}
