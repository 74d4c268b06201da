package pq

import "encoding/binary"

// delta decodes DELTA_BINARY_PACKED (Encodings.md): blocks of bit-packed differences, in miniblocks of their own width.
type delta struct {
	b        []byte // from the next block on
	perMini  int    // values of a miniblock
	minis    int    // miniblocks of a block
	left     int    // values not decoded yet
	last     int64  // the value before
	first    bool   // last is to be given out first
	minDelta int64
	widths   []byte // of the miniblocks left in this block
	packed   []byte // the current miniblock
	at       int    // bits taken from it
	width    uint
	inMini   int // values left in it
}

// Sane bounds: writers use blocks of 128 to 4096 values.
const (
	maxDeltaBlock = 1 << 20
	maxDeltaMinis = 1 << 12
)

// newDelta reads the head of a stream that holds at most limit values.
func newDelta(b []byte, limit int) (delta, error) {
	var head [4]uint64
	size := 0
	for i := range head {
		v, n := binary.Uvarint(b[size:])
		if n <= 0 {
			return delta{}, corrupt("a delta stream without its head")
		}
		head[i], size = v, size+n
	}
	block, minis, count := head[0], head[1], head[2]
	switch {
	case block == 0 || block > maxDeltaBlock || minis == 0 || minis > maxDeltaMinis || block%minis != 0 || (block/minis)%8 != 0:
		return delta{}, corrupt("a delta stream with blocks of %d values in %d miniblocks", block, minis)
	case count > uint64(limit):
		return delta{}, corrupt("a delta stream of %d values in a page of %d", count, limit)
	}
	return delta{b: b[size:], perMini: int(block / minis), minis: int(minis), left: int(count), first: count > 0,
		last: int64(head[3]>>1) ^ -int64(head[3]&1)}, nil
}

// block reads the head of the next block.
func (d *delta) block() error {
	v, n := binary.Uvarint(d.b)
	if n <= 0 || len(d.b)-n < d.minis {
		return corrupt("a delta stream ends early")
	}
	d.minDelta = int64(v>>1) ^ -int64(v&1)
	d.widths, d.b = d.b[n:n+d.minis], d.b[n+d.minis:]
	return nil
}

// mini goes to the next miniblock.
func (d *delta) mini() error {
	if len(d.widths) == 0 {
		if err := d.block(); err != nil {
			return err
		}
	}
	d.width = uint(d.widths[0])
	d.widths = d.widths[1:]
	size := int(d.width) * d.perMini / 8
	if d.width > 64 || size > len(d.b) {
		return corrupt("a delta stream ends early or has values of %d bits", d.width)
	}
	d.packed, d.b, d.at, d.inMini = d.b[:size], d.b[size:], 0, d.perMini
	return nil
}

// decodeDelta fills dst, which is no longer than what is left.
func decodeDelta[T int32 | int64](d *delta, dst []T) error {
	if len(dst) > d.left {
		return corrupt("a delta stream ends early")
	}
	d.left -= len(dst)
	if d.first && len(dst) > 0 {
		dst[0], d.first = T(d.last), false
		dst = dst[1:]
	}
	for len(dst) > 0 {
		if d.inMini == 0 {
			if err := d.mini(); err != nil {
				return err
			}
		}
		n := min(d.inMini, len(dst))
		last := d.last
		for i := range dst[:n] {
			last += d.minDelta + int64(bitsAt(d.packed, d.at, d.width))
			dst[i] = T(last)
			d.at += int(d.width)
		}
		d.last = last
		d.inMini -= n
		dst = dst[n:]
	}
	return nil
}

// bitsAt is the number of width bits from bit at on.
func bitsAt(b []byte, at int, width uint) uint64 {
	if width == 0 {
		return 0
	}
	from := at >> 3
	if from+9 > len(b) {
		var tail [16]byte
		copy(tail[:], b[min(from, len(b)):])
		b, from = tail[:], 0
	}
	v := binary.LittleEndian.Uint64(b[from:]) >> (at & 7)
	if rest := 64 - at&7; int(width) > rest {
		v |= uint64(b[from+8]) << rest
	}
	if width == 64 {
		return v
	}
	return v & (1<<width - 1)
}

// skip passes over the whole stream without decoding it, and gives what lies behind it.
func (d delta) skip() ([]byte, error) {
	left := d.left - 1 // the first value stands in the head
	for left > 0 {
		if err := d.mini(); err != nil {
			return nil, err
		}
		left -= d.perMini
	}
	return d.b, nil
}
