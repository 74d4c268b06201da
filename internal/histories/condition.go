package histories

import (
	"fmt"
	"math"
	"strings"

	"github.com/tablectl/tablectl/manifest"
)

// Condition is a condition as a tree: a comparison, or two conditions joined.
type Condition struct {
	Column string
	Type   manifest.Type
	Op     string // "=", "<>", "<", "<=", ">", ">=", "null", "and", "or", "not"
	Value  any
	Parts  []*Condition
}

// String is the condition in SQL. Every value is a text in quotes, which takes the type of its column.
func (c *Condition) String() string {
	switch c.Op {
	case "and", "or":
		return "(" + c.Parts[0].String() + " " + c.Op + " " + c.Parts[1].String() + ")"
	case "not":
		return "not (" + c.Parts[0].String() + ")"
	case "null":
		return Quote(c.Column) + " is null"
	}
	return Quote(c.Column) + " " + c.Op + " " + Literal(c.Type, c.Value)
}

// Quote is a name in SQL.
func Quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// Literal is a value in SQL.
func Literal(t manifest.Type, v any) string {
	return "'" + strings.ReplaceAll(manifest.FormatValue(t, v), "'", "''") + "'"
}

// The values of SQL's logic.
const (
	no = iota
	unknown
	yes
)

// holds is what the condition is for a row.
func (c *Condition) holds(r *Rows, row []any) int {
	switch c.Op {
	case "and":
		return min(c.Parts[0].holds(r, row), c.Parts[1].holds(r, row))
	case "or":
		return max(c.Parts[0].holds(r, row), c.Parts[1].holds(r, row))
	case "not":
		return yes - c.Parts[0].holds(r, row)
	}
	v := row[r.column(c.Column)]
	if c.Op == "null" {
		return truth(v == nil)
	}
	if v == nil {
		return unknown
	}
	n := order(c.Type, v, c.Value)
	switch c.Op {
	case "=":
		return truth(n == 0)
	case "<>":
		return truth(n != 0)
	case "<":
		return truth(n < 0)
	case "<=":
		return truth(n <= 0)
	case ">":
		return truth(n > 0)
	case ">=":
		return truth(n >= 0)
	}
	panic(fmt.Sprintf("no operator %q", c.Op))
}

func truth(b bool) int {
	if b {
		return yes
	}
	return no
}

// order compares as SQL does: both zeros are equal, and so is every NaN, the greatest of all.
func order(t manifest.Type, a, b any) int {
	plain := func(v any) any {
		switch f := v.(type) {
		case float32:
			if f == 0 {
				return float32(0)
			}
			if f != f {
				return float32(math.NaN())
			}
		case float64:
			if f == 0 {
				return float64(0)
			}
			if f != f {
				return math.NaN()
			}
		}
		return v
	}
	return manifest.Compare(t, plain(a), plain(b))
}
