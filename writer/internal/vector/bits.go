package vector

import (
	"encoding/binary"
	"math/bits"
)

// CountBits counts the ones among n bits of b, from bit off on.
func CountBits(b []byte, off, n int) int {
	count := 0
	for ; n > 0 && off&7 != 0; off, n = off+1, n-1 {
		count += int(b[off>>3] >> (off & 7) & 1)
	}
	p := b[off>>3:]
	for ; n >= 64; n, p = n-64, p[8:] {
		count += bits.OnesCount64(binary.LittleEndian.Uint64(p))
	}
	for ; n >= 8; n, p = n-8, p[1:] {
		count += bits.OnesCount8(p[0])
	}
	if n > 0 {
		count += bits.OnesCount8(p[0] & (1<<n - 1))
	}
	return count
}

// AppendBits appends n bits of src, from bit off on, to the bitmap dst that holds have bits; what is beyond them in dst's last byte
// is 0. A nil src stands for ones.
func AppendBits(dst []byte, have int, src []byte, off, n int) []byte {
	need := (have + n + 7) / 8
	for have&7 != 0 && n > 0 {
		if src == nil || bit(src, off) {
			setBit(dst, have)
		}
		have, off, n = have+1, off+1, n-1
	}
	for n >= 8 {
		dst = append(dst, byteAt(src, off))
		off, n = off+8, n-8
	}
	if n > 0 {
		last := byte(0)
		for k := range n {
			if src == nil || bit(src, off+k) {
				last |= 1 << k
			}
		}
		dst = append(dst, last)
	}
	return dst[:need]
}

// byteAt is the eight bits of b from bit off on.
func byteAt(b []byte, off int) byte {
	if b == nil {
		return 0xff
	}
	i, s := off>>3, off&7
	if s == 0 {
		return b[i]
	}
	return b[i]>>s | b[i+1]<<(8-s)
}
