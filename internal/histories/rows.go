package histories

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/table"
)

// Rows are rows and what their columns are. Field ids do not count.
type Rows struct {
	Columns []manifest.Field
	Values  [][]any // as the package manifest holds them
}

// column is the index of a column; it must be there.
func (r *Rows) column(name string) int {
	i := slices.IndexFunc(r.Columns, func(f manifest.Field) bool { return f.Name == name })
	if i < 0 {
		panic(fmt.Sprintf("no column %q in %v", name, r.Columns))
	}
	return i
}

func (r *Rows) has(name string) bool {
	return slices.ContainsFunc(r.Columns, func(f manifest.Field) bool { return f.Name == name })
}

// of are the texts of some columns of a row, as a key of maps.
func (r *Rows) of(row int, names []string) string {
	var b strings.Builder
	for _, n := range names {
		t := text(r.Values[row][r.column(n)])
		fmt.Fprintf(&b, "%d:%s", len(t), t)
	}
	return b.String()
}

// Record is the rows as Arrow holds them.
func (r *Rows) Record() arrow.Record {
	b := array.NewRecordBuilder(memory.DefaultAllocator, columnar.ArrowSchema(manifest.Schema{Fields: r.Columns}))
	defer b.Release()
	for _, row := range r.Values {
		for c, v := range row {
			add(b.Field(c), v)
		}
	}
	return b.NewRecord()
}

func add(b array.Builder, v any) {
	if v == nil {
		b.AppendNull()
		return
	}
	switch b := b.(type) {
	case *array.BooleanBuilder:
		b.Append(v.(bool))
	case *array.Int32Builder:
		b.Append(v.(int32))
	case *array.Int64Builder:
		b.Append(v.(int64))
	case *array.Float32Builder:
		b.Append(v.(float32))
	case *array.Float64Builder:
		b.Append(v.(float64))
	case *array.Decimal128Builder:
		d := v.(manifest.Dec)
		b.Append(decimal128.New(d.Hi, d.Lo))
	case *array.Date32Builder:
		b.Append(arrow.Date32(v.(int32)))
	case *array.TimestampBuilder:
		b.Append(arrow.Timestamp(v.(int64)))
	case *array.StringBuilder:
		b.Append(v.(string))
	case *array.BinaryBuilder:
		b.Append(v.([]byte))
	default:
		panic(fmt.Sprintf("no rows of %T", b))
	}
}

// Texts are the rows as sorted texts, of which equal rows have equal ones. Columns stand in their order.
func (r *Rows) Texts() []string {
	var out []string
	for _, row := range r.Values {
		var b strings.Builder
		for c, v := range row {
			fmt.Fprintf(&b, "%s=%s ", r.Columns[c].Name, text(v))
		}
		out = append(out, b.String())
	}
	slices.Sort(out)
	return out
}

// Add adds the rows of a record, whose columns are r's.
func (r *Rows) Add(rec arrow.Record) {
	for i := range int(rec.NumRows()) {
		row := make([]any, rec.NumCols())
		for c, col := range rec.Columns() {
			row[c] = columnar.ValueAt(col, i)
			if b, ok := row[c].([]byte); ok {
				row[c] = slices.Clone(b)
			}
			if s, ok := row[c].(string); ok {
				row[c] = strings.Clone(s)
			}
		}
		r.Values = append(r.Values, row)
	}
}

// scan reads all rows of a version.
func scan(ctx context.Context, v *table.View) (*Rows, error) {
	out := &Rows{Columns: v.Snapshot().Schema.Fields}
	for rec, err := range v.Scan(ctx, table.ScanOptions{}) {
		if err != nil {
			return nil, err
		}
		out.Add(rec)
	}
	return out, nil
}
