package writer

import (
	"context"
	"hash"
	"io"

	"golang.org/x/sync/errgroup"
)

// fetcher reads an object in pieces, two ahead, and digests them in their order.
type fetcher struct {
	r      io.ReaderAt
	size   int64
	pieces chan chan []byte
	sha    hash.Hash
	crc    hash.Hash64
}

// start begins to read ahead.
func (f *fetcher) start(ctx context.Context, g *errgroup.Group) {
	f.pieces = make(chan chan []byte, 2)
	g.Go(func() error {
		defer close(f.pieces)
		for at := int64(0); at < f.size; at += pieceBytes {
			piece := make(chan []byte, 1)
			select {
			case f.pieces <- piece:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
			g.Go(func() error {
				b := make([]byte, min(pieceBytes, f.size-at))
				if _, err := f.r.ReadAt(b, at); err != nil && err != io.EOF {
					return err
				}
				piece <- b
				return nil
			})
		}
		return nil
	})
}

// next hands on the next piece; io.ErrUnexpectedEOF when there is none.
func (f *fetcher) next(ctx context.Context, take func([]byte) error) error {
	select {
	case piece, ok := <-f.pieces:
		if !ok {
			return io.ErrUnexpectedEOF
		}
		select {
		case b := <-piece:
			f.sha.Write(b) // never fails
			f.crc.Write(b) // never fails
			return take(b)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// rest hands on all pieces that are left.
func (f *fetcher) rest(ctx context.Context, take func([]byte) error) error {
	for {
		if err := f.next(ctx, take); err == io.ErrUnexpectedEOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}
