package source

import (
	"context"
	"fmt"
	"hash/maphash"
	"os"
	"slices"
	"sync"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/tablectl/tablectl/internal/source/blocks"
)

// Source is a list of files of one format. Its methods are for one goroutine at a time.
type Source struct {
	o      Options
	inputs []*input
	format format
	seed   maphash.Seed
	pool   *sync.Pool
	spool  string // file that holds standard input; removed by Close

	hashed bool
	schema *arrow.Schema // nil until it was asked for
	notes  []string
}

// Open finds the files that the inputs stand for: files, directories, globs, s3:// objects and prefixes, "-" for standard input. It
// reads none of them. Nothing found is ErrNoInput.
func Open(ctx context.Context, inputs []string, o Options) (*Source, error) {
	o, err := o.defaults()
	if err != nil {
		return nil, err
	}
	found, err := discover(ctx, inputs, o)
	if err != nil {
		return nil, err
	}
	s := &Source{o: o, inputs: found, format: found[0].format, seed: maphash.MakeSeed(), pool: blocks.NewPool()}
	if s.format == formatTSV && s.o.CSV.Delimiter == 0 {
		s.o.CSV.Delimiter = '\t'
	}
	return s, nil
}

// Stdin says whether standard input is among the inputs: then the same command cannot read the same bytes again.
func (s *Source) Stdin() bool {
	return slices.ContainsFunc(s.inputs, func(in *input) bool { return in.stdin })
}

// Typed says whether the inputs have types of their own: text has not.
func (s *Source) Typed() bool { return s.format == formatParquet || s.format == formatArrow }

// Close removes what was spooled. Readers must be released before.
func (s *Source) Close() error {
	if s.spool == "" {
		return nil
	}
	path := s.spool
	s.spool = ""
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("remove spool: %w", err)
	}
	return nil
}

// open reads an input from its beginning, guarded.
func (s *Source) open(ctx context.Context, in *input, m *meter) (*guard, error) {
	r, err := in.open(ctx)
	if err != nil {
		return nil, err
	}
	if !in.known {
		in.pieces = nil // of a reading that did not come to its end
	}
	return &guard{ctx: ctx, in: in, r: r, seed: s.seed, tell: m.add}, nil
}
