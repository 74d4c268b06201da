package manifest

import (
	"fmt"
	"strconv"
	"strings"
)

// ParseType reads a type as Iceberg, DuckDB, Postgres, Spark or Trino write it: "long", "bigint", "decimal(9, 2)", "varchar(20)",
// "timestamp with time zone", "int[]", "list<long>", "array(bigint)", "struct<a: int>", "row(a int)", "map<string, double>".
// Ids are 0. Errors are ErrType with the position and, where there is a way out, what to write instead.
func ParseType(s string) (Type, error) {
	p, err := newTypeParser(s)
	if err != nil {
		return Type{}, err
	}
	t, err := p.typ()
	if err != nil {
		return Type{}, err
	}
	if p.next().kind != tokenEnd {
		return Type{}, p.unexpected("the end of the type")
	}
	return t, nil
}

// typeParser reads types and column lists, one token ahead.
type typeParser struct {
	tokens []token
	i      int
	depth  int
}

func newTypeParser(s string) (*typeParser, error) {
	tokens, err := lex(s)
	return &typeParser{tokens: tokens}, err
}

func (p *typeParser) next() token { return p.tokens[p.i] }

func (p *typeParser) errorf(at int, format string, args ...any) error {
	return fmt.Errorf("%w: %s at position %d", ErrType, fmt.Sprintf(format, args...), at+1)
}

func (p *typeParser) unexpected(want string) error {
	return p.errorf(p.next().at, "want %s, not %s", want, p.next())
}

// sign takes the sign s, if it is next.
func (p *typeParser) sign(s string) bool {
	if t := p.next(); t.kind != tokenSign || t.text != s {
		return false
	}
	p.i++
	return true
}

// words takes these keywords, in any case, if they are next.
func (p *typeParser) words(want ...string) bool {
	for i, w := range want {
		if p.i+i >= len(p.tokens) || p.tokens[p.i+i].kind != tokenWord || !strings.EqualFold(p.tokens[p.i+i].text, w) {
			return false
		}
	}
	p.i += len(want)
	return true
}

func (p *typeParser) expect(s string) error {
	if !p.sign(s) {
		return p.unexpected(strconv.Quote(s))
	}
	return nil
}

// maxTypeDepth bounds how deep types may lie in each other.
const maxTypeDepth = 30

func (p *typeParser) typ() (Type, error) {
	if p.depth++; p.depth > maxTypeDepth {
		return Type{}, p.errorf(p.next().at, "types nested deeper than %d", maxTypeDepth)
	}
	defer func() { p.depth-- }()
	t, err := p.base()
	for err == nil && p.sign("[") {
		if p.next().kind == tokenNumber { // int[3]: the length is not kept
			p.i++
		}
		if err = p.expect("]"); err == nil {
			t = ListOf(t, false)
		}
		if p.depth++; p.depth > maxTypeDepth {
			return Type{}, p.errorf(p.next().at, "types nested deeper than %d", maxTypeDepth)
		}
		defer func() { p.depth-- }()
	}
	return t, err
}

func (p *typeParser) base() (Type, error) {
	word := p.next()
	if word.kind != tokenWord {
		return Type{}, p.unexpected("a type")
	}
	p.i++
	switch name := strings.ToLower(word.text); name {
	case "array", "list":
		return p.list()
	case "struct", "row":
		return p.structure()
	case "map":
		return p.mapping()
	case "decimal", "numeric", "dec":
		return p.decimal(word)
	case "timestamp", "datetime", "timestamptz":
		return p.timestamp(name)
	default:
		return p.simple(name, word)
	}
}

// simple is a type without parts.
func (p *typeParser) simple(name string, word token) (Type, error) {
	switch {
	case name == "double":
		p.words("precision")
	case name == "character" || name == "char" || name == "nchar":
		p.words("varying")
	}
	if hint, refused := typeHints[name]; refused {
		return Type{}, p.errorf(word.at, "tables have no type %s (%s)", name, hint)
	}
	t, known := typeNames[name]
	if !known {
		return Type{}, p.errorf(word.at, "unknown type %s", word)
	}
	if t.Kind != String && t.Kind != Binary {
		return t, nil
	}
	_, err := p.numbers(1) // varchar(20): the length is not kept
	return t, err
}

