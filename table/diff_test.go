package table

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/internal/objstore/faultstore"
	"github.com/tablectl/tablectl/manifest"
)

// diffLines are the rows of a diff as text.
func diffLines(d *Diff) ([]string, error) {
	var out []string
	for rec, err := range d.RowChanges(context.Background(), 0) {
		if err != nil {
			return nil, err
		}
		if !rec.Schema().Equal(d.RowSchema()) {
			return nil, fmt.Errorf("schema %v, not %v", rec.Schema(), d.RowSchema())
		}
		for i := range int(rec.NumRows()) {
			cells := []string{columnar.FormatCell(rec.Column(0), i)}
			for _, c := range rec.Columns()[2:] {
				cells = append(cells, columnar.FormatCell(c, i))
			}
			out = append(out, strings.Join(cells, " "))
		}
	}
	return out, nil
}

func fieldOf(id int, name string, k manifest.Kind) manifest.Field {
	return manifest.Field{ID: id, Name: name, Type: manifest.Type{Kind: k}}
}

// Schema changes between the versions: columns are found by id in both, under whatever name, and compared as the wider type.
func TestDiffOverSchemaChange(t *testing.T) {
	w := newWorld(t, inputsDir(t))
	w.publish("one.csv")
	w.publish("two.csv")
	tab := w.table()
	before, err := tab.At(t.Context(), "1")
	if err != nil {
		t.Fatal(err)
	}
	after, err := tab.At(t.Context(), "2")
	if err != nil {
		t.Fatal(err)
	}
	// The files hold id (1), city (2), amount (3). Version 2 has renamed city, dropped amount and brought another column of that name.
	evolved := *after.snap
	evolved.Schema = manifest.Schema{ID: 1, Fields: []manifest.Field{fieldOf(2, "town", manifest.String), fieldOf(4, "amount", manifest.Double), fieldOf(1, "id", manifest.Long)}}
	after.snap = &evolved

	d, err := tab.diffViews(t.Context(), before, after, DiffOptions{Rows: true, Key: []string{"id"}})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var kinds []string
	for _, c := range d.Schema {
		kinds = append(kinds, fmt.Sprintf("%s %d %s", c.Kind, c.FieldID, c.Column))
	}
	if want := []string{"dropped 3 amount", "renamed 2 town", "added 4 amount"}; !slices.Equal(kinds, want) {
		t.Errorf("schema %q, want %q", kinds, want)
	}
	lines, err := diffLines(d)
	if want := []string{"removed 1 Zürich", "removed 2 Oslo", "added 3 Bern", "added 4 ", "added 5 Köln"}; err != nil || !slices.Equal(lines, want) {
		t.Errorf("rows %q (%v), want %q", lines, err, want)
	}
	if len(d.Sums) != 1 || d.Sums[0].Name != "id" || d.Sums[0].Difference != "9" {
		t.Errorf("sums %+v", d.Sums)
	}
}

func TestDiffSchemas(t *testing.T) {
	base := func(change func(*manifest.Snapshot)) *manifest.Snapshot {
		pair := manifest.Type{Kind: manifest.Struct, Fields: []manifest.Field{fieldOf(5, "l", manifest.Int), fieldOf(6, "r", manifest.String)}}
		s := &manifest.Snapshot{Schema: manifest.Schema{Fields: []manifest.Field{
			fieldOf(1, "id", manifest.Int), fieldOf(2, "city", manifest.String), {ID: 3, Name: "price", Type: manifest.Type{Kind: manifest.Decimal, Precision: 9, Scale: 2}},
			{ID: 4, Name: "pair", Type: pair},
		}}}
		if change != nil {
			change(s)
		}
		return s
	}
	for _, c := range []struct {
		name   string
		change func(*manifest.Snapshot)
		want   string
	}{
		{"nothing", func(*manifest.Snapshot) {}, ""},
		{"added", func(s *manifest.Snapshot) {
			s.Schema.Fields = append(s.Schema.Fields, fieldOf(7, "x", manifest.Double))
		}, "added 7 x:  → double"},
		{"dropped", func(s *manifest.Snapshot) { s.Schema.Fields = s.Schema.Fields[:3] }, "dropped 4 pair: struct<l: int, r: string> → "},
		{"renamed", func(s *manifest.Snapshot) { s.Schema.Fields[1].Name = "town" }, "renamed 2 town: city → town"},
		{"another column of the name", func(s *manifest.Snapshot) { s.Schema.Fields[1].ID = 9 }, "dropped 2 city: string → ; added 9 city:  → string"},
		{"widened", func(s *manifest.Snapshot) { s.Schema.Fields[0].Type.Kind = manifest.Long }, "widened 1 id: int → long"},
		{"digits", func(s *manifest.Snapshot) { s.Schema.Fields[2].Type.Precision = 12 }, "widened 3 price: decimal(9, 2) → decimal(12, 2)"},
		{"fewer digits", func(s *manifest.Snapshot) { s.Schema.Fields[2].Type.Precision = 7 }, "narrowed 3 price: decimal(9, 2) → decimal(7, 2)"},
		{"scale", func(s *manifest.Snapshot) { s.Schema.Fields[2].Type.Scale = 3 }, "type 3 price: decimal(9, 2) → decimal(9, 3)"},
		{"required", func(s *manifest.Snapshot) { s.Schema.Fields[0].Required = true }, "required 1 id: optional → required"},
		{"nested", func(s *manifest.Snapshot) { s.Schema.Fields[3].Type.Fields[0] = fieldOf(5, "left", manifest.Long) }, "renamed 5 pair.left: pair.l → pair.left; widened 5 pair.left: int → long"},
		{"key", func(s *manifest.Snapshot) { s.Schema.IdentifierFieldIDs = []int{2, 1} }, "key 0 :  → city, id"},
		{"partition", func(s *manifest.Snapshot) {
			s.Spec.Fields = []manifest.PartitionField{{SourceID: 2, Transform: "identity"}, {SourceID: 1, Transform: "bucket[4]"}}
		}, "partition 0 :  → city, bucket[4](id)"},
		{"sort", func(s *manifest.Snapshot) {
			s.SortOrder.Fields = []manifest.SortField{{SourceID: 2, Transform: "identity", Direction: "desc", NullOrder: "nulls-last"}}
		}, "sort 0 :  → city desc nulls last"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, s := range diffSchemas(base(nil), base(c.change)) {
				got = append(got, fmt.Sprintf("%s %d %s: %s → %s", s.Kind, s.FieldID, s.Column, s.Before, s.After))
			}
			if text := strings.Join(got, "; "); text != c.want {
				t.Errorf("got  %s\nwant %s", text, c.want)
			}
		})
	}
}

