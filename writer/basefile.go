package writer

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer/internal/encode"
)

// baseFile is an open file of the version that is changed.
type baseFile struct {
	manifest.File
	file *columnar.File
	tail *tailReader
	rest io.ReaderAt

	origin *encode.Origin // where chunks are copied from it
	mu     sync.RWMutex
	held   map[int]piece // row groups in memory
}

// piece is a part of a file in memory.
type piece struct {
	start int64
	b     []byte
}

// openBase reads the end of a file, at least most bytes of it, in one request where its footer is not longer.
func openBase(ctx context.Context, o *Options, f manifest.File, most int64) (*baseFile, error) {
	if f.Bytes <= 2*most {
		most = f.Bytes // all of it
	}
	b, err := readTail(ctx, o.Store, f, most)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", f.Key, err)
	}
	b.rest = objstore.RangeReaderAt(ctx, o.Store, b.tail.info)
	if b.file, err = columnar.Open(b, b.tail.info.Size, columnar.OpenOptions{MaxFooter: maxFooter}); err != nil {
		return nil, fmt.Errorf("open %s: %w", f.Key, err)
	}
	b.file = b.file.Known(o.Names)
	if b.file.NumRows() != f.Rows {
		return nil, fmt.Errorf("open %s: %w: it has %d rows, recorded are %d", f.Key, columnar.ErrCorrupt, b.file.NumRows(), f.Rows)
	}
	return b, nil
}

func readTail(ctx context.Context, store objstore.Store, f manifest.File, most int64) (*baseFile, error) {
	t, err := tailOf(ctx, store, f.Key, most)
	if err != nil {
		return nil, err
	}
	if t.info.Size != f.Bytes {
		return nil, fmt.Errorf("%w: it has %d bytes, recorded are %d", columnar.ErrCorrupt, t.info.Size, f.Bytes)
	}
	if len(t.b) >= 8 {
		need := int64(binary.LittleEndian.Uint32(t.b[len(t.b)-8:])) + 8
		if need > int64(len(t.b)) && need <= min(t.info.Size, maxFooter) {
			t, err = tailOf(ctx, store, f.Key, need)
		}
	}
	return &baseFile{File: f, tail: t, held: map[int]piece{}}, err
}

// read gives a part of the file.
func (b *baseFile) read(from, n int64) ([]byte, error) {
	if from < 0 || n < 0 || n > b.tail.info.Size-from {
		return nil, fmt.Errorf("%w: a part of it lies behind its end", columnar.ErrCorrupt)
	}
	p := make([]byte, n)
	if k, err := b.ReadAt(p, from); k < len(p) {
		return nil, err
	}
	return p, nil
}

// footer is the file's footer, which columnar.Open has accepted.
func (b *baseFile) footer() []byte {
	end := len(b.tail.b) - 8
	return b.tail.b[end-int(binary.LittleEndian.Uint32(b.tail.b[end:])) : end]
}

// dir is the partition directory that the file's key has.
func (b *baseFile) dir() string {
	key := b.Key[strings.Index(b.Key, "/")+1:]
	return key[:max(0, strings.LastIndex(key, "/"))]
}

// origins says for every leaf of the table which leaf of the file has its values in the same physical form, so that its chunks can be
// copied; -1 for none.
func (b *baseFile) origins(table manifest.Schema, layout *encode.Schema) []int {
	out := make([]int, len(layout.Leaves))
	have, err := b.file.Schema()
	leaves := b.file.Leaves()
	for i := range layout.Leaves {
		out[i] = -1
		if err != nil {
			continue
		}
		want := &layout.Leaves[i]
		field := table.Fields[want.Column]
		same := func(f manifest.Field) bool {
			if b.file.HasFieldIDs() {
				return f.ID == field.ID && sameForm(f, field, true)
			}
			return f.Name == field.Name && sameForm(f, field, false)
		}
		if at := slices.IndexFunc(have.Fields, same); at >= 0 {
			out[i] = matchLeaf(leaves, have.Fields[at].Name, want)
		}
	}
	return out
}

// sameForm compares types and what may be null, whatever the names.
func sameForm(a, b manifest.Field, ids bool) bool {
	if a.Required != b.Required || a.Type.Kind != b.Type.Kind || len(a.Type.Fields) != len(b.Type.Fields) || ids && a.ID != b.ID {
		return false
	}
	for i := range a.Type.Fields {
		if !sameForm(a.Type.Fields[i], b.Type.Fields[i], ids) {
			return false
		}
	}
	return len(a.Type.Fields) > 0 || a.Type.Equal(b.Type)
}

// matchLeaf finds the leaf that is want but perhaps for the name of its column.
func matchLeaf(leaves []columnar.Leaf, column string, want *encode.Leaf) int {
	def, rep := want.Levels()
	for i := range leaves {
		l := leaves[i]
		if l.Path[0] != column || !slices.Equal(l.Path[1:], want.Path[1:]) || l.MaxDef != def || l.MaxRep != rep {
			continue
		}
		l.Path = want.Path
		if leafMisfit(&l, want) == "" {
			return i
		}
	}
	return -1
}

// stats are what is known of a chunk of the file's leaf number from: the footer's statistics where they say enough, else it is decoded.
func (b *baseFile) stats(ctx context.Context, group, from int, to *encode.Leaf) (encode.Stats, error) {
	chunk := b.file.Chunk(group, from)
	out := encode.Stats{Values: chunk.Values, Bytes: chunk.Bytes}
	float := to.Type.Kind == manifest.Float || to.Type.Kind == manifest.Double
	recorded, ok := b.Columns[to.ID]
	noNaN := !float || ok && recorded.NaNs == 0
	if s, ok := b.file.Stats(group, from); ok && s.Nulls >= 0 && noNaN {
		out.Nulls = s.Nulls
		if out.Nulls == out.Values {
			return out, nil
		}
		if s.Min != nil && s.Max != nil {
			out.Bound, out.Lower, out.Upper = true, s.Min, s.Max
			return out, nil
		}
	}
	c, err := b.file.Check(ctx, group, from)
	if err != nil {
		return out, err
	}
	out.Nulls, out.NaNs = c.Nulls, c.NaNs
	if c.Min != nil && c.NaNs == 0 {
		out.Bound, out.Lower, out.Upper = true, c.Min, c.Max
	}
	return out, nil
}
