package encode

import (
	"encoding/binary"
	"math/bits"

	"github.com/tablectl/tablectl/writer/internal/vector"
)

// minRun is the shortest run that is worth leaving a bit-packed one for.
const minRun = 8

// appendHybrid adds values of width bits in the RLE/bit-packing hybrid (Encodings.md, "RLE"), runs and literals as they come.
func appendHybrid[T uint8 | uint32](dst []byte, values []T, width int) []byte {
	for i := 0; i < len(values); {
		if n := runAt(values[i:]); n >= minRun {
			dst = appendRun(dst, n, uint32(values[i]), width)
			i += n
			continue
		}
		start := i
		for i < len(values) && runAt(values[i:min(len(values), i+minRun)]) < minRun {
			i = min(i+8, len(values))
		}
		dst = appendPacked(dst, values[start:i], width)
	}
	return dst
}

// runAt is how often the first value is repeated.
func runAt[T uint8 | uint32](v []T) int {
	n := 1
	for n < len(v) && v[n] == v[0] {
		n++
	}
	return n
}

func appendRun(dst []byte, n int, value uint32, width int) []byte {
	dst = binary.AppendUvarint(dst, uint64(n)<<1)
	for ; width > 0; width -= 8 {
		dst = append(dst, byte(value))
		value >>= 8
	}
	return dst
}

// appendPacked adds one bit-packed run of all values, the last group of eight filled up with zeros.
func appendPacked[T uint8 | uint32](dst []byte, values []T, width int) []byte {
	groups := (len(values) + 7) / 8
	dst = binary.AppendUvarint(dst, uint64(groups)<<1|1)
	have := len(dst)
	dst = extend(dst, have+groups*width+8) // 8: the last word is written whole
	clear(dst[have+(groups-1)*width:])     // what fills up the last group
	pack(dst[have:], values, width)
	return dst[:have+groups*width]
}

// pack writes values of width bits, least significant bit first. dst has room for a whole word after the last one.
func pack[T uint8 | uint32](dst []byte, values []T, width int) {
	var acc uint64
	var n, at int
	for _, v := range values {
		acc |= uint64(v) << n
		n += width
		if n >= 32 {
			binary.LittleEndian.PutUint32(dst[at:], uint32(acc))
			at += 4
			acc >>= 32
			n -= 32
		}
	}
	binary.LittleEndian.PutUint64(dst[at:], acc)
}

// extend makes b n bytes long; the new ones may hold anything.
func extend(b []byte, n int) []byte {
	if n <= cap(b) {
		return b[:n]
	}
	out := make([]byte, n, max(n, 2*cap(b)))
	copy(out, b)
	return out
}

// appendLevels adds levels with their length before them, as data pages v1 have it.
func appendLevels(dst []byte, levels []uint8, most uint8) []byte {
	at := len(dst)
	dst = append(dst, 0, 0, 0, 0)
	dst = appendHybrid(dst, levels, bits.Len8(most))
	binary.LittleEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
	return dst
}

// appendValidity adds the definition levels of rows first to first+n of a flat optional column. A bitmap is its own bit-packed form.
func appendValidity(dst []byte, valid []byte, first, n, nulls int) []byte {
	at := len(dst)
	dst = append(dst, 0, 0, 0, 0)
	switch nulls {
	case 0:
		dst = appendRun(dst, n, 1, 1)
	case n:
		dst = appendRun(dst, n, 0, 1)
	default:
		groups := (n + 7) / 8
		dst = binary.AppendUvarint(dst, uint64(groups)<<1|1)
		body := len(dst)
		dst = append(dst, vector.AppendBits(dst[body:body], 0, valid, first, n)...)
	}
	binary.LittleEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
	return dst
}
