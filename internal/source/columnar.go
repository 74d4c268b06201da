package source

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/internal/source/arrowipc"
	"github.com/tablectl/tablectl/internal/source/blocks"
)

// sliceRows is the most rows of a batch that is made of a larger one.
const sliceRows = 64 << 10

// records gives the record batches of one Parquet or Arrow file.
type records interface {
	next() (arrow.Record, error) // io.EOF at the end; the caller releases
	fields() (*arrow.Schema, []columnar.Note, error)
	close() error
}

// openRecords opens a file of a format that has record batches. The pieces of a local file must be known.
func (s *Source) openRecords(ctx context.Context, in *input, m *meter) (records, error) {
	if s.format == formatParquet {
		return s.openParquet(ctx, in, m)
	}
	r, err := arrowipc.Open(s.readerAt(ctx, in), in.size)
	if err != nil {
		return nil, in.decodeError(err)
	}
	return &arrowRecords{in: in, r: r, m: m}, nil
}

type arrowRecords struct {
	in   *input
	r    *arrowipc.Reader
	m    *meter
	told int64
}

func (a *arrowRecords) next() (arrow.Record, error) {
	rec, err := a.r.Next()
	switch {
	case err == io.EOF:
		a.tell(a.in.size)
	case err != nil:
		err = a.in.decodeError(err)
	default:
		a.tell(a.r.Position())
	}
	return rec, err
}

func (a *arrowRecords) tell(at int64) {
	a.m.add(int(at - a.told))
	a.told = at
}

func (a *arrowRecords) fields() (*arrow.Schema, []columnar.Note, error) {
	return a.r.Schema(), nil, nil
}
func (a *arrowRecords) close() error { return nil }

type parquetRecords struct {
	in   *input
	f    *columnar.File
	r    *columnar.Reader
	m    *meter
	told int64
}

func (s *Source) openParquet(ctx context.Context, in *input, m *meter) (records, error) {
	f, err := columnar.Open(s.readerAt(ctx, in), in.size, columnar.OpenOptions{})
	if err != nil {
		return nil, in.decodeError(err)
	}
	schema, err := f.Schema()
	if err != nil {
		return nil, in.decodeError(err)
	}
	r, err := f.Read(ctx, schema, columnar.ReadOptions{BatchBytes: int(s.o.Memory / 8), Concurrency: s.o.Concurrency})
	if err != nil {
		return nil, in.decodeError(err)
	}
	return &parquetRecords{in: in, f: f, r: r, m: m}, nil
}

func (p *parquetRecords) next() (arrow.Record, error) {
	if !p.r.Next() {
		if err := p.r.Err(); err != nil {
			return nil, p.in.decodeError(err)
		}
		p.m.add(int(p.in.size - p.told))
		p.told = p.in.size
		return nil, io.EOF
	}
	rec := p.r.Record()
	rec.Retain()
	if rows := p.f.NumRows(); rows > 0 { // which bytes were read is not known, which share of the rows is
		n := int64(float64(p.in.size) * float64(rec.NumRows()) / float64(rows))
		p.m.add(int(n))
		p.told += n
	}
	return rec, nil
}

func (p *parquetRecords) fields() (*arrow.Schema, []columnar.Note, error) { return p.f.ArrowFields() }

func (p *parquetRecords) close() error {
	p.r.Release()
	return nil
}

// decodeError makes an *Error of what is wrong with a file; errors of the storage stay what they are.
func (in *input) decodeError(err error) error {
	var cast *columnar.CastError
	switch {
	case errors.As(err, &cast):
		return in.castError(cast, 0)
	case errors.Is(err, columnar.ErrCorrupt), errors.Is(err, columnar.ErrUnsupported), errors.Is(err, arrowipc.ErrCorrupt), errors.Is(err, columnar.ErrType):
		return &Error{File: in.name, Msg: err.Error()}
	}
	return err
}

// castError says where a value is that does not fit; base is how many rows of the file came before its batch.
func (in *input) castError(c *columnar.CastError, base int64) *Error {
	e := &Error{File: in.name, Column: c.Column, Value: c.Value, Want: c.Want, Msg: c.Reason}
	if c.Row >= 0 {
		e.Row = base + c.Row + 1
		if c.Value != "" {
			e.Msg = fmt.Sprintf("%q: %s", c.Value, c.Reason)
		}
	}
	if c.Want != "" {
		e.Msg += "; expected " + c.Want
	}
	return e
}

