package writer

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"math/bits"
	"os"
	"slices"
	"sync"

	"github.com/zeebo/xxh3"
	"golang.org/x/sync/errgroup"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer/internal/spool"
	"github.com/tablectl/tablectl/writer/internal/vector"
)

// keySet finds rows with equal keys. It keeps sixteen bytes a row: the key itself where it fits (then the answer is exact), else a
// 128-bit hash with a seed of its own, so that among n rows two different keys are taken for equal with a chance of about
// n² / 2^129: one in 10^20 for a billion rows; such a pair is found out when its rows are looked up.
type keySet struct {
	schema manifest.Schema // the key columns
	order  []vector.Order
	seed   uint64
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

// key16 stands for a key.
type key16 struct{ hi, lo uint64 }

// bucket is keys in memory, and where others are on disk.
type bucket struct {
	keys  []key16
	spilt []blockRef
}

func newKeySet(s manifest.Schema, spools *spool.Dir, memory int64) (*keySet, error) {
	k := &keySet{spools: spools, memory: memory}
	for _, id := range s.IdentifierFieldIDs {
		i := slices.IndexFunc(s.Fields, func(f manifest.Field) bool { return f.ID == id })
		if i < 0 || s.Fields[i].Type.Nested() {
			return nil, fmt.Errorf("%w: the key field with id %d is no column of primitive type", ErrOptions, id)
		}
		k.order = append(k.order, vector.Order{Column: len(k.order), Type: s.Fields[i].Type})
		k.schema.Fields = append(k.schema.Fields, s.Fields[i])
	}
	var seed [8]byte
	rand.Read(seed[:]) // never fails
	k.seed = binary.LittleEndian.Uint64(seed[:])
	return k, nil
}

func (k *keySet) close() {
	if k.file != nil {
		k.file.Close() // its Dir removes it
	}
}

// read takes the keys of a row group.
func (k *keySet) read(ctx context.Context, f *columnar.File, group int) error {
	return k.each(ctx, f, group, func(b vector.Batch) error {
		keys := make([]key16, b.Rows)
		var buf []byte
		for i := range keys {
			buf = k.appendKey(buf[:0], b, i)
			keys[i] = k.digest(buf)
		}
		return k.add(keys)
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

func (k *keySet) appendKey(dst []byte, b vector.Batch, i int) []byte {
	for _, o := range k.order {
		dst = b.AppendKey(dst, o, i)
	}
	return dst
}

// digest is the key itself, filled up with zeros, if it has at most sixteen bytes: no key is the beginning of another one.
func (k *keySet) digest(key []byte) key16 {
	if len(key) > 16 {
		h := xxh3.Hash128Seed(key, k.seed)
		return key16{h.Hi, h.Lo}
	}
	var b [16]byte
	copy(b[:], key)
	return key16{binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])}
}

func (x key16) bucket() uint64 {
	hi, lo := bits.Mul64(x.hi^0x9e3779b97f4a7c15, x.lo^0xe7037ed1a0b428db)
	return (hi ^ lo) * 0x9e3779b97f4a7c15 >> 56
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
