package expr

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/tablectl/tablectl/manifest"
)

// world makes random files and conditions.
type world struct{ *rand.Rand }

var long = strings.Repeat("é", 80) // cut in bounds

func (w world) pick(of ...any) any { return of[w.IntN(len(of))] }

// value draws from few values, so that conditions are often just met or just missed.
func (w world) value(k manifest.Kind) any {
	switch k {
	case manifest.Int:
		return int32(w.IntN(5) - 2)
	case manifest.Double:
		return w.pick(0.0, math.Copysign(0, -1), 1.5, -1.5, math.Inf(1), math.Inf(-1), math.NaN(), 2.0)
	case manifest.String:
		return w.pick("", "a", "ab", "b", "é", long, long+"a", long+"b", "\U0010ffff"+long, strings.Repeat("\U0010ffff", 70))
	}
	if k == manifest.Timestamp {
		return int64(w.IntN(7)-3)*hour*12 + int64(w.IntN(3)-1)
	}
	return w.IntN(2) == 0
}

const hour = 3_600_000_000 // microseconds

var kinds = []manifest.Kind{manifest.Int, manifest.Double, manifest.String, manifest.Boolean, manifest.Timestamp}

func (w world) schema() (s manifest.Schema) {
	for i, k := range kinds {
		s.Fields = append(s.Fields, field(i+1, fmt.Sprint("c", i), plain(k)))
	}
	return s
}

// file draws some rows, and the statistics that a writer would keep of them.
func (w world) file(t *testing.T, s manifest.Schema, spec manifest.PartitionSpec) (arrow.Record, manifest.File) {
	rows := w.IntN(4) + 1
	f := manifest.File{Rows: int64(rows), Columns: map[int]manifest.ColumnStats{}}
	var fields []arrow.Field
	var cols []arrow.Array
	for _, c := range s.Fields {
		values := make([]any, rows)
		partition := len(spec.Fields) > 0 && spec.Fields[0].SourceID == c.ID
		for i := range values {
			if w.IntN(4) > 0 {
				values[i] = w.value(c.Type.Kind)
			}
			if partition && i > 0 && transform(t, spec, c.Type, values[i]) != transform(t, spec, c.Type, values[0]) {
				values[i] = values[0]
			}
		}
		if partition {
			f.SpecID, f.Partition = spec.ID, []manifest.Value{transform(t, spec, c.Type, values[0])}
		}
		if w.IntN(8) > 0 {
			f.Columns[c.ID] = stats(t, c.Type, values)
		}
		a := build(c.Type.Kind, values)
		fields, cols = append(fields, arrow.Field{Name: c.Name, Type: a.DataType(), Nullable: true}), append(cols, a)
	}
	return array.NewRecord(arrow.NewSchema(fields, nil), cols, int64(rows)), f
}

// transform is the partition value of a spec with one field.
func transform(t *testing.T, spec manifest.PartitionSpec, typ manifest.Type, v any) manifest.Value {
	t.Helper()
	tr, err := spec.Fields[0].Parsed()
	if err != nil {
		t.Fatal(err)
	}
	if v, err = tr.Apply(typ, v); err != nil {
		t.Fatal(err)
	}
	return encode(t, tr.Result(typ), v)
}

// list is a list of the file and another one.
func (w world) list(t *testing.T, s manifest.Schema, spec manifest.PartitionSpec, f manifest.File) manifest.FileList {
	t.Helper()
	l := manifest.FileList{SpecID: f.SpecID}
	for i, p := range spec.Fields {
		source, _ := s.FieldByID(p.SourceID)
		var r manifest.FieldRange
		result := spec.Types(s)[i]
		for _, x := range []manifest.Value{f.Partition[i], transform(t, spec, source.Type, w.value(source.Type.Kind))} {
			v, err := manifest.DecodeValue(result, x)
			if err != nil {
				t.Fatal(err)
			}
			lo, _ := manifest.DecodeValue(result, r.Lower)
			hi, _ := manifest.DecodeValue(result, r.Upper)
			switch {
			case v == nil:
				r.Null = true
				continue
			case x == `"NaN"`:
				r.NaN = true
				continue
			}
			if lo == nil || manifest.Compare(result, v, lo) < 0 {
				r.Lower = x
			}
			if hi == nil || manifest.Compare(result, v, hi) > 0 {
				r.Upper = x
			}
		}
		l.Partitions = append(l.Partitions, r)
	}
	return l
}

