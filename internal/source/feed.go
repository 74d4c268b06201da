package source

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"github.com/tablectl/tablectl/internal/source/blocks"
	"github.com/tablectl/tablectl/internal/source/csv"
)

// unit is a block of one file, with what the beginning of the file said.
type unit struct {
	in     *input
	layout *csv.Layout // nil for NDJSON
	blk    *blocks.Block
}

func (u unit) size() int { return len(u.blk.Data) }

// feed cuts the text files of a source into units, one file after the other. It is for one goroutine.
type feed struct {
	s      *Source
	m      *meter
	layout func(*csv.Layout) error // called for each file as soon as its layout is known; CSV only
	digest *digester               // nil: no digests are missing

	i     int
	file  io.Closer
	plain io.Closer // decompressor, if any
	split *blocks.Splitter
	head  *csv.Head
	now   *csv.Layout

	digesting bool // the digest of this file
}

// next returns units until io.EOF. After any error the feed is closed.
func (f *feed) next(ctx context.Context) (unit, error) {
	u, err := f.step(ctx)
	if err != nil {
		f.close()
	}
	return u, err
}

func (f *feed) step(ctx context.Context) (unit, error) {
	for {
		if err := ctx.Err(); err != nil {
			return unit{}, err
		}
		if f.split == nil {
			if f.i == len(f.s.inputs) {
				return unit{}, io.EOF
			}
			if err := f.begin(ctx, f.s.inputs[f.i]); err != nil {
				return unit{}, err
			}
		}
		in := f.s.inputs[f.i]
		blk, err := f.split.Next()
		switch {
		case err == io.EOF:
			if err := f.end(in); err != nil {
				return unit{}, err
			}
			continue
		case errors.Is(err, blocks.ErrTooLong):
			return unit{}, &Error{File: in.name, Msg: err.Error(), Hint: "is there a quote that is never closed, or no line end? If not, allow more --memory"}
		case err != nil:
			return unit{}, err
		}
		ready, err := f.settle(in, blk)
		if err != nil || !ready {
			blk.Release()
			if err != nil {
				return unit{}, err
			}
			continue
		}
		return unit{in, f.now, blk}, nil
	}
}

func (f *feed) begin(ctx context.Context, in *input) error {
	g, err := f.s.open(ctx, in, f.m)
	if err != nil {
		return err
	}
	f.file = g
	var r io.Reader = g
	f.digesting = f.digest != nil && in.store == nil && in.sha256 == nil
	if in.compression != "" {
		if f.digesting {
			g.sum = sha256.New()
			f.digest.own(in, g.sum)
		}
		d, err := decompress(g, in.compression, in.name)
		if err != nil {
			return err
		}
		f.plain, r = d, d
	}
	quote := blocks.NoQuote
	if f.s.format != formatNDJSON {
		quote = f.s.o.CSV.QuoteByte()
	}
	f.split = blocks.NewSplitter(r, quote, blocks.Size, f.s.o.maxRecord(), f.s.pool)
	if f.digesting && in.compression == "" {
		f.split.Tap = f.digest.tap(in)
	}
	f.head, f.now = &csv.Head{Dialect: f.s.o.CSV, File: in.name}, nil
	return nil
}

// settle looks at the beginning of a file; false: there is nothing in the block to work on.
func (f *feed) settle(in *input, blk *blocks.Block) (bool, error) {
	if f.s.format == formatNDJSON {
		if blk.First {
			blk.Data = bytes.TrimPrefix(blk.Data, []byte("\xef\xbb\xbf"))
		}
		return true, nil
	}
	if f.now != nil {
		return true, nil
	}
	var err error
	if f.now, err = f.head.Read(blk); err != nil || f.now == nil {
		return false, err
	}
	return true, f.layout(f.now)
}

// end closes a file that was read to its end.
func (f *feed) end(in *input) error {
	if f.s.format != formatNDJSON && f.now == nil {
		l, err := f.head.End()
		if err != nil {
			return err
		}
		if err := f.layout(l); err != nil {
			return err
		}
	}
	if f.digesting {
		f.digest.finish(in)
	}
	f.i++
	return f.close()
}

func (f *feed) close() error {
	var err error
	for _, c := range []io.Closer{f.plain, f.file} {
		if c != nil {
			err = errors.Join(err, c.Close())
		}
	}
	f.plain, f.file, f.split = nil, nil, nil
	if err != nil {
		return fmt.Errorf("close input: %w", err)
	}
	return nil
}
