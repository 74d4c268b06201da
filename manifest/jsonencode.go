package manifest

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"unicode/utf8"
)

// writer appends values as JSON without white space. Members stand in the order of the struct's fields, then unknown ones; lists and
// maps are never null; map keys are sorted. So one value has one text.
type writer struct {
	b     []byte
	infos map[reflect.Type]*structInfo
}

func encodeWhole(src any) ([]byte, error) {
	w := &writer{infos: make(map[reflect.Type]*structInfo)}
	err := w.value(reflect.ValueOf(src))
	return w.b, err
}

// selfEncoding types write themselves, and read themselves.
type selfEncoding interface{ encodeJSON(w *writer) error }

// isOwn reports whether t is one of them. (Asking each value for its methods would cost an allocation each.)
func isOwn(t reflect.Type) bool {
	return t == reflect.TypeFor[Time]() || t == reflect.TypeFor[Value]() || t == reflect.TypeFor[Type]()
}

func (w *writer) value(v reflect.Value) error {
	if isOwn(v.Type()) {
		return v.Interface().(selfEncoding).encodeJSON(w)
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			w.b = append(w.b, "null"...)
			return nil
		}
		return w.value(v.Elem())
	case reflect.Struct:
		return w.structure(v)
	case reflect.Slice:
		return w.slice(v)
	case reflect.Map:
		return w.dict(v)
	case reflect.String:
		return w.str(v.String())
	case reflect.Bool:
		w.b = strconv.AppendBool(w.b, v.Bool())
	default:
		w.b = strconv.AppendInt(w.b, v.Int(), 10)
	}
	return nil
}

func (w *writer) str(s string) error {
	if !utf8.ValidString(s) {
		return fmt.Errorf("text %q is not UTF-8", clip(s))
	}
	w.b = appendString(w.b, s)
	return nil
}

func (w *writer) slice(v reflect.Value) error {
	w.b = append(w.b, '[')
	for i := range v.Len() {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		if err := w.value(v.Index(i)); err != nil {
			return within("["+strconv.Itoa(i)+"]", err)
		}
	}
	w.b = append(w.b, ']')
	return nil
}

func (w *writer) dict(v reflect.Value) error {
	keys := v.MapKeys()
	if v.Type().Key().Kind() == reflect.String {
		slices.SortFunc(keys, func(a, b reflect.Value) int { return cmp.Compare(a.String(), b.String()) })
	} else {
		slices.SortFunc(keys, func(a, b reflect.Value) int { return cmp.Compare(a.Int(), b.Int()) })
	}
	w.b = append(w.b, '{')
	for i, k := range keys {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		name := k.String()
		if k.Kind() != reflect.String {
			name = strconv.FormatInt(k.Int(), 10)
		}
		if err := w.str(name); err != nil {
			return err
		}
		w.b = append(w.b, ':')
		if err := w.value(v.MapIndex(k)); err != nil {
			return within(name, err)
		}
	}
	w.b = append(w.b, '}')
	return nil
}

func (w *writer) structure(v reflect.Value) error {
	info := w.info(v.Type())
	w.b = append(w.b, '{')
	start := len(w.b)
	for _, f := range info.fields {
		if f.omitEmpty && isEmpty(v.Field(f.index)) {
			continue
		}
		if len(w.b) > start {
			w.b = append(w.b, ',')
		}
		w.b = append(appendString(w.b, f.name), ':')
		if f.fixed != "" {
			w.b = appendString(w.b, f.fixed)
			continue
		}
		if err := w.value(v.Field(f.index)); err != nil {
			return within(f.name, err)
		}
	}
	if info.unknown >= 0 {
		w.unknown(Unknown(v.Field(info.unknown).String()), len(w.b) > start)
	}
	w.b = append(w.b, '}')
	return nil
}

// unknown appends the members that this version does not know.
func (w *writer) unknown(u Unknown, more bool) {
	if u == "" {
		return
	}
	if more {
		w.b = append(w.b, ',')
	}
	w.b = append(w.b, u...)
}

func (w *writer) info(t reflect.Type) *structInfo {
	if w.infos[t] == nil {
		w.infos[t] = newStructInfo(t)
	}
	return w.infos[t]
}

func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Map:
		return v.Len() == 0
	}
	return v.IsZero()
}
