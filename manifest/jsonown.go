package manifest

import "errors"

// Times and values in JSON.

func (t Time) encodeJSON(w *writer) error {
	b, err := t.MarshalJSON()
	w.b = append(w.b, b...)
	return err
}

func (t *Time) decodeJSON(r *reader) error {
	s, err := r.str()
	if err != nil {
		return err
	}
	*t, err = parseTime(s)
	return err
}

func (x Value) encodeJSON(w *writer) error {
	if x == "" {
		x = "null"
	}
	w.b = append(w.b, x...)
	return nil
}

func (x *Value) decodeJSON(r *reader) error {
	if r.null() {
		*x = ""
		return nil
	}
	if c := r.peek(); c == '{' || c == '[' {
		return errors.New("want a single value")
	}
	raw, err := r.raw()
	*x = Value(raw)
	return err
}

// MarshalJSON writes the value as it stands; the zero Value is null.
func (x Value) MarshalJSON() ([]byte, error) {
	if x == "" {
		return []byte("null"), nil
	}
	return []byte(x), nil
}

// UnmarshalJSON takes any single value.
func (x *Value) UnmarshalJSON(b []byte) error { return decodeWhole(b, x) }
