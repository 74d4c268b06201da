package csv

import (
	"bytes"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/tablectl/tablectl/internal/source/blocks"
	"github.com/tablectl/tablectl/internal/source/text"
)

// Parser turns blocks into records of one schema. It is for one goroutine.
type Parser struct {
	scanner
	schema *arrow.Schema
	cols   []*column // in the order of the schema
	order  []*column // in the order of the file
	over   *column   // takes the fields of columns that are not wanted
	sizes  []int     // bytes of text that the columns of the last block held
	rows   int       // room in the columns
}

// NewParser refuses schemas with types that a CSV file cannot bring.
func NewParser(d Dialect, schema *arrow.Schema) (*Parser, error) {
	p := &Parser{scanner: newScanner(d), schema: schema}
	for _, f := range schema.Fields() {
		c, err := newColumn(f, &p.scanner)
		if err != nil {
			return nil, err
		}
		p.cols = append(p.cols, c)
	}
	p.sizes = make([]int, len(p.cols))
	var err error
	p.over, err = newColumn(arrow.Field{Type: arrow.BinaryTypes.String, Nullable: true}, &p.scanner)
	return p, err
}

// Block reads a block of a file whose layout is bound to the schema, and releases it. The record is nil if there is an error.
func (p *Parser) Block(l *Layout, blk *blocks.Block) (arrow.Record, blocks.Result) {
	defer blk.Release()
	data := blk.Data
	res := blocks.Result{File: l.File, First: blk.First}
	if blk.First {
		data = data[l.skip:]
		res.Lines = l.lines
	}
	lines := bytes.Count(data, []byte("\n"))
	p.order = p.order[:0]
	for _, to := range l.to {
		if to == passedOver {
			p.order = append(p.order, p.over)
			continue
		}
		p.order = append(p.order, p.cols[to])
	}
	p.over.begin(lines, 64)
	p.rows = lines
	for i, c := range p.cols {
		c.begin(lines, p.sizes[i]+p.sizes[i]/8+64)
	}
	rows, err := p.parse(data)
	if err != nil {
		err.Line += res.Lines
		err.File = l.File
		res.Err = err
		return nil, res
	}
	res.Rows, res.Lines = int64(rows), res.Lines+int64(lines)
	if err := p.lack(l.lacks, rows); err != nil {
		err.File = l.File
		res.Err = err
		return nil, res
	}
	arrays := make([]arrow.Array, len(p.cols))
	for i, c := range p.cols {
		if c.offs != nil {
			p.sizes[i] = int(c.offs[rows])
		}
		arrays[i] = c.end(rows)
	}
	rec := array.NewRecord(p.schema, arrays, int64(rows))
	for _, a := range arrays {
		a.Release()
	}
	return rec, res
}

// lack makes the columns null that the file does not have.
func (p *Parser) lack(columns []int, rows int) *blocks.Error {
	for _, i := range columns {
		c := p.cols[i]
		if c.need && rows > 0 {
			return &blocks.Error{Column: c.name, Want: TypeName(c.typ), Msg: "the file does not have this column, and it may not be null"}
		}
		for row := range rows {
			c.setNull(row, p.rows)
		}
	}
	return nil
}

// parse reads all records of data, which ends with a line feed and has slack behind it.
func (p *Parser) parse(data []byte) (rows int, fault *blocks.Error) {
	b, end, last := data[:len(data)+blocks.Slack], len(data), len(p.order)-1
	delim, quote := p.delim, p.quote
	for i := 0; i < end; rows++ {
		if n := blank(b, i); n > 0 && last > 0 {
			i += n
			rows--
			continue
		}
		start := i
		for n, c := range p.order {
			first := b[i]
			if first == delim && n < last {
				if !c.need {
					c.setNull(rows, p.rows)
					i++
					continue
				}
			}
			k := i
			quoted := first == quote && p.quoting
			if quoted {
				k++
			}
			j := p.value(c, b, k, rows, quoted)
			if j > 0 && quoted {
				if b[j] == quote {
					j++
				} else {
					j = 0
				}
			}
			if j > 0 {
				switch t := b[j]; {
				case n < last:
					if t == delim {
						i = j + 1
						continue
					}
				case t == '\n':
					i = j + 1
					continue
				case t == '\r' && b[j+1] == '\n':
					i = j + 2
					continue
				}
			}
			if i, fault = p.slow(c, data, start, i, n, rows); fault != nil {
				fault.Row = int64(rows) + 1
				return rows, fault
			}
		}
	}
	return rows, nil
}

