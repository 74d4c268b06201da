package filelist

import (
	"context"
	"errors"
	"fmt"

	"github.com/tablectl/tablectl/manifest"
)

// ErrNoFile: a file that is to be dropped is not in the set.
var ErrNoFile = errors.New("no such file")

// Change is what a version does to the files of its parent: it leaves some out, adds others, and may describe those that stay in another
// way. Dropped files are found by their key, partition and adding version; their statistics are not needed.
type Change struct {
	Drop    map[string]manifest.File // by key
	Add     []manifest.File
	Restate func(manifest.File) (manifest.File, error) // if set, all lists are written anew
}

// Drops says whether a file goes.
func (c Change) Drops(f manifest.File) bool {
	_, ok := c.Drop[f.Key]
	return ok
}

// keep is how a file stands in the version, if it stays.
func (c Change) keep(f manifest.File) (out manifest.File, stays bool, err error) {
	if c.Drops(f) {
		return f, false, nil
	}
	if c.Restate != nil {
		f, err = c.Restate(f)
	}
	return f, true, err
}

// Writer makes a list of files, and the Iceberg manifest of the same files, and says how they are named.
type Writer func(ctx context.Context, files []manifest.File) (manifest.FileList, error)

// Edited is the files of a version that a change makes: all inline, or all in lists.
type Edited struct {
	Inline []manifest.File
	Lists  []manifest.FileList
}

// Edit gives the files of the version that a change makes; o is its order. Lists that keep all of their files and get none are taken over
// as they are and not read; write is called for the others, in order. Inline files that are added come last. A change of the same set
// gives the same lists.
func (s *Set) Edit(ctx context.Context, o manifest.PartitionOrder, c Change, write Writer) (Edited, error) {
	total := s.count - len(c.Drop) + len(c.Add)
	e := &editor{set: s, order: o, change: c, write: write, most: mostFiles(total), kept: map[int][]manifest.File{}}
	var err error
	switch {
	case total <= maxInline:
		e.out.Inline, err = e.all(ctx)
	case len(s.lists) == 0:
		err = e.fresh(ctx)
	default:
		err = e.lists(ctx)
	}
	if err != nil {
		return Edited{}, fmt.Errorf("edit file lists: %w", err)
	}
	return e.out, nil
}

// editor makes one change.
type editor struct {
	set    *Set
	order  manifest.PartitionOrder
	change Change
	write  Writer
	most   int                     // files in a list that is written
	found  int                     // dropped files that were seen
	kept   map[int][]manifest.File // the first lists that were read and change
	out    Edited
}

// keep bounds how many lists are held in memory from when they were looked into until they are written.
const keep = 4

// all are all files in the end.
func (e *editor) all(ctx context.Context) ([]manifest.File, error) {
	var out []manifest.File
	err := e.set.Each(ctx, nil, func(f manifest.File) error {
		f, stays, err := e.change.keep(f)
		if stays {
			out = append(out, f)
		} else {
			e.found++
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return append(out, e.change.Add...), e.missing()
}

// missing is an error if not all files that are to be dropped were found.
func (e *editor) missing() error {
	if n := len(e.change.Drop) - e.found; n != 0 {
		return fmt.Errorf("%w: %d of %d files that are to be dropped", ErrNoFile, n, len(e.change.Drop))
	}
	return nil
}

// fresh makes lists where there were none.
func (e *editor) fresh(ctx context.Context) error {
	files, err := e.all(ctx)
	if err != nil {
		return err
	}
	c := e.cutter(ctx, segment{size: len(files)}, true)
	for _, f := range inOrder(e.order, files) {
		if err := c.add(f); err != nil {
			return err
		}
	}
	return c.end()
}

// cutter writes the lists of a segment.
func (e *editor) cutter(ctx context.Context, s segment, full bool) *cutter {
	return &cutter{left: s.size, most: s.most(e.most), full: full, emit: func(files []manifest.File) error {
		l, err := e.write(ctx, files)
		e.out.Lists = append(e.out.Lists, l)
		return err
	}}
}

// lists makes the lists of the version from those of its parent.
func (e *editor) lists(ctx context.Context) error {
	drops, err := e.drops(ctx)
	if err != nil {
		return err
	}
	items := newPlan(e.order, e.set.lists, drops, e.change.Add, e.most).items()
	if e.change.Restate != nil {
		for i := range items {
			items[i].anew = true
		}
	}
	next := 0
	for _, s := range segments(items, e.most) {
		e.share(items[next:s.from])
		if err := e.rewrite(ctx, items[s.from:s.to], e.cutter(ctx, s, s.fresh(items))); err != nil {
			return err
		}
		next = s.to
	}
	e.share(items[next:])
	return nil
}

// share takes lists over as they are.
func (e *editor) share(items []item) {
	for _, t := range items {
		e.out.Lists = append(e.out.Lists, e.set.lists[t.list])
	}
}

// drops counts the files that go in each list. Only lists that may hold one are read.
func (e *editor) drops(ctx context.Context) ([]int, error) {
	out := make([]int, len(e.set.lists))
	err := e.set.read(ctx, e.holders(), func(i int, files []manifest.File) error {
		for _, f := range files {
			if e.change.Drops(f) {
				out[i]++
			}
		}
		e.found += out[i]
		if out[i] > 0 && len(e.kept) < keep {
			e.kept[i] = files
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, e.missing()
}

// rewrite puts the files of a segment, those that stay and those that come, into new lists.
func (e *editor) rewrite(ctx context.Context, items []item, c *cutter) error {
	for _, t := range items {
		var old []manifest.File
		if t.list >= 0 {
			var err error
			if old, err = e.read(ctx, t.list); err != nil {
				return err
			}
		}
		if err := e.merge(old, t.files, c); err != nil {
			return err
		}
	}
	return c.end()
}

// read gives a list that was looked into already, or reads it.
func (e *editor) read(ctx context.Context, i int) ([]manifest.File, error) {
	if files, ok := e.kept[i]; ok {
		delete(e.kept, i)
		return files, nil
	}
	return e.set.list(ctx, i)
}

// merge adds old files that stay and new ones in the order of their partitions, old ones first within each.
func (e *editor) merge(old, come []manifest.File, c *cutter) error {
	for _, f := range old {
		f, stays, err := e.change.keep(f)
		if err != nil {
			return err
		}
		if !stays {
			continue
		}
		for len(come) > 0 && compare(e.order, placeOf(come[0]), placeOf(f)) < 0 {
			if err := c.add(come[0]); err != nil {
				return err
			}
			come = come[1:]
		}
		if err := c.add(f); err != nil {
			return err
		}
	}
	for _, f := range come {
		if err := c.add(f); err != nil {
			return err
		}
	}
	return nil
}