func TestDiffFiles(t *testing.T) {
	file := func(key, digest string) manifest.File {
		return manifest.File{Key: key, SHA256: digest, Rows: 1, Bytes: 10}
	}
	a := []manifest.File{file("1/a", "A"), file("1/b", "B"), file("1/b2", "B"), file("1/c", "C")}
	b := []manifest.File{file("1/a", "A"), file("2/b", "B"), file("2/d", "D"), file("2/a", "A")}
	d, shared := diffFiles(a, b)
	keys := func(files []manifest.File) (out []string) {
		for _, f := range files {
			out = append(out, f.Key)
		}
		return out
	}
	// One of two files with the bytes B is left, and a second one with the bytes A is new.
	if got := fmt.Sprint(keys(d.Removed), keys(d.Added), keys(shared), d.Copied, d.Shared); got != "[1/b2 1/c] [2/d 2/a] [1/a 2/b] 1 {2 2 20}" {
		t.Error(got)
	}
}

// Files name their partitions by the spec with which they were written.
func TestPartitionsOfSeveralSpecs(t *testing.T) {
	part := func(source int, name, transform string) manifest.PartitionField {
		return manifest.PartitionField{SourceID: source, Name: name, Transform: transform}
	}
	snap := &manifest.Snapshot{
		Schema:     manifest.Schema{Fields: []manifest.Field{fieldOf(1, "at", manifest.Date), fieldOf(2, "city", manifest.String)}},
		Spec:       manifest.PartitionSpec{ID: 2, Fields: []manifest.PartitionField{part(1, "at_month", "month"), part(2, "city", "identity"), part(9, "gone", "identity")}},
		OlderSpecs: []manifest.PartitionSpec{{ID: 0}, {ID: 1, Fields: []manifest.PartitionField{part(1, "at", "identity")}}},
	}
	names := namesOfPartitions(snap)
	for _, c := range []struct {
		spec   int
		values []manifest.Value
		want   string
	}{
		{0, nil, ""},
		{1, []manifest.Value{`"2026-01-02"`}, "at=2026-01-02"},
		{2, []manifest.Value{"672", `"a\"b"`, "7"}, `at_month=2026-01/city=a"b/gone=7`},
		{2, []manifest.Value{"", `""`, `"x"`}, "at_month=null/city=/gone=x"},
		{2, nil, "at_month=null/city=null/gone=null"},
	} {
		if got, values := names.of(manifest.File{SpecID: c.spec, Partition: c.values}); got != c.want || len(values) != len(names[c.spec].fields) {
			t.Errorf("spec %d, %q: %q %v, want %q", c.spec, c.values, got, values, c.want)
		}
	}
	d := FileDiff{Removed: []manifest.File{{SpecID: 0, Rows: 2}}, Added: []manifest.File{{SpecID: 1, Rows: 3, Partition: []manifest.Value{`"2026-01-02"`}}}}
	got := diffPartitions(names, names, d, []manifest.File{{SpecID: 1, Rows: 5, Partition: []manifest.Value{`"2026-01-02"`}}, {SpecID: 2, Rows: 7}})
	if len(got) != 2 || got[0].Before.Rows != 2 || got[0].After.Rows != 0 || got[1].Before.Rows != 5 || got[1].After.Rows != 8 || got[1].Shared.Files != 1 {
		t.Errorf("%+v", got)
	}
}

