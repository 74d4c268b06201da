package writer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"golang.org/x/sync/errgroup"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/manifest"
)

// streamed reads a large file once, from its beginning to its end, in pieces: digests go along, and row groups are decoded as soon
// as they are there, out of the pieces that are in memory. Only the end is read twice, since the footer must be known first. A file
// whose row groups are larger than memory goes through the spool.
func (v *validator) streamed(ctx context.Context, f *manifest.File, out *findings) error {
	tail, err := v.tail(ctx, f, out)
	if err != nil || tail == nil {
		return err
	}
	w := newWindow(tail)
	r := objstore.RangeReaderAt(ctx, v.store, tail.info)
	g, inner := errgroup.WithContext(ctx)
	fetch := &fetcher{r: r, size: tail.info.Size, sha: sha256.New(), crc: objstore.NewCRC64NVME()}
	fetch.start(inner, g)
	if err := fetch.next(inner, w.add); err != nil {
		return firstError(g, err)
	}
	x := v.open(w, f, out)
	g.Go(func() error {
		if x == nil {
			return fetch.rest(inner, func([]byte) error { return nil })
		}
		return v.follow(inner, x, w, fetch)
	})
	if err := g.Wait(); err != nil {
		return err
	}
	digestsAre(f, hex.EncodeToString(fetch.sha.Sum(nil)), fetch.crc.Sum64(), out)
	return nil
}

func firstError(g *errgroup.Group, err error) error {
	if e := g.Wait(); e != nil {
		return e
	}
	return err
}

// follow decodes row groups behind the fetcher.
func (v *validator) follow(ctx context.Context, x *examination, w *window, fetch *fetcher) error {
	room := max(v.o.Memory/4, 4*pieceBytes) - 2*pieceBytes // the fetcher is ahead by two pieces
	extents, ok := extentsOf(w.tail, room)
	if !ok || len(extents) != x.file.NumRowGroups() {
		return v.spooled(ctx, x, w, fetch)
	}
	g, inner := errgroup.WithContext(ctx)
	for i, e := range extents {
		w.hold(i, e.start)
		for w.end() < e.end {
			if err := w.wait(inner, room-pieceBytes); err != nil {
				return firstError(g, err)
			}
			if err := fetch.next(inner, w.add); err != nil {
				return firstError(g, err)
			}
		}
		g.Go(func() error {
			defer w.drop(i)
			return x.group(inner, i)
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	x.finish()
	return fetch.rest(ctx, func([]byte) error { return nil })
}

// spooled puts the whole file into a temporary one and decodes that.
func (v *validator) spooled(ctx context.Context, x *examination, w *window, fetch *fetcher) error {
	s := v.spools.New()
	defer s.Close() // only read from here on
	if err := w.copyTo(s); err != nil {
		return err
	}
	err := fetch.rest(ctx, func(b []byte) error { _, err := s.Write(b); return err })
	if err != nil {
		return err
	}
	w.replace(s)
	return x.all(ctx)
}
