package writer

import (
	"cmp"
	"context"
	"encoding/binary"
	"os"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer/internal/spool"
	"github.com/tablectl/tablectl/writer/internal/vector"
)

// keySet finds rows with equal keys. It keeps sixteen bytes a row, see keyer; two different keys with the same sixteen bytes are found
// out when their rows are looked up.
type keySet struct {
	keyer
	spools *spool.Dir
	memory int64

	mu      sync.Mutex
	buckets [keyBuckets]bucket
	held    int64
	file    *os.File
	end     int64
	rows    int64
}

// keyBuckets is into how many parts keys are put that are looked at one after the other.
const keyBuckets = 256

// bucket is keys in memory, and where others are on disk.
type bucket struct {
	keys  []key16
	spilt []blockRef
}

func newKeySet(s manifest.Schema, spools *spool.Dir, memory int64) (*keySet, error) {
	keys, err := newKeyer(s, s.IdentifierFieldIDs)
	if err != nil {
		return nil, err
	}
	return &keySet{keyer: keys, spools: spools, memory: memory}, nil
}

func (k *keySet) close() {
	if k.file != nil {
		k.file.Close() // its Dir removes it
	}
}

// read takes the keys of a row group.
func (k *keySet) read(ctx context.Context, f *columnar.File, group int) error {
	return k.each(ctx, f, group, func(b vector.Batch) error {
		return k.add(k.digests(nil, b))
	})
}

// each reads the key columns of a row group.
func (k *keySet) each(ctx context.Context, f *columnar.File, group int, take func(vector.Batch) error) error {
	r, err := f.Read(ctx, k.schema, columnar.ReadOptions{RowGroups: []int{group}, Concurrency: 1, BatchBytes: 1 << 20})
	if err != nil {
		return err
	}
	defer r.Release()
	for r.Next() {
		b, err := vector.FromRecord(r.Record())
		if err != nil {
			return err
		}
		if err := take(b); err != nil {
			return err
		}
	}
	return r.Err()
}

// add puts keys into their buckets, and those to disk when memory is full.
func (k *keySet) add(keys []key16) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, x := range keys {
		b := &k.buckets[x.bucket()]
		b.keys = append(b.keys, x)
	}
	k.rows += int64(len(keys))
	if k.held += 16 * int64(len(keys)); k.held < k.memory/2 {
		return nil
	}
	return k.spill()
}

func (k *keySet) spill() error {
	if k.file == nil {
		var err error
		if k.file, err = k.spools.File(); err != nil {
			return err
		}
	}
	for i := range k.buckets {
		b := &k.buckets[i]
		raw := make([]byte, 0, 16*len(b.keys))
		for _, x := range b.keys {
			raw = binary.NativeEndian.AppendUint64(binary.NativeEndian.AppendUint64(raw, x.hi), x.lo)
		}
		if _, err := k.file.WriteAt(raw, k.end); err != nil {
			return k.spools.Explain(err)
		}
		b.spilt = append(b.spilt, blockRef{k.end, int32(len(raw))})
		b.keys = b.keys[:0]
		k.end += int64(len(raw))
	}
	k.held = 0
	return nil
}

// load gives all keys of a bucket.
func (k *keySet) load(b *bucket) ([]key16, error) {
	keys := b.keys
	for _, ref := range b.spilt {
		raw := make([]byte, ref.size)
		if _, err := k.file.ReadAt(raw, ref.off); err != nil {
			return nil, k.spools.Explain(err)
		}
		for ; len(raw) > 0; raw = raw[16:] {
			keys = append(keys, key16{binary.NativeEndian.Uint64(raw), binary.NativeEndian.Uint64(raw[8:])})
		}
	}
	return keys, nil
}

// duplicates counts the rows beyond the first of every key, and gives some of the keys.
func (k *keySet) duplicates(ctx context.Context, workers int) (int64, []key16, error) {
	const some = 3
	var mu sync.Mutex
	var found []key16
	surplus := int64(0)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(workers)
	for i := range k.buckets {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return context.Cause(ctx)
			}
			keys, err := k.load(&k.buckets[i])
			if err != nil {
				return err
			}
			slices.SortFunc(keys, func(a, b key16) int { return cmp.Or(cmp.Compare(a.hi, b.hi), cmp.Compare(a.lo, b.lo)) })
			mu.Lock()
			defer mu.Unlock()
			for j := 1; j < len(keys); j++ {
				if keys[j] == keys[j-1] {
					surplus++
					if len(found) < some && !slices.Contains(found, keys[j]) {
						found = append(found, keys[j])
					}
				}
			}
			return nil
		})
	}
	err := g.Wait()
	return surplus, found, err
}