// batch is a record of a file, and how many rows of the file came before it.
type batch struct {
	in    *input
	rec   arrow.Record
	base  int64
	bytes int // about
}

// batches reads the files of a source one after the other. It is for one goroutine.
type batches struct {
	s    *Source
	m    *meter
	i    int
	open records
	rec  arrow.Record // a large one
	at   int64        // rows of it that were taken
	base int64
}

func (b *batches) next(ctx context.Context) (batch, error) {
	out, err := b.step(ctx)
	if err != nil {
		err = errors.Join(err, b.close())
		if errors.Is(err, io.EOF) {
			err = io.EOF
		}
	}
	return out, err
}

func (b *batches) step(ctx context.Context) (batch, error) {
	for {
		if err := ctx.Err(); err != nil {
			return batch{}, err
		}
		if b.i == len(b.s.inputs) {
			return batch{}, io.EOF
		}
		in := b.s.inputs[b.i]
		if b.rec != nil {
			return b.slice(in), nil
		}
		var err error
		if b.open == nil {
			if b.open, err = b.s.openRecords(ctx, in, b.m); err != nil {
				return batch{}, err
			}
			b.base = 0
		}
		b.rec, err = b.open.next()
		if err == io.EOF {
			b.i++
			err = b.close()
		}
		if err != nil {
			return batch{}, err
		}
	}
}

// slice takes the next rows of a large record. It shares the memory of the whole and counts for its part of that.
func (b *batches) slice(in *input) batch {
	rows, size := b.rec.NumRows(), 0
	for _, c := range b.rec.Columns() {
		size += bytesOf(c.Data())
	}
	n := min(rows-b.at, sliceRows)
	out := batch{in, b.rec.NewSlice(b.at, b.at+n), b.base, int(float64(size) * float64(n) / float64(max(rows, 1)))}
	b.base += n
	if b.at += n; b.at == rows {
		b.rec.Release()
		b.rec, b.at = nil, 0
	}
	return out
}

func (b *batches) close() error {
	if b.rec != nil {
		b.rec.Release()
		b.rec = nil
	}
	if b.open == nil {
		return nil
	}
	err := b.open.close()
	b.open = nil
	return err
}

// size is that of a batch in the measure of blocks.Weight.
func (b batch) size() int { return b.bytes / 4 }

func bytesOf(d arrow.ArrayData) int {
	n := 0
	for _, b := range d.Buffers() {
		if b != nil {
			n += b.Len()
		}
	}
	for _, c := range d.Children() {
		n += bytesOf(c)
	}
	return n
}

// readRecords casts the batches of all files to the wanted schema, several at a time.
func (s *Source) readRecords(ctx context.Context, want *arrow.Schema) (Reader, error) {
	if err := s.Prepare(ctx, false); err != nil { // the pieces that random access is compared with
		return nil, err
	}
	b := &batches{s: s, m: s.meter("read")}
	l := blocks.Limits{Workers: s.o.Concurrency, Memory: s.o.Memory / 2}
	return newReader(want, blocks.NewStream(ctx, l, b.next, batch.size, func() func(batch) parsed {
		return func(b batch) parsed { return b.cast(want, s.o.Allow) }
	}, drop)), nil
}

func (b batch) cast(want *arrow.Schema, allow Allow) (p parsed) {
	defer b.rec.Release()
	defer func() {
		if v := recover(); v != nil { // an input that got past all checks must not take the process down
			p = parsed{res: blocks.Result{Err: &Error{File: b.in.name, Msg: fmt.Sprintf("cannot be read: %v", v)}}}
		}
	}()
	p.res = blocks.Result{File: b.in.name, First: true, Rows: b.rec.NumRows()}
	aligned := allow.Align(b.rec, want)
	defer aligned.Release()
	rec, err := columnar.Cast(aligned, want, nil)
	if err == nil {
		p.rec = rec
		return p
	}
	var c *columnar.CastError
	if errors.As(err, &c) {
		p.res.Err = b.in.castError(c, b.base)
	} else {
		p.res.Err = &Error{File: b.in.name, Msg: err.Error()}
	}
	return p
}
