package writer

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer/internal/vector"
)

// keyScan says which columns of the base are read to find rows: the key, and then those that decide whether a row stays in its place.
type keyScan struct {
	schema  manifest.Schema
	anchors []anchor
}

// anchor is a column that an update may change, and then moves the row.
type anchor struct {
	base, change vector.Order // the column in batches of the scan, and in those of the changes
}

func newKeyScan(c *Changes, o *Options) keyScan {
	s := keyScan{schema: manifest.Schema{Fields: slices.Clone(c.keys.schema.Fields)}}
	if c.o.Delete || c.o.WhenMatched != MatchedUpdate {
		return s
	}
	for _, i := range anchors(o) {
		source := c.layout.update[i]
		if source < 0 {
			continue
		}
		f := o.Schema.Fields[i]
		s.anchors = append(s.anchors, anchor{vector.Order{Column: len(s.schema.Fields), Type: f.Type}, vector.Order{Column: source, Type: f.Type}})
		s.schema.Fields = append(s.schema.Fields, f)
	}
	return s
}

// moved says whether row i of the base cannot stay where it is when it gets the values of row j of the changes.
func (s *keyScan) moved(base vector.Batch, i int, change vector.Batch, j int) bool {
	for _, a := range s.anchors {
		x, y := base.AppendKey(nil, a.base, i), change.AppendKey(nil, a.change, j)
		if !bytes.Equal(x, y) {
			return true
		}
	}
	return false
}

// scanned is a batch of a row group: its number there and the number of its first row.
type scanned struct {
	file  *baseRows
	group int
	row   int
	vector.Batch
}

// filesAhead is how many files are opened at once: that takes requests rather than time.
const filesAhead = 8

// eachKey reads the key columns of all row groups in which a key of the changes may be, several at once. The batches of a row group
// come one after the other.
func (a *application) eachKey(ctx context.Context, take func(scanned) error) error {
	outer := ctx
	g, ctx := errgroup.WithContext(ctx)
	opening := make(chan struct{}, filesAhead)
	scanning := make(chan struct{}, a.o.Concurrency+1) // one waits for the store
	for _, f := range a.files {
		if err := enter(ctx, opening); err != nil {
			break // what ended the group tells more
		}
		g.Go(func() error {
			defer func() { <-opening }()
			return a.eachGroup(ctx, f, func(b *baseFile, group int) error {
				if err := enter(ctx, scanning); err != nil {
					return err
				}
				g.Go(func() error {
					defer func() { <-scanning }()
					return a.scanGroup(ctx, b, f, group, take)
				})
				return nil
			})
		})
	}
	err := g.Wait()
	if err == nil && outer.Err() != nil {
		err = context.Cause(outer)
	}
	group0 := 0
	for _, f := range a.files {
		f.group0 = group0
		group0 += len(f.groups)
	}
	return err
}

// enter takes a place, when there is one.
func enter(ctx context.Context, places chan struct{}) error {
	select {
	case places <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// eachGroup opens a file and calls visit for the row groups in which a key of the changes may be.
func (a *application) eachGroup(ctx context.Context, f *baseRows, visit func(b *baseFile, group int) error) error {
	b, err := openBase(ctx, a.o, f.File, tailBytes)
	if err != nil {
		return err
	}
	f.groups = make([]baseGroup, b.file.NumRowGroups())
	leaves, first := a.keyLeaves(b), int64(0)
	for i := range f.groups {
		rows, _ := b.file.RowGroup(i)
		f.groups[i].first, f.groups[i].rows = first, rows
		first += rows
		if !a.mayTouch(b, i, leaves) {
			continue
		}
		if err := visit(b, i); err != nil {
			return err
		}
	}
	return nil
}

func (a *application) scanGroup(ctx context.Context, b *baseFile, f *baseRows, group int, take func(scanned) error) error {
	row := 0
	o := columnar.ReadOptions{Concurrency: 1, BatchBytes: 1 << 20}
	return eachBatch(ctx, b, a.scan.schema, group, o, func(batch vector.Batch) error {
		err := take(scanned{f, group, row, batch})
		row += batch.Rows
		return err
	})
}

// keyLeaves are the leaves of the file that hold the key columns, -1 for one that is not to be found.
func (a *application) keyLeaves(b *baseFile) []int {
	leaves := b.file.Leaves()
	out := make([]int, len(a.c.o.Key))
	for i, f := range a.c.keys.schema.Fields {
		out[i] = slices.IndexFunc(leaves, func(l columnar.Leaf) bool {
			if b.file.HasFieldIDs() {
				return l.ID == f.ID
			}
			return len(l.Path) == 1 && l.Path[0] == f.Name
		})
	}
	return out
}

// mayTouch says whether a row group can hold a key of the changes, by the statistics of its footer.
func (a *application) mayTouch(b *baseFile, group int, leaves []int) bool {
	if rows, _ := b.file.RowGroup(group); rows == 0 || a.c.rows == 0 {
		return false
	}
	for i, leaf := range leaves {
		if leaf < 0 {
			continue
		}
		s, ok := b.file.Stats(group, leaf)
		if ok && s.Min != nil && s.Max != nil && !a.c.ranges[i].meetsValues(a.c.keys.order[i].Type, s.Min, s.Max) {
			return false
		}
	}
	return true
}

// place names a row of the base for people.
func (a *application) place(where int64) string {
	i, _ := slices.BinarySearchFunc(a.files, where, func(f *baseRows, w int64) int {
		switch {
		case w < f.first:
			return 1
		case w >= f.first+f.Rows:
			return -1
		}
		return 0
	})
	return fmt.Sprintf("row %d of %s", where-a.files[i].first, a.files[i].Key)
}
