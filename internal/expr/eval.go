package expr

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/tablectl/tablectl/manifest"
)

// Eval says for each row of a record, whose columns have the table's names and Arrow types, whether the condition is true. A
// condition that is unknown, because of a null, is not.
func (e *Expr) Eval(rec arrow.Record) ([]bool, error) {
	truths := make([]truth, rec.NumRows())
	if err := e.root.eval(rec, truths); err != nil {
		return nil, fmt.Errorf("evaluate condition: %w", err)
	}
	out := make([]bool, len(truths))
	for i, t := range truths {
		out[i] = t == yes
	}
	return out, nil
}

// node is a part of a condition.
type node interface {
	eval(rec arrow.Record, out []truth) error
	// possible is every outcome that a row of a file with these statistics can have, and perhaps more.
	possible(f statistics) outcomes
}

// junction is true when all, or any, of its parts are.
type junction struct {
	all   bool
	parts []node
}

func (n junction) eval(rec arrow.Record, out []truth) error {
	if err := n.parts[0].eval(rec, out); err != nil {
		return err
	}
	part := make([]truth, len(out))
	for _, p := range n.parts[1:] {
		if err := p.eval(rec, part); err != nil {
			return err
		}
		for i, t := range part {
			if n.all {
				out[i] = out[i].and(t)
			} else {
				out[i] = out[i].or(t)
			}
		}
	}
	return nil
}

type negation struct{ part node }

func (n negation) eval(rec arrow.Record, out []truth) error {
	if err := n.part.eval(rec, out); err != nil {
		return err
	}
	for i, t := range out {
		out[i] = t.not()
	}
	return nil
}

// nullness is "is null".
type nullness struct{ c column }

func (n nullness) eval(rec arrow.Record, out []truth) error {
	a, err := find(rec, n.c)
	if err != nil {
		return err
	}
	for i := range out {
		out[i] = of(a.IsNull(i))
	}
	return nil
}

// comparison of a column with a value.
type comparison struct {
	c     column
	op    operator
	value any
}

func (n comparison) eval(rec arrow.Record, out []truth) error {
	a, err := find(rec, n.c)
	if err != nil {
		return err
	}
	compare := comparer(a, n.value)
	if compare == nil {
		return fmt.Errorf("column %q is %s in the record, %s in the table", n.c.name, a.DataType(), n.c.typ)
	}
	fill(a, out, func(i int) bool { return n.op.holds(compare(i)) })
	return nil
}

// likeness is "like".
type likeness struct {
	c       column
	pattern string
}

func (n likeness) eval(rec arrow.Record, out []truth) error {
	a, err := find(rec, n.c)
	if err != nil {
		return err
	}
	s, ok := a.(*array.String)
	if !ok {
		return fmt.Errorf("column %q is %s in the record", n.c.name, a.DataType())
	}
	fill(a, out, func(i int) bool { return like(s.Value(i), n.pattern) })
	return nil
}

func fill(a arrow.Array, out []truth, holds func(i int) bool) {
	for i := range out {
		if a.IsNull(i) {
			out[i] = unknown
		} else {
			out[i] = of(holds(i))
		}
	}
}

func find(rec arrow.Record, c column) (arrow.Array, error) {
	at := rec.Schema().FieldIndices(c.name)
	if len(at) != 1 {
		return nil, fmt.Errorf("the record has %d columns %q", len(at), c.name)
	}
	return rec.Column(at[0]), nil
}

// comparer compares the values of an array with one of the same type; nil when they are of different types.
func comparer(a arrow.Array, value any) func(i int) int {
	switch v := value.(type) {
	case bool:
		if a, ok := a.(*array.Boolean); ok {
			return func(i int) int { return cmp.Compare(of(a.Value(i)), of(v)) }
		}
	case int32:
		switch a := a.(type) {
		case *array.Int32:
			return func(i int) int { return cmp.Compare(a.Value(i), v) }
		case *array.Date32:
			return func(i int) int { return cmp.Compare(int32(a.Value(i)), v) }
		}
	case int64:
		switch a := a.(type) {
		case *array.Int64:
			return func(i int) int { return cmp.Compare(a.Value(i), v) }
		case *array.Timestamp:
			return func(i int) int { return cmp.Compare(int64(a.Value(i)), v) }
		}
	case float32:
		if a, ok := a.(*array.Float32); ok {
			return func(i int) int { return compareFloats(float64(a.Value(i)), float64(v)) }
		}
	case float64:
		if a, ok := a.(*array.Float64); ok {
			return func(i int) int { return compareFloats(a.Value(i), v) }
		}
	case manifest.Dec:
		if a, ok := a.(*array.Decimal128); ok {
			return func(i int) int {
				n := a.Value(i)
				return manifest.Dec{Hi: n.HighBits(), Lo: n.LowBits()}.Cmp(v)
			}
		}
	case string:
		if a, ok := a.(*array.String); ok {
			return func(i int) int { return strings.Compare(a.Value(i), v) }
		}
	case []byte:
		if a, ok := a.(*array.Binary); ok {
			return func(i int) int { return bytes.Compare(a.Value(i), v) }
		}
	}
	return nil
}

// compareFloats puts NaN, of whatever sign, last, and finds -0 equal to +0.
func compareFloats(a, b float64) int {
	switch {
	case math.IsNaN(a) && math.IsNaN(b):
		return 0
	case math.IsNaN(a):
		return 1
	case math.IsNaN(b):
		return -1
	}
	return cmp.Compare(a, b)
}
