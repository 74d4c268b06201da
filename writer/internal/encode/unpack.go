package encode

import (
	"encoding/binary"

	"github.com/tablectl/tablectl/writer/internal/vector"
)

// unpackHybrid decodes values of width bits in the RLE/bit-packing hybrid until dst is full; false if src does not hold so many.
func unpackHybrid(dst []uint32, src []byte, width int) bool {
	for len(dst) > 0 {
		h, k := binary.Uvarint(src)
		if k <= 0 {
			return false
		}
		src = src[k:]
		if h&1 == 0 {
			size := (width + 7) / 8
			n := int(min(h>>1, uint64(len(dst))))
			if len(src) < size || n == 0 {
				return false
			}
			var v [8]byte
			copy(v[:], src[:size])
			x := binary.LittleEndian.Uint32(v[:])
			for i := range dst[:n] {
				dst[i] = x
			}
			dst, src = dst[n:], src[size:]
			continue
		}
		groups := int(min(h>>1, uint64(len(dst)+7)/8))
		if groups == 0 || groups*width > len(src) {
			return false
		}
		n := min(8*groups, len(dst))
		unpack(dst[:n], src, width)
		dst, src = dst[n:], src[min(len(src), int(min(h>>1, 1<<40))*width):]
	}
	return true
}

// unpack decodes bit-packed values; src holds them all.
func unpack(dst []uint32, src []byte, width int) {
	mask := uint64(1)<<width - 1
	i, at := 0, 0
	for ; i < len(dst) && at>>3+8 <= len(src); i, at = i+1, at+width {
		dst[i] = uint32(binary.LittleEndian.Uint64(src[at>>3:]) >> (at & 7) & mask)
	}
	for ; i < len(dst); i, at = i+1, at+width {
		var last [8]byte
		copy(last[:], src[at>>3:])
		dst[i] = uint32(binary.LittleEndian.Uint64(last[:]) >> (at & 7) & mask)
	}
}

// unpackValidity decodes definition levels of n rows of a flat optional column to a bitmap, and gives what stands behind them.
func unpackValidity(dst, b []byte, n int) (valid, rest []byte, ok bool) {
	if len(b) < 4 {
		return nil, nil, false
	}
	size := uint64(binary.LittleEndian.Uint32(b))
	if size > uint64(len(b)-4) {
		return nil, nil, false
	}
	src, rest := b[4:4+size], b[4+size:]
	for have := 0; have < n; {
		h, k := binary.Uvarint(src)
		if k <= 0 || h>>1 == 0 {
			return nil, nil, false
		}
		src = src[k:]
		if h&1 == 0 {
			run := int(min(h>>1, uint64(n-have)))
			if len(src) == 0 {
				return nil, nil, false
			}
			bits := []byte(nil) // ones
			if src[0] == 0 {
				bits = make([]byte, (run+7)/8)
			}
			dst = vector.AppendBits(dst, have, bits, 0, run)
			have, src = have+run, src[1:]
			continue
		}
		run := int(min(8*min(h>>1, 1<<32), uint64(n-have)))
		if (run+7)/8 > len(src) {
			return nil, nil, false
		}
		dst = vector.AppendBits(dst, have, src, 0, run)
		have, src = have+run, src[(run+7)/8:]
	}
	return dst, rest, true
}
