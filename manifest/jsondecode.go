package manifest

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Unknown holds the members of a JSON object that this version does not know, so that a writer hands them on as they were: sorted
// by key, without white space, separated by commas. The zero value holds none.
type Unknown string

// decodeWhole decodes one JSON text into *dst.
func decodeWhole(b []byte, dst any) error {
	r, err := newReader(b)
	if err != nil {
		return err
	}
	return r.value(reflect.ValueOf(dst).Elem())
}

// selfDecoding types read themselves.
type selfDecoding interface{ decodeJSON(r *reader) error }

// value decodes the next value into v.
func (r *reader) value(v reflect.Value) error {
	if isOwn(v.Type()) {
		return v.Addr().Interface().(selfDecoding).decodeJSON(r)
	}
	if v.Kind() == reflect.Pointer {
		if r.null() {
			v.SetZero()
			return nil
		}
		v.Set(reflect.New(v.Type().Elem()))
		return r.value(v.Elem())
	}
	if r.peek() == 'n' {
		return errors.New("must not be null")
	}
	switch v.Kind() {
	case reflect.Struct:
		return r.structure(v)
	case reflect.Slice:
		return r.slice(v)
	case reflect.Map:
		return r.dict(v)
	case reflect.String:
		s, err := r.str()
		v.SetString(s)
		return err
	case reflect.Bool:
		return r.boolean(v)
	default:
		return r.integer(v)
	}
}

func (r *reader) boolean(v reflect.Value) error {
	switch s := r.scalar(); s {
	case "true", "false":
		v.SetBool(s == "true")
		return nil
	}
	return errors.New("want true or false")
}

func (r *reader) integer(v reflect.Value) error {
	s := r.scalar()
	n, err := strconv.ParseInt(s, 10, v.Type().Bits())
	if err != nil {
		return fmt.Errorf("want an integer of %d bits, not %s", v.Type().Bits(), clip(s))
	}
	v.SetInt(n)
	return nil
}

func (r *reader) slice(v reflect.Value) error {
	v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	return r.list(func(i int) error {
		v.Grow(1)
		v.SetLen(i + 1)
		return r.value(v.Index(i))
	})
}

// dict decodes an object into a map whose keys are strings or integers.
func (r *reader) dict(v reflect.Value) error {
	v.Set(reflect.MakeMap(v.Type()))
	return r.object(func(name string) error {
		key, elem := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		if key.Kind() == reflect.String {
			key.SetString(name)
		} else {
			n, err := strconv.ParseInt(name, 10, 32)
			if err != nil || strconv.FormatInt(n, 10) != name {
				return errors.New("want an integer as key")
			}
			key.SetInt(n)
		}
		if err := r.value(elem); err != nil {
			return err
		}
		v.SetMapIndex(key, elem)
		return nil
	})
}

// structure decodes an object into a struct. Every key of the struct must be there unless it is a pointer or says omitempty.
func (r *reader) structure(v reflect.Value) error {
	info := r.info(v.Type())
	found := make([]bool, len(info.fields))
	var unknown []member
	err := r.object(func(key string) error {
		i, ok := info.byName[key]
		if !ok {
			raw, err := r.raw()
			unknown = append(unknown, member{key, raw})
			return err
		}
		found[i] = true
		if info.fields[i].fixed != "" {
			return r.fixed(info.fields[i].fixed)
		}
		return r.value(v.Field(info.fields[i].index))
	})
	if err != nil {
		return err
	}
	for i, f := range info.fields {
		if f.required && !found[i] {
			return within(f.name, errors.New("is missing"))
		}
	}
	if len(unknown) > 0 && info.unknown < 0 {
		return within(unknown[0].key, errors.New("is not known here"))
	}
	if info.unknown >= 0 {
		v.Field(info.unknown).SetString(string(joinMembers(unknown)))
	}
	return nil
}

func (r *reader) fixed(want string) error {
	s, err := r.str()
	if err == nil && s != want {
		err = fmt.Errorf("want %q, not %q", want, clip(s))
	}
	return err
}

type member struct {
	key string
	raw []byte
}

func joinMembers(members []member) Unknown {
	slices.SortFunc(members, func(a, b member) int { return strings.Compare(a.key, b.key) })
	var out []byte
	for i, m := range members {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(appendString(out, m.key), ':'), m.raw...)
	}
	return Unknown(out)
}

// structInfo is what the struct tags say.
type structInfo struct {
	fields  []fieldInfo
	byName  map[string]int // index into fields
	unknown int            // index of the Unknown field, or -1
}

type fieldInfo struct {
	name      string
	index     int
	omitEmpty bool
	required  bool
	fixed     string // not a field of the struct but a member that always has this text
}

func (r *reader) info(t reflect.Type) *structInfo {
	if r.infos[t] == nil {
		r.infos[t] = newStructInfo(t)
	}
	return r.infos[t]
}

func newStructInfo(t reflect.Type) *structInfo {
	out := &structInfo{byName: make(map[string]int), unknown: -1}
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Type == reflect.TypeFor[Unknown]() {
			out.unknown = i
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		fixed := ""
		if f.Name == "_" {
			name, fixed, _ = strings.Cut(f.Tag.Get("fixed"), "=")
		}
		omit := options == "omitempty"
		out.byName[name] = len(out.fields)
		out.fields = append(out.fields, fieldInfo{name: name, index: i, omitEmpty: omit,
			required: !omit && f.Type.Kind() != reflect.Pointer, fixed: fixed})
	}
	return out
}
