package writer

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer/internal/vector"
)

// check looks for keys that occur twice, and where.
func (k *keySet) check(ctx context.Context, v *validator, files []manifest.File, out *findings) error {
	surplus, some, err := k.duplicates(ctx, v.o.Concurrency)
	if err != nil {
		return err
	}
	out.ok(checkKey, k.rows)
	if surplus == 0 {
		return nil
	}
	pairs, err := k.locate(ctx, v, files, some)
	if err != nil {
		return err
	}
	if len(pairs) == 0 {
		return nil // different keys with the same digest, see keySet
	}
	out.fail(checkKey, "%d rows too many have a key that another row has: %s", surplus, strings.Join(pairs, "; "))
	return nil
}

// sighting is the first row with a key.
type sighting struct {
	key  []byte
	text string
}

// locate reads the key columns again and describes pairs of rows that have one of the keys.
func (k *keySet) locate(ctx context.Context, v *validator, files []manifest.File, some []key16) ([]string, error) {
	first := map[key16]sighting{}
	var pairs []string
	for i := range files {
		if len(pairs) == len(some) {
			break
		}
		f := &files[i]
		info, err := v.store.Head(ctx, f.Key)
		if err != nil {
			return nil, err
		}
		file, err := columnar.Open(objstore.RangeReaderAt(ctx, v.store, info), info.Size, columnar.OpenOptions{MaxFooter: maxFooter})
		if err != nil {
			return nil, err
		}
		file = file.Known(v.o.Names)
		row := int64(0)
		for g := range file.NumRowGroups() {
			err := k.each(ctx, file, g, func(b vector.Batch) error {
				k.look(b, row, f.Key, some, first, &pairs)
				row += int64(b.Rows)
				return nil
			})
			if err != nil {
				return nil, err
			}
		}
	}
	return pairs, nil
}

// look goes through the rows of a batch.
func (k *keySet) look(b vector.Batch, base int64, file string, some []key16, first map[key16]sighting, pairs *[]string) {
	var buf []byte
	for i := range b.Rows {
		buf = k.appendKey(buf[:0], b, i)
		x := k.digest(buf)
		if !slices.Contains(some, x) {
			continue
		}
		here := fmt.Sprintf("row %d of %s", base+int64(i), file)
		seen, ok := first[x]
		switch {
		case !ok:
			first[x] = sighting{slices.Clone(buf), here}
		case seen.text != "" && bytes.Equal(seen.key, buf):
			*pairs = append(*pairs, fmt.Sprintf("%s in %s and %s", k.show(b, i), seen.text, here))
			first[x] = sighting{} // told
		}
	}
}
