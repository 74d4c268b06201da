package table

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer"
)

// keepUnique looks whether a key of the files that this run wrote is in a file that is carried over: the key of a table identifies one
// row, whichever way rows came. Only the key columns of files whose keys can be the same are read.
func (p *publication) keepUnique(ctx context.Context, on *parent, drop []manifest.File) error {
	if len(p.layout.schema.IdentifierFieldIDs) == 0 || len(p.files) == 0 || p.uniqueOn == on.version {
		return nil
	}
	gone := map[string]bool{}
	for _, f := range drop {
		gone[f.Key] = true
	}
	k := newKeyRanges(p.layout)
	near, err := on.in(ctx, nil, func(f manifest.File) bool {
		return !gone[f.Key] && slices.ContainsFunc(p.files, func(mine manifest.File) bool { return k.overlap(mine, f) })
	})
	if err != nil {
		return err
	}
	if len(near) == 0 {
		p.uniqueOn = on.version
		return nil
	}
	report, err := writer.CheckKeys(ctx, p.t.store, append(near, p.files...), p.layout.schema, p.validateOptions())
	if err != nil {
		return err
	}
	if !report.Passed {
		return fmt.Errorf("%w: a key of the input is in the table already: %s; mode upsert replaces such rows", ErrInput, report.Checks[0].Detail)
	}
	p.uniqueOn = on.version
	return nil
}

// keyRanges compares files by what is known of the keys in them.
type keyRanges struct {
	key   map[int]manifest.Type
	parts map[int]bool // fields of the partition spec that the key decides
	spec  int
}

func newKeyRanges(l layout) keyRanges {
	k := keyRanges{key: map[int]manifest.Type{}, parts: map[int]bool{}, spec: l.spec.ID}
	for _, id := range l.schema.IdentifierFieldIDs {
		f, _ := l.schema.FieldByID(id)
		k.key[id] = f.Type
	}
	for i, f := range l.spec.Fields {
		_, k.parts[i] = k.key[f.SourceID]
	}
	return k
}

// overlap says whether two files can hold the same key; false is certain.
func (k keyRanges) overlap(a, b manifest.File) bool {
	if a.Rows == 0 || b.Rows == 0 {
		return false
	}
	if a.SpecID == k.spec && b.SpecID == k.spec {
		for i, decided := range k.parts {
			if decided && a.Partition[i] != b.Partition[i] {
				return false
			}
		}
	}
	for id, t := range k.key {
		if apart, err := disjoint(t, a.Columns[id], b.Columns[id]); err == nil && apart {
			return false
		}
	}
	return true
}

// disjoint says whether the bounds of two columns have nothing in common.
func disjoint(t manifest.Type, a, b manifest.ColumnStats) (bool, error) {
	if !a.Bound || !b.Bound {
		return false, nil
	}
	decode := func(x manifest.Value) (any, error) { return manifest.DecodeValue(t, x) }
	alo, err1 := decode(a.Lower)
	ahi, err2 := decode(a.Upper)
	blo, err3 := decode(b.Lower)
	bhi, err4 := decode(b.Upper)
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return false, err
	}
	return manifest.Compare(t, ahi, blo) < 0 || manifest.Compare(t, bhi, alo) < 0, nil
}