// value stores the value at i by the fast path and returns the index behind it, 0 if it must be done slowly.
func (p *Parser) value(c *column, b []byte, i, row int, quoted bool) (end int) {
	switch c.op {
	case opLong:
		c.i64[row], end = fastLong(b, i)
	case opInt:
		var v int64
		if v, end = fastLong(b, i); v != int64(int32(v)) {
			return 0
		}
		c.i32[row] = int32(v)
	case opDouble:
		mant, frac, neg, end := fastNumber(b, i)
		if mant > text.MaxExactMantissa {
			return 0
		}
		c.f64[row] = text.Scale(mant, frac, neg)
		return end
	case opFloat:
		mant, frac, neg, end := fastNumber(b, i)
		if mant > 1<<24 || frac > 10 {
			return 0
		}
		c.f32[row] = text.Scale32(mant, frac, neg)
		return end
	case opDecimal:
		return c.fastDecimal(b, i, row)
	case opDate:
		c.i32[row], end = c.last.fast(b, i)
	case opTimestamp:
		c.i64[row], end = c.last.fastTimestamp(b, i)
	case opTimestampTZ:
		if c.i64[row], end = c.last.fastTimestamp(b, i); b[end] != 'Z' || end == 0 {
			return 0
		}
		return end + 1
	case opText:
		return p.fastText(c, b, i, row, quoted)
	case opBool:
		var v bool
		v, end = fastBool(b, i)
		c.setBit(row, v && end > 0)
	}
	return end
}

// slow stores the field at i, which belongs to column n of the record at start, and returns where the next one begins.
func (p *Parser) slow(c *column, data []byte, start, i, n, row int) (int, *blocks.Error) {
	content, quoted, end, err := p.field(data, i)
	if err != nil {
		return 0, broken(data, i, c.name, err)
	}
	if (data[end] == '\n') != (n == len(p.order)-1) {
		return 0, p.ragged(data, start, len(p.order))
	}
	isText := c.kind == opText
	if len(content) == 0 && !(isText && quoted) || !(isText && quoted) && p.nullWord(content) {
		if c.need {
			e := at(data, i, "there is no value, and the column may not be null")
			e.Column, e.Want = c.name, TypeName(c.typ)
			return 0, e
		}
		c.setNull(row, p.rows)
		return end + 1, nil
	}
	switch err := c.set(row, content); {
	case err == text.ErrEncoding:
		return 0, broken(data, i, c.name, err)
	case err != nil:
		e := blocks.BadValue(content, TypeName(c.typ), err)
		e.Line, e.Column = at(data, i, "").Line, c.name
		return 0, e
	}
	return end + 1, nil
}

// fastText copies a text while it looks for its end.
func (p *Parser) fastText(c *column, b []byte, i, row int, quoted bool) int {
	dst, at := c.data, int(c.offs[row])
	var high uint64
	start := i
	for {
		if at+8 > len(dst) {
			dst = c.grow(at, 8)
		}
		w := word(b, i)
		putWord(dst, at, w)
		mark := text.Find(w, p.delims, p.ends, p.qs)
		if mark == 0 {
			high |= w
			i, at = i+8, at+8
			continue
		}
		n := text.First(mark)
		high |= w & (uint64(1)<<(8*uint(n)) - 1)
		i, at = i+n, at+n
		break
	}
	if text.NonASCII(high) != 0 && !utf8.Valid(b[start:i]) {
		return 0
	}
	if b[i] == '\n' && i > start && b[i-1] == '\r' {
		i, at = i-1, at-1
	}
	if !quoted && (i == start || len(p.nulls) > 0 && p.nullWord(b[start:i])) {
		return 0
	}
	c.offs[row+1] = int32(at)
	return i
}
