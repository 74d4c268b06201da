package rowdiff

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/manifest"
)

// The columns of the tests: a key of two, and one of every type.
func testFields() []manifest.Field {
	kinds := []manifest.Kind{manifest.Long, manifest.String, manifest.Boolean, manifest.Int, manifest.Float, manifest.Double, manifest.Date,
		manifest.Timestamp, manifest.TimestampTZ, manifest.Binary}
	var fields []manifest.Field
	for _, k := range kinds {
		fields = append(fields, manifest.Field{Name: "c" + fmt.Sprint(len(fields)), Type: manifest.Type{Kind: k}})
	}
	text := manifest.Type{Kind: manifest.String}
	pair := manifest.Type{Kind: manifest.Struct, Fields: []manifest.Field{{Name: "l", Type: text}, {Name: "r", Type: manifest.Type{Kind: manifest.Double}}}}
	for _, t := range []manifest.Type{{Kind: manifest.Decimal, Precision: 30, Scale: 4}, pair, manifest.ListOf(pair, false), manifest.MapOf(text, pair, false)} {
		fields = append(fields, manifest.Field{Name: "c" + fmt.Sprint(len(fields)), Type: t})
	}
	fields, _ = manifest.AssignIDs(fields, 0)
	return fields
}

// fill appends a random value of few, and gives its text, which is equal for equal values.
func fill(r *rand.Rand, b array.Builder, t manifest.Type, required bool) string {
	if !required && r.IntN(6) == 0 {
		b.AppendNull()
		return "null"
	}
	n := r.IntN(5) - 2
	switch b := b.(type) {
	case *array.BooleanBuilder:
		b.Append(n > 0)
		return fmt.Sprint(n > 0)
	case *array.Int64Builder:
		b.Append(int64(n) * math.MaxInt64 / 2)
	case *array.Int32Builder:
		b.Append(int32(n))
	case *array.Date32Builder:
		b.Append(arrow.Date32(n * 100_000))
	case *array.TimestampBuilder:
		b.Append(arrow.Timestamp(n))
	case *array.Decimal128Builder:
		b.Append(decimal128.FromI64(int64(n)).Mul(decimal128.FromI64(math.MaxInt64)))
	case *array.Float32Builder:
		v := []float32{0, float32(math.Copysign(0, -1)), float32(math.NaN()), -1.5, math.MaxFloat32}[n+2]
		b.Append(v)
		return floatText(float64(v))
	case *array.Float64Builder:
		v := []float64{0, math.Copysign(0, -1), math.Float64frombits(0xfff8000000000001), math.NaN(), -math.MaxFloat64}[n+2]
		b.Append(v)
		return floatText(v)
	case *array.StringBuilder:
		b.Append(texts[n+2])
		return fmt.Sprintf("%q", texts[n+2])
	case *array.BinaryBuilder:
		b.Append([]byte(texts[n+2]))
		return fmt.Sprintf("%q", texts[n+2])
	default:
		return fillNested(r, b, t)
	}
	return fmt.Sprint(n)
}

var texts = [...]string{"", "\x00", "a\x00\x00b", "a", "\xff"}

func floatText(v float64) string {
	if v == 0 {
		return "0"
	}
	return fmt.Sprint(v)
}

