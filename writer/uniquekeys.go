package writer

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer/internal/spool"
)

// CheckKeys looks whether no two rows of the files have the same key, and reads the columns of the key only. The report has the one check
// "key".
func CheckKeys(ctx context.Context, store objstore.Store, files []manifest.File, schema manifest.Schema, o ValidateOptions) (r manifest.Report, err error) {
	o.Level = LevelFull
	if o, err = o.withDefaults(); err != nil {
		return r, err
	}
	v := &validator{o: &o, store: store, schema: schema}
	v.spools = spool.Open(o.SpoolDir, 0)
	defer func() { err = errors.Join(err, v.spools.Close()) }()
	keys, err := newKeySet(schema, v.spools, o.Memory/2)
	if err != nil {
		return r, err
	}
	defer keys.close()
	g, inner := errgroup.WithContext(ctx)
	g.SetLimit(max(2, o.Concurrency))
	for _, f := range files {
		g.Go(func() error {
			if err := keysOf(inner, store, f, o.Names, keys); err != nil {
				return fmt.Errorf("read the keys of %s: %w", f.Key, err)
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return r, err
	}
	out := &findings{}
	if err := keys.check(ctx, v, files, out); err != nil {
		return r, fmt.Errorf("check keys: %w", err)
	}
	return report(o.Level, nil, []*findings{out}), nil
}

// keysOf takes all keys of a file.
func keysOf(ctx context.Context, store objstore.Store, f manifest.File, names map[int][]string, keys *keySet) error {
	r := objstore.RangeReaderAt(ctx, store, objstore.Info{Key: f.Key, Size: f.Bytes})
	file, err := columnar.Open(r, f.Bytes, columnar.OpenOptions{MaxFooter: maxFooter})
	if err != nil {
		return err
	}
	file = file.Known(names)
	for g := range file.NumRowGroups() {
		if err := keys.read(ctx, file, g); err != nil {
			return err
		}
	}
	return nil
}
