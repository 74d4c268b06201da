package pq

import "encoding/binary"

// Wire types of the Thrift compact protocol.
const (
	wireStop   = 0
	wireTrue   = 1
	wireFalse  = 2
	wireByte   = 3
	wireI16    = 4
	wireI32    = 5
	wireI64    = 6
	wireDouble = 7
	wireBinary = 8
	wireList   = 9
	wireSet    = 10
	wireMap    = 11
	wireStruct = 12
)

const maxThriftDepth = 24 // Parquet's own structures need 6

// thrift reads the compact protocol from a slice. The first mistake sticks in err, after which every read gives zero values.
type thrift struct {
	b     []byte
	err   error
	depth int
	// budget is what may still be allocated for what is decoded; -1 for no limit.
	budget int64
}

func (t *thrift) fail(format string, args ...any) {
	if t.err == nil {
		t.err = corrupt(format, args...)
	}
	t.b = nil
}

// spend takes n bytes from the budget.
func (t *thrift) spend(n int) {
	if t.budget < 0 {
		return
	}
	if t.budget -= int64(n); t.budget < 0 {
		t.budget = 0
		t.fail("the metadata would take too much memory")
	}
}

func (t *thrift) byte() byte {
	if len(t.b) == 0 {
		t.fail("metadata ends early")
		return 0
	}
	c := t.b[0]
	t.b = t.b[1:]
	return c
}

func (t *thrift) uvarint() uint64 {
	v, n := binary.Uvarint(t.b)
	if n <= 0 {
		t.fail("bad variable-length integer in the metadata")
		return 0
	}
	t.b = t.b[n:]
	return v
}

func (t *thrift) i64() int64 {
	v := t.uvarint()
	return int64(v>>1) ^ -int64(v&1)
}

func (t *thrift) i32() int32 {
	v := t.i64()
	if v != int64(int32(v)) {
		t.fail("32-bit integer out of range in the metadata")
		return 0
	}
	return int32(v)
}

// bytes shares the memory of the input.
func (t *thrift) bytes() []byte {
	n := t.uvarint()
	if n > uint64(len(t.b)) {
		t.fail("string of %d bytes in the metadata, %d are left", n, len(t.b))
		return nil
	}
	v := t.b[:n:n]
	t.b = t.b[n:]
	return v
}

// list reads the head of a list and checks its element type. Every element takes at least one byte.
func (t *thrift) list(wire, wantElem byte) int {
	if wire != wireList && wire != wireSet {
		t.fail("field of wire type %d where a list is due", wire)
		return 0
	}
	head := t.byte()
	n := uint64(head >> 4)
	if n == 15 {
		n = t.uvarint()
	}
	if n > uint64(len(t.b)) {
		t.fail("list of %d elements in the metadata, %d bytes are left", n, len(t.b))
		return 0
	}
	elem := head & 15
	if n > 0 && elem != wantElem && !(wantElem == wireTrue && elem == wireFalse) {
		t.fail("list of wire type %d where %d is due", elem, wantElem)
		return 0
	}
	return int(n)
}

// structure reads a struct: each gets the id and wire type of every field, and must consume it (skip does).
func (t *thrift) structure(each func(id int, wire byte)) {
	if t.depth++; t.depth > maxThriftDepth {
		t.fail("metadata nested too deeply")
	}
	id := 0
	for t.err == nil {
		head := t.byte()
		wire := head & 15
		if head == wireStop || t.err != nil {
			break
		}
		if delta := int(head >> 4); delta > 0 {
			id += delta
		} else {
			id = int(int16(t.i64()))
		}
		each(id, wire)
	}
	t.depth--
}

// skip passes over a value of a wire type. In lists, booleans take a byte; in structs, none.
func (t *thrift) skip(wire byte) {
	switch wire {
	case wireTrue, wireFalse:
	case wireByte:
		t.byte()
	case wireI16, wireI32, wireI64:
		t.uvarint()
	case wireDouble:
		t.take(8)
	case wireBinary:
		t.bytes()
	case wireList, wireSet:
		t.skipList()
	case wireMap:
		t.skipMap()
	case wireStruct:
		t.structure(func(_ int, wire byte) { t.skip(wire) })
	default:
		t.fail("unknown wire type %d in the metadata", wire)
	}
}

func (t *thrift) take(n int) {
	if len(t.b) < n {
		t.fail("metadata ends early")
		return
	}
	t.b = t.b[n:]
}

func (t *thrift) skipList() {
	if len(t.b) == 0 {
		t.fail("metadata ends early")
		return
	}
	elem := t.b[0] & 15
	n := t.list(wireList, elem)
	t.skipElements(n, elem)
}

func (t *thrift) skipMap() {
	n := t.uvarint()
	if n == 0 {
		return
	}
	kinds := t.byte()
	if n > uint64(len(t.b)) {
		t.fail("map of %d entries in the metadata, %d bytes are left", n, len(t.b))
		return
	}
	for range n {
		t.skipElements(1, kinds>>4)
		t.skipElements(1, kinds&15)
		if t.err != nil {
			return
		}
	}
}

func (t *thrift) skipElements(n int, wire byte) {
	if t.depth++; t.depth > maxThriftDepth {
		t.fail("metadata nested too deeply")
	}
	for range n {
		if t.err != nil {
			break
		}
		if wire == wireTrue || wire == wireFalse {
			t.byte()
			continue
		}
		t.skip(wire)
	}
	t.depth--
}

// The following read one field of a struct, checking its wire type.

func (t *thrift) fieldI32(wire byte) int32 {
	if wire != wireI32 && wire != wireI16 {
		t.fail("field of wire type %d where an integer is due", wire)
		return 0
	}
	return t.i32()
}

func (t *thrift) fieldI64(wire byte) int64 {
	if wire != wireI64 && wire != wireI32 {
		t.fail("field of wire type %d where an integer is due", wire)
		return 0
	}
	return t.i64()
}

func (t *thrift) fieldBytes(wire byte) []byte {
	if wire != wireBinary {
		t.fail("field of wire type %d where a string is due", wire)
		return nil
	}
	return t.bytes()
}

func (t *thrift) fieldString(wire byte) string {
	b := t.fieldBytes(wire)
	t.spend(len(b))
	return string(b)
}

func (t *thrift) fieldBool(wire byte) bool {
	if wire != wireTrue && wire != wireFalse {
		t.fail("field of wire type %d where a boolean is due", wire)
	}
	return wire == wireTrue
}

func (t *thrift) fieldStruct(wire byte, each func(id int, wire byte)) {
	if wire != wireStruct {
		t.fail("field of wire type %d where a struct is due", wire)
		return
	}
	t.structure(each)
}
