package columnar

import (
	"slices"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/tablectl/tablectl/manifest"
)

// plan says how a wanted field is put together from what a file has.
type plan struct {
	want     arrow.Field
	path     string
	col      *column // nil: the file does not have it, its values are null
	children []*plan
}

// project finds the wanted fields among the columns, by field id where the file has them, else by name; former has names that fields had
// before, by id.
func (f *File) project(want []manifest.Field, have []*column, parent string, former map[int][]string) ([]*plan, error) {
	out := make([]*plan, len(want))
	for i, w := range want {
		var err error
		if out[i], err = f.match(w, have, parent, former[w.ID]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (f *File) match(w manifest.Field, have []*column, parent string, former []string) (*plan, error) {
	p := &plan{want: ArrowField(w), path: parent + w.Name}
	if f.byID && w.ID > 0 {
		p.col = firstColumn(have, func(c *column) bool { return c.id == w.ID })
	} else {
		p.col = firstColumn(have, func(c *column) bool { return c.name == w.Name })
		for i := 0; i < len(former) && p.col == nil; i++ {
			p.col = firstColumn(have, func(c *column) bool { return c.name == former[i] })
		}
	}
	if p.col == nil {
		if w.Required && f.NumRows() > 0 {
			return nil, &CastError{Column: p.path, Row: -1, Want: p.want.Type.String(), Reason: "the required column is missing in the file"}
		}
		return p, nil
	}
	return p, f.descend(p, w)
}

func firstColumn(have []*column, is func(*column) bool) *column {
	if i := slices.IndexFunc(have, is); i >= 0 {
		return have[i]
	}
	return nil
}

// descend projects what is inside a nested column.
func (f *File) descend(p *plan, w manifest.Field) (err error) {
	if p.col.shape != shapeOf(w.Type) {
		return &CastError{Column: p.path, Row: -1, Want: p.want.Type.String(), Reason: "the column has type " + p.col.field().Type.String()}
	}
	switch p.col.shape {
	case leafShape:
		return p.col.refusal
	case structShape:
		p.children, err = f.project(w.Type.Fields, p.col.children, p.path+".", nil)
		return err
	}
	for i, part := range w.Type.Fields { // element, or key and value: there is no choice
		child := &plan{want: ArrowField(part), path: p.path + "." + part.Name, col: p.col.children[i]}
		if err := f.descend(child, part); err != nil {
			return err
		}
		p.children = append(p.children, child)
	}
	return nil
}

func shapeOf(t manifest.Type) shape {
	switch t.Kind {
	case manifest.Struct:
		return structShape
	case manifest.List:
		return listShape
	case manifest.Map:
		return mapShape
	}
	return leafShape
}

// leaves lists the leaves to read; where nothing inside a struct is wanted or there, one that tells where it is null.
func (p *plan) leaves() []int {
	if p.col == nil {
		return nil
	}
	if p.col.shape == leafShape {
		return []int{p.col.leaf}
	}
	var out []int
	for _, child := range p.children {
		out = append(out, child.leaves()...)
	}
	if len(out) == 0 {
		out = append(out, p.col.firstLeaf())
	}
	return out
}

func (c *column) firstLeaf() int {
	for c.shape != leafShape {
		c = c.children[0]
	}
	return c.leaf
}
