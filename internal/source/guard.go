package source

import (
	"context"
	"errors"
	"hash"
	"hash/maphash"
	"io"
	"sync/atomic"
)

// guard reads an input in pieces, as large as the caller's buffers. The first complete reading writes down a hash of every piece;
// each later one compares, so that no byte is used which is not the one that the fingerprint was made of. The hash is of this
// process and seed: nobody can aim at it. All readings of an input use buffers of the same sizes.
type guard struct {
	ctx  context.Context
	in   *input
	r    io.ReadCloser
	seed maphash.Seed
	sum  hash.Hash // of the content, if this reading computes it here
	n    int       // pieces so far
	size int64     // bytes so far
	end  bool
	tell func(n int)
}

// Read fills p unless the input ends.
func (g *guard) Read(p []byte) (int, error) {
	if err := g.ctx.Err(); err != nil {
		return 0, err
	}
	if g.end {
		return 0, io.EOF
	}
	n, err := io.ReadFull(g.r, p)
	g.end = err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF)
	if err != nil && !g.end {
		return 0, err
	}
	if err := g.check(p[:n]); err != nil {
		return 0, err
	}
	if g.tell(n); n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

func (g *guard) check(piece []byte) error {
	in := g.in
	g.size += int64(len(piece))
	if len(piece) > 0 && in.store == nil { // an object is guarded by its ETag
		h := maphash.Bytes(g.seed, piece)
		switch {
		case !in.known:
			in.pieces = append(in.pieces, h)
		case g.n >= len(in.pieces) || in.pieces[g.n] != h:
			return in.changed()
		}
		g.n++
		if g.sum != nil {
			g.sum.Write(piece) // never fails
		}
	}
	if g.end && in.store == nil {
		if in.known && g.n != len(in.pieces) {
			return in.changed()
		}
		in.known, in.size = true, g.size
	}
	return nil
}

func (g *guard) Close() error { return g.r.Close() }

// meter counts the bytes of one pass.
type meter struct {
	pass  string
	bytes atomic.Int64
	total int64
	tell  func(Progress)
}

func (s *Source) meter(pass string) *meter {
	m := &meter{pass: pass, tell: s.o.Progress}
	for _, in := range s.inputs {
		m.total += in.size
	}
	return m
}

func (m *meter) add(n int) {
	m.tell(Progress{Pass: m.pass, Bytes: m.bytes.Add(int64(n)), Total: m.total})
}
