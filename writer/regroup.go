package writer

import (
	"context"
	"fmt"
	"sync"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer/internal/encode"
	"github.com/tablectl/tablectl/writer/internal/vector"
)

// regroup is a row group that is written again: column chunks that do not change are copied, others decoded, changed and encoded.
type regroup struct {
	ctx    context.Context // of the work, which the pool does not hand on
	r      *rewriter
	base   *baseFile
	number int
	leaves []int // per leaf of the table: whose chunk it is, or -1
	edits  *edits
	nested []lazyColumn // per column of the table: those with several leaves are decoded once
}

// lazyColumn is a column of a row group, decoded when it is asked for.
type lazyColumn struct {
	once   sync.Once
	pieces []vector.Vector
	err    error
}

// chunk makes the chunk of a leaf of the table.
func (g *regroup) chunk(enc *encode.Encoder, leaf int, buf []byte) (*encode.Chunk, error) {
	to := &g.r.schema.Leaves[leaf]
	source := g.r.source(to.Column)
	from := g.leaves[leaf]
	touched := len(g.edits.rows) > 0 && (source >= 0 || g.edits.removed > 0)
	if from >= 0 && !touched {
		return g.copy(from, to)
	}
	t := g.r.o.Schema.Fields[to.Column].Type
	if from >= 0 && !t.Nested() {
		c, err := enc.Patch(g.base.origin, g.number, from, to, g.base.part, g.edits.changes(t, source), buf)
		if c != nil || err != nil {
			return c, err
		}
	}
	pieces, err := g.column(to.Column)
	if err != nil {
		return nil, fmt.Errorf("read row group %d of %s: %w", g.number, g.base.Key, err)
	}
	if from >= 0 && g.edits.removed == 0 && g.edits.same(pieces, t, source) {
		return g.copy(from, to)
	}
	return enc.Encode(to, g.edits.apply(pieces, t, source), buf)
}

// copy takes a chunk as it is.
func (g *regroup) copy(from int, to *encode.Leaf) (*encode.Chunk, error) {
	stats, err := g.base.stats(g.ctx, g.number, from, to)
	if err != nil {
		return nil, fmt.Errorf("read row group %d of %s: %w", g.number, g.base.Key, err)
	}
	c, err := g.base.origin.Copy(g.number, from, to, stats, g.base.part)
	if err != nil {
		return nil, fmt.Errorf("copy row group %d of %s: %w", g.number, g.base.Key, err)
	}
	g.r.copied.Add(1)
	return c, nil
}

// column decodes a column of the table.
func (g *regroup) column(c int) ([]vector.Vector, error) {
	field := g.r.o.Schema.Fields[c]
	if !field.Type.Nested() {
		return g.decode(field)
	}
	l := &g.nested[c]
	l.once.Do(func() { l.pieces, l.err = g.decode(field) })
	return l.pieces, l.err
}

func (g *regroup) decode(f manifest.Field) ([]vector.Vector, error) {
	rows, _ := g.base.file.RowGroup(g.number)
	r, err := g.base.file.Read(g.ctx, manifest.Schema{Fields: []manifest.Field{f}}, columnar.ReadOptions{
		RowGroups: []int{g.number}, Concurrency: 1, BatchRows: int(rows), BatchBytes: 2 * maxRegroupBytes,
	})
	if err != nil {
		return nil, err
	}
	defer r.Release()
	var out []vector.Vector
	for r.Next() {
		rec := r.Record()
		rec.Retain() // the garbage collector frees what the reader makes
		b, err := vector.FromRecord(rec)
		if err != nil {
			return nil, err
		}
		out = append(out, b.Cols[0])
	}
	return out, r.Err()
}
