package pq

import "strings"

// Node is a field of the schema, in the tree that parquet.thrift writes flat.
type Node struct {
	Name       string
	ID         int // field id, -1 for none
	Repetition Repetition
	Type       Type // of a leaf
	Length     int  // of a FixedLenByteArray
	Converted  Converted
	Logical    Logical
	Precision  int32
	Scale      int32
	Children   []*Node // nil for a leaf
	MaxDef     int
	MaxRep     int
	Leaf       int // index among the leaves, -1 for a group
	path       []string
}

// Path is the name of the field and of those above it, without the root.
func (n *Node) Path() []string { return n.path }

func (n *Node) String() string { return strings.Join(n.path, ".") }

// maxSchemaDepth keeps recursion and levels (which are held in a byte) small.
const maxSchemaDepth = 64

const nodeCost = 320 // bytes in memory, for the budget

func (t *thrift) schemaElement() (n *Node, children int) {
	t.spend(nodeCost)
	n = &Node{ID: -1, Converted: NoConverted, Leaf: -1, Type: -1}
	named := false
	t.structure(func(id int, wire byte) {
		switch id {
		case 1:
			n.Type = Type(t.fieldI32(wire))
		case 2:
			n.Length = int(t.fieldI32(wire))
		case 3:
			n.Repetition = Repetition(t.fieldI32(wire))
		case 4:
			n.Name, named = t.fieldString(wire), true
		case 5:
			children = int(t.fieldI32(wire))
		case 6:
			n.Converted = Converted(t.fieldI32(wire))
		case 7:
			n.Scale = t.fieldI32(wire)
		case 8:
			n.Precision = t.fieldI32(wire)
		case 9:
			n.ID = int(t.fieldI32(wire))
		case 10:
			n.Logical = t.logical(wire)
		default:
			t.skip(wire)
		}
	})
	if t.err == nil && !named {
		t.fail("field without a name in the schema")
	}
	return n, children
}

func (t *thrift) logical(wire byte) (l Logical) {
	t.fieldStruct(wire, func(kind int, wire byte) {
		l.Kind = LogicalKind(kind)
		t.fieldStruct(wire, func(id int, wire byte) {
			switch {
			case kind == int(LogicalDecimal) && id == 1:
				l.Scale = t.fieldI32(wire)
			case kind == int(LogicalDecimal) && id == 2:
				l.Precision = t.fieldI32(wire)
			case (kind == int(LogicalTime) || kind == int(LogicalTimestamp)) && id == 1:
				l.UTC = t.fieldBool(wire)
			case (kind == int(LogicalTime) || kind == int(LogicalTimestamp)) && id == 2:
				t.fieldStruct(wire, func(unit int, wire byte) {
					l.Unit = Unit(unit)
					t.skip(wire)
				})
			case kind == int(LogicalInteger) && id == 1 && wire == wireByte:
				l.Width = int(t.byte())
			case kind == int(LogicalInteger) && id == 2:
				l.Signed = t.fieldBool(wire)
			default:
				t.skip(wire)
			}
		})
	})
	return l
}

// tree parses the list of schema elements into the root node and its leaves.
func (t *thrift) tree(wire byte) (root *Node, leaves []*Node) {
	left := t.list(wire, wireStruct)
	var grow func(parent *Node, depth int) *Node
	grow = func(parent *Node, depth int) *Node {
		if left == 0 || depth > maxSchemaDepth {
			t.fail("the schema does not end where it should")
			return nil
		}
		left--
		n, children := t.schemaElement()
		if t.err != nil {
			return nil
		}
		t.place(n, parent)
		if children <= 0 && parent != nil {
			t.leaf(n)
			n.Leaf = len(leaves)
			leaves = append(leaves, n)
			return n
		}
		n.Children = []*Node{}
		for range children {
			if t.err != nil {
				return nil
			}
			n.Children = append(n.Children, grow(n, depth+1))
		}
		return n
	}
	root = grow(nil, 0)
	if t.err == nil && left > 0 {
		t.fail("%d fields too many in the schema", left)
	}
	return root, leaves
}

// place gives a node its levels and path from those of its parent.
func (t *thrift) place(n, parent *Node) {
	if parent == nil {
		return
	}
	n.MaxDef, n.MaxRep = parent.MaxDef, parent.MaxRep
	switch n.Repetition {
	case Required:
	case Optional:
		n.MaxDef++
	case Repeated:
		n.MaxDef++
		n.MaxRep++
	default:
		t.fail("field %q has repetition %d", n.Name, n.Repetition)
	}
	t.spend(16 * (len(parent.path) + 1))
	n.path = append(parent.path[:len(parent.path):len(parent.path)], n.Name)
}

func (t *thrift) leaf(n *Node) {
	if n.Type < Boolean || n.Type > FixedLenByteArray {
		t.fail("column %q has physical type %d", n, n.Type)
	}
	if n.Type == FixedLenByteArray && (n.Length <= 0 || n.Length > 1<<20) {
		t.fail("column %q has values of %d bytes", n, n.Length)
	}
}
