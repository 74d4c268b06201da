package expr

import (
	"slices"
	"strings"

	"github.com/tablectl/tablectl/manifest"
)

// column is a top-level column of the schema.
type column struct {
	id   int
	name string
	typ  manifest.Type
}

// column takes a name of a column.
func (p *parser) column() (column, error) {
	t := p.take()
	if t.kind != word && t.kind != quoted || t.kind == word && isReserved(t.text) {
		return column{}, fail(t.pos, "", "a column is due, there is %s", t)
	}
	for _, f := range p.schema.Fields {
		if f.Name == t.text {
			return p.use(f), nil
		}
	}
	for _, f := range p.schema.Fields {
		if t.kind == word && strings.EqualFold(f.Name, t.text) {
			return p.use(f), nil
		}
	}
	return column{}, fail(t.pos, p.suggest(t.text), "unknown column %q", t.text)
}

func (p *parser) use(f manifest.Field) column {
	if !slices.Contains(p.columns, f.Name) {
		p.columns = append(p.columns, f.Name)
	}
	return column{f.ID, f.Name, f.Type}
}

func isReserved(s string) bool {
	return slices.Contains([]string{"and", "or", "not", "in", "between", "is", "null", "like"}, strings.ToLower(s))
}

// suggest is the hint for a name that no column has.
func (p *parser) suggest(name string) string {
	best, distance := "", len(name)/3+2
	var all []string
	for _, f := range p.schema.Fields {
		all = append(all, f.Name)
		if d := editDistance(strings.ToLower(name), strings.ToLower(f.Name)); d < distance && d < len(f.Name) {
			best, distance = f.Name, d
		}
	}
	if best != "" {
		return "did you mean " + best + "?"
	}
	if len(all) > 8 {
		all = append(all[:8], "…")
	}
	return "there are " + strings.Join(all, ", ")
}

// editDistance is how many bytes must be changed, added or removed to make b of a.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