func fillNested(r *rand.Rand, b array.Builder, t manifest.Type) string {
	var parts []string
	switch b := b.(type) {
	case *array.StructBuilder:
		b.Append(true)
		for i, f := range t.Fields {
			parts = append(parts, fill(r, b.FieldBuilder(i), f.Type, false))
		}
	case *array.MapBuilder:
		b.Append(true)
		for _, k := range r.Perm(len(texts))[:r.IntN(3)] {
			b.KeyBuilder().(*array.StringBuilder).Append(texts[k])
			parts = append(parts, fmt.Sprintf("%q: ", texts[k])+fill(r, b.ItemBuilder(), t.Fields[1].Type, false))
		}
		slices.Sort(parts)
	case *array.ListBuilder:
		b.Append(true)
		for range r.IntN(3) {
			parts = append(parts, fill(r, b.ValueBuilder(), t.Fields[0].Type, false))
		}
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

// randomRows is a record and the text of every cell. Only some columns vary, so that rows meet.
func randomRows(r *rand.Rand, fields []manifest.Field, n, keys int) (arrow.Record, [][]string) {
	b := array.NewRecordBuilder(memory.DefaultAllocator, columnar.ArrowSchema(manifest.Schema{Fields: fields}))
	rows := make([][]string, n)
	for i := range rows {
		same := rand.New(rand.NewPCG(7, uint64(r.IntN(keys)))) // rows of one number are equal
		for c, f := range fields {
			from := same
			if c >= 2 && r.IntN(40) == 0 {
				from = r
			}
			rows[i] = append(rows[i], fill(from, b.Field(c), f.Type, false))
		}
	}
	return b.NewRecord(), rows
}

// oracle is what a diff must find, by counting texts.
func oracle(old, new [][]string, key int) map[string]int {
	count := map[string]int{}
	for _, r := range old {
		count[strings.Join(r, "|")]--
	}
	for _, r := range new {
		count[strings.Join(r, "|")]++
	}
	byKey := map[string][]string{} // rows that are left
	for _, r := range append(slices.Clone(old), new...) {
		if t, k := strings.Join(r, "|"), strings.Join(r[:key], "|"); count[t] != 0 && !slices.Contains(byKey[k], t) {
			byKey[k] = append(byKey[k], t)
		}
	}
	found := map[string]int{}
	for _, left := range byKey {
		if key > 0 && len(left) == 2 && count[left[0]]*count[left[1]] == -1 {
			slices.SortFunc(left, func(a, b string) int { return count[a] - count[b] })
			found["before "+left[0]]++
			found["after "+left[1]]++
			continue
		}
		for _, t := range left {
			if count[t] > 0 {
				found["added "+t] += count[t]
			} else {
				found["removed "+t] -= count[t]
			}
		}
	}
	return found
}

// feed adds records in pieces, the sides taking turns as r wants.
func feed(t *testing.T, r *rand.Rand, s *Set, old, new arrow.Record) {
	t.Helper()
	e, rows := s.Encoder(), &Rows{}
	at := map[Side]int64{}
	for at[Old] < old.NumRows() || at[New] < new.NumRows() {
		side, rec := Old, old
		if r.IntN(2) == 0 {
			side, rec = New, new
		}
		to := min(rec.NumRows(), at[side]+r.Int64N(200))
		e.Encode(rec.NewSlice(at[side], to), rows)
		at[side] = to
		if err := s.Add(side, rows); err != nil {
			t.Fatal(err)
		}
	}
}

// lines are the records of a set as text, and the same with equal texts for equal values.
func lines(t *testing.T, s *Set, fields []manifest.Field) (all []string, found map[string]int) {
	t.Helper()
	found = map[string]int{}
	for rec, err := range s.Records(context.Background(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		for i := range int(rec.NumRows()) {
			what, cells := rec.Column(0).(*array.String).Value(i), []string{}
			for c := range fields {
				cells = append(cells, cellText(rec.Column(2+c), i))
			}
			all = append(all, what+" "+string(columnar.AppendJSON(nil, rec.Column(1), i))+strings.Join(cells, "|"))
			found[what+" "+strings.Join(cells, "|")]++
		}
	}
	return all, found
}

// cellText is what fill gives.
func cellText(a arrow.Array, i int) string {
	if a.IsNull(i) {
		return "null"
	}
	var parts []string
	switch a := a.(type) {
	case *array.Boolean:
		return fmt.Sprint(a.Value(i))
	case *array.Int64:
		for n := -2; n <= 2; n++ {
			if a.Value(i) == int64(n)*math.MaxInt64/2 {
				return fmt.Sprint(n)
			}
		}
	case *array.Int32:
		return fmt.Sprint(a.Value(i))
	case *array.Date32:
		return fmt.Sprint(a.Value(i) / 100_000)
	case *array.Timestamp:
		return fmt.Sprint(int64(a.Value(i)))
	case *array.Decimal128:
		n, _ := a.Value(i).Div(decimal128.FromI64(math.MaxInt64))
		return n.BigInt().String()
	case *array.Float32:
		return floatText(float64(a.Value(i)))
	case *array.Float64:
		return floatText(a.Value(i))
	case *array.String:
		return fmt.Sprintf("%q", a.Value(i))
	case *array.Binary:
		return fmt.Sprintf("%q", a.Value(i))
	case *array.Struct:
		for f := range a.NumField() {
			parts = append(parts, cellText(a.Field(f), i))
		}
	case *array.Map:
		for from, to := a.ValueOffsets(i); from < to; from++ {
			parts = append(parts, cellText(a.Keys(), int(from))+": "+cellText(a.Items(), int(from)))
		}
		slices.Sort(parts)
	case *array.List:
		for from, to := a.ValueOffsets(i); from < to; from++ {
			parts = append(parts, cellText(a.ListValues(), int(from)))
		}
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

// Random rows, against counting texts; the same lines in the same order, however the rows came and whatever the memory.
func TestAgainstOracle(t *testing.T) {
	fields := testFields()
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 1))
		keys := []int{5, 300, 5000}[seed%3]
		old, oldRows := randomRows(r, fields, 1500, keys)
		new, newRows := randomRows(r, fields, 1400+r.IntN(200), keys)
		for key := range 3 {
			want := oracle(oldRows, newRows, key)
			var first []string
			for _, memory := range []int64{1 << 30, 8 << 10, 100 << 10} {
				dir := t.TempDir()
				s := NewSet(Options{Fields: fields, Key: key, Memory: memory, SpoolDir: dir})
				feed(t, r, s, old, new)
				all, got := lines(t, s, fields)
				checkFound(t, got, want)
				checkCounts(t, s, want)
				if first == nil {
					first = all
				}
				if !slices.Equal(all, first) {
					t.Errorf("seed %d, key %d, memory %d: other lines, or another order, than with much memory", seed, key, memory)
				}
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
				if left, _ := os.ReadDir(dir); len(left) > 0 {
					t.Errorf("%d files are left", len(left))
				}
			}
		}
	}
}

func checkFound(t *testing.T, got, want map[string]int) {
	t.Helper()
	for line, n := range want {
		if got[line] != n {
			t.Fatalf("%d times, want %d: %s", got[line], n, line)
		}
	}
	for line, n := range got {
		if want[line] == 0 {
			t.Fatalf("%d times, want none: %s", n, line)
		}
	}
}

func checkCounts(t *testing.T, s *Set, want map[string]int) {
	t.Helper()
	n, err := s.Count(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	sum := map[string]int64{}
	for line, k := range want {
		what, _, _ := strings.Cut(line, " ")
		sum[what] += int64(k)
	}
	if n.Added != sum["added"] || n.Removed != sum["removed"] || n.Changed != sum["before"] {
		t.Fatalf("counts %+v, want %v", n, sum)
	}
}
