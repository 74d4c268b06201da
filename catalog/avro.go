package catalog

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// An Avro object container file (Avro specification 1.12, "Object Container Files") is a magic number, a map of metadata, a sync
// marker of 16 random bytes, and blocks of which each ends in the same marker.
const (
	avroMagic = "Obj\x01"
	syncBytes = 16
)

var errAvro = errors.New("not an Avro object container file")

// settle makes the bytes of an Avro file a function of its content: metadata in the order of their keys, and the digest of
// everything else as sync marker. Entries of override replace metadata of the same key.
func settle(file []byte, override map[string][]byte) ([]byte, error) {
	c, err := parseContainer(file)
	if err != nil {
		return nil, err
	}
	maps.Copy(c.meta, override)
	return c.encode(), nil
}

type container struct {
	meta   map[string][]byte
	blocks []block
}

type block struct {
	count int64
	data  []byte // as the codec left it
}

func parseContainer(file []byte) (container, error) {
	c := container{meta: make(map[string][]byte)}
	rest, ok := bytes.CutPrefix(file, []byte(avroMagic))
	r := &avroReader{rest: rest, bad: !ok}
	for n := r.long(); n != 0 && !r.bad; n = r.long() {
		if n < 0 { // a count below zero is followed by the size of the block
			n = -n
			r.long()
		}
		for ; n > 0 && !r.bad; n-- {
			key := string(r.sized())
			c.meta[key] = r.sized()
		}
	}
	sync := r.take(syncBytes)
	for len(r.rest) > 0 && !r.bad {
		c.blocks = append(c.blocks, block{count: r.long(), data: r.sized()})
		if !bytes.Equal(r.take(syncBytes), sync) {
			r.bad = true
		}
	}
	if r.bad {
		return container{}, errAvro
	}
	return c, nil
}

func (c container) encode() []byte {
	head := []byte(avroMagic)
	if len(c.meta) > 0 { // a block of no entries would be the end of the map
		head = binary.AppendVarint(head, int64(len(c.meta)))
	}
	for _, key := range slices.Sorted(maps.Keys(c.meta)) {
		head = appendSized(head, []byte(key))
		head = appendSized(head, c.meta[key])
	}
	head = binary.AppendVarint(head, 0)

	digest := sha256.New()
	digest.Write(head)
	for _, b := range c.blocks {
		digest.Write(b.head())
		digest.Write(b.data)
	}
	sync := digest.Sum(nil)[:syncBytes]

	out := append(head, sync...)
	for _, b := range c.blocks {
		out = append(out, b.head()...)
		out = append(out, b.data...)
		out = append(out, sync...)
	}
	return out
}

func (b block) head() []byte {
	return binary.AppendVarint(binary.AppendVarint(nil, b.count), int64(len(b.data)))
}

func appendSized(to, b []byte) []byte {
	return append(binary.AppendVarint(to, int64(len(b))), b...)
}

// avroReader reads Avro's primitives. After the first malformed one it is bad and yields zeros.
type avroReader struct {
	rest []byte
	bad  bool
}

func (r *avroReader) long() int64 {
	n, size := binary.Varint(r.rest)
	if size <= 0 {
		r.bad = true
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

func (r *avroReader) sized() []byte { return r.take(r.long()) }

func (r *avroReader) take(n int64) []byte {
	if n < 0 || n > int64(len(r.rest)) {
		r.bad = true
		return nil
	}
	out := r.rest[:n]
	r.rest = r.rest[n:]
	return out
}

// avroName makes a name of a partition field one that Avro allows ("Names": letters, digits and _, no digit first), as Iceberg's
// Java library does it. Readers find the field by its id.
func avroName(name string) string {
	var b bytes.Buffer
	for i, r := range name {
		switch {
		case r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || i > 0 && r >= '0' && r <= '9':
			b.WriteRune(r)
		case r >= '0' && r <= '9':
			fmt.Fprintf(&b, "_%c", r)
		default:
			fmt.Fprintf(&b, "_x%X", r)
		}
	}
	return b.String()
}
