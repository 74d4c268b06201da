package pq

import "encoding/binary"

// Values are physical values one after the other, without nulls. Which slice is used follows from the type of the column: Bits
// for BOOLEAN, I32 for INT32 and FLOAT (as bits), I64 for INT64 and DOUBLE (as bits), Fixed for INT96 and FIXED_LEN_BYTE_ARRAY,
// Offsets and Data for BYTE_ARRAY (value i is Data[Offsets[i]:Offsets[i+1]]).
type Values struct {
	N       int
	Bits    []byte
	I32     []int32
	I64     []int64
	Fixed   []byte
	Offsets []int32
	Data    []byte
}

// Reset empties v and keeps its memory.
func (v *Values) Reset() {
	v.N = 0
	v.Bits, v.I32, v.I64, v.Fixed, v.Offsets, v.Data = v.Bits[:0], v.I32[:0], v.I64[:0], v.Fixed[:0], v.Offsets[:0], v.Data[:0]
}

// decoder gives the values of one page.
type decoder interface {
	// into appends n values, which the page must have.
	into(n int, v *Values) error
	// longest is the length of the longest value that may come, where one value may be much longer than its encoding; else 0.
	longest() int
}

// width is the size of a fixed-width physical type, 0 for BYTE_ARRAY and BOOLEAN.
func width(n *Node) int {
	switch n.Type {
	case Int32, Float:
		return 4
	case Int64, Double:
		return 8
	case Int96:
		return 12
	case FixedLenByteArray:
		return n.Length
	}
	return 0
}

// grow makes room for n more and returns the new part.
func grow[T any](s *[]T, n int) []T {
	old := len(*s)
	if cap(*s)-old < n {
		bigger := make([]T, old, max(old+n, 2*cap(*s)))
		copy(bigger, *s)
		*s = bigger
	}
	*s = (*s)[:old+n]
	return (*s)[old:]
}

// growBits makes room for n more zero bits after the first have.
func growBits(s *[]byte, have, n int) []byte {
	if need := (have + n + 7) / 8; need > len(*s) {
		clear(grow(s, need-len(*s)))
	}
	return *s
}

// number is width for the types that are numbers, 0 for those that are bytes.
func number(n *Node) int {
	if n.Type == FixedLenByteArray || n.Type == Int96 {
		return 0
	}
	return width(n)
}

// fixed decodes PLAIN values of fixed width.
type fixed struct {
	b      []byte
	width  int
	number int
}

func (d *fixed) longest() int { return 0 }

func (d *fixed) into(n int, v *Values) error {
	if n > len(d.b)/d.width {
		return corrupt("a page holds %d bytes of values, %d values are due", len(d.b), n)
	}
	b := d.b[:n*d.width]
	d.b = d.b[len(b):]
	v.fixed(b, d.number)
	v.N += n
	return nil
}

// fixed appends numbers of 4 or 8 bytes, or bytes.
func (v *Values) fixed(b []byte, number int) {
	switch number {
	case 4:
		out := grow(&v.I32, len(b)/4)
		for i := range out {
			out[i] = int32(binary.LittleEndian.Uint32(b[4*i:]))
		}
	case 8:
		out := grow(&v.I64, len(b)/8)
		for i := range out {
			out[i] = int64(binary.LittleEndian.Uint64(b[8*i:]))
		}
	default:
		v.Fixed = append(v.Fixed, b...)
	}
}

// varying decodes PLAIN values of BYTE_ARRAY.
type varying struct{ b []byte }

func (d *varying) longest() int { return 0 }

func (d *varying) into(n int, v *Values) error {
	v.begin()
	if n > len(d.b)/4 {
		return corrupt("a page holds %d bytes of values, %d values are due", len(d.b), n)
	}
	offsets := grow(&v.Offsets, n)
	b, data := d.b, v.Data
	for i := range offsets {
		if len(b) < 4 {
			return corrupt("a page ends inside a value")
		}
		size := int(binary.LittleEndian.Uint32(b))
		if size > len(b)-4 {
			return corrupt("a value of %d bytes, %d are left in its page", size, len(b)-4)
		}
		data = append(data, b[4:4+size]...)
		b = b[4+size:]
		offsets[i] = int32(len(data))
	}
	d.b, v.Data = b, data
	v.N += n
	return nil
}

// begin makes the first offset.
func (v *Values) begin() {
	if len(v.Offsets) == 0 {
		v.Offsets = append(v.Offsets, 0)
	}
}

// booleans decodes PLAIN values of BOOLEAN.
type booleans struct {
	b  []byte
	at int
}

func (d *booleans) longest() int { return 0 }

func (d *booleans) into(n int, v *Values) error {
	if n > len(d.b)*8-d.at {
		return corrupt("a page holds %d bytes of values, %d values are due", len(d.b), n)
	}
	copyBits(growBits(&v.Bits, v.N, n), v.N, d.b, d.at, n)
	d.at += n
	v.N += n
	return nil
}

// runs decodes RLE values of BOOLEAN.
type runs struct{ h hybrid }

func (d *runs) longest() int { return 0 }

func (d *runs) into(n int, v *Values) error {
	_, err := d.h.bitmap(growBits(&v.Bits, v.N, n), v.N, n)
	v.N += n
	return err
}

func newRuns(b []byte) (decoder, error) {
	if len(b) < 4 || int64(binary.LittleEndian.Uint32(b)) > int64(len(b)-4) {
		return nil, corrupt("a page of run-length encoded booleans without its length")
	}
	return &runs{newHybrid(b[4:4+binary.LittleEndian.Uint32(b)], 1)}, nil
}

// split decodes BYTE_STREAM_SPLIT: byte k of all values, then byte k+1 of all.
type split struct {
	b      []byte
	width  int
	number int
	n      int // values of the page
	next   int
	row    []byte
}

func (d *split) longest() int { return 0 }

func (d *split) into(n int, v *Values) error {
	if n > d.n-d.next {
		return corrupt("a page holds %d values, more are due", d.n)
	}
	if cap(d.row) < n*d.width {
		d.row = make([]byte, n*d.width)
	}
	row := d.row[:n*d.width]
	for k := range d.width {
		stream := d.b[k*d.n+d.next:]
		for i := range n {
			row[i*d.width+k] = stream[i]
		}
	}
	v.fixed(row, d.number)
	d.next += n
	v.N += n
	return nil
}

func newSplit(b []byte, width, number int) (decoder, error) {
	if width == 0 || len(b)%width != 0 {
		return nil, corrupt("a page of %d bytes, split into values of %d", len(b), width)
	}
	return &split{b: b, width: width, number: number, n: len(b) / width}, nil
}

// PlainValue reads one plain-encoded value as statistics hold it: integers, and floats as their bits. For the types that are
// bytes it only says whether the length is right.
func PlainValue(n *Node, b []byte) (int64, bool) {
	switch n.Type {
	case Boolean:
		return int64(first(b)), len(b) == 1
	case ByteArray:
		return 0, true
	}
	if len(b) != width(n) {
		return 0, false
	}
	switch len(b) {
	case 4:
		return int64(int32(binary.LittleEndian.Uint32(b))), true
	case 8:
		return int64(binary.LittleEndian.Uint64(b)), true
	}
	return 0, true
}

func first(b []byte) byte {
	if len(b) == 0 {
		return 0
	}
	return b[0]
}
