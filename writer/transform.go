package writer

import (
	"context"
	"fmt"
	"math"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer/internal/encode"
	"github.com/tablectl/tablectl/writer/internal/vector"
)

// partColumn is one partition field. Its Order is that of the field's values, in a batch that has nothing but these.
type partColumn struct {
	name string
	vector.Order
	source manifest.Field
	column int // of the table
	t      manifest.Transform
}

// values are the partition values of rows: the columns themselves where the transform is identity.
func (p *plan) values(b vector.Batch) (vector.Batch, error) {
	out := vector.Batch{Rows: b.Rows, Cols: make([]vector.Vector, len(p.parts))}
	for i := range p.parts {
		c := &p.parts[i]
		var err error
		if out.Cols[i], err = c.values(&b.Cols[c.column]); err != nil {
			return out, fmt.Errorf("partition value of %q: %w", c.name, err)
		}
	}
	return out, nil
}

// values transforms a column. Nulls stay where they are.
func (c *partColumn) values(v *vector.Vector) (vector.Vector, error) {
	out := vector.Vector{Len: v.Len, Nulls: v.Nulls, Valid: v.Valid, Bit: v.Bit}
	switch {
	case c.t.Kind == manifest.Identity:
		return *v, nil
	case v.Width == 4:
		return out, transformInts(c, &out, v, vector.Fixed[int32](v))
	case v.Width == 8:
		return out, transformInts(c, &out, v, vector.Fixed[int64](v))
	case v.Width > 0:
		return out, c.decimals(&out, v)
	case c.t.Kind == manifest.Bucket:
		buckets := make([]int32, v.Len)
		for i := range buckets {
			buckets[i] = c.t.OfBytes(v.Bytes(i))
		}
		out.Width, out.Data = 4, vector.Raw(buckets)
		return out, nil
	}
	out.Offs = make([]int32, 1, v.Len+1)
	for i := range v.Len {
		out.Data = append(out.Data, c.t.Cut(c.source.Type, v.Bytes(i))...)
		out.Offs = append(out.Offs, int32(len(out.Data)))
	}
	return out, nil
}

// transformInts fills out with what becomes of integers, dates and timestamps: integers of 64 bits where these are rounded, else of 32.
func transformInts[T int32 | int64](c *partColumn, out, v *vector.Vector, in []T) error {
	if c.Type.Kind == manifest.Long {
		return fillInts[int64](c, out, v, in, 8)
	}
	return fillInts[int32](c, out, v, in, 4)
}

func fillInts[R, T int32 | int64](c *partColumn, out, v *vector.Vector, in []T, width int) error {
	results := make([]R, len(in))
	last, known := T(0), false
	for i, x := range in {
		if known && x == last {
			results[i] = results[i-1]
			continue
		}
		n, ok := c.t.OfInt(c.source.Type, int64(x))
		if !ok && !v.IsNull(i) {
			_, err := c.t.Apply(c.source.Type, v.Value(c.source.Type, i))
			return err
		}
		results[i], last, known = R(n), x, ok
	}
	out.Width, out.Data = width, vector.Raw(results)
	return nil
}

// decimals does it for decimals.
func (c *partColumn) decimals(out, v *vector.Vector) error {
	buckets, words := make([]int32, v.Len), make([]uint64, 2*v.Len)
	for i := range v.Len {
		x, err := c.t.Apply(c.source.Type, v.Value(c.source.Type, i))
		if err != nil {
			return err
		}
		switch x := x.(type) {
		case int32:
			buckets[i] = x
		case manifest.Dec:
			words[2*i], words[2*i+1] = x.Lo, uint64(x.Hi)
		}
	}
	out.Width, out.Data = 16, vector.Raw(words)
	if c.t.Kind == manifest.Bucket {
		out.Width, out.Data = 4, vector.Raw(buckets)
	}
	return nil
}

// partLeaf is a partition field as validation sees it.
type partLeaf struct {
	leaf   int
	source manifest.Field
	t      manifest.Transform
}

// partitionLeaves are the leaves of the partition columns.
func partitionLeaves(s *encode.Schema, schema manifest.Schema, spec manifest.PartitionSpec) ([]partLeaf, error) {
	p, err := newPlan(&Options{Schema: schema, Spec: spec})
	if err != nil {
		return nil, err
	}
	var out []partLeaf
	for _, c := range p.parts {
		for i := range s.Leaves {
			if s.Leaves[i].Column == c.column {
				out = append(out, partLeaf{i, c.source, c.t})
			}
		}
	}
	return out, nil
}

// result is the type of the field's values.
func (p partLeaf) result() manifest.Type { return p.t.Result(p.source.Type) }

// same reports whether bounds of a column prove that all its values have one partition value, and which: what keeps the order of
// values has the same result for all between two that have it, whether the bounds are exact or not.
func (p partLeaf) same(lo, hi any) (any, bool) {
	if lo == nil || hi == nil || !p.t.Ordered() && manifest.Compare(p.source.Type, lo, hi) != 0 {
		return nil, false
	}
	a, err := p.t.Apply(p.source.Type, lo)
	b, err2 := p.t.Apply(p.source.Type, hi)
	return a, err == nil && err2 == nil && manifest.Compare(p.result(), a, b) == 0
}

// buckets calls take with the bucket of every value in row groups of a file, for a transform that does not keep the order of values.
func (p partLeaf) buckets(ctx context.Context, f *columnar.File, groups []int, take func(bucket int32)) error {
	want := manifest.Schema{Fields: []manifest.Field{p.source}}
	r, err := f.Read(ctx, want, columnar.ReadOptions{RowGroups: groups, Concurrency: 1, BatchBytes: 1 << 20})
	if err != nil {
		return err
	}
	defer r.Release()
	c := partColumn{source: p.source, t: p.t, Order: vector.Order{Type: p.result()}}
	for r.Next() {
		b, err := vector.FromRecord(r.Record())
		if err != nil {
			return err
		}
		v, err := c.values(&b.Cols[0])
		if err != nil {
			return err
		}
		for i, x := range vector.Fixed[int32](&v) {
			if !v.IsNull(i) {
				take(x)
			}
		}
	}
	return r.Err()
}

// oneBucket is the bucket of all values of a file, false if there are several.
func (p partLeaf) oneBucket(ctx context.Context, f *columnar.File) (any, bool, error) {
	first, several := int32(math.MinInt32), false
	err := p.buckets(ctx, f, nil, func(x int32) {
		several = several || first != math.MinInt32 && x != first
		first = x
	})
	return first, !several, err
}
