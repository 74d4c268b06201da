package ndjson

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"
	arr "github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/tablectl/tablectl/internal/source/blocks"
	"github.com/tablectl/tablectl/internal/source/csv"
)

// Parser turns blocks into records of one schema. It is for one goroutine.
type Parser struct {
	lexer
	schema *arrow.Schema
	build  *arr.RecordBuilder
	root   *node
	over   bool     // fields that no column has are passed over
	path   []string // of an error, from the inside
}

// NewParser refuses schemas with types that NDJSON cannot bring. With surplus, fields of a line that no column has are passed over.
func NewParser(schema *arrow.Schema, surplus bool) (*Parser, error) {
	p := &Parser{schema: schema, over: surplus}
	return p, p.reset()
}

// reset forgets values that were read.
func (p *Parser) reset() error {
	p.build, p.root, p.path = arr.NewRecordBuilder(memory.DefaultAllocator, p.schema), &node{}, nil
	return p.root.fields(p.schema.Fields(), p.build.Field)
}

// Block reads a block and releases it. The record is nil if there is an error.
func (p *Parser) Block(file string, blk *blocks.Block) (arrow.Record, blocks.Result) {
	defer blk.Release()
	p.b, p.i, p.valid = blk.Data[:len(blk.Data)+blocks.Slack], 0, utf8.Valid(blk.Data)
	res := blocks.Result{File: file, First: blk.First}
	lines := bytes.Count(blk.Data, []byte("\n"))
	p.build.Reserve(lines)
	row := 0
	for {
		ok, err := p.begin(len(blk.Data))
		if err == nil && ok {
			row++
			if err = p.object(p.root); err == nil {
				err = p.end()
			}
		}
		if err != nil {
			res.Err = fault(file, blk.Data, p.i, row, p.column(), err)
			if resetErr := p.reset(); resetErr != nil { // it worked when the parser was made
				res.Err.Msg += "; " + resetErr.Error()
			}
			return nil, res
		}
		if !ok {
			res.Rows, res.Lines = int64(row), int64(lines)
			return p.build.NewRecord(), res
		}
	}
}

func (p *Parser) column() string {
	s := ""
	for i := len(p.path) - 1; i >= 0; i-- {
		s += p.path[i]
		if i > 0 {
			s += "."
		}
	}
	return s
}

// object reads the fields of a struct, or of a whole line, behind the opening bracket.
func (p *Parser) object(n *node) error {
	n.turn++
	next := 0
	for first := true; ; first = false {
		more, err := p.more(first, '}')
		if err != nil {
			return err
		}
		if !more {
			return p.missing(n)
		}
		key, err := p.key()
		if err != nil {
			return err
		}
		i := next // keys mostly come in the same order
		if i >= len(n.kids) || n.kids[i].name != string(key) {
			var ok bool
			if i, ok = n.at[string(key)]; !ok && p.over && n == p.root {
				if err := p.skip(); err != nil {
					return err
				}
				continue
			}
			if !ok {
				p.path = append(p.path, string(key))
				return &blocks.Error{Msg: "the table has no such column"}
			}
		}
		next = i + 1
		if n.seen[i] == n.turn {
			p.path = append(p.path, n.kids[i].name)
			return errDuplicate
		}
		n.seen[i] = n.turn
		if err := p.read(n.kids[i]); err != nil {
			p.path = append(p.path, n.kids[i].name)
			return err
		}
	}
}

// skip passes over one value, whatever it is.
func (p *Parser) skip() error {
	k, _, err := p.value()
	if err != nil || k != object && k != array {
		return err
	}
	end := byte('}')
	if k == array {
		end = ']'
	}
	for first := true; ; first = false {
		more, err := p.more(first, end)
		if err != nil || !more {
			return err
		}
		if k == object {
			if _, err := p.key(); err != nil {
				return err
			}
		}
		if err := p.skip(); err != nil {
			return err
		}
	}
}

// missing gives null to the fields that an object did not have.
func (p *Parser) missing(n *node) error {
	for i, kid := range n.kids {
		if n.seen[i] == n.turn {
			continue
		}
		if err := kid.null(); err != nil {
			p.path = append(p.path, kid.name)
			return err
		}
	}
	return nil
}

// read reads one value.
func (p *Parser) read(n *node) error {
	k, v, err := p.value()
	if err != nil {
		return err
	}
	switch k {
	case null:
		return n.null()
	case object:
		switch b := n.b.(type) {
		case *arr.StructBuilder:
			b.Append(true)
			return p.object(n)
		case *arr.MapBuilder:
			b.Append(true)
			return p.entries(n)
		}
		return p.wrongKind(n, "an object")
	case array:
		if b, ok := n.b.(*arr.ListBuilder); ok {
			b.Append(true)
			return p.elements(n.kids[0])
		}
		return p.wrongKind(n, "an array")
	}
	if n.put == nil {
		return p.wrongKind(n, fmt.Sprintf("%q", blocks.Cut(v)))
	}
	if err := n.put(v); err != nil {
		return blocks.BadValue(v, csv.TypeName(n.typ), err)
	}
	return nil
}

func (p *Parser) wrongKind(n *node, what string) error {
	want := csv.TypeName(n.typ)
	return &blocks.Error{Value: what, Want: want, Msg: fmt.Sprintf("%s is not of type %s", what, want)}
}

func (p *Parser) elements(elem *node) error {
	for first := true; ; first = false {
		more, err := p.more(first, ']')
		if err != nil || !more {
			return err
		}
		if err := p.read(elem); err != nil {
			p.path = append(p.path, elem.name)
			return err
		}
	}
}

// entries reads an object as a map. A key that is there twice is refused.
func (p *Parser) entries(n *node) error {
	keys := make(map[string]bool)
	for first := true; ; first = false {
		more, err := p.more(first, '}')
		if err != nil || !more {
			return err
		}
		key, err := p.key()
		if err != nil {
			return err
		}
		if keys[string(key)] {
			return errDuplicate
		}
		keys[string(key)] = true
		if n.kids[0].put == nil {
			return p.wrongKind(n.kids[0], "a key")
		}
		if err := n.kids[0].put(key); err != nil {
			return blocks.BadValue(key, csv.TypeName(n.kids[0].typ), err)
		}
		if err := p.read(n.kids[1]); err != nil {
			p.path = append(p.path, "value")
			return err
		}
	}
}
