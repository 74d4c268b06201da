package manifest

import (
	"errors"
	"fmt"
)

// Decode reads a manifest and validates it. Errors: ErrTooLarge (more than MaxBytes), ErrNotManifest (not JSON, or not of this
// format), ErrFormat (a higher format), ErrInvalid with the Refusal.
func Decode(b []byte) (*Manifest, error) {
	if len(b) > MaxBytes {
		return nil, fmt.Errorf("decode manifest: %w: %d bytes, at most %d are read", ErrTooLarge, len(b), MaxBytes)
	}
	if err := checkHead(b, "tablectl", Format); err != nil {
		return nil, fmt.Errorf("decode manifest: %w", err)
	}
	m := new(Manifest)
	if err := decodeWhole(b, m); err != nil {
		return nil, fmt.Errorf("decode manifest: %w", refuse(RuleJSON, "%v", err))
	}
	if err := m.Validate(); err != nil {
		return nil, fmt.Errorf("decode manifest: %w", err)
	}
	return m, nil
}

// Encode is the one text of a manifest: keys in the order of the types, then unknown ones, without white space, with a line feed at
// the end. A manifest that Decode would refuse is not encoded.
func (m *Manifest) Encode() ([]byte, error) {
	if err := m.Validate(); err != nil {
		return nil, fmt.Errorf("encode manifest: %w", err)
	}
	b, err := encodeWhole(m)
	if err != nil {
		return nil, fmt.Errorf("encode manifest: %w", err)
	}
	if len(b) >= MaxBytes {
		return nil, fmt.Errorf("encode manifest: %w: %d bytes, at most %d can be read", ErrTooLarge, len(b), MaxBytes)
	}
	return append(b, '\n'), nil
}

// checkHead finds the format number, in the object under the key in or, if that is empty, at the top. A higher format is told apart
// from damage before anything else is looked at: its other keys may mean other things.
func checkHead(b []byte, in string, known int64) error {
	r, err := newReader(b)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNotManifest, err)
	}
	format := int64(0)
	if in == "" {
		err = r.findFormat(&format)
	} else {
		found := false
		err = r.object(func(key string) error {
			if key != in || r.peek() != '{' {
				return r.skip()
			}
			found = true
			return r.findFormat(&format)
		})
		if err == nil && !found {
			return fmt.Errorf("%w: there is no key %q (Iceberg metadata of another table?)", ErrNotManifest, in)
		}
	}
	switch {
	case format > known:
		return fmt.Errorf("%w: the table has format %d, this tablectl knows %d; use a newer one", ErrFormat, format, known)
	case errors.Is(err, errWantObject):
		return fmt.Errorf("%w: %w", ErrNotManifest, err)
	case err != nil:
		return refuse(RuleJSON, "%v", err)
	case format < 1:
		return fmt.Errorf("%w: there is no format number", ErrNotManifest)
	}
	return nil
}

func (r *reader) findFormat(format *int64) error {
	return r.object(func(key string) error {
		if key != "format" {
			return r.skip()
		}
		if n, ok := digits(r.scalarAhead()); ok {
			*format = n
		}
		return r.skip()
	})
}

// scalarAhead is the number, true, false or null that is next, without moving on.
func (r *reader) scalarAhead() string {
	ahead := *r
	return ahead.scalar()
}
