package source

import (
	"context"
	"io"
	"sync/atomic"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/tablectl/tablectl/internal/source/blocks"
)

// Reader gives record batches in the order of the input. Release it before its Source is closed.
type Reader interface {
	Retain()
	Release()
	Schema() *arrow.Schema
	Next() bool
	Record() arrow.Record // valid until the next Next; Retain it to keep it
	Err() error           // why Next was false, nil at the end of the input
}

// Read reads all inputs into batches of the schema want, of which the columns are found by name, in any order; a nil want is the schema of
// the input. A column that one has and the other has not is refused, and so is a value that does not fit exactly.
func (s *Source) Read(ctx context.Context, want *arrow.Schema) (Reader, error) {
	if err := s.spoolStdin(ctx); err != nil {
		return nil, err
	}
	if want == nil {
		var err error
		if want, _, err = s.Schema(ctx); err != nil {
			return nil, err
		}
	}
	switch s.format {
	case formatCSV, formatTSV:
		return s.readCSV(ctx, want)
	case formatNDJSON:
		return s.readNDJSON(ctx, want)
	}
	return s.readRecords(ctx, want)
}

// parsed is what became of a unit.
type parsed struct {
	rec arrow.Record
	res blocks.Result
}

func drop(p parsed) {
	if p.rec != nil {
		p.rec.Release()
	}
}

// streamReader gives what a stream of units or batches became.
type streamReader[I any] struct {
	refs   atomic.Int64
	schema *arrow.Schema
	stream *blocks.Stream[I, parsed]
	place  blocks.Place
	rec    arrow.Record
	err    error
}

func newReader[I any](want *arrow.Schema, stream *blocks.Stream[I, parsed]) *streamReader[I] {
	r := &streamReader[I]{schema: want, stream: stream}
	r.refs.Store(1)
	return r
}

// newTextReader has the units of a feed worked on.
func newTextReader(ctx context.Context, s *Source, want *arrow.Schema, f *feed, work func() func(unit) parsed) Reader {
	l := blocks.Limits{Workers: s.o.Concurrency, Memory: s.o.Memory}
	return newReader(want, blocks.NewStream(ctx, l, f.next, unit.size, work, drop))
}

func (r *streamReader[I]) Schema() *arrow.Schema { return r.schema }
func (r *streamReader[I]) Record() arrow.Record  { return r.rec }
func (r *streamReader[I]) Retain()               { r.refs.Add(1) }

func (r *streamReader[I]) Err() error {
	if r.err == io.EOF {
		return nil
	}
	return r.err
}

// Release stops reading and waits until nothing of it runs any more.
func (r *streamReader[I]) Release() {
	if r.refs.Add(-1) == 0 {
		r.forget()
		r.stream.Close()
	}
}

func (r *streamReader[I]) forget() {
	if r.rec != nil {
		r.rec.Release()
		r.rec = nil
	}
}

// Next goes on to the next batch that has rows.
func (r *streamReader[I]) Next() bool {
	r.forget()
	for r.err == nil {
		p, err := r.stream.Next()
		if err == nil {
			err = r.place.Add(p.res)
		}
		if err != nil {
			r.err = err
			drop(p)
			break
		}
		if p.rec.NumRows() > 0 {
			r.rec = p.rec
			return true
		}
		p.rec.Release()
	}
	return false
}
