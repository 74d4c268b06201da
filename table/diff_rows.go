package table

import (
	"cmp"
	"context"
	"sync"

	"github.com/apache/arrow/go/v17/arrow"
	"golang.org/x/sync/errgroup"

	"github.com/tablectl/tablectl/internal/rowdiff"
)

// encoded are rows of a file, on their way from a reader to the set.
type encoded struct {
	rows      *rowdiff.Rows
	partition string
}

// compareRows reads both sides at once, and lets the rows that both have cancel out.
func (p *differ) compareRows(ctx context.Context) error {
	set := p.diff.set
	used := &sync.Pool{New: func() any { return &rowdiff.Rows{} }}
	var from [2]chan encoded
	g, gctx := errgroup.WithContext(ctx)
	for i := range from {
		from[i] = make(chan encoded, 1)
		g.Go(func() error {
			defer close(from[i])
			return p.encode(gctx, p.side(i), set.Encoder(), used, from[i])
		})
	}
	g.Go(func() error { return take(set, from, used) })
	if err := g.Wait(); err != nil {
		return err
	}
	n, err := set.Count(ctx)
	if err != nil {
		return err
	}
	c := p.diff.Rows
	c.Removed, c.Added, c.Changed, c.Repeated = n.Removed, n.Added, n.Changed, n.Repeated
	for i, rows := range n.Columns {
		if rows > 0 {
			c.Columns[p.new.fields[i].Name] = rows
		}
	}
	return nil
}

// filesAhead is how many files of a side are read before their turn: none where memory is short.
func (p *differ) filesAhead() int { return int(min(4, p.t.opts.Memory/(256<<20))) }

// encode reads the files of a side, some at once, and gives their rows in the order of the files.
func (p *differ) encode(ctx context.Context, s *diffSide, e *rowdiff.Encoder, used *sync.Pool, to chan<- encoded) error {
	g, ctx := errgroup.WithContext(ctx)
	ahead := make(chan chan encoded, p.filesAhead())
	g.Go(func() error {
		defer close(ahead)
		for _, f := range s.files {
			rows := make(chan encoded, 1)
			select {
			case ahead <- rows:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
			g.Go(func() error {
				defer close(rows)
				return p.encodeFile(ctx, s, f, e, used, rows)
			})
		}
		return nil
	})
	g.Go(func() error {
		for rows := range ahead {
			for r := range rows {
				if err := send(ctx, to, r); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return g.Wait()
}

func (p *differ) encodeFile(ctx context.Context, s *diffSide, f diffFile, e *rowdiff.Encoder, used *sync.Pool, to chan<- encoded) error {
	return p.scan(ctx, s, f, 2*(p.filesAhead()+1), func(rec arrow.Record) error {
		rows := used.Get().(*rowdiff.Rows)
		e.Encode(rec, rows)
		return send(ctx, to, encoded{rows, f.partition})
	})
}

func send(ctx context.Context, to chan<- encoded, r encoded) error {
	select {
	case to <- r:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// take adds the rows of both sides in turns, partition by partition, so that equal rows come soon after each other. A side that
// fails ends early; the error is its own.
func take(set *rowdiff.Set, from [2]chan encoded, used *sync.Pool) error {
	var next [2]encoded
	var open [2]bool
	for i := range from {
		next[i], open[i] = <-from[i]
	}
	turn := turns{}
	for open[0] || open[1] {
		i := turn.next(next, open)
		err := set.Add([2]rowdiff.Side{rowdiff.Old, rowdiff.New}[i], next[i].rows)
		used.Put(next[i].rows)
		if err != nil {
			return err
		}
		next[i], open[i] = <-from[i]
	}
	return nil
}

// turns says which side comes next: the one that is behind, by partition and then by rows.
type turns struct {
	partition [2]string
	rows      [2]int
}

func (t *turns) next(next [2]encoded, open [2]bool) int {
	i := 0
	if !open[0] {
		i = 1
	} else if open[1] {
		rows := [2]int{}
		for k := range rows {
			if t.partition[k] == next[k].partition {
				rows[k] = t.rows[k]
			}
		}
		if cmp.Or(cmp.Compare(next[0].partition, next[1].partition), rows[0]-rows[1]) > 0 {
			i = 1
		}
	}
	if t.partition[i] != next[i].partition {
		t.partition[i], t.rows[i] = next[i].partition, 0
	}
	t.rows[i] += next[i].rows.Len()
	return i
}
