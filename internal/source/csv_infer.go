package source

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/tablectl/tablectl/internal/source/blocks"
	"github.com/tablectl/tablectl/internal/source/csv"
	"github.com/tablectl/tablectl/internal/source/text"
)

// columns is what is known about the columns of all files: their names, as the first file has them, and their classes.
type columns struct {
	mu    sync.Mutex
	file  string
	names []string
	place map[string]int
	seen  []text.Class
}

// begin checks that a file has the columns of the first one, in any order.
func (c *columns) begin(l *csv.Layout) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.place == nil {
		c.file, c.names, c.place = l.File, l.Names, make(map[string]int, len(l.Names))
		for i, n := range l.Names {
			c.place[n] = i
		}
		c.seen = make([]text.Class, len(l.Names))
		return nil
	}
	for _, n := range l.Names {
		if _, ok := c.place[n]; !ok {
			return &Error{File: l.File, Line: 1, Column: n, Msg: fmt.Sprintf("%s does not have this column", c.file), Hint: "all files need the same columns"}
		}
	}
	for _, n := range c.names {
		if !slices.Contains(l.Names, n) {
			return &Error{File: l.File, Line: 1, Column: n, Msg: fmt.Sprintf("the file does not have this column, %s does", c.file), Hint: "all files need the same columns"}
		}
	}
	return nil
}

// hint is what was seen so far, in the order of a file.
func (c *columns) hint(l *csv.Layout) []text.Class {
	c.mu.Lock()
	defer c.mu.Unlock()
	h := make([]text.Class, len(l.Names))
	for i, n := range l.Names {
		h[i] = c.seen[c.place[n]]
	}
	return h
}

func (c *columns) add(l *csv.Layout, classes []text.Class) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, n := range l.Names {
		c.seen[c.place[n]] |= classes[i]
	}
}

// inferCSV looks at every field of every file, on all cores, and takes the missing digests on the way.
func (s *Source) inferCSV(ctx context.Context) error {
	var all columns
	f := &feed{s: s, m: s.meter("scan"), layout: all.begin, digest: newDigester()}
	stream := blocks.NewStream(ctx, blocks.Limits{Workers: s.o.Concurrency, Memory: s.o.Memory}, f.next, unit.size, func() func(unit) blocks.Result {
		w := csv.NewInferrer(s.o.CSV)
		return func(u unit) blocks.Result {
			classes, res := w.Block(u.layout, u.blk, all.hint(u.layout))
			if res.Err == nil {
				all.add(u.layout, classes)
			}
			return res
		}
	}, func(blocks.Result) {})
	err := drain(stream, func(r blocks.Result) blocks.Result { return r })
	stream.Close()
	f.digest.wait()
	if err != nil {
		return err
	}
	fields := make([]arrow.Field, len(all.names))
	for i, n := range all.names {
		fields[i] = arrow.Field{Name: n, Type: csv.Type(all.seen[i]), Nullable: true}
		if all.seen[i] == 0 {
			s.notes = append(s.notes, fmt.Sprintf("column %q has no values: taken for string", n))
		}
	}
	s.schema = arrow.NewSchema(fields, nil)
	return nil
}
