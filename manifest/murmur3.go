package manifest

import (
	"encoding/binary"
	"math/bits"
)

// murmur3 is MurmurHash3, x86, 32 bits, seed 0 (Austin Appleby, public domain): the hash of the bucket transform. It takes integers,
// dates and timestamps as 8 bytes, little end first, so that a column that is widened keeps its buckets; decimals as their least bytes,
// big end first (apache/iceberg format/spec.md, appendix B).
func murmur3(b []byte) uint32 {
	const c1, c2 = 0xcc9e2d51, 0x1b873593
	h, n := uint32(0), uint32(len(b))
	for ; len(b) >= 4; b = b[4:] {
		k := binary.LittleEndian.Uint32(b) * c1
		h ^= bits.RotateLeft32(k, 15) * c2
		h = bits.RotateLeft32(h, 13)*5 + 0xe6546b64
	}
	if len(b) > 0 {
		k := uint32(0)
		for i, c := range b {
			k |= uint32(c) << (8 * i)
		}
		h ^= bits.RotateLeft32(k*c1, 15) * c2
	}
	h ^= n
	h = (h ^ h>>16) * 0x85ebca6b
	h = (h ^ h>>13) * 0xc2b2ae35
	return h ^ h>>16
}
