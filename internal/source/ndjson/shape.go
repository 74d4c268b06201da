package ndjson

import (
	"fmt"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/tablectl/tablectl/internal/source/csv"
	"github.com/tablectl/tablectl/internal/source/text"
)

// Shape is a set of what the values of one key look like. Shapes of blocks are joined in order, so that keys stay in the order in
// which they first appeared.
type Shape struct {
	class  text.Class // scalars
	fields []*field   // of objects
	index  map[string]int
	isObj  bool
	elem   *Shape // of arrays
}

type field struct {
	name string
	seen int // the last record that had it, for duplicates
	Shape
}

// child finds the shape of a key, or makes it. It is likely the one at place next, because keys mostly come in the same order.
func (s *Shape) child(name []byte, next int) *field {
	if next < len(s.fields) && s.fields[next].name == string(name) {
		return s.fields[next]
	}
	if i, ok := s.index[string(name)]; ok {
		return s.fields[i]
	}
	if s.index == nil {
		s.index = make(map[string]int)
	}
	f := &field{name: string(name)}
	s.index[f.name] = len(s.fields)
	s.fields = append(s.fields, f)
	return f
}

// Join adds what later blocks held.
func (s *Shape) Join(o *Shape) {
	s.class |= o.class
	s.isObj = s.isObj || o.isObj
	for i, f := range o.fields {
		s.child([]byte(f.name), i).Join(&f.Shape)
	}
	if o.elem != nil {
		if s.elem == nil {
			s.elem = &Shape{}
		}
		s.elem.Join(o.elem)
	}
}

// Schema is the Arrow schema for a shape of whole lines, with notes for people. Keys that hold different kinds of things, or differ only
// in case, are refused.
func (s *Shape) Schema() (*arrow.Schema, []string, error) {
	var notes []string
	fields, err := s.arrowFields("", &notes)
	if err != nil {
		return nil, nil, err
	}
	return arrow.NewSchema(fields, nil), notes, nil
}

func (s *Shape) arrowFields(parent string, notes *[]string) ([]arrow.Field, error) {
	folded := make(map[string]string, len(s.fields))
	fields := make([]arrow.Field, len(s.fields))
	for i, f := range s.fields {
		path := parent + f.name
		low := strings.ToLower(f.name)
		if other, ok := folded[low]; ok {
			return nil, fmt.Errorf("keys %q and %q differ only in case", parent+other, path)
		}
		if f.name == "" {
			return nil, fmt.Errorf("a key %q is empty: a column needs a name", path)
		}
		folded[low] = f.name
		t, err := f.arrowType(path, notes)
		if err != nil {
			return nil, err
		}
		fields[i] = arrow.Field{Name: f.name, Type: t, Nullable: true}
	}
	return fields, nil
}

func (s *Shape) arrowType(path string, notes *[]string) (arrow.DataType, error) {
	switch {
	case s.isObj && (s.elem != nil || s.class != 0), s.elem != nil && s.class != 0:
		return nil, fmt.Errorf("key %q holds %s: no type holds both", path, s.kinds())
	case s.isObj && len(s.fields) == 0:
		return nil, fmt.Errorf("key %q holds only empty objects: give a schema", path)
	case s.isObj:
		fields, err := s.arrowFields(path+".", notes)
		if err != nil {
			return nil, err
		}
		return arrow.StructOf(fields...), nil
	case s.elem != nil:
		t, err := s.elem.arrowType(path+".element", notes)
		if err != nil {
			return nil, err
		}
		return arrow.ListOfField(arrow.Field{Name: "element", Type: t, Nullable: true}), nil
	case s.class == 0:
		*notes = append(*notes, fmt.Sprintf("key %q has no values: taken for string", path))
	}
	return csv.Type(s.class), nil
}

func (s *Shape) kinds() string {
	var k []string
	if s.isObj {
		k = append(k, "objects")
	}
	if s.elem != nil {
		k = append(k, "arrays")
	}
	if s.class != 0 {
		k = append(k, "plain values")
	}
	return strings.Join(k, " and ")
}
