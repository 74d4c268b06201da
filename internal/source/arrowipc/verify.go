package arrowipc

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Bounds of what the metadata may describe. Tables can point to the same child many times, so that few bytes describe many.
const (
	maxNodes = 200_000 // fields and metadata entries of a schema
	maxDepth = 64
)

// Kinds of messages (Message.fbs, MessageHeader).
const (
	kindSchema     = 1
	kindDictionary = 2
	kindRecord     = 3
)

// verifyMessage looks at everything in the metadata of a message by which the decoder would allocate or recurse.
func verifyMessage(meta []byte) (err error) {
	defer caught(&err)
	m := rootTable(meta)
	header, ok := m.table(2)
	if !ok {
		return errors.New("a message without header")
	}
	switch kind := m.byte(1); kind {
	case kindSchema:
		return verifySchema(header)
	case kindDictionary:
		if header, ok = header.table(1); !ok {
			return errors.New("a dictionary without data")
		}
		return verifyBatch(header)
	case kindRecord:
		return verifyBatch(header)
	default:
		return fmt.Errorf("a message of kind %d", kind)
	}
}

func verifySchema(schema table) error {
	left := maxNodes
	schema.vector(3, 8)
	return verifyFields(schema, 1, 2, 0, &left)
}

// verifyFields walks the fields in slot children and the metadata in slot custom of a schema or field.
func verifyFields(t table, children, custom, depth int, left *int) error {
	start, n := t.vector(children, 4)
	_, meta := t.vector(custom, 4)
	if *left -= n + meta; *left < 0 || depth > maxDepth {
		return errors.New("a schema that is too large")
	}
	for i := range n {
		if err := verifyFields(t.element(start, i), 5, 6, depth+1, left); err != nil {
			return err
		}
	}
	return nil
}

// verifyBatch: views have as many buffers as the batch says, at most those that it has.
func verifyBatch(batch table) error {
	batch.vector(1, 16)
	_, buffers := batch.vector(2, 16)
	start, n := batch.vector(4, 8)
	for i := range n {
		if v := binary.LittleEndian.Uint64(batch.b[start+8*i:]); v > uint64(buffers) {
			return fmt.Errorf("a column of %d buffers", v)
		}
	}
	return nil
}

// block is where a message of a file is (File.fbs, Block).
type block struct{ offset, meta, body int64 }

// verifyFooter gives the blocks of the dictionaries and records of a file of size bytes.
func verifyFooter(footer []byte, size int64) (dictionaries, records []block, err error) {
	defer caught(&err)
	t := rootTable(footer)
	schema, ok := t.table(1)
	if !ok {
		return nil, nil, errors.New("a footer without schema")
	}
	if err := verifySchema(schema); err != nil {
		return nil, nil, err
	}
	if dictionaries, err = t.blocks(2, size); err != nil {
		return nil, nil, err
	}
	records, err = t.blocks(3, size)
	return dictionaries, records, err
}

func (t table) blocks(slot int, size int64) ([]block, error) {
	start, n := t.vector(slot, 24)
	out := make([]block, n)
	for i := range out {
		b := t.b[start+24*i:]
		x := block{int64(binary.LittleEndian.Uint64(b)), int64(int32(binary.LittleEndian.Uint32(b[8:]))), int64(binary.LittleEndian.Uint64(b[16:]))}
		if x.offset < 0 || x.meta < 8 || x.meta > maxMeta || x.body < 0 || x.offset > size || x.meta > size-x.offset || x.body > size-x.offset-x.meta {
			return nil, fmt.Errorf("a block of %d and %d bytes at %d in a file of %d", x.meta, x.body, x.offset, size)
		}
		out[i] = x
	}
	return out, nil
}
