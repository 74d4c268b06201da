package columnar

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// ErrCast is the class of every CastError.
var ErrCast = errors.New("value does not fit")

// CastError says which value could not be carried over exactly.
type CastError struct {
	Column string // dotted path
	Row    int64  // in the record; -1 when the column as a whole is refused
	Value  string // at most 64 characters
	Want   string // the wanted type
	Reason string // why, for people
	Where  string // place in the input, when the caller knows it
}

func (e *CastError) Error() string {
	text := fmt.Sprintf("column %q", e.Column)
	if e.Row >= 0 {
		text += fmt.Sprintf(", row %d", e.Row)
	}
	if e.Where != "" {
		text += " (" + e.Where + ")"
	}
	if e.Row >= 0 && e.Value != "" {
		text += fmt.Sprintf(": value %q", e.Value)
	}
	return fmt.Sprintf("%s: %s; wanted %s", text, e.Reason, e.Want)
}

// Is makes errors.Is(err, ErrCast) true.
func (e *CastError) Is(target error) bool { return target == ErrCast }

// Cast gives the record the columns of to, in its order, matched by name. Every value is carried over exactly or refused with
// a *CastError: integers may change their width, decimals their precision and scale, timestamps their unit and dictionaries
// are decoded where no value changes. A column that is missing, or that to does not have, is refused. Columns that already
// have the right type are shared, not copied. where, which may be nil, names the place of a row in the input.
func Cast(rec arrow.Record, to *arrow.Schema, where func(row int) string) (arrow.Record, error) {
	cols, err := castColumns(rec, to)
	defer release(cols)
	if err != nil {
		var ce *CastError
		if errors.As(err, &ce) && where != nil && ce.Row >= 0 {
			ce.Where = where(int(ce.Row))
		}
		return nil, err
	}
	return array.NewRecord(to, cols, rec.NumRows()), nil
}

func castColumns(rec arrow.Record, to *arrow.Schema) ([]arrow.Array, error) {
	from, err := byName(rec.Schema().Fields(), to.Fields(), "")
	if err != nil {
		return nil, err
	}
	cols := make([]arrow.Array, to.NumFields())
	for i, f := range to.Fields() {
		s := site{path: f.Name, row: func(i int) int { return i }}
		if cols[i], err = castField(rec.Column(from[i]), f, s, nil); err != nil {
			return cols, err
		}
	}
	return cols, nil
}

func release(cols []arrow.Array) {
	for _, c := range cols {
		if c != nil {
			c.Release()
		}
	}
}

// byName gives, for each wanted field, the index of the field of the same name.
func byName(have, want []arrow.Field, parent string) ([]int, error) {
	index := make(map[string]int, len(have))
	for i, f := range have {
		if _, twice := index[f.Name]; twice {
			return nil, &CastError{Column: parent + f.Name, Row: -1, Want: "unique names", Reason: "the column stands there twice"}
		}
		index[f.Name] = i
	}
	out := make([]int, len(want))
	for i, f := range want {
		at, ok := index[f.Name]
		if !ok {
			return nil, &CastError{Column: parent + f.Name, Row: -1, Want: f.Type.String(), Reason: "the column is missing"}
		}
		out[i] = at
		delete(index, f.Name)
	}
	for _, f := range have {
		if _, extra := index[f.Name]; extra {
			return nil, &CastError{Column: parent + f.Name, Row: -1, Want: "only the columns of the table", Reason: "the table has no such column"}
		}
	}
	return out, nil
}

// site says where the elements of an array stand in the record: the path of the column and the row of each element.
type site struct {
	path string
	row  func(i int) int
}

func (s site) refuse(a arrow.Array, i int, want arrow.DataType, reason string) error {
	return &CastError{Column: s.path, Row: int64(s.row(i)), Value: cut(a, i), Want: want.String(), Reason: reason}
}

func (s site) refuseAll(from, want arrow.DataType) error {
	return &CastError{Column: s.path, Row: -1, Want: want.String(), Reason: fmt.Sprintf("the column has type %s", from)}
}

// cut is the text of one value, shortened to 64 characters.
func cut(a arrow.Array, i int) string {
	if a.IsNull(i) {
		return "null"
	}
	text := []rune(a.ValueStr(i))
	if len(text) > 64 {
		text = append(text[:63], '…')
	}
	return string(text)
}

// castField casts the values and refuses nulls in a required column. live says which elements count (nil: all): a null in a
// struct or list that is null itself is none.
func castField(a arrow.Array, to arrow.Field, s site, live func(i int) bool) (arrow.Array, error) {
	out, err := castArray(a, to.Type, s)
	if err != nil {
		return nil, err
	}
	if err := checkRequired(out, to, s, live); err != nil {
		out.Release()
		return nil, err
	}
	return out, nil
}

func checkRequired(a arrow.Array, f arrow.Field, s site, live func(i int) bool) error {
	if f.Nullable || a.NullN() == 0 {
		return nil
	}
	for i := range a.Len() {
		if a.IsNull(i) && (live == nil || live(i)) {
			return s.refuse(a, i, f.Type, "null in a required column")
		}
	}
	return nil
}

// castArray casts the values of a. The result is a new reference.
func castArray(a arrow.Array, to arrow.DataType, s site) (arrow.Array, error) {
	if d, ok := a.(*array.Dictionary); ok {
		plain, err := decodeDictionary(d)
		if err != nil {
			return nil, s.refuseAll(a.DataType(), to)
		}
		return castArray(plain, to, s)
	}
	if a.DataType().ID() == arrow.NULL {
		return nulls(to, a.Len()), nil
	}
	switch to := to.(type) {
	case *arrow.StructType, *arrow.ListType, *arrow.MapType:
		return castNested(a, to, s)
	case *arrow.StringType:
		return castString(a, to, s)
	case *arrow.BinaryType:
		return castBinary(a, to, s)
	}
	if arrow.TypeEqual(a.DataType(), to) {
		a.Retain()
		return a, nil
	}
	return castNumber(a, to, s)
}

func castString(a arrow.Array, to arrow.DataType, s site) (arrow.Array, error) {
	switch a.DataType().ID() {
	case arrow.STRING, arrow.LARGE_STRING, arrow.STRING_VIEW:
	default:
		return nil, s.refuseAll(a.DataType(), to)
	}
	out, err := toBinaryLayout(a, to, s)
	if err != nil {
		return nil, err
	}
	if i := firstInvalidUTF8(out.(*array.String)); i >= 0 {
		return nil, s.refuse(a, i, to, "not valid UTF-8")
	}
	return out, nil
}

// firstInvalidUTF8 is the index of the first value that is not UTF-8, -1 for none. Pure ASCII is seen in one pass.
func firstInvalidUTF8(a *array.String) int {
	if isASCII(a.ValueBytes()) {
		return -1
	}
	for i := range a.Len() {
		if a.IsValid(i) && !utf8.ValidString(a.Value(i)) {
			return i
		}
	}
	return -1
}

func castBinary(a arrow.Array, to arrow.DataType, s site) (arrow.Array, error) {
	switch a.DataType().ID() {
	case arrow.BINARY, arrow.LARGE_BINARY, arrow.BINARY_VIEW, arrow.FIXED_SIZE_BINARY:
		return toBinaryLayout(a, to, s)
	}
	return nil, s.refuseAll(a.DataType(), to)
}
