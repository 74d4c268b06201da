package writer

import "math/bits"

// keyIndex finds keys by their number. Keys are added in order and stay where they are.
type keyIndex struct {
	keys  []key16
	slots []uint32 // number + 1, or 0
	filter
}

// newKeyIndex is an index of keys, of which none is in it yet.
func newKeyIndex(keys []key16) keyIndex {
	size := 1 << bits.Len(uint(2*len(keys)+1))
	return keyIndex{keys: keys, slots: make([]uint32, size), filter: newFilter(int64(len(keys)), maxFilter)}
}

// slot is where the key is, or belongs.
func (x *keyIndex) slot(k key16, h uint64) *uint32 {
	mask := uint64(len(x.slots) - 1)
	for at := (h ^ h>>32) & mask; ; at = (at + 1) & mask {
		if n := x.slots[at]; n == 0 || x.keys[n-1] == k {
			return &x.slots[at]
		}
	}
}

// find gives the number of a key, or -1.
func (x *keyIndex) find(k key16) int32 {
	h := k.hash()
	if !x.may(h) {
		return -1
	}
	return int32(*x.slot(k, h)) - 1
}

// filter says of a hash that it is not among many: a Bloom filter of two bits a key in one word.
type filter struct {
	words []uint64
}

// maxFilter is the most bytes of a filter.
const maxFilter = 64 << 20

// newFilter has room for n keys, sixteen bits each if these are at most so many bytes.
func newFilter(n, most int64) filter {
	size := int64(64)
	for size < n/4 && 8*size < most {
		size *= 2
	}
	return filter{make([]uint64, size)}
}

func (f *filter) at(h uint64) (word *uint64, mask uint64) {
	return &f.words[h>>12&uint64(len(f.words)-1)], 1<<(h&63) | 1<<(h>>6&63)
}

func (f *filter) note(h uint64) {
	word, mask := f.at(h)
	*word |= mask
}

func (f *filter) may(h uint64) bool {
	word, mask := f.at(h)
	return *word&mask == mask
}
