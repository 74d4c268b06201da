package manifest

import "fmt"

// ParseColumns reads a CREATE TABLE column list, with or without the statement around it: "a bigint not null, b varchar, primary
// key (a)". It returns the columns, with ids 0, and the names of the primary key; these are required. Types are those of
// ParseType. What would be lost (DEFAULT, CHECK, UNIQUE, …) is refused. Errors are ErrType or ErrSchema.
func ParseColumns(s string) ([]Field, []string, error) {
	p, err := newTypeParser(s)
	if err != nil {
		return nil, nil, err
	}
	created, err := p.createTable()
	if err != nil {
		return nil, nil, err
	}
	c := &columnList{p: p}
	bracket := p.sign("(")
	if created && !bracket {
		return nil, nil, p.unexpected(`"("`)
	}
	if err := c.all(bracket); err != nil {
		return nil, nil, err
	}
	p.sign(";")
	if p.next().kind != tokenEnd {
		return nil, nil, p.unexpected("the end of the column list")
	}
	return c.finish()
}

// createTable takes CREATE … TABLE … name, if it is next.
func (p *typeParser) createTable() (bool, error) {
	if !p.words("create") {
		return false, nil
	}
	p.words("or", "replace")
	for p.words("temp") || p.words("temporary") || p.words("external") {
	}
	if !p.words("table") {
		return true, p.unexpected("TABLE")
	}
	p.words("if", "not", "exists")
	for {
		if _, err := p.name(); err != nil {
			return true, err
		}
		if !p.sign(".") {
			return true, nil
		}
	}
}

// columnList is what has been read of a list.
type columnList struct {
	p      *typeParser
	fields []Field
	key    []string
	keyed  bool
}

func (c *columnList) all(bracket bool) error {
	for {
		if err := c.entry(); err != nil {
			return err
		}
		if !c.p.sign(",") {
			break
		}
		if next := c.p.next(); next.kind == tokenEnd || bracket && next.text == ")" {
			break // a comma after the last entry
		}
	}
	if bracket {
		return c.p.expect(")")
	}
	return nil
}

// entry is a column or a table constraint.
func (c *columnList) entry() error {
	p := c.p
	if start := p.i; p.words("constraint") {
		if _, err := p.name(); err != nil || !p.words("primary", "key") {
			p.i = start
			return p.errorf(p.next().at, "of constraints only PRIMARY KEY is known; not %s", p.next())
		}
		return c.primaryKey()
	}
	if p.words("primary", "key") {
		return c.primaryKey()
	}
	for _, word := range []string{"unique", "check", "foreign", "exclude"} {
		if at := p.next().at; p.words(word) {
			if p.next().kind == tokenSign || p.words("key") {
				return p.errorf(at, "a constraint %s would be lost; leave it out", word)
			}
			p.i--
		}
	}
	return c.column()
}

func (c *columnList) primaryKey() error {
	if c.keyed {
		return c.p.errorf(c.p.next().at, "a second primary key")
	}
	c.keyed = true
	if err := c.p.expect("("); err != nil {
		return err
	}
	for {
		name, err := c.p.name()
		if err != nil {
			return err
		}
		if c.key = append(c.key, name); !c.p.sign(",") {
			return c.p.expect(")")
		}
	}
}

func (c *columnList) column() error {
	p := c.p
	name, err := p.name()
	if err != nil {
		return err
	}
	t, err := p.typ()
	if err != nil {
		return fmt.Errorf("column %q: %w", clip(name), err)
	}
	f := Field{Name: name, Type: t}
	for {
		switch {
		case p.words("not", "null"):
			f.Required = true
		case p.words("null"):
		case p.words("primary", "key"):
			if c.keyed {
				return p.errorf(p.next().at, "a second primary key")
			}
			c.keyed, c.key = true, []string{name}
		case p.next().kind == tokenWord && f.Doc == "" && p.words("comment"):
			p.i--
			if f.Doc, err = p.comment(); err != nil {
				return err
			}
		case p.next().kind == tokenWord:
			return p.errorf(p.next().at, "column %q: %s is not known here (NOT NULL, NULL, PRIMARY KEY and COMMENT are)", clip(name), p.next())
		default:
			c.fields = append(c.fields, f)
			return nil
		}
	}
}

// finish checks names and makes the columns of the key required.
func (c *columnList) finish() ([]Field, []string, error) {
	if len(c.fields) == 0 {
		return nil, nil, fmt.Errorf("%w: no columns", ErrSchema)
	}
	if err := checkNames(c.fields, "column"); err != nil {
		return nil, nil, err
	}
	for _, name := range c.key {
		i := indexByName(c.fields, name)
		if i < 0 {
			return nil, nil, fmt.Errorf("%w: the primary key names column %q, which is not there", ErrSchema, clip(name))
		}
		c.fields[i].Required = true
	}
	return c.fields, c.key, nil
}
