package pq

import (
	"encoding/binary"
	"math/bits"
)

// hybrid decodes the mix of runs and bit-packed groups that levels and dictionary indices are written in (Encodings.md, RLE).
type hybrid struct {
	b      []byte
	width  uint   // bits of a value, at most 32
	run    int    // values left in a run of equal ones
	value  uint32 // theirs
	packed int    // values left in bit-packed groups
	bits   []byte // these groups
	at     int    // in bits
}

func newHybrid(b []byte, width uint) hybrid { return hybrid{b: b, width: width} }

const maxRun = 1 << 31

// load goes to the next run or group. It takes at least a byte, so that no input makes it go on for ever.
func (h *hybrid) load() error {
	head, n := binary.Uvarint(h.b)
	if n <= 0 {
		return corrupt("fewer levels or indices than the page has values")
	}
	h.b = h.b[n:]
	count := head >> 1
	if count > maxRun {
		return corrupt("a run of %d values", count)
	}
	if head&1 == 1 {
		size := int(min(count*uint64(h.width), uint64(len(h.b)))) // the padding of the last group may be missing
		h.bits, h.b, h.at = h.b[:size], h.b[size:], 0
		h.packed = int(count) * 8
		if h.width > 0 {
			h.packed = min(h.packed, size*8/int(h.width))
		}
		return nil
	}
	size := int(h.width+7) / 8
	if len(h.b) < size {
		return corrupt("a run without its value")
	}
	h.run, h.value = int(count), 0
	for i := range size {
		h.value |= uint32(h.b[i]) << (8 * i)
	}
	h.b = h.b[size:]
	if h.width < 32 && h.value>>h.width != 0 {
		return corrupt("a run of %d in values of %d bits", h.value, h.width)
	}
	return nil
}

// decode fills dst.
func decode[T uint8 | uint32](h *hybrid, dst []T) error {
	for len(dst) > 0 {
		switch {
		case h.run > 0:
			n := min(h.run, len(dst))
			v := T(h.value)
			for i := range dst[:n] {
				dst[i] = v
			}
			h.run -= n
			dst = dst[n:]
		case h.packed > 0:
			n := min(h.packed, len(dst))
			unpack(dst[:n], h.bits, h.at, h.width)
			h.at += n * int(h.width)
			h.packed -= n
			dst = dst[n:]
		default:
			if err := h.load(); err != nil {
				return err
			}
		}
	}
	return nil
}

// unpack takes len(dst) values of width bits, from bit at on. The bits are there.
func unpack[T uint8 | uint32](dst []T, b []byte, at int, width uint) {
	mask := uint64(1)<<width - 1
	i := 0
	for ; i < len(dst) && at>>3+8 <= len(b); i++ {
		dst[i] = T(binary.LittleEndian.Uint64(b[at>>3:]) >> (at & 7) & mask)
		at += int(width)
	}
	for ; i < len(dst); i++ {
		var word [8]byte
		copy(word[:], b[min(at>>3, len(b)):])
		dst[i] = T(binary.LittleEndian.Uint64(word[:]) >> (at & 7) & mask)
		at += int(width)
	}
}

// bitmap decodes n values of one bit to the bits of dst from bit off on, and returns how many are 1.
func (h *hybrid) bitmap(dst []byte, off, n int) (ones int, err error) {
	for n > 0 {
		k := 0
		switch {
		case h.run > 0:
			k = min(h.run, n)
			if h.value != 0 {
				setBits(dst, off, k)
				ones += k
			}
			h.run -= k
		case h.packed > 0:
			k = min(h.packed, n)
			ones += copyBits(dst, off, h.bits, h.at, k)
			h.at += k
			h.packed -= k
		default:
			if err := h.load(); err != nil {
				return ones, err
			}
		}
		off += k
		n -= k
	}
	return ones, nil
}

// setBits sets n bits from bit off on.
func setBits(dst []byte, off, n int) {
	for ; n > 0 && off&7 != 0; n, off = n-1, off+1 {
		dst[off>>3] |= 1 << (off & 7)
	}
	for ; n >= 8; n, off = n-8, off+8 {
		dst[off>>3] = 0xff
	}
	for ; n > 0; n, off = n-1, off+1 {
		dst[off>>3] |= 1 << (off & 7)
	}
}

// copyBits copies n bits to bits that are 0, and returns how many are 1.
func copyBits(dst []byte, off int, src []byte, at, n int) (ones int) {
	for ; n > 0 && off&7 != 0; n, off, at = n-1, off+1, at+1 {
		if src[at>>3]&(1<<(at&7)) != 0 {
			dst[off>>3] |= 1 << (off & 7)
			ones++
		}
	}
	for ; n >= 8; n, off, at = n-8, off+8, at+8 {
		b := src[at>>3] >> (at & 7)
		if at&7 != 0 {
			b |= src[at>>3+1] << (8 - at&7)
		}
		dst[off>>3] = b
		ones += bits.OnesCount8(b)
	}
	for ; n > 0; n, off, at = n-1, off+1, at+1 {
		if src[at>>3]&(1<<(at&7)) != 0 {
			dst[off>>3] |= 1 << (off & 7)
			ones++
		}
	}
	return ones
}
