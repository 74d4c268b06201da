package arrowipc

import (
	"encoding/binary"
	"fmt"
)

// table is a FlatBuffers table. Reading outside of the buffer panics, which callers catch; lengths of vectors, which the decoder would
// allocate by, are checked.
type table struct {
	b   []byte
	pos int
}

func rootTable(b []byte) table { return table{b, int(binary.LittleEndian.Uint32(b))} }

// at is where the value of a slot is, 0 if the table does not have it.
func (t table) at(slot int) int {
	vtable := t.pos - int(int32(binary.LittleEndian.Uint32(t.b[t.pos:])))
	entry := 4 + 2*slot
	if entry >= int(binary.LittleEndian.Uint16(t.b[vtable:])) {
		return 0
	}
	if o := int(binary.LittleEndian.Uint16(t.b[vtable+entry:])); o != 0 {
		return t.pos + o
	}
	return 0
}

// table is the table that a slot points to.
func (t table) table(slot int) (table, bool) {
	at := t.at(slot)
	if at == 0 {
		return table{}, false
	}
	return table{t.b, at + int(binary.LittleEndian.Uint32(t.b[at:]))}, true
}

func (t table) byte(slot int) byte {
	if at := t.at(slot); at != 0 {
		return t.b[at]
	}
	return 0
}

// vector is where the elements of a vector begin and how many there are.
func (t table) vector(slot, width int) (start, n int) {
	at := t.at(slot)
	if at == 0 {
		return 0, 0
	}
	at += int(binary.LittleEndian.Uint32(t.b[at:]))
	n, start = int(binary.LittleEndian.Uint32(t.b[at:])), at+4
	if n > (len(t.b)-start)/width {
		panic(fmt.Errorf("a vector of %d elements in %d bytes", n, len(t.b)))
	}
	return start, n
}

// element is the i-th table of a vector of tables.
func (t table) element(start, i int) table {
	at := start + 4*i
	return table{t.b, at + int(binary.LittleEndian.Uint32(t.b[at:]))}
}