// numbers reads "(n)" or "(n, n)", if it is next.
func (p *typeParser) numbers(most int) ([]int, error) {
	if !p.sign("(") {
		return nil, nil
	}
	var out []int
	for {
		n, err := strconv.Atoi(p.next().text)
		if p.next().kind != tokenNumber || err != nil {
			return nil, p.unexpected("a number")
		}
		p.i++
		if out = append(out, n); len(out) == most || !p.sign(",") {
			return out, p.expect(")")
		}
	}
}

func (p *typeParser) decimal(word token) (Type, error) {
	n, err := p.numbers(2)
	switch {
	case err != nil:
		return Type{}, err
	case len(n) == 0:
		return Type{}, p.errorf(word.at, "%s needs a precision and a scale, like decimal(18, 2): engines disagree about what it means without", word.text)
	case len(n) == 1:
		n = append(n, 0)
	}
	t, err := decimalType(n[0], n[1])
	if err != nil {
		return Type{}, fmt.Errorf("%w at position %d", err, word.at+1)
	}
	return t, nil
}

func (p *typeParser) timestamp(name string) (Type, error) {
	at := p.next().at
	n, err := p.numbers(1)
	if err != nil {
		return Type{}, err
	}
	if len(n) == 1 && n[0] > 6 {
		return Type{}, p.errorf(at, "timestamps have microseconds, precision %d is too fine (use 6)", n[0])
	}
	t := Type{Kind: Timestamp}
	if name == "timestamptz" || p.words("with", "time", "zone") || p.words("with", "local", "time", "zone") {
		t.Kind = TimestampTZ
	} else {
		p.words("without", "time", "zone")
	}
	return t, nil
}

// open takes an opening bracket and returns the one that closes it.
func (p *typeParser) open() (string, error) {
	switch {
	case p.sign("<"):
		return ">", nil
	case p.sign("("):
		return ")", nil
	}
	return "", p.unexpected(`"<" or "("`)
}

// notNull takes NOT NULL or NULL, if it is next.
func (p *typeParser) notNull() bool {
	if p.words("not", "null") {
		return true
	}
	p.words("null")
	return false
}

func (p *typeParser) list() (Type, error) {
	end, err := p.open()
	if err != nil {
		return Type{}, err
	}
	element, err := p.typ()
	if err != nil {
		return Type{}, err
	}
	return ListOf(element, p.notNull()), p.expect(end)
}

func (p *typeParser) mapping() (Type, error) {
	end, err := p.open()
	if err != nil {
		return Type{}, err
	}
	key, err := p.typ()
	if err != nil {
		return Type{}, err
	}
	p.notNull() // keys are never null
	if err := p.expect(","); err != nil {
		return Type{}, err
	}
	value, err := p.typ()
	if err != nil {
		return Type{}, err
	}
	return MapOf(key, value, p.notNull()), p.expect(end)
}

func (p *typeParser) structure() (Type, error) {
	end, err := p.open()
	if err != nil {
		return Type{}, err
	}
	t := Type{Kind: Struct}
	for {
		f, err := p.structField()
		if err != nil {
			return Type{}, err
		}
		if t.Fields = append(t.Fields, f); !p.sign(",") {
			return t, p.expect(end)
		}
	}
}

func (p *typeParser) structField() (Field, error) {
	name, err := p.name()
	if err != nil {
		return Field{}, err
	}
	p.sign(":")
	t, err := p.typ()
	if err != nil {
		return Field{}, err
	}
	f := Field{Name: name, Type: t, Required: p.notNull()}
	f.Doc, err = p.comment()
	return f, err
}

// name takes a name, quoted or not.
func (p *typeParser) name() (string, error) {
	t := p.next()
	if t.kind != tokenWord && t.kind != tokenQuoted {
		return "", p.unexpected("a name")
	}
	p.i++
	return t.text, nil
}

// comment takes COMMENT 'text', if it is next.
func (p *typeParser) comment() (string, error) {
	if !p.words("comment") {
		return "", nil
	}
	t := p.next()
	if t.kind != tokenText {
		return "", p.unexpected("a text in single quotes")
	}
	p.i++
	return t.text, nil
}
