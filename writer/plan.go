package writer

import (
	"fmt"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer/internal/encode"
	"github.com/tablectl/tablectl/writer/internal/vector"
)

// plan says how rows are arranged: by which columns they are put apart, and how they are sorted within a part.
type plan struct {
	spec   int // its id
	fields []manifest.Field
	parts  []partColumn
	order  []vector.Order
}

// newPlan looks up the columns of the spec and the sort order: top-level ones of primitive type.
func newPlan(o *Options) (*plan, error) {
	p := &plan{spec: o.Spec.ID, fields: o.Schema.Fields}
	for _, f := range o.Spec.Fields {
		c, err := p.part(f)
		if err != nil {
			return nil, fmt.Errorf("%w: partition field %q: %w", ErrOptions, f.Name, err)
		}
		p.parts = append(p.parts, c)
	}
	for _, f := range o.SortOrder.Fields {
		if f.Transform != "identity" {
			return nil, fmt.Errorf("%w: sort order: transform %q is not known", ErrOptions, f.Transform)
		}
		c, err := p.column(f.SourceID)
		if err != nil {
			return nil, fmt.Errorf("%w: sort order: %w", ErrOptions, err)
		}
		c.Descending = f.Direction == "desc"
		c.NullsFirst = f.NullOrder != "nulls-last"
		p.order = append(p.order, c)
	}
	return p, nil
}

// part is the column of a partition field.
func (p *plan) part(f manifest.PartitionField) (partColumn, error) {
	t, err := f.Parsed()
	if err != nil {
		return partColumn{}, err
	}
	c, err := p.column(f.SourceID)
	if err != nil {
		return partColumn{}, err
	}
	if !t.Takes(c.Type) {
		return partColumn{}, fmt.Errorf("a column of type %s cannot be partitioned by %s", c.Type, t)
	}
	return partColumn{name: f.Name, source: p.fields[c.Column], column: c.Column, t: t,
		Order: vector.Order{Column: len(p.parts), Type: t.Result(c.Type), NullsFirst: true}}, nil
}

// column is the column with that id: one of primitive type.
func (p *plan) column(id int) (vector.Order, error) {
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
