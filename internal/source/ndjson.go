package source

import (
	"context"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/tablectl/tablectl/internal/source/blocks"
	"github.com/tablectl/tablectl/internal/source/ndjson"
)

// shaped is what a block of NDJSON holds.
type shaped struct {
	shape *ndjson.Shape
	res   blocks.Result
}

// inferNDJSON looks at every value of every file, on all cores, and takes the missing digests on the way.
func (s *Source) inferNDJSON(ctx context.Context) error {
	f := &feed{s: s, m: s.meter("scan"), digest: newDigester()}
	stream := blocks.NewStream(ctx, blocks.Limits{Workers: s.o.Concurrency, Memory: s.o.Memory}, f.next, unit.size, func() func(unit) shaped {
		return func(u unit) shaped {
			shape, res := ndjson.Infer(u.in.name, u.blk)
			return shaped{shape, res}
		}
	}, func(shaped) {})
	var all ndjson.Shape
	err := drain(stream, func(r shaped) blocks.Result {
		if r.shape != nil {
			all.Join(r.shape)
		}
		return r.res
	})
	stream.Close()
	f.digest.wait()
	if err != nil {
		return err
	}
	schema, notes, err := all.Schema()
	switch {
	case err != nil:
		return &Error{File: s.inputs[0].name, Msg: err.Error()}
	case schema.NumFields() == 0:
		return &Error{File: s.inputs[0].name, Msg: "there are no columns in it", Hint: "a table without rows needs a schema"}
	}
	s.schema, s.notes = schema, append(s.notes, notes...)
	return nil
}

func (s *Source) readNDJSON(ctx context.Context, want *arrow.Schema) (Reader, error) {
	if _, err := ndjson.NewParser(want, s.o.Allow.Surplus); err != nil {
		return nil, err
	}
	f := &feed{s: s, m: s.meter("read")}
	return newTextReader(ctx, s, want, f, func() func(unit) parsed {
		p, err := ndjson.NewParser(want, s.o.Allow.Surplus)
		return func(u unit) parsed {
			if err != nil { // tried above: it cannot be
				u.blk.Release()
				return parsed{res: blocks.Result{Err: &Error{File: u.in.name, Msg: err.Error()}}}
			}
			rec, res := p.Block(u.in.name, u.blk)
			return parsed{rec, res}
		}
	}), nil
}
