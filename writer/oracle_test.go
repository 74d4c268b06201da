package writer

import (
	"fmt"
	"maps"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/manifest"
)

// oracle is a table as texts of its columns by the text of its key; rows with a null in their key stand under their own number.
type oracle struct {
	columns []string
	rows    map[string]map[string]string
}

func keyText(rec arrow.Record, names []string, i int) (string, bool) {
	text := ""
	for _, n := range names {
		c := rec.Column(rec.Schema().FieldIndices(n)[0])
		if c.IsNull(i) {
			return "", false
		}
		text += fmt.Sprintf("%d:%s|", len(c.ValueStr(i)), c.ValueStr(i))
	}
	return text, true
}

func rowOf(rec arrow.Record, i int) map[string]string {
	out := map[string]string{}
	for c, f := range rec.Schema().Fields() {
		out[f.Name] = rec.Column(c).ValueStr(i)
		if rec.Column(c).IsNull(i) {
			out[f.Name] = "(null)"
		}
	}
	return out
}

func newOracle(s manifest.Schema, key []string, recs []arrow.Record) *oracle {
	o := &oracle{rows: map[string]map[string]string{}}
	for _, f := range s.Fields {
		o.columns = append(o.columns, f.Name)
	}
	for _, r := range recs {
		for i := range int(r.NumRows()) {
			k, ok := keyText(r, key, i)
			if !ok {
				k = fmt.Sprintf("null %d", len(o.rows))
			}
			o.rows[k] = rowOf(r, i)
		}
	}
	return o
}

func (o *oracle) texts() []string {
	var out []string
	for _, row := range o.rows {
		text := ""
		for _, c := range o.columns {
			text += row[c] + "|"
		}
		out = append(out, text)
	}
	slices.Sort(out)
	return out
}

// merge does to the oracle what the options say; it returns rows inserted, updated, deleted.
func (o *oracle) merge(c ChangeOptions, key []string, recs []arrow.Record) (inserted, updated, deleted int64) {
	input, order, value := map[string]map[string]string{}, []string{}, map[string]any{}
	for _, r := range recs {
		for i := range int(r.NumRows()) {
			k, _ := keyText(r, key, i)
			if _, ok := input[k]; !ok {
				order = append(order, k)
			} else if c.OrderBy != "" {
				at := r.Schema().FieldIndices(c.OrderBy)[0]
				t := columnar.TypeOf(r.Column(at).DataType())
				if manifest.Compare(t, columnar.ValueAt(r.Column(at), i), value[k]) < 0 {
					continue
				}
			}
			input[k] = rowOf(r, i)
			if c.OrderBy != "" {
				value[k] = columnar.ValueAt(r.Column(r.Schema().FieldIndices(c.OrderBy)[0]), i)
			}
		}
	}
	for _, k := range order {
		in := input[k]
		old, ok := o.rows[k]
		remove := c.Delete || c.DeleteWhen != "" && in[c.DeleteWhen] == "true"
		switch {
		case remove && ok:
			delete(o.rows, k)
			deleted++
		case remove:
		case ok && c.WhenMatched == MatchedIgnore:
		case ok:
			updated++
			next := maps.Clone(old)
			for _, f := range c.Schema.Fields {
				if v, has := in[f.Name]; has && (c.UpdateColumns == nil || slices.Contains(c.UpdateColumns, f.ID)) {
					next[f.Name] = v
				}
			}
			o.rows[k] = next
		default:
			inserted++
			next := map[string]string{}
			for _, f := range c.Schema.Fields {
				next[f.Name] = "(null)"
				if v, has := in[f.Name]; has {
					next[f.Name] = v
				}
			}
			o.rows[k] = next
		}
	}
	return inserted, updated, deleted
}
