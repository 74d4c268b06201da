package csv

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/tablectl/tablectl/internal/source/blocks"
)

// Layout is what the beginning of a file says: the names of its columns, in its order.
type Layout struct {
	File  string
	Names []string
	skip  int   // bytes of the first block that are no records
	lines int64 // lines in them
	to    []int // for each column of the file its place in the wanted schema, or passedOver
	lacks []int // wanted columns that the file does not have
}

// Head reads the beginning of a file.
type Head struct {
	Dialect Dialect
	File    string
	lines   int64 // blank ones so far
}

// Read looks for the header in a block: nil if there are only blank lines in it. It sets First on the block that it is in.
func (h *Head) Read(blk *blocks.Block) (*Layout, error) {
	l := &Layout{File: h.File, lines: h.lines}
	data := blk.Data
	if blk.First {
		blk.First = false
		if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
			return nil, &blocks.Error{File: h.File, Line: 1, Msg: "the file is UTF-16", Hint: "convert it to UTF-8, for instance with iconv"}
		}
		if bytes.HasPrefix(data, []byte("\xef\xbb\xbf")) {
			l.skip = 3
		}
	}
	for l.skip < len(data) && blank(data[:len(data)+1], l.skip) > 0 {
		l.skip += blank(data[:len(data)+1], l.skip)
		l.lines++
	}
	if h.lines = l.lines; l.skip == len(data) {
		return nil, nil
	}
	blk.First = true
	s := newScanner(h.Dialect)
	start := l.skip
	if err := l.record(&s, data); err != nil {
		return nil, err
	}
	if h.Dialect.NoHeader {
		return l, l.named(h.Dialect, start)
	}
	if err := checkNames(l.Names); err != nil {
		return nil, &blocks.Error{File: l.File, Line: l.lines + 1, Msg: err.Error()}
	}
	l.lines += int64(bytes.Count(data[start:l.skip], []byte("\n")))
	return l, nil
}

// End is for a file that ended before Read found anything: only where the names of the columns are given it is a file.
func (h *Head) End() (*Layout, error) {
	if h.Dialect.NoHeader && len(h.Dialect.Columns) > 0 {
		return &Layout{File: h.File, Names: h.Dialect.Columns}, nil
	}
	return nil, &blocks.Error{File: h.File, Msg: "the file is empty", Hint: "a table without rows needs at least a header line"}
}

// record reads the first record and leaves its fields in Names.
func (l *Layout) record(s *scanner, data []byte) error {
	for {
		content, _, end, err := s.field(data, l.skip)
		if err != nil {
			return &blocks.Error{File: l.File, Line: l.lines + 1, Msg: err.Error()}
		}
		if len(content) > 1<<16 {
			content = content[:1<<16]
		}
		l.Names = append(l.Names, string(content))
		l.skip = end + 1
		if data[end] == '\n' {
			return nil
		}
	}
}

// named gives names to the columns of a file without header; start is where its first record begins.
func (l *Layout) named(d Dialect, start int) error {
	n := len(l.Names)
	if len(d.Columns) > 0 && len(d.Columns) != n {
		return &blocks.Error{File: l.File, Line: l.lines + 1, Msg: found(n, len(d.Columns)), Hint: "as many as there are column names"}
	}
	l.skip, l.Names = start, d.Columns
	for i := 0; len(l.Names) < n; i++ {
		l.Names = append(l.Names, fmt.Sprintf("column%d", i+1))
	}
	return nil
}

// checkNames refuses names that no table can have.
func checkNames(names []string) error {
	seen := make(map[string]string, len(names))
	for i, n := range names {
		switch {
		case n == "":
			return fmt.Errorf("column %d has no name", i+1)
		case !utf8.ValidString(n):
			return fmt.Errorf("the name of column %d is not valid UTF-8", i+1)
		case strings.ContainsAny(n, "\r"):
			return fmt.Errorf("the name of column %d holds a carriage return: are the line ends those of an old Macintosh?", i+1)
		}
		folded := strings.ToLower(n)
		switch other, ok := seen[folded]; {
		case ok && other == n:
			return fmt.Errorf("two columns are named %q", n)
		case ok:
			return fmt.Errorf("columns %q and %q differ only in case", other, n)
		}
		seen[folded] = n
	}
	return nil
}

// passedOver is the place of a column that is not wanted.
const passedOver = -1

// Bind finds each column of the file in the wanted schema, by name; a file without header and names is taken by position. The columns
// of both must be the same, in any order, but for those that absent allows to be missing and, with surplus, others in the file.
func (l *Layout) Bind(d Dialect, want *arrow.Schema, absent func(name string) bool, surplus bool) error {
	if d.NoHeader && len(d.Columns) == 0 && len(l.Names) == want.NumFields() {
		l.Names = nil
		for _, f := range want.Fields() {
			l.Names = append(l.Names, f.Name)
		}
	}
	l.to = make([]int, len(l.Names))
	have := make(map[string]bool, len(l.Names))
	for i, n := range l.Names {
		at := want.FieldIndices(n)
		if len(at) == 0 && surplus {
			l.to[i] = passedOver
			continue
		}
		if len(at) == 0 {
			return &blocks.Error{File: l.File, Line: 1, Column: n, Msg: "the table has no such column", Hint: like(n, want)}
		}
		l.to[i], have[n] = at[0], true
	}
	l.lacks = nil
	for i, f := range want.Fields() {
		if !have[f.Name] && absent(f.Name) {
			l.lacks = append(l.lacks, i)
		} else if !have[f.Name] {
			return &blocks.Error{File: l.File, Line: 1, Column: f.Name, Msg: "the file does not have this column"}
		}
	}
	return nil
}

func like(name string, want *arrow.Schema) string {
	for _, f := range want.Fields() {
		if strings.EqualFold(f.Name, name) {
			return fmt.Sprintf("it has %q", f.Name)
		}
	}
	return ""
}
