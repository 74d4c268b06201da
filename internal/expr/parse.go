package expr

import (
	"slices"
	"strings"

	"github.com/tablectl/tablectl/manifest"
)

// Expr is a parsed condition on the columns of a schema. It is safe for concurrent use.
type Expr struct {
	root    node
	columns []string
}

// Columns names the columns that the condition needs, each once, in the order of their first use.
func (e *Expr) Columns() []string { return slices.Clone(e.columns) }

// Parse reads a condition, in SQL's words: and, or, not, parentheses; = <> != < <= > >=, [not] in, [not] between, is [not] null,
// [not] like. A value is read as the type of its column. Names of columns are found without regard to case unless they are
// quoted. Every mistake is an *Error.
func Parse(where string, s manifest.Schema) (*Expr, error) {
	tokens, err := lex(where)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens, schema: s}
	if p.peek().kind == end {
		return nil, fail(1, "", "the condition is empty")
	}
	root, err := p.or()
	if err != nil {
		return nil, err
	}
	if t := p.peek(); t.kind != end {
		return nil, fail(t.pos, "join conditions with and, or", "unexpected %s", t)
	}
	return &Expr{root, p.columns}, nil
}

type parser struct {
	tokens  []token
	schema  manifest.Schema
	columns []string
	depth   int
}

const maxDepth = 200

func (p *parser) peek() token { return p.tokens[0] }

func (p *parser) take() token {
	t := p.tokens[0]
	if t.kind != end {
		p.tokens = p.tokens[1:]
	}
	return t
}

// accept takes the next token if it is s.
func (p *parser) accept(s string) bool {
	if p.peek().is(s) {
		p.take()
		return true
	}
	return false
}

func (p *parser) expect(s string) error {
	if t := p.peek(); !p.accept(s) {
		return fail(t.pos, "", "%s is due, there is %s", s, t)
	}
	return nil
}

func (p *parser) or() (node, error) { return p.chain("or", (*parser).and, false) }

func (p *parser) and() (node, error) { return p.chain("and", (*parser).not, true) }

func (p *parser) chain(word string, part func(*parser) (node, error), all bool) (node, error) {
	first, err := part(p)
	if err != nil || !p.peek().is(word) {
		return first, err
	}
	out := junction{all: all, parts: []node{first}}
	for p.accept(word) {
		n, err := part(p)
		if err != nil {
			return nil, err
		}
		out.parts = append(out.parts, n)
	}
	return out, nil
}

func (p *parser) not() (node, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, fail(p.peek().pos, "", "the condition is nested too deeply")
	}
	defer func() { p.depth-- }()
	switch {
	case p.accept("not"):
		n, err := p.not()
		return negation{n}, err
	case p.accept("("):
		n, err := p.or()
		if err != nil {
			return nil, err
		}
		return n, p.expect(")")
	}
	return p.predicate()
}

// predicate reads what a column, or a value and a column, are said to be.
func (p *parser) predicate() (node, error) {
	if t := p.peek(); p.literal() {
		return p.flipped(t)
	}
	c, err := p.column()
	if err != nil {
		return nil, err
	}
	switch t := p.peek(); {
	case isOperator(t):
		return p.comparison(c)
	case t.is("is"):
		return p.isNull(c)
	}
	negate := p.accept("not")
	var n node
	switch t := p.take(); {
	case t.is("in"):
		n, err = p.in(c)
	case t.is("between"):
		n, err = p.between(c)
	case t.is("like"):
		n, err = p.like(c, t)
	case !negate && c.typ.Kind == manifest.Boolean:
		p.tokens = slices.Insert(p.tokens, 0, t)
		return comparison{c, equal, true}, nil
	default:
		return nil, fail(t.pos, "", "an operator is due after %s (= <> < <= > >= in between like is null), there is %s", c.name, t)
	}
	if err != nil || !negate {
		return n, err
	}
	return negation{n}, nil
}

// literal reports whether a value comes next.
func (p *parser) literal() bool {
	t := p.peek()
	if t.kind == number || t.kind == text || t.is("-") || t.is("+") {
		return true
	}
	return (t.is("date") || t.is("timestamp") || t.is("timestamptz")) && p.tokens[1].kind == text
}

