package source

import (
	"context"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/tablectl/tablectl/internal/source/blocks"
	"github.com/tablectl/tablectl/internal/source/csv"
)

func (s *Source) readCSV(ctx context.Context, want *arrow.Schema) (Reader, error) {
	d := s.o.CSV
	if _, err := csv.NewParser(d, want); err != nil {
		return nil, err
	}
	f := &feed{s: s, m: s.meter("read"), layout: func(l *csv.Layout) error { return l.Bind(d, want, s.o.Allow.absent, s.o.Allow.Surplus) }}
	return newTextReader(ctx, s, want, f, func() func(unit) parsed {
		p, err := csv.NewParser(d, want)
		return func(u unit) parsed {
			if err != nil { // tried above: it cannot be
				u.blk.Release()
				return parsed{res: blocks.Result{Err: &Error{File: u.in.name, Msg: err.Error()}}}
			}
			rec, res := p.Block(u.layout, u.blk)
			return parsed{rec, res}
		}
	}), nil
}
