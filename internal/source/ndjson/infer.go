package ndjson

import (
	"bytes"
	"errors"
	"unicode/utf8"

	"github.com/tablectl/tablectl/internal/source/blocks"
	"github.com/tablectl/tablectl/internal/source/text"
)

// Infer says what the lines of a block hold, and releases the block. The shape is nil if there is an error.
func Infer(file string, blk *blocks.Block) (*Shape, blocks.Result) {
	defer blk.Release()
	w := walker{}
	w.b, w.valid = blk.Data[:len(blk.Data)+blocks.Slack], utf8.Valid(blk.Data)
	res := blocks.Result{File: file, First: blk.First}
	root := &Shape{}
	for {
		ok, err := w.begin(len(blk.Data))
		if err == nil && ok {
			w.row++
			if err = w.object(root, 1); err == nil {
				err = w.end()
			}
		}
		if err != nil {
			res.Err = fault(file, blk.Data, w.i, w.row, w.path, err)
			return nil, res
		}
		if !ok {
			res.Rows, res.Lines = int64(w.row), int64(bytes.Count(blk.Data, []byte("\n")))
			return root, res
		}
	}
}

// walker notes the shape of every value.
type walker struct {
	lexer
	row  int
	turn int    // counts objects, to see duplicates
	path string // where an error is
}

func (w *walker) object(s *Shape, depth int) error {
	if depth > MaxDepth {
		return errDepth
	}
	s.isObj = true
	w.turn++
	turn := w.turn
	for n := 0; ; n++ {
		more, err := w.more(n == 0, '}')
		if err != nil || !more {
			return err
		}
		k, err := w.key()
		if err != nil {
			return err
		}
		f := s.child(k, n)
		if f.seen == turn {
			w.path = f.name
			return errDuplicate
		}
		f.seen = turn
		if err := w.note(&f.Shape, depth); err != nil {
			w.under(f.name)
			return err
		}
	}
}

func (w *walker) under(name string) {
	if w.path != "" {
		name += "." + w.path
	}
	w.path = name
}

func (w *walker) note(s *Shape, depth int) error {
	k, v, err := w.value()
	if err != nil {
		return err
	}
	switch k {
	case object:
		return w.object(s, depth+1)
	case array:
		return w.array(s, depth+1)
	case boolean:
		s.class |= text.Bool
	case number:
		if s.class.Settle() != text.Text {
			s.class |= text.ClassOf(v)
		}
	case str:
		if s.class.Settle() != text.Text {
			c := text.ClassOf(v)
			if c&(text.Date|text.Timestamp|text.TimestampTZ) == 0 {
				c = text.Text
			}
			s.class |= c
		}
	}
	return nil
}

func (w *walker) array(s *Shape, depth int) error {
	if depth > MaxDepth {
		return errDepth
	}
	if s.elem == nil {
		s.elem = &Shape{}
	}
	for first := true; ; first = false {
		more, err := w.more(first, ']')
		if err != nil || !more {
			return err
		}
		if err := w.note(s.elem, depth); err != nil {
			return err
		}
	}
}

// fault makes an error of what is wrong at b[i].
func fault(file string, b []byte, i, row int, path string, err error) *blocks.Error {
	i = min(i, len(b)-1)
	var e *blocks.Error
	if !errors.As(err, &e) {
		e = &blocks.Error{Msg: err.Error()}
		rest := b[i:]
		if n := bytes.IndexByte(rest, '\n'); n >= 0 {
			rest = rest[:n]
		}
		e.Value = blocks.Cut(rest)
		if err == errSyntax || err == errBehind {
			e.Msg += ": " + e.Value
		}
	}
	switch err {
	case errArray:
		e.Hint = "put one element on each line, for instance with jq -c '.[]'"
	case errUnended:
		e.Hint = "for instance with jq -c ."
	case text.ErrEncoding:
		e.Hint = "convert the file to UTF-8"
	}
	e.File, e.Column, e.Row = file, path, int64(row)
	e.Line = 1 + int64(bytes.Count(b[:i], []byte("\n")))
	return e
}