// flipped reads a value, an operator and a column.
func (p *parser) flipped(at token) (node, error) {
	before := p.tokens
	if _, err := p.text(); err != nil {
		return nil, err
	}
	op, ok := operators[p.peek().text]
	if !ok || p.peek().kind != symbol {
		return nil, fail(at.pos, "write the column first", "a condition cannot begin with %s", at)
	}
	p.take()
	c, err := p.column()
	if err != nil {
		return nil, err
	}
	after := p.tokens
	p.tokens = before
	v, err := p.value(c)
	p.tokens = after
	return comparison{c, op.flip(), v}, err
}

func isOperator(t token) bool {
	_, ok := operators[t.text]
	return ok && t.kind == symbol
}

func (p *parser) comparison(c column) (node, error) {
	op := operators[p.take().text]
	v, err := p.value(c)
	return comparison{c, op, v}, err
}

func (p *parser) isNull(c column) (node, error) {
	p.take()
	negate := p.accept("not")
	if err := p.expect("null"); err != nil {
		return nil, err
	}
	if negate {
		return negation{nullness{c}}, nil
	}
	return nullness{c}, nil
}

func (p *parser) in(c column) (node, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	out := junction{all: false}
	for {
		v, err := p.value(c)
		if err != nil {
			return nil, err
		}
		out.parts = append(out.parts, comparison{c, equal, v})
		if !p.accept(",") {
			return out, p.expect(")")
		}
	}
}

func (p *parser) between(c column) (node, error) {
	lo, err := p.value(c)
	if err != nil {
		return nil, err
	}
	if err := p.expect("and"); err != nil {
		return nil, err
	}
	hi, err := p.value(c)
	return junction{all: true, parts: []node{comparison{c, atLeast, lo}, comparison{c, atMost, hi}}}, err
}

func (p *parser) like(c column, at token) (node, error) {
	if c.typ.Kind != manifest.String {
		return nil, fail(at.pos, "", "like is for strings, column %q is %s", c.name, c.typ)
	}
	t := p.take()
	if t.kind != text {
		return nil, fail(t.pos, "write it as 'text%%'", "a pattern is due, there is %s", t)
	}
	return likeness{c, t.text}, nil
}

// text takes a value as it is written.
func (p *parser) text() (string, error) {
	sign := ""
	for p.peek().is("-") || p.peek().is("+") {
		if sign += p.take().text; len(sign) > 1 || p.peek().kind != number {
			return "", fail(p.peek().pos, "", "a number is due after %s, there is %s", sign, p.peek())
		}
	}
	switch t := p.take(); {
	case t.kind == number:
		return strings.TrimPrefix(sign, "+") + t.text, nil
	case t.kind == text, t.is("true"), t.is("false"):
		return t.text, nil
	case t.kind == word && p.peek().kind == text && (t.is("date") || t.is("timestamp") || t.is("timestamptz")):
		return p.take().text, nil
	case t.is("null"):
		return "", fail(t.pos, "write: is null, is not null", "no comparison with null is ever true")
	case t.kind == word, t.kind == quoted:
		return "", fail(t.pos, "put text in single quotes: '"+t.text+"'", "a value is due, there is %s", t)
	default:
		return "", fail(t.pos, "", "a value is due, there is %s", t)
	}
}

// value takes a value of a column's type.
func (p *parser) value(c column) (any, error) {
	t := p.peek()
	if c.typ.Nested() {
		return nil, fail(t.pos, "only is null can be asked", "column %q is a %s, which has no order", c.name, c.typ)
	}
	s, err := p.text()
	if err != nil {
		return nil, err
	}
	if c.typ.Kind == manifest.String && t.kind != text {
		return nil, fail(t.pos, "put text in single quotes: '"+s+"'", "column %q is a string", c.name)
	}
	v, err := manifest.ParseValue(c.typ, s)
	if err != nil {
		return nil, fail(t.pos, "", "column %q: %v", c.name, err)
	}
	return v, nil
}
