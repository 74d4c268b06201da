package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxDepth bounds how deep objects and lists may lie in each other.
const maxDepth = 100

// reader walks over a JSON text. The text must be valid (newReader sees to that), so that the walk need not look for syntax errors.
// Unlike encoding/json it compares keys exactly, refuses duplicate keys and keeps the bytes of what it does not know.
type reader struct {
	b     []byte
	i     int
	depth int
	infos map[reflect.Type]*structInfo
}

var errSyntax = errors.New("not JSON")

func newReader(b []byte) (*reader, error) {
	if !utf8.Valid(b) {
		return nil, fmt.Errorf("%w: not UTF-8", errSyntax)
	}
	if !json.Valid(b) {
		return nil, errSyntax
	}
	return &reader{b: b, infos: make(map[reflect.Type]*structInfo)}, nil
}

// peek skips white space and returns the next byte.
func (r *reader) peek() byte {
	for r.i < len(r.b) {
		switch c := r.b[r.i]; c {
		case ' ', '\t', '\n', '\r':
			r.i++
		default:
			return c
		}
	}
	return 0
}

// take skips white space and the byte c, if it is next.
func (r *reader) take(c byte) bool {
	if r.peek() != c {
		return false
	}
	r.i++
	return true
}

// object calls member for every member, with the reader before its value. The same key twice is an error.
func (r *reader) object(member func(key string) error) error {
	if !r.take('{') {
		return errWantObject
	}
	var seen keySet
	return r.inside('}', func(int) error {
		key, err := r.str()
		if err != nil {
			return err
		}
		if !seen.add(key) {
			return fmt.Errorf("key %q stands twice", clip(key))
		}
		r.take(':')
		if err := member(key); err != nil {
			return within(step(key), err)
		}
		return nil
	})
}

// list calls element for every element, with the reader before it.
func (r *reader) list(element func(i int) error) error {
	if !r.take('[') {
		return errors.New("want a list")
	}
	return r.inside(']', func(i int) error {
		if err := element(i); err != nil {
			return within("["+strconv.Itoa(i)+"]", err)
		}
		return nil
	})
}

func (r *reader) inside(end byte, each func(i int) error) error {
	if r.depth++; r.depth > maxDepth {
		return fmt.Errorf("nested deeper than %d", maxDepth)
	}
	defer func() { r.depth-- }()
	for i := 0; !r.take(end); i++ {
		if err := each(i); err != nil {
			return err
		}
		r.take(',')
	}
	return nil
}

// raw is the next value as it stands, without white space around or in it.
func (r *reader) raw() ([]byte, error) {
	r.peek()
	start := r.i
	if err := r.skip(); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := json.Compact(&out, r.b[start:r.i]); err != nil {
		return nil, errSyntax
	}
	return out.Bytes(), nil
}

func (r *reader) skip() error {
	switch r.peek() {
	case '{':
		return r.object(func(string) error { return r.skip() })
	case '[':
		return r.list(func(int) error { return r.skip() })
	case '"':
		_, err := r.str()
		return err
	}
	r.scalar()
	return nil
}

// scalar is the next number, true, false or null, as it stands.
func (r *reader) scalar() string {
	r.peek()
	start := r.i
	for r.i < len(r.b) && bytes.IndexByte([]byte(" \t\n\r,]}:"), r.b[r.i]) < 0 {
		r.i++
	}
	return string(r.b[start:r.i])
}

// null skips a null, if it is next.
func (r *reader) null() bool {
	if r.peek() != 'n' {
		return false
	}
	r.scalar()
	return true
}

// keySet remembers keys: few in a list, many in a map.
type keySet struct {
	few  []string
	many map[string]bool
}

func (s *keySet) add(key string) bool {
	if s.many != nil {
		if s.many[key] {
			return false
		}
		s.many[key] = true
		return true
	}
	for _, k := range s.few {
		if k == key {
			return false
		}
	}
	if s.few = append(s.few, key); len(s.few) > 32 {
		s.many = make(map[string]bool, 2*len(s.few))
		for _, k := range s.few {
			s.many[k] = true
		}
	}
	return true
}

// step is a key as a step of a path: foreign keys can be anything.
func step(key string) string {
	if quoted := strconv.Quote(clip(key)); len(quoted) != len(key)+2 || key == "" {
		return quoted
	}
	return key
}

// within puts a step of the path before an error's text.
func within(at string, err error) error {
	var p *pathError
	if !errors.As(err, &p) {
		return &pathError{at, err}
	}
	if strings.HasPrefix(p.path, "[") {
		return &pathError{at + p.path, p.err}
	}
	return &pathError{at + "." + p.path, p.err}
}

type pathError struct {
	path string
	err  error
}

func (e *pathError) Error() string { return e.path + ": " + e.err.Error() }
func (e *pathError) Unwrap() error { return e.err }

var errWantObject = errors.New("want an object")
