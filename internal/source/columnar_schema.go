package source

import (
	"context"
	"errors"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/manifest"
)

// column is a column of several files. nothing: it holds only nulls so far and has no type of its own.
type column struct {
	manifest.Field
	nothing bool
}

// inferRecords joins the schemas of all files: the same names; int and long, float and double become the wider one.
func (s *Source) inferRecords(ctx context.Context) error {
	if err := s.Prepare(ctx, false); err != nil {
		return err
	}
	var all []column
	noted := make(map[string]bool)
	for i, in := range s.inputs {
		fields, notes, err := s.fieldsOf(ctx, in)
		if err != nil {
			return err
		}
		if i == 0 {
			all = fields
		} else if all, err = join(all, fields, s.inputs[0].name, in.name); err != nil {
			return err
		}
		for _, n := range notes {
			if text := n.String(); !noted[text] {
				noted[text] = true
				s.notes = append(s.notes, text)
			}
		}
	}
	fields := make([]arrow.Field, len(all))
	for i, c := range all {
		fields[i] = columnar.ArrowField(c.Field)
	}
	s.schema = arrow.NewSchema(fields, nil)
	return nil
}

func (s *Source) fieldsOf(ctx context.Context, in *input) (out []column, notes []columnar.Note, err error) {
	r, err := s.openRecords(ctx, in, &meter{tell: func(Progress) {}})
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	schema, notes, err := r.fields()
	if err != nil {
		return nil, nil, in.decodeError(err)
	}
	fields, more, err := columnar.FromArrow(schema)
	if err != nil {
		return nil, nil, in.decodeError(err)
	}
	if len(fields) == 0 {
		return nil, nil, &Error{File: in.name, Msg: "there are no columns in it"}
	}
	if err := (manifest.Schema{Fields: fields}).CheckNames(); err != nil {
		return nil, nil, &Error{File: in.name, Msg: err.Error()}
	}
	for i, f := range fields {
		out = append(out, column{f, schema.Field(i).Type.ID() == arrow.NULL})
	}
	return out, append(notes, more...), nil
}

// join gives the columns of a, the first file, the types that hold those of b, too.
func join(a, b []column, first, other string) ([]column, error) {
	out := append([]column(nil), a...)
	at := make(map[string]int, len(a))
	for i, c := range a {
		at[c.Name] = i
	}
	for _, c := range b {
		i, ok := at[c.Name]
		if !ok {
			return nil, &Error{File: other, Column: c.Name, Msg: first + " does not have this column", Hint: "all files need the same columns"}
		}
		delete(at, c.Name)
		var fits bool
		if out[i], fits = wider(out[i], c); !fits {
			return nil, &Error{File: other, Column: c.Name, Msg: fmt.Sprintf("the type is %s, and %s in %s", c.Type, out[i].Type, first), Hint: "cast one of them"}
		}
	}
	for _, c := range a {
		if _, missing := at[c.Name]; missing {
			return nil, &Error{File: other, Column: c.Name, Msg: "the file does not have this column, " + first + " does", Hint: "all files need the same columns"}
		}
	}
	return out, nil
}

// wider is the column that holds the values of both.
func wider(a, b column) (column, bool) {
	required := a.Required && b.Required
	is := func(x, y manifest.Kind) bool { return a.Type.Kind == x && b.Type.Kind == y }
	switch {
	case a.nothing, is(manifest.Int, manifest.Long), is(manifest.Float, manifest.Double):
		a = b
	case b.nothing, is(manifest.Long, manifest.Int), is(manifest.Double, manifest.Float):
	case a.Type.String() != b.Type.String():
		return a, false
	}
	a.Required = required
	return a, true
}