// Sums against exact arithmetic: the largest numbers there are, many times.
func TestSumsAreExact(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	dec := manifest.Type{Kind: manifest.Decimal, Precision: 38, Scale: 3}
	decimals := array.NewDecimal128Builder(memory.DefaultAllocator, columnar.ArrowType(dec).(*arrow.Decimal128Type))
	longs := array.NewInt64Builder(memory.DefaultAllocator)
	var wantDec, wantLong big.Int
	for i := range 5000 {
		n := new(big.Int).Sub(new(big.Int).Exp(big.NewInt(10), big.NewInt(38), nil), big.NewInt(r.Int64()))
		long := int64(math.MinInt64) + r.Int64N(3)
		if i%3 == 0 {
			n.Neg(n)
			long = math.MaxInt64 - r.Int64N(3)
		}
		if i%7 == 0 {
			decimals.AppendNull()
			longs.AppendNull()
			continue
		}
		decimals.Append(decimal128.FromBigInt(n))
		longs.Append(long)
		wantDec.Add(&wantDec, n)
		wantLong.Add(&wantLong, big.NewInt(long))
	}
	for _, c := range []struct {
		array arrow.Array
		typ   manifest.Type
		want  *big.Int
	}{{decimals.NewArray(), dec, &wantDec}, {longs.NewArray(), manifest.Type{Kind: manifest.Long}, &wantLong}} {
		var whole, first, second adder
		whole.take(c.array)
		first.take(array.NewSlice(c.array, 0, 1234))
		second.take(array.NewSlice(c.array, 1234, 5000))
		first.join(second)
		s := columnSum(manifest.Field{Type: c.typ}, whole, first)
		if want := decimalText(c.want, c.typ.Scale); s.Before.Total != want || s.After.Total != want || s.Before.Values != 5000-715 || !s.Exact {
			t.Errorf("%s: %+v, want %s", c.typ, s, want)
		}
	}
}

func TestFloatSums(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		before, after                []float64
		wantBefore, wantAfter, wantD string
	}{
		{[]float64{1e100, 1, -1e100}, []float64{1, 1e100, 1, -1e100}, "1", "2", "1"},
		{[]float64{0.1, 0.2, 0.3}, []float64{0.3, 0.1, 0.2}, "0.6", "0.6", "0"},
		{[]float64{inf, 1}, []float64{1, -inf}, "+Inf", "-Inf", "-Inf"},
		{[]float64{math.NaN(), 1}, nil, "NaN", "0", "NaN"},
		{[]float64{1e-9}, []float64{1e300}, "1e-09", "1e+300", "1e+300"},
	} {
		sum := func(values []float64) (s adder) {
			b := array.NewFloat64Builder(memory.DefaultAllocator)
			b.AppendValues(values, nil)
			s.take(b.NewArray())
			return s
		}
		got := columnSum(fieldOf(1, "x", manifest.Double), sum(c.before), sum(c.after))
		if got.Before.Total != c.wantBefore || got.After.Total != c.wantAfter || got.Difference != c.wantD || got.Exact {
			t.Errorf("%v, %v: %+v", c.before, c.after, got)
		}
	}
}

// A fault at any request of a diff gives an error or the right answer.
func TestDiffMeetsEveryFault(t *testing.T) {
	before := newWorld(t, inputsDir(t))
	before.publish("one.csv")
	before.publish("two.csv")
	diff := func(answer *string) func(context.Context, *Table) error {
		return func(ctx context.Context, tab *Table) error {
			d, err := tab.Diff(ctx, "1", "2", DiffOptions{Rows: true, Key: []string{"id"}})
			if err != nil {
				return err
			}
			defer d.Close()
			lines, err := diffLines(d)
			if err != nil {
				return err
			}
			d.Read.Bytes = 0 // more where a request was repeated
			b, err := json.Marshal(d)
			*answer = string(b) + strings.Join(lines, "\n")
			return err
		}
	}
	var want string
	clean, err := before.clone(t).faulty(nil, diff(&want))
	if err != nil || !strings.Contains(want, "added 5 Köln -0") {
		t.Fatalf("%s, %v", want, err)
	}
	for n := 1; n <= clean.Count(); n++ {
		for _, kind := range faultstore.Kinds() {
			var got string
			w := before.clone(t)
			if _, err := w.faulty(faultstore.At(n, faultstore.Fault{Do: kind}), diff(&got)); err == nil && got != want {
				t.Errorf("request %d of %d: %s\ngot  %s\nwant %s", n, clean.Count(), kind, got, want)
			}
			if len(w.check.Events()) != len(before.check.Events()) {
				t.Errorf("request %d: %s: a diff has written", n, kind)
			}
		}
	}
}