func encode(t *testing.T, typ manifest.Type, v any) manifest.Value {
	t.Helper()
	x, err := manifest.EncodeValue(typ, v)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func stats(t *testing.T, typ manifest.Type, values []any) manifest.ColumnStats {
	st := manifest.ColumnStats{Values: int64(len(values))}
	var lo, hi any
	for _, v := range values {
		if v == nil {
			st.Nulls++
			continue
		}
		if f, ok := v.(float64); ok && math.IsNaN(f) {
			st.NaNs++
			continue
		}
		if lo == nil || manifest.Compare(typ, v, lo) < 0 {
			lo = v
		}
		if hi == nil || manifest.Compare(typ, v, hi) > 0 {
			hi = v
		}
	}
	if lo == nil || st.NaNs > 0 {
		return st
	}
	if upper, ok := manifest.UpperBound(typ, hi); ok {
		st.Bound, st.Lower, st.Upper = true, encode(t, typ, manifest.LowerBound(typ, lo)), encode(t, typ, upper)
	}
	return st
}

func build(k manifest.Kind, values []any) arrow.Array {
	types := map[manifest.Kind]arrow.DataType{manifest.Int: arrow.PrimitiveTypes.Int32, manifest.Double: arrow.PrimitiveTypes.Float64,
		manifest.String: arrow.BinaryTypes.String, manifest.Boolean: arrow.FixedWidthTypes.Boolean, manifest.Timestamp: &arrow.TimestampType{Unit: arrow.Microsecond}}
	b := array.NewBuilder(memory.DefaultAllocator, types[k])
	for _, v := range values {
		switch v := v.(type) {
		case nil:
			b.AppendNull()
		case int32:
			b.(*array.Int32Builder).Append(v)
		case int64:
			b.(*array.TimestampBuilder).Append(arrow.Timestamp(v))
		case float64:
			b.(*array.Float64Builder).Append(v)
		case string:
			b.(*array.StringBuilder).Append(v)
		case bool:
			b.(*array.BooleanBuilder).Append(v)
		}
	}
	return b.NewArray()
}

// condition draws a condition as text.
func (w world) condition(depth int) string {
	if depth > 0 && w.IntN(2) == 0 {
		return fmt.Sprintf("%s(%s) %s (%s)", w.pick("", "not "), w.condition(depth-1), w.pick("and", "or"), w.condition(depth-1))
	}
	i := w.IntN(len(kinds))
	literal := func() string {
		text := manifest.FormatValue(plain(kinds[i]), w.value(kinds[i]))
		return "'" + strings.ReplaceAll(text, "'", "''") + "'"
	}
	name := fmt.Sprint(w.pick("", "not "), "c", i)
	switch w.IntN(5) {
	case 0:
		return name + " is " + fmt.Sprint(w.pick("", "not ")) + "null"
	case 1:
		return fmt.Sprintf("%s in (%s, %s)", name, literal(), literal())
	case 2:
		return fmt.Sprintf("%s between %s and %s", name, literal(), literal())
	case 3:
		if kinds[i] == manifest.String {
			return fmt.Sprintf("%s like '%s'", name, w.pick("%", "a%", "%b", "_", "é%", long+"%", long+"b", "\U0010ffff%", ""))
		}
	}
	return fmt.Sprint(name, w.pick("=", "<>", "<", "<=", ">", ">="), literal())
}

// TestNothingThatMatchesIsLeftOut draws files and conditions: a file that is left out must hold no row that matches. That files
// are left out at all is checked by their number.
func TestNothingThatMatchesIsLeftOut(t *testing.T) {
	w := world{rand.New(rand.NewPCG(1, 2))}
	s := w.schema()
	specs := []manifest.PartitionSpec{{}}
	for i, kind := range kinds {
		for _, text := range []string{"identity", "year", "month", "day", "hour", "bucket[2]", "bucket[7]", "truncate[1]", "truncate[2]", "truncate[3]"} {
			if tr, err := manifest.ParseTransform(text); err == nil && (tr.Takes(plain(kind)) || text == "identity") {
				specs = append(specs, manifest.PartitionSpec{ID: len(specs), Fields: []manifest.PartitionField{{SourceID: i + 1, Transform: text}}})
			}
		}
	}
	leftOut, matched, lists, byPartition := 0, 0, 0, make([]int, len(specs))
	for range 60_000 {
		where := w.condition(2)
		e, err := Parse(where, s)
		if err != nil {
			t.Fatalf("%s: %v", where, err)
		}
		spec := specs[w.IntN(len(specs))]
		rec, f := w.file(t, s, spec)
		rows, err := e.Eval(rec)
		if err != nil {
			t.Fatal(err)
		}
		any := false
		for _, match := range rows {
			any = any || match
		}
		may := e.MayMatch(f, specs...)
		if !may && e.MayMatch(f) {
			byPartition[spec.ID]++
		}
		if any && !e.MayMatchList(w.list(t, s, spec, f), specs...) {
			t.Fatalf("%s leaves out the list of %v with %+v", where, rec, f)
		}
		if !e.MayMatchList(w.list(t, s, spec, f), specs...) {
			lists++
		}
		if any && !may {
			t.Fatalf("%s leaves out %v with %+v", where, rec, f)
		}
		if any {
			matched++
		}
		if !may {
			leftOut++
		}
	}
	if leftOut < 10_000 || matched < 10_000 || lists < 1000 {
		t.Fatalf("%d files and %d lists left out and %d matched of 60000: the test proves little", leftOut, lists, matched)
	}
	for i, spec := range specs[1:] {
		if byPartition[i+1] < 20 && spec.Fields[0].SourceID != 2 {
			t.Errorf("only %d were left out because of %s of column %d", byPartition[i+1], spec.Fields[0].Transform, spec.Fields[0].SourceID)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("i = 1 and s like 'a%' or not (l between 1 and 2)")
	f.Add("date '2026-01-01' < day")
	f.Fuzz(func(t *testing.T, where string) {
		if _, err := Parse(where, schema()); err != nil && !strings.HasPrefix(err.Error(), "bad condition at character ") {
			t.Fatal(err)
		}
	})
}
