package writer

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"github.com/zeebo/xxh3"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer/internal/vector"
)

// keyer makes sixteen bytes of the key of a row: the key itself where it fits, else a 128-bit hash with a seed of its own, so that
// among n rows two different keys are taken for equal with a chance of about n² / 2^129: one in 10^20 for a billion rows.
type keyer struct {
	schema manifest.Schema // the key columns
	order  []vector.Order
	seed   uint64
}

// key16 stands for a key.
type key16 struct{ hi, lo uint64 }

// newKeyer takes the columns with the ids out of s, in the order of the ids. Batches are to have exactly these columns.
func newKeyer(s manifest.Schema, ids []int) (keyer, error) {
	var k keyer
	for _, id := range ids {
		i := slices.IndexFunc(s.Fields, func(f manifest.Field) bool { return f.ID == id })
		if i < 0 || s.Fields[i].Type.Nested() {
			return k, fmt.Errorf("%w: the key field with id %d is no column of primitive type", ErrOptions, id)
		}
		k.order = append(k.order, vector.Order{Column: len(k.order), Type: s.Fields[i].Type})
		k.schema.Fields = append(k.schema.Fields, s.Fields[i])
	}
	var seed [8]byte
	rand.Read(seed[:]) // never fails
	k.seed = binary.LittleEndian.Uint64(seed[:])
	return k, nil
}

func (k *keyer) appendKey(dst []byte, b vector.Batch, i int) []byte {
	for _, o := range k.order {
		dst = b.AppendKey(dst, o, i)
	}
	return dst
}

// digest is the key itself, filled up with zeros, if it has at most sixteen bytes: no key is the beginning of another one.
func (k *keyer) digest(key []byte) key16 {
	if len(key) > 16 {
		h := xxh3.Hash128Seed(key, k.seed)
		return key16{h.Hi, h.Lo}
	}
	var b [16]byte
	copy(b[:], key)
	return key16{binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])}
}

// digests are those of all rows, in memory of dst.
func (k *keyer) digests(dst []key16, b vector.Batch) []key16 {
	dst = slices.Grow(dst[:0], b.Rows)[:b.Rows]
	if len(k.order) == 1 && b.Cols[k.order[0].Column].Nulls == 0 {
		v := &b.Cols[k.order[0].Column]
		switch k.order[0].Type.Kind {
		case manifest.Int, manifest.Date:
			for i, x := range vector.Fixed[uint32](v) {
				dst[i] = key16{1<<56 | uint64(x^1<<31)<<24, 0}
			}
			return dst
		case manifest.Long, manifest.Timestamp, manifest.TimestampTZ:
			for i, x := range vector.Fixed[uint64](v) {
				x ^= 1 << 63
				dst[i] = key16{1<<56 | x>>8, x << 56}
			}
			return dst
		}
	}
	var buf []byte
	for i := range dst {
		buf = k.appendKey(buf[:0], b, i)
		dst[i] = k.digest(buf)
	}
	return dst
}

// hash spreads keys evenly. Its upper and its lower bits are used for different things.
func (x key16) hash() uint64 {
	hi, lo := bits.Mul64(x.hi^0x9e3779b97f4a7c15, x.lo^0xe7037ed1a0b428db)
	return (hi ^ lo) * 0x9e3779b97f4a7c15
}

func (x key16) bucket() uint64 { return x.hash() >> 56 }

// show is the key of a row for people.
func (k *keyer) show(b vector.Batch, i int) string {
	parts := make([]string, len(k.order))
	for c, o := range k.order {
		text := "null"
		if v := b.Cols[o.Column].Value(o.Type, i); v != nil {
			text = show(o.Type, v)
		}
		parts[c] = k.schema.Fields[c].Name + " = " + text
	}
	return strings.Join(parts, ", ")
}
