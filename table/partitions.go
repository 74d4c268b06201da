package table

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/tablectl/tablectl/internal/filelist"
	"github.com/tablectl/tablectl/manifest"
)

// tuple is the partition values of a file, as a key of maps.
type tuple string

func tupleOf(values []manifest.Value) tuple {
	var b strings.Builder
	for _, v := range values {
		fmt.Fprintf(&b, "%d:%s", len(v), v)
	}
	return tuple(b.String())
}

// filesOfPartitions are the files of the parent that lie in the partitions to be replaced: those that were stated, else those of the
// files that this run wrote. It refuses if another version has changed one of them since this attempt began.
func (p *publication) filesOfPartitions(ctx context.Context, on *parent) ([]manifest.File, error) {
	mine := map[tuple]bool{}
	var values [][]manifest.Value
	for _, f := range p.files {
		if t := tupleOf(f.Partition); !mine[t] {
			mine[t], values = true, append(values, f.Partition)
		}
	}
	var older error
	replaces := func(f manifest.File) bool {
		if f.SpecID != p.layout.spec.ID {
			older = cmp.Or(older, p.checkOlder(f, values))
			return false
		}
		return mine[tupleOf(f.Partition)] || len(p.stated) > 0 && p.stated.holds(f.Partition)
	}
	places := filelist.PlacesOf(on.order(), p.files)
	may := func(l manifest.FileList) bool {
		return l.SpecID != p.layout.spec.ID || places.MayLieIn(l) || p.stated.mayLieIn(l)
	}
	drop, err := on.in(ctx, may, replaces)
	if err = errors.Join(err, older); err != nil {
		return nil, err
	}
	if err := p.unchangedSince(ctx, on, drop, may, replaces); err != nil {
		return nil, err
	}
	for _, f := range drop {
		mine[tupleOf(f.Partition)] = true
	}
	if want := p.o.ExpectPartitions; want != nil && len(mine) > *want {
		return nil, fmt.Errorf("%w: the input replaces %d partitions, at most %d were expected", errExpected, len(mine), *want)
	}
	return drop, nil
}

// in are the files that a condition picks, of the lists that may hold such.
func (p *parent) in(ctx context.Context, may func(manifest.FileList) bool, picks func(manifest.File) bool) ([]manifest.File, error) {
	var out []manifest.File
	err := p.files.Each(ctx, may, func(f manifest.File) error {
		if f.Rows > 0 && picks(f) {
			out = append(out, f)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the files of version %d: %w", p.version, err)
	}
	return out, nil
}

// unchangedSince refuses if the files that this version leaves out are not those that were there when this attempt began: then
// somebody else has changed the same rows, and one of the two would be lost without a word.
func (p *publication) unchangedSince(ctx context.Context, on *parent, now []manifest.File,
	may func(manifest.FileList) bool, picks func(manifest.File) bool) error {
	if on.version == current(p.began) {
		return nil
	}
	then, err := p.t.parentIn(ctx, p.began)
	if err != nil {
		return err
	}
	before, err := then.in(ctx, may, picks)
	if err != nil {
		return err
	}
	left := lookFor(before)
	for _, f := range now {
		if !left.take(f) {
			return p.overlap(on, f)
		}
	}
	if f, ok := left.any(); ok {
		return p.overlap(on, f)
	}
	return nil
}

func (p *publication) overlap(on *parent, f manifest.File) error {
	return fmt.Errorf("%w: since this publish began on version %d, the partition of %s was changed; version %d is current; look at both and run it again",
		errOverlap, current(p.began), f.Key, on.version)
}

// errOverlap is the ErrConflict of two publishes that replace the same rows.
var errOverlap = fmt.Errorf("%w: another publish has changed the same partition", manifest.ErrConflict)

// checkStated refuses files outside the partitions that were stated.
func (p *publication) checkStated() error {
	if len(p.stated) == 0 {
		return nil
	}
	for _, f := range p.files {
		if f.Rows > 0 && !p.stated.holds(f.Partition) {
			return fmt.Errorf("%w: the input holds %d rows with %s, which --partitions does not state", ErrInput, f.Rows, p.layout.nameOf(f.Partition))
		}
	}
	return nil
}
