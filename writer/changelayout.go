package writer

import (
	"fmt"
	"log/slog"
	"runtime"
	"slices"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer/internal/vector"
)

func (o ChangeOptions) withDefaults() (ChangeOptions, error) {
	switch o.WhenMatched {
	case "":
		o.WhenMatched = MatchedUpdate
	case MatchedUpdate, MatchedIgnore, MatchedError:
	default:
		return o, fmt.Errorf("%w: when matched: %q is none of update, ignore, error", ErrOptions, o.WhenMatched)
	}
	if len(o.Key) == 0 || len(o.Schema.Fields) == 0 {
		return o, fmt.Errorf("%w: schema and key are needed", ErrOptions)
	}
	if o.Memory == 0 {
		o.Memory = DefaultMemory
	}
	if o.Concurrency <= 0 {
		o.Concurrency = runtime.GOMAXPROCS(0)
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o, nil
}

// changeLayout says which columns of the input are kept, and where: the key's first, in its order, and the number of the row last.
type changeLayout struct {
	fields []manifest.Field
	from   []int // column of the input, per field but the last
	table  []int // per column of the table: the field that has it, or -1
	update []int // the same, but for columns that an update does not touch, which are -1
	flag   int   // DeleteWhen, or -1
	order  int   // OrderBy, or -1
}

// rowNumber is the column that says where in the input a row stood, from 0.
var rowNumber = manifest.Field{Name: "row", Type: manifest.Type{Kind: manifest.Long}, Required: true}

func newChangeLayout(o *ChangeOptions) (changeLayout, error) {
	l := changeLayout{flag: -1, order: -1}
	for _, id := range o.Key {
		if !l.keep(o, func(f manifest.Field) bool { return f.ID == id }) {
			return l, fmt.Errorf("%w: the input lacks the key column %s", ErrChanges, nameOf(o.Schema, id))
		}
	}
	if !o.Delete {
		if err := l.values(o); err != nil {
			return l, err
		}
	}
	for i, f := range l.fields {
		if err := l.fits(o, f, i < len(o.Key)); err != nil {
			return l, err
		}
	}
	l.fields = append(l.fields, rowNumber)
	return l, nil
}

// keep takes a column of the input, if it is there and not taken yet.
func (l *changeLayout) keep(o *ChangeOptions, is func(manifest.Field) bool) bool {
	i := slices.IndexFunc(o.Input.Fields, is)
	if i < 0 {
		return false
	}
	if !slices.Contains(l.from, i) {
		l.from = append(l.from, i)
		l.fields = append(l.fields, o.Input.Fields[i])
	}
	return true
}

// values lays out what an upsert needs beside the key.
func (l *changeLayout) values(o *ChangeOptions) error {
	for _, f := range o.Schema.Fields {
		l.keep(o, func(in manifest.Field) bool { return in.ID == f.ID })
	}
	for _, f := range o.Schema.Fields {
		at := slices.IndexFunc(l.fields, func(in manifest.Field) bool { return in.ID == f.ID })
		l.table = append(l.table, at)
		if o.UpdateColumns != nil && !slices.Contains(o.UpdateColumns, f.ID) || slices.Contains(o.Key, f.ID) {
			at = -1
		}
		l.update = append(l.update, at)
	}
	for _, id := range o.UpdateColumns {
		if !slices.ContainsFunc(l.fields, func(f manifest.Field) bool { return f.ID == id }) {
			return fmt.Errorf("%w: the input lacks the column %s, which is to be updated", ErrChanges, nameOf(o.Schema, id))
		}
	}
	var err error
	if l.flag, err = l.extra(o, o.DeleteWhen); err != nil {
		return err
	}
	if l.flag >= 0 && l.fields[l.flag].Type.Kind != manifest.Boolean {
		return fmt.Errorf("%w: column %q says what is deleted and is %s, not boolean", ErrChanges, o.DeleteWhen, l.fields[l.flag].Type)
	}
	if l.order, err = l.extra(o, o.OrderBy); err != nil {
		return err
	}
	if l.order >= 0 && l.fields[l.order].Type.Nested() {
		return fmt.Errorf("%w: column %q is %s, which has no order", ErrChanges, o.OrderBy, l.fields[l.order].Type)
	}
	return nil
}

// extra is the field of a column that is named by an option.
func (l *changeLayout) extra(o *ChangeOptions, name string) (int, error) {
	if name == "" {
		return -1, nil
	}
	is := func(f manifest.Field) bool { return f.Name == name }
	if !l.keep(o, is) {
		return -1, fmt.Errorf("%w: the input has no column %q", ErrChanges, name)
	}
	return slices.IndexFunc(l.fields, is), nil
}

// fits compares a column with the table's.
func (l *changeLayout) fits(o *ChangeOptions, f manifest.Field, key bool) error {
	want, ok := o.Schema.FieldByID(f.ID)
	if ok && !want.Type.Equal(f.Type) {
		return fmt.Errorf("%w: column %q is %s, in the table %s", ErrOptions, f.Name, f.Type, want.Type)
	}
	if k := f.Type.Kind; key && (f.Type.Nested() || k == manifest.Float || k == manifest.Double) {
		return fmt.Errorf("%w: column %q is %s, which cannot be part of a key", ErrOptions, f.Name, f.Type)
	}
	return nil
}

func nameOf(s manifest.Schema, id int) string {
	if f, ok := s.FieldByID(id); ok {
		return fmt.Sprintf("%q", f.Name)
	}
	return fmt.Sprintf("with id %d", id)
}

// take is a batch of the input as it is kept; first is the number of its first row.
func (l *changeLayout) take(b vector.Batch, first int64) vector.Batch {
	out := vector.Batch{Rows: b.Rows, Cols: make([]vector.Vector, 0, len(l.fields))}
	for _, i := range l.from {
		out.Cols = append(out.Cols, b.Cols[i])
	}
	numbers := make([]uint64, b.Rows)
	for i := range numbers {
		numbers[i] = uint64(first) + uint64(i)
	}
	return vector.Batch{Rows: b.Rows, Cols: append(out.Cols, vector.Vector{Len: b.Rows, Width: 8, Data: vector.Raw(numbers)})}
}

// number is where in the input a row stood.
func (l *changeLayout) number(b vector.Batch, i int) int64 {
	return vector.Fixed[int64](&b.Cols[len(l.fields)-1])[i]
}

// deletes says whether a row deletes instead of being written.
func (l *changeLayout) deletes(b vector.Batch, i int) bool {
	return l.flag >= 0 && !b.Cols[l.flag].IsNull(i) && b.Cols[l.flag].Bool(i)
}
