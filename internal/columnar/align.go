package columnar

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// Align gives the record the columns that Cast wants, in what they may differ: a column of to for which absent says yes may be
// missing and is null then; with surplus, columns that to does not have are left out. Anything else stays for Cast to refuse.
func Align(rec arrow.Record, to *arrow.Schema, absent func(name string) bool, surplus bool) arrow.Record {
	var fields []arrow.Field
	var cols []arrow.Array
	for i, f := range rec.Schema().Fields() {
		if surplus && len(to.FieldIndices(f.Name)) == 0 {
			continue
		}
		c := rec.Column(i)
		c.Retain()
		fields, cols = append(fields, f), append(cols, c)
	}
	for _, f := range to.Fields() {
		if len(rec.Schema().FieldIndices(f.Name)) == 0 && absent(f.Name) {
			fields, cols = append(fields, f), append(cols, nulls(f.Type, int(rec.NumRows())))
		}
	}
	defer release(cols)
	return array.NewRecord(arrow.NewSchema(fields, nil), cols, rec.NumRows())
}
