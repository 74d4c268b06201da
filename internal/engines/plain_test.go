//go:build engines

package engines

import (
	"context"
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/tablectl/tablectl/table"
)

// scanned are the rows of a version as this module reads them.
func scanned(t *testing.T, v *table.View) []row {
	t.Helper()
	var out []row
	for rec, err := range v.Scan(context.Background(), table.ScanOptions{}) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, rowsIn(rec)...)
	}
	return out
}

func rowsIn(rec arrow.Record) []row {
	var out []row
	for i := range int(rec.NumRows()) {
		r := row{}
		for c, f := range rec.Schema().Fields() {
			r[f.Name] = plain(rec.Column(c), i)
		}
		out = append(out, r)
	}
	return out
}

// plain is value i of a column in the form that driver.py gives to what the engines answer.
func plain(a arrow.Array, i int) any {
	if a.IsNull(i) {
		return nil
	}
	switch a := a.(type) {
	case *array.Boolean:
		return a.Value(i)
	case *array.Int32:
		return strconv.Itoa(int(a.Value(i)))
	case *array.Int64:
		return strconv.FormatInt(a.Value(i), 10)
	case *array.Float32:
		return bits(float64(a.Value(i)))
	case *array.Float64:
		return bits(a.Value(i))
	case *array.Decimal128:
		return a.Value(i).ToString(a.DataType().(*arrow.Decimal128Type).Scale)
	case *array.Date32:
		return a.Value(i).ToTime().Format("2006-01-02")
	case *array.Timestamp:
		if a.DataType().(*arrow.TimestampType).TimeZone != "" {
			return fmt.Sprintf("%dus UTC", a.Value(i))
		}
		return fmt.Sprintf("%dus", a.Value(i))
	case *array.String:
		return a.Value(i)
	case *array.Binary:
		return "bytes " + hex.EncodeToString(a.Value(i))
	case *array.Struct:
		out := []any{}
		for f, field := range a.DataType().(*arrow.StructType).Fields() {
			out = append(out, []any{field.Name, plain(a.Field(f), i)})
		}
		return out
	case *array.Map:
		from, to := a.ValueOffsets(i)
		out := []any{}
		for j := from; j < to; j++ {
			out = append(out, []any{plain(a.Keys(), int(j)), plain(a.Items(), int(j))})
		}
		return out
	case *array.List:
		from, to := a.ValueOffsets(i)
		out := []any{}
		for j := from; j < to; j++ {
			out = append(out, plain(a.ListValues(), int(j)))
		}
		return out
	}
	panic(fmt.Sprintf("no plain form for %T", a))
}

func bits(f float64) string {
	if math.IsNaN(f) {
		return "NaN"
	}
	return fmt.Sprintf("0x%016x", math.Float64bits(f))
}
