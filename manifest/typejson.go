package manifest

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
)

// The JSON forms of nested types (apache/iceberg format/spec.md, appendix C).
type (
	structJSON struct {
		_       struct{} `fixed:"type=struct"`
		Fields  []Field  `json:"fields"`
		Unknown Unknown  `json:"-"`
	}
	listJSON struct {
		_               struct{} `fixed:"type=list"`
		ElementID       int      `json:"element-id"`
		Element         Type     `json:"element"`
		ElementRequired bool     `json:"element-required"`
		Unknown         Unknown  `json:"-"`
	}
	mapJSON struct {
		_             struct{} `fixed:"type=map"`
		KeyID         int      `json:"key-id"`
		Key           Type     `json:"key"`
		ValueID       int      `json:"value-id"`
		Value         Type     `json:"value"`
		ValueRequired bool     `json:"value-required"`
		Unknown       Unknown  `json:"-"`
	}
)

// MarshalJSON writes Iceberg's form.
func (t Type) MarshalJSON() ([]byte, error) { return encodeWhole(t) }

// UnmarshalJSON reads Iceberg's form. Types that tables do not have are refused with ErrType.
func (t *Type) UnmarshalJSON(b []byte) error { return decodeWhole(b, t) }

func (t Type) encodeJSON(w *writer) error {
	switch t.Kind {
	case Struct:
		return w.structure(reflect.ValueOf(structJSON{Fields: t.Fields, Unknown: t.Unknown}))
	case List:
		if len(t.Fields) != 1 {
			return fmt.Errorf("%w: a list has one field, not %d", ErrType, len(t.Fields))
		}
		e := t.Fields[0]
		return w.structure(reflect.ValueOf(listJSON{ElementID: e.ID, Element: e.Type, ElementRequired: e.Required, Unknown: t.Unknown}))
	case Map:
		if len(t.Fields) != 2 {
			return fmt.Errorf("%w: a map has two fields, not %d", ErrType, len(t.Fields))
		}
		k, v := t.Fields[0], t.Fields[1]
		return w.structure(reflect.ValueOf(mapJSON{KeyID: k.ID, Key: k.Type, ValueID: v.ID, Value: v.Type, ValueRequired: v.Required, Unknown: t.Unknown}))
	case Invalid:
		return fmt.Errorf("%w: none is set", ErrType)
	}
	return w.str(t.String())
}

func (t *Type) decodeJSON(r *reader) error {
	if r.peek() != '{' {
		s, err := r.str()
		if err != nil {
			return err
		}
		*t, err = primitive(s)
		return err
	}
	kind, err := r.kindAhead()
	if err != nil {
		return err
	}
	switch kind {
	case "struct":
		var j structJSON
		err = r.structure(reflect.ValueOf(&j).Elem())
		*t = Type{Kind: Struct, Fields: j.Fields, Unknown: j.Unknown}
	case "list":
		var j listJSON
		err = r.structure(reflect.ValueOf(&j).Elem())
		*t = ListOf(j.Element, j.ElementRequired)
		t.Fields[0].ID, t.Unknown = j.ElementID, j.Unknown
	case "map":
		var j mapJSON
		err = r.structure(reflect.ValueOf(&j).Elem())
		*t = MapOf(j.Key, j.Value, j.ValueRequired)
		t.Fields[0].ID, t.Fields[1].ID, t.Unknown = j.KeyID, j.ValueID, j.Unknown
	default:
		err = fmt.Errorf("%w: no nested type %q", ErrType, clip(kind))
	}
	return err
}

// kindAhead reads the "type" member of the object that is next, without moving on. It stands first in what we write.
func (r *reader) kindAhead() (string, error) {
	ahead := *r
	kind := ""
	err := ahead.object(func(key string) (err error) {
		if key != "type" || ahead.peek() != '"' {
			return ahead.skip()
		}
		if kind, err = ahead.str(); err == nil {
			err = errFound
		}
		return err
	})
	if errors.Is(err, errFound) {
		err = nil
	}
	return kind, err
}

// errFound ends a search.
var errFound = errors.New("found")

var decimalPattern = regexp.MustCompile(`^decimal\( *([0-9]{1,2}) *, *([0-9]{1,2}) *\)$`)

// primitive is the type that Iceberg calls name.
func primitive(name string) (Type, error) {
	for k := Boolean; k < Struct; k++ {
		if k != Decimal && name == kindNames[k] {
			return Type{Kind: k}, nil
		}
	}
	m := decimalPattern.FindStringSubmatch(name)
	if m == nil {
		return Type{}, fmt.Errorf("%w: tables have no type %q", ErrType, clip(name))
	}
	precision, err1 := strconv.Atoi(m[1])
	scale, err2 := strconv.Atoi(m[2])
	if err1 != nil || err2 != nil {
		return Type{}, fmt.Errorf("%w: %q", ErrType, clip(name))
	}
	return decimalType(precision, scale)
}

func decimalType(precision, scale int) (Type, error) {
	if precision < 1 || precision > MaxPrecision || scale < 0 || scale > precision {
		return Type{}, fmt.Errorf("%w: decimal(%d, %d): the precision is 1 to %d, the scale 0 to the precision", ErrType, precision, scale, MaxPrecision)
	}
	return Type{Kind: Decimal, Precision: precision, Scale: scale}, nil
}

// MarshalJSON writes Iceberg's form.
func (s Schema) MarshalJSON() ([]byte, error) { return encodeWhole(s) }

// UnmarshalJSON reads Iceberg's form.
func (s *Schema) UnmarshalJSON(b []byte) error { return decodeWhole(b, s) }
