package csv

import (
	"bytes"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/tablectl/tablectl/internal/source/blocks"
	"github.com/tablectl/tablectl/internal/source/text"
)

// Inferrer looks at every field and says what the columns hold. It is for one goroutine.
type Inferrer struct {
	scanner
	cols []guess
}

// guess is what is known about a column, and what is looked for first.
type guess struct {
	seen   text.Class
	expect op // opSlow: nothing is known
	last   lastDate
}

// NewInferrer is for files of one dialect.
func NewInferrer(d Dialect) *Inferrer { return &Inferrer{scanner: newScanner(d)} }

// Block looks at a block and releases it. classes is what each column of the file held, to be joined with that of other blocks; hint
// is what earlier blocks held: a column that is text already is not looked at.
func (f *Inferrer) Block(l *Layout, blk *blocks.Block, hint []text.Class) (classes []text.Class, res blocks.Result) {
	defer blk.Release()
	data := blk.Data
	res = blocks.Result{File: l.File, First: blk.First}
	if blk.First {
		data = data[l.skip:]
		res.Lines = l.lines
	}
	f.cols = append(f.cols[:0], make([]guess, len(l.Names))...)
	for i := range f.cols {
		f.cols[i].note(hint[i])
	}
	rows, err := f.scan(data, l)
	if err != nil {
		err.Line += res.Lines
		err.File = l.File
		res.Err = err
		return nil, res
	}
	res.Rows, res.Lines = int64(rows), res.Lines+int64(bytes.Count(data, []byte("\n")))
	classes = make([]text.Class, len(f.cols))
	for i := range f.cols {
		classes[i] = f.cols[i].seen
	}
	return classes, res
}

func (f *Inferrer) scan(data []byte, l *Layout) (rows int, fault *blocks.Error) {
	b, end, last := data[:len(data)+blocks.Slack], len(data), len(f.cols)-1
	delim, quote := f.delim, f.quote
	for i := 0; i < end; rows++ {
		if n := blank(b, i); n > 0 && last > 0 {
			i += n
			rows--
			continue
		}
		start := i
		for n := range f.cols {
			g := &f.cols[n]
			w := word(b, i)
			first := byte(w)
			if first == delim && n < last {
				i++
				continue
			}
			j := 0
			if first == quote && f.quoting {
				if j = f.skip(g, b, i+1); j > 0 && b[j] == quote {
					j++
				} else {
					j = 0
				}
			} else if g.expect == opLong {
				// The most common case, without a call.
				mark, _ := text.NonDigits(w)
				if m := text.First(mark); uint(m-1) < 7 && (m == 1 || first != '0') {
					j = i + m
				} else {
					j = skipLong(b, i)
				}
			} else {
				j = f.skip(g, b, i)
			}
			if j > 0 {
				t := b[j]
				if t == delim && n < last {
					i = j + 1
					continue
				}
				if n == last {
					if t == '\n' {
						i = j + 1
						continue
					}
					if t == '\r' && b[j+1] == '\n' {
						i = j + 2
						continue
					}
				}
			}
			if i, fault = f.slow(l, data, start, i, n); fault != nil {
				fault.Row = int64(rows) + 1
				return rows, fault
			}
		}
	}
	return rows, nil
}

// skip returns the index behind a value of the class that is expected, 0 if it is anything else.
func (f *Inferrer) skip(g *guess, b []byte, i int) (end int) {
	switch g.expect {
	case opText:
		w := word(b, i)
		mark := text.Find(w, f.delims, f.ends, f.qs)
		if n := text.First(mark); mark != 0 && text.NonASCII(w&(uint64(1)<<(8*uint(n))-1)) == 0 {
			return i + n
		}
		return f.skipText(b, i)
	case opLong:
		return skipLong(b, i)
	case opDouble:
		return skipDouble(b, i)
	case opDate:
		_, end = g.last.fast(b, i)
	case opTimestamp:
		_, end = g.last.fastTimestamp(b, i)
	case opTimestampTZ:
		if _, end = g.last.fastTimestamp(b, i); b[end] != 'Z' || end == 0 {
			return 0
		}
		end++
	case opBool:
		_, end = fastBool(b, i)
	}
	return end
}

