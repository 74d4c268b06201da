package histories

import (
	"slices"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/table"
)

// input draws the rows of a step in some columns, and how they come.
func (d *drawer) input(m *Model, s *Step, columns []manifest.Field) {
	if s.Mode != table.Delete {
		columns = d.otherColumns(m, s, columns)
	}
	if d.chance(20) {
		d.r.Shuffle(len(columns), func(i, j int) { columns[i], columns[j] = columns[j], columns[i] })
	}
	in := &Rows{Columns: columns}
	n := d.r.IntN(25)
	if d.chance(10) {
		n = 0
	}
	known := 0 // percent of rows whose key the table has
	if s.Mode == table.Upsert || s.Mode == table.Delete {
		known = 60
	} else if d.chance(10) {
		known = 5
	}
	seen := map[string]bool{}
	for i := range m.Values {
		if known == 0 && s.Mode != table.Replace && len(m.key) > 0 {
			seen[m.of(i, m.key)] = true // so that keys stay unique, mostly
		}
	}
	twice := d.chance(3)
	for range n {
		row := d.row(m, in, known)
		in.Values = append(in.Values, row)
		if last := len(in.Values) - 1; len(m.key) > 0 {
			if k := in.of(last, m.key); seen[k] && !twice && s.Upsert.OrderBy == "" {
				in.Values = in.Values[:last]
			} else {
				seen[k] = true
			}
		}
	}
	if len(m.key) > 0 && len(in.Values) > 0 && d.chance(2) {
		i := in.column(d.one(m.key))
		in.Columns[i].Required = false
		in.Values[d.r.IntN(len(in.Values))][i] = nil
	}
	s.Input, s.As = in, d.format(s, in)
}

func (d *drawer) row(m *Model, in *Rows, known int) []any {
	row := make([]any, len(in.Columns))
	for c, f := range in.Columns {
		if f.Required || !d.chance(15) {
			row[c] = draw(d.r, f.Type)
		}
	}
	if len(m.Values) == 0 || !d.chance(known) {
		return row
	}
	from := d.r.IntN(len(m.Values))
	for c, f := range in.Columns {
		// Of the partition too, often: so that not every row moves.
		if slices.Contains(m.key, f.Name) || slices.Contains(m.parts, f.Name) && d.chance(70) {
			row[c] = widened(m.Values[from][m.column(f.Name)], f.Type)
		}
	}
	return row
}

// otherColumns leaves columns out, and adds some that the table shall get.
func (d *drawer) otherColumns(m *Model, s *Step, columns []manifest.Field) []manifest.Field {
	if d.chance(15) {
		for range 1 + d.r.IntN(2) {
			i := d.r.IntN(len(columns))
			if name := columns[i].Name; !slices.Contains(m.key, name) && m.has(name) && len(columns) > 1 && !slices.Contains(s.Upsert.UpdateColumns, name) {
				s.Allow = append(s.Allow, name)
				columns = slices.Delete(columns, i, i+1)
			}
		}
	}
	if s.Evolve = s.Upsert.OrderBy == "" && s.Upsert.DeleteWhen == "" && !s.Rerun && d.chance(10); !s.Evolve {
		return columns
	}
	if d.chance(70) {
		columns = append(columns, d.column(anyType))
	}
	for i, f := range columns {
		if to, ok := d.wider(f.Type); ok && d.chance(30) {
			columns[i].Type = to
		}
	}
	return columns
}

func (d *drawer) wider(t manifest.Type) (manifest.Type, bool) {
	switch t.Kind {
	case manifest.Int:
		return manifest.Type{Kind: manifest.Long}, true
	case manifest.Float:
		return manifest.Type{Kind: manifest.Double}, true
	case manifest.Decimal:
		t.Precision = min(t.Precision+1+d.r.IntN(12), manifest.MaxPrecision)
		return t, t.Precision < manifest.MaxPrecision
	}
	return t, false
}

// format is how an input comes: text cannot say everything.
func (d *drawer) format(s *Step, in *Rows) string {
	formats := []string{"reader", "reader", "arrow"}
	if d.parquet {
		formats = append(formats, "parquet")
	}
	if !s.Evolve && len(in.Values) > 0 {
		formats = append(formats, "ndjson")
		if plainText(in) {
			formats = append(formats, "csv")
		}
	}
	return d.one(formats)
}

// plainText says whether CSV can hold the rows: it knows no difference between null and an empty text.
func plainText(in *Rows) bool {
	for _, row := range in.Values {
		for _, v := range row {
			switch v := v.(type) {
			case []byte:
				return false
			case string:
				if v == "" {
					return false
				}
			}
		}
	}
	return true
}
