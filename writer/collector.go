package writer

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/tablectl/tablectl/writer/internal/vector"
)

const (
	manyKeys    = 10      // how many keys a refusal names
	changeParts = 256     // into how many parts rows go that memory has no room for
	changeBlock = 1 << 14 // rows of a block in memory
	changeRow   = 48      // bytes of memory a row takes beside its values
)

// collector takes the rows of an input.
type collector struct {
	c      *Changes
	blocks []vector.Batch
	held   int64
	rows   int64 // so far, duplicates among them
	ranges []*ranger
	keys   []key16
	heaps  []int32
}

func (in *collector) add(b vector.Batch) error {
	l := &in.c.layout
	for c := range in.c.keys.order {
		v := &b.Cols[l.from[c]]
		for i := 0; v.Nulls > 0 && i < v.Len; i++ {
			if v.IsNull(i) {
				return fmt.Errorf("%w: row %d of the input has no value in the key column %q", ErrChanges, in.rows+int64(i)+1, l.fields[c].Name)
			}
		}
	}
	kept := l.take(b, in.rows)
	if err := in.required(kept); err != nil {
		return err
	}
	in.rows += int64(b.Rows)
	for c, r := range in.ranges {
		r.add(kept, c)
	}
	if in.c.spilt != nil {
		return in.shuffle(kept)
	}
	in.hold(kept)
	if in.held <= in.c.limit {
		return nil
	}
	in.c.spilt = newShuffle(in.c.spools, l.fields, in.c.limit)
	for _, b := range in.blocks {
		if err := in.shuffle(b); err != nil {
			return err
		}
	}
	in.blocks = nil
	return nil
}

// required looks for nulls in columns that have none. Rows that delete need no values.
func (in *collector) required(b vector.Batch) error {
	l := &in.c.layout
	for c, at := range l.table {
		f := &in.c.o.Schema.Fields[c]
		if !f.Required || at < 0 || b.Cols[at].Nulls == 0 {
			continue
		}
		for i := range b.Rows {
			if b.Cols[at].IsNull(i) && !l.deletes(b, i) {
				return fmt.Errorf("%w: row %d of the input has no value in the column %q, which must have one", ErrChanges, in.rows+int64(i)+1, f.Name)
			}
		}
	}
	return nil
}

// hold copies rows to memory.
func (in *collector) hold(b vector.Batch) {
	in.held += b.Bytes()*5/4 + changeRow*int64(b.Rows)
	for at := 0; at < b.Rows; {
		last := len(in.blocks) - 1
		if last < 0 || in.blocks[last].Rows == changeBlock {
			in.blocks = append(in.blocks, vector.Owned(in.c.layout.fields))
			last++
		}
		n := min(b.Rows-at, changeBlock-in.blocks[last].Rows)
		in.blocks[last].Append(b.Slice(at, at+n))
		at += n
	}
}

// shuffle puts rows on the heap of their part.
func (in *collector) shuffle(b vector.Batch) error {
	in.keys = in.c.keys.digests(in.keys, b)
	in.heaps = in.heaps[:0]
	for _, k := range in.keys {
		in.heaps = append(in.heaps, int32(k.bucket()))
	}
	return in.c.spilt.add(b, in.heaps)
}

// finish looks for keys that occur twice.
func (in *collector) finish(ctx context.Context) error {
	c := in.c
	for _, r := range in.ranges {
		c.ranges = append(c.ranges, r.finish())
	}
	if c.spilt == nil {
		c.part = c.newPart(in.blocks)
	} else {
		if err := c.spilt.empty(); err != nil {
			return err
		}
		c.filter = newFilter(in.rows, c.limit/4)
	}
	var twice []duplicate
	err := c.eachPart(ctx, func(_ int, p *part) error {
		c.rows += p.live
		for _, d := range p.twice {
			twice = append(twice, c.duplicate(p, d))
		}
		if c.spilt != nil {
			for _, k := range p.keys {
				c.filter.note(k.hash())
			}
		}
		return nil
	})
	if err != nil || len(twice) == 0 {
		return err
	}
	return refuseTwice(twice, in.rows-c.rows)
}

// duplicate is a key that two rows of the input have.
type duplicate struct {
	key           string
	first, second int64 // rows of the input
}

func (c *Changes) duplicate(p *part, d pair) duplicate {
	a, i := p.block(d.first)
	b, j := p.block(d.second)
	return duplicate{c.keys.show(a, i), c.layout.number(a, i), c.layout.number(b, j)}
}

func refuseTwice(twice []duplicate, surplus int64) error {
	slices.SortFunc(twice, func(a, b duplicate) int { return int(a.second - b.second) })
	var texts []string
	for _, d := range twice[:min(len(twice), manyKeys)] {
		texts = append(texts, fmt.Sprintf("%s in rows %d and %d", d.key, d.first+1, d.second+1))
	}
	return fmt.Errorf("%w: %d rows of the input have a key that another row of it has: %s", ErrChanges, surplus, strings.Join(texts, "; "))
}