// skipDouble returns the index behind a number without exponent.
func skipDouble(b []byte, i int) int {
	k := i
	if b[k] == '-' {
		k++
	}
	if b[k] == '0' && b[k+1]-'0' <= 9 {
		return 0
	}
	mark, _ := text.NonDigits(word(b, k))
	if n := text.First(mark); uint(n-1) < 7 && b[k+n] == '.' {
		// Digits and a point: on to the end of the digits behind it.
		if m := text.First(mark & (mark - 1)); m < 8 {
			if m == n+1 {
				return 0
			}
			return k + m
		}
		mark, _ = text.NonDigits(word(b, k+n+1))
		if m := text.First(mark); uint(m-1) < 7 {
			return k + n + 1 + m
		}
	}
	if _, frac, _, end := fastNumber(b, i); frac > 0 {
		return end
	}
	return skipLong(b, i) // a whole number beside others: double still, unless it is a BigLong
}

// skipLong returns the index behind an integer of up to 15 digits that has no leading zero.
func skipLong(b []byte, i int) int {
	if b[i] == '-' {
		i++
	}
	mark, _ := text.NonDigits(word(b, i))
	n := text.First(mark)
	if b[i] == '0' && n > 1 {
		return 0
	}
	if n < 8 {
		if n == 0 {
			return 0
		}
		return i + n
	}
	mark, _ = text.NonDigits(word(b, i+8))
	if n = text.First(mark); n == 8 {
		return 0
	}
	return i + 8 + n
}

func (f *Inferrer) skipText(b []byte, i int) int {
	start := i
	var high uint64
	for {
		w := word(b, i)
		mark := text.Find(w, f.delims, f.ends, f.qs)
		if mark != 0 {
			n := text.First(mark)
			high |= w & (uint64(1)<<(8*uint(n)) - 1)
			i += n
			break
		}
		high |= w
		i += 8
	}
	if text.NonASCII(high) != 0 && !utf8.Valid(b[start:i]) {
		return 0
	}
	return i
}

func (f *Inferrer) slow(l *Layout, data []byte, start, i, n int) (int, *blocks.Error) {
	content, _, end, err := f.field(data, i)
	if err != nil {
		return 0, broken(data, i, l.Names[n], err)
	}
	if (data[end] == '\n') != (n == len(f.cols)-1) {
		return 0, f.ragged(data, start, len(f.cols))
	}
	if len(content) > 0 && !f.nullWord(content) {
		if !utf8.Valid(content) {
			return 0, broken(data, i, l.Names[n], text.ErrEncoding)
		}
		f.cols[n].note(text.ClassOf(content))
	}
	return end + 1, nil
}

func (g *guess) note(c text.Class) {
	g.seen |= c
	switch g.seen.Settle() {
	case text.Bool:
		g.expect = opBool
	case text.Long:
		g.expect = opLong
	case text.Double:
		g.expect = opDouble
	case text.Date:
		g.expect = opDate
	case text.Timestamp:
		g.expect = opTimestamp
	case text.TimestampTZ:
		g.expect = opTimestampTZ
	case text.Text:
		g.expect = opText
	}
}

// Type is the Arrow type for what a column held; text where there was nothing to see.
func Type(c text.Class) arrow.DataType {
	switch c.Settle() {
	case text.Bool:
		return arrow.FixedWidthTypes.Boolean
	case text.Long:
		return arrow.PrimitiveTypes.Int64
	case text.Double:
		return arrow.PrimitiveTypes.Float64
	case text.Date:
		return arrow.FixedWidthTypes.Date32
	case text.Timestamp:
		return &arrow.TimestampType{Unit: arrow.Microsecond}
	case text.TimestampTZ:
		return &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}
	}
	return arrow.BinaryTypes.String
}
