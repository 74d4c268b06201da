package writer

import (
	"fmt"
	"slices"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer/internal/encode"
	"github.com/tablectl/tablectl/writer/internal/vector"
)

// plan says how rows are arranged: by which columns they are put apart, and how they are sorted within a part.
type plan struct {
	fields []manifest.Field
	parts  []partColumn
	order  []vector.Order
}

// partColumn is one identity partition field.
type partColumn struct {
	name string
	vector.Order
}

// newPlan looks up the columns of the spec and the sort order: top-level ones of primitive type.
func newPlan(o *Options) (*plan, error) {
	p := &plan{fields: o.Schema.Fields}
	for _, f := range o.Spec.Fields {
		c, err := p.column(f.SourceID, f.Transform)
		if err != nil {
			return nil, fmt.Errorf("%w: partition field %q: %w", ErrOptions, f.Name, err)
		}
		if k := c.Type.Kind; k == manifest.Float || k == manifest.Double {
			return nil, fmt.Errorf("%w: partition field %q: floating-point numbers cannot be partition values", ErrOptions, f.Name)
		}
		c.NullsFirst = true
		p.parts = append(p.parts, partColumn{f.Name, c})
	}
	for _, f := range o.SortOrder.Fields {
		c, err := p.column(f.SourceID, f.Transform)
		if err != nil {
			return nil, fmt.Errorf("%w: sort order: %w", ErrOptions, err)
		}
		c.Descending = f.Direction == "desc"
		c.NullsFirst = f.NullOrder != "nulls-last"
		p.order = append(p.order, c)
	}
	return p, nil
}

func (p *plan) column(id int, transform string) (vector.Order, error) {
	if transform != "identity" {
		return vector.Order{}, fmt.Errorf("transform %q is not known", transform)
	}
	for i, f := range p.fields {
		if f.ID != id {
			continue
		}
		if len(f.Type.Fields) > 0 {
			return vector.Order{}, fmt.Errorf("column %q is nested", f.Name)
		}
		return vector.Order{Column: i, Type: f.Type}, nil
	}
	return vector.Order{}, fmt.Errorf("no column has id %d", id)
}

// arranges says whether rows do not simply stay in input order.
func (p *plan) arranges() bool { return len(p.parts)+len(p.order) > 0 }

// sorting is the sort order as footers state it. Floats end it: Parquet readers do not agree on the order of NaN.
func (p *plan) sorting(s *encode.Schema) []encode.Sorting {
	var out []encode.Sorting
	for _, o := range p.order {
		if o.Type.Kind == manifest.Float || o.Type.Kind == manifest.Double {
			break
		}
		for i, leaf := range s.Leaves {
			if leaf.Column == o.Column {
				out = append(out, encode.Sorting{Leaf: i, Descending: o.Descending, NullsFirst: o.NullsFirst})
			}
		}
	}
	return out
}

// partitionLeaves are the leaves of the partition columns.
func partitionLeaves(s *encode.Schema, spec manifest.PartitionSpec) ([]int, error) {
	var out []int
	for _, f := range spec.Fields {
		i := slices.IndexFunc(s.Leaves, func(l encode.Leaf) bool { return l.ID == f.SourceID })
		if i < 0 {
			return nil, fmt.Errorf("%w: partition field %q: no column has id %d", ErrOptions, f.Name, f.SourceID)
		}
		out = append(out, i)
	}
	return out, nil
}
