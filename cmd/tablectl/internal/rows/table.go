package rows

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"
)

// The columns of a table are as wide as the first rows need, but no wider than maxWidth.
const (
	measuredRows = 1000
	maxWidth     = 60
)

// tableWriter aligns columns for people.
type tableWriter struct {
	sink
	names  []string
	right  []bool
	widths []int
	first  [][]string // rows until the widths are known
	ready  bool
	rows   int64
	cell   []byte
}

// Table writes aligned columns and, at the end, the number of rows. It is for terminals: control characters are shown, not sent.
func Table(w io.Writer, s *arrow.Schema) Writer {
	t := &tableWriter{sink: sink{w: w}}
	for _, f := range s.Fields() {
		t.names = append(t.names, show(f.Name))
		t.widths = append(t.widths, min(maxWidth, utf8.RuneCountInString(show(f.Name))))
		t.right = append(t.right, isNumber(f.Type))
	}
	return t
}

func isNumber(t arrow.DataType) bool {
	return arrow.IsInteger(t.ID()) || arrow.IsFloating(t.ID()) || arrow.IsDecimal(t.ID())
}

func (t *tableWriter) Write(rec arrow.Record) error {
	for row := range int(rec.NumRows()) {
		cells := make([]string, rec.NumCols())
		for i, col := range rec.Columns() {
			cells[i] = "NULL"
			if !col.IsNull(row) {
				t.cell = appendText(t.cell[:0], col, row, sqlStyle)
				cells[i] = show(string(t.cell))
			}
		}
		t.rows++
		if !t.ready && len(t.first) < measuredRows {
			t.first = append(t.first, cells)
			continue
		}
		t.settle()
		t.line(cells)
		if err := t.mayFlush(); err != nil {
			return err
		}
	}
	return nil
}

// settle fixes the widths and writes what waited for them.
func (t *tableWriter) settle() {
	if t.ready {
		return
	}
	t.ready = true
	for _, cells := range t.first {
		for i, c := range cells {
			t.widths[i] = min(maxWidth, max(t.widths[i], utf8.RuneCountInString(c)))
		}
	}
	rules := make([]string, len(t.widths))
	for i, w := range t.widths {
		rules[i] = strings.Repeat("-", w)
	}
	t.line(t.names)
	t.line(rules)
	for _, cells := range t.first {
		t.line(cells)
	}
	t.first = nil
}

func (t *tableWriter) line(cells []string) {
	for i, c := range cells {
		if i > 0 {
			t.buf = append(t.buf, "  "...)
		}
		pad := strings.Repeat(" ", max(0, t.widths[i]-utf8.RuneCountInString(c)))
		if t.right[i] {
			t.buf = append(append(t.buf, pad...), c...)
		} else {
			t.buf = append(append(t.buf, c...), pad...)
		}
	}
	t.buf = append(bytes.TrimRight(t.buf, " "), '\n')
}

func (t *tableWriter) Close() error {
	t.settle()
	noun := "rows"
	if t.rows == 1 {
		noun = "row"
	}
	t.buf = fmt.Appendf(t.buf, "(%d %s)\n", t.rows, noun)
	return t.flush()
}

// show makes control characters visible and cuts what is too long.
func show(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return '\uFFFD'
		}
		return r
	}, s)
	if r := []rune(s); len(r) > maxWidth {
		return string(r[:maxWidth-1]) + "…"
	}
	return s
}
