package columnar

import (
	"fmt"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/tablectl/tablectl/internal/columnar/pq"
)

// shape is how a column is put together.
type shape uint8

const (
	leafShape shape = iota
	structShape
	listShape
	mapShape
)

// column is a field of a Parquet schema as Arrow sees it: the groups that only encode lists and maps are gone.
type column struct {
	shape    shape
	name     string
	path     string // dotted, for people
	id       int    // field id, 0 for none
	nullable bool
	def      int            // definition level from which on the value is not null
	rep      int            // repetition level of the innermost list around it
	elemDef  int            // lists and maps: definition level from which on there is an element
	typ      arrow.DataType // of a leaf: what stands there
	read     func(*leafBatch) (arrow.Array, error)
	leaf     int // index among the leaves of the file
	note     string
	refusal  error
	children []*column
}

// newColumn understands a node of the schema: Parquet's three-level lists and maps, and the older ways of writing them
// (parquet-format, LogicalTypes.md, "Nested Types").
func newColumn(n *pq.Node) (*column, error) {
	if n.Repetition == pq.Repeated { // a list without annotation, never null itself
		c := &column{shape: listShape, name: n.Name, path: n.String(), id: max(n.ID, 0), def: n.MaxDef - 1, rep: n.MaxRep - 1, elemDef: n.MaxDef}
		return c, c.adopt("element", n)
	}
	c, err := newValue(n)
	if err == nil {
		c.nullable = n.Repetition == pq.Optional
	}
	return c, err
}

// newValue understands a node without regard to its repetition.
func newValue(n *pq.Node) (*column, error) {
	c := &column{name: n.Name, path: n.String(), id: max(n.ID, 0), def: n.MaxDef, rep: n.MaxRep, leaf: n.Leaf}
	if n.Children == nil {
		c.leafType(n)
		return c, nil
	}
	switch {
	case n.Logical.Kind == pq.LogicalList || n.Converted == pq.ConvertedList:
		return c, c.list(n)
	case n.Logical.Kind == pq.LogicalMap || n.Converted == pq.ConvertedMap || n.Converted == pq.MapKeyValue:
		return c, c.pairs(n)
	}
	c.shape = structShape
	for _, child := range n.Children {
		f, err := newColumn(child)
		if err != nil {
			return nil, err
		}
		c.children = append(c.children, f)
	}
	return c, nil
}

// adopt makes a node the required child of a list or map.
func (c *column) adopt(name string, n *pq.Node) error {
	child, err := newValue(n)
	if err != nil {
		return err
	}
	child.name = name
	if c.id == child.id { // the id of a repeated field is that of the list
		child.id = 0
	}
	c.children = append(c.children, child)
	return nil
}

func (c *column) list(n *pq.Node) error {
	if len(n.Children) != 1 || n.Children[0].Repetition != pq.Repeated {
		return fmt.Errorf("%w: list %q is not made of one repeated field", ErrCorrupt, c.path)
	}
	r := n.Children[0]
	c.shape, c.elemDef = listShape, r.MaxDef
	if len(r.Children) != 1 || r.Name == "array" || r.Name == n.Name+"_tuple" || r.Children[0].Repetition == pq.Repeated {
		return c.adopt("element", r)
	}
	return c.nest("element", r.Children[0])
}

func (c *column) nest(name string, n *pq.Node) error {
	child, err := newColumn(n)
	if err != nil {
		return err
	}
	child.name = name
	c.children = append(c.children, child)
	return nil
}

func (c *column) pairs(n *pq.Node) error {
	if len(n.Children) != 1 || n.Children[0].Repetition != pq.Repeated || len(n.Children[0].Children) != 2 {
		return fmt.Errorf("%w: map %q is not made of repeated keys and values", ErrCorrupt, c.path)
	}
	r := n.Children[0]
	c.shape, c.elemDef = mapShape, r.MaxDef
	if err := c.nest("key", r.Children[0]); err != nil {
		return err
	}
	if c.children[0].nullable {
		c.children[0].nullable = false
		c.note = "keys may be null in the file; a null key is refused"
	}
	return c.nest("value", r.Children[1])
}

// each visits the column and all below it.
func (c *column) each(visit func(*column)) {
	visit(c)
	for _, child := range c.children {
		child.each(visit)
	}
}

// refused is the refusal of the column or of the first one below it.
func (c *column) refused() (err error) {
	c.each(func(c *column) {
		if err == nil {
			err = c.refusal
		}
	})
	return err
}

// field is the Arrow field of what stands in the file.
func (c *column) field() arrow.Field {
	f := arrow.Field{Name: c.name, Nullable: c.nullable, Metadata: idMetadata(c.id), Type: c.typ}
	kids := make([]arrow.Field, len(c.children))
	for i, child := range c.children {
		kids[i] = child.field()
	}
	switch c.shape {
	case structShape:
		f.Type = arrow.StructOf(kids...)
	case listShape:
		f.Type = arrow.ListOfField(kids[0])
	case mapShape:
		m := arrow.MapOfWithMetadata(kids[0].Type, kids[0].Metadata, kids[1].Type, kids[1].Metadata)
		m.SetItemNullable(kids[1].Nullable)
		f.Type = m
	}
	return f
}

// refuse marks a leaf of a type that tables do not have.
func (c *column) refuse(n *pq.Node, hint string) {
	what := strings.TrimSpace(n.Type.String() + " " + n.Logical.String())
	if n.Logical.Kind == pq.NoLogical {
		what = strings.TrimSpace(n.Type.String() + " " + n.Converted.String())
	}
	c.typ = arrow.Null
	c.refusal = fmt.Errorf("%w: column %q is %s; %s", ErrType, c.path, what, hint)
}
