package writer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer/internal/spool"
	"github.com/tablectl/tablectl/writer/internal/vector"
)

// reference is the rows in the order that files must have them in, found in another way than the writer's: one stable sort of
// all rows by typed values.
func reference(t *testing.T, o Options, rec arrow.Record) []string {
	t.Helper()
	b, err := vector.FromRecord(rec)
	if err != nil {
		t.Fatal(err)
	}
	column := func(id int) (int, manifest.Type) {
		i := slices.IndexFunc(o.Schema.Fields, func(f manifest.Field) bool { return f.ID == id })
		return i, o.Schema.Fields[i].Type
	}
	rows := make([]int, b.Rows)
	for i := range rows {
		rows[i] = i
	}
	slices.SortStableFunc(rows, func(x, y int) int {
		for _, f := range o.Spec.Fields {
			c, typ := column(f.SourceID)
			p, q := partitionOf(t, f, typ, b.Cols[c].Value(typ, x)), partitionOf(t, f, typ, b.Cols[c].Value(typ, y))
			if d := manifest.Compare(resultOf(t, f, typ), p, q); d != 0 {
				return d
			}
		}
		for _, f := range o.SortOrder.Fields {
			c, typ := column(f.SourceID)
			p, q := b.Cols[c].Value(typ, x), b.Cols[c].Value(typ, y)
			d := manifest.Compare(typ, p, q)
			switch {
			case p == nil || q == nil:
				if f.NullOrder == "nulls-last" {
					d = -d
				}
			case f.Direction == "desc":
				d = -d
			}
			if d != 0 {
				return d
			}
		}
		return cmp.Compare(x, y)
	})
	texts := rowTexts(rec)
	out := make([]string, len(rows))
	for i, row := range rows {
		out[i] = texts[row]
	}
	return out
}

// randomArrangement partitions and sorts by columns that can be.
func randomArrangement(g *generator, o *Options) {
	for i, f := range o.Schema.Fields {
		if f.Type.Nested() {
			continue
		}
		float := f.Type.Kind == manifest.Float || f.Type.Kind == manifest.Double
		if !float && len(o.Spec.Fields) < 2 && g.IntN(3) == 0 {
			o.Spec.Fields = append(o.Spec.Fields, manifest.PartitionField{SourceID: f.ID, FieldID: 1000 + i, Name: f.Name, Transform: randomTransform(g, f.Type)})
		} else if g.IntN(2) == 0 {
			sort := manifest.SortField{SourceID: f.ID, Transform: "identity", Direction: "asc", NullOrder: "nulls-first"}
			if g.IntN(2) == 0 {
				sort.Direction = "desc"
			}
			if g.IntN(2) == 0 {
				sort.NullOrder = "nulls-last"
			}
			o.SortOrder.Fields = append(o.SortOrder.Fields, sort)
		}
	}
}

func TestArrangedRows(t *testing.T) {
	for seed := range uint64(60) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			g := newGenerator(100 + seed)
			s := randomSchema(g)
			rec := g.record(s, 1+g.IntN(1500))
			o := options(t, s)
			randomArrangement(g, &o)
			o.Settings.RowGroupRows = int64(1 + g.IntN(400))
			files := mustWrite(t, rebatch(rec.Schema(), []arrow.Record{rec}, int64(1+g.IntN(300))), o)
			compareRows(t, readBack(t, o.Store, files, s), reference(t, o, rec))
			dirs := map[string]bool{}
			for _, f := range files {
				dir := f.Key[:strings.LastIndex(f.Key, "/")]
				if len(f.Partition) != len(o.Spec.Fields) || strings.Count(dir, "=") != 1+len(o.Spec.Fields) {
					t.Errorf("%s: %v", f.Key, f.Partition)
				}
				dirs[fmt.Sprint(f.Partition)] = true
				if err := manifest.CheckDataKey(f.Key); err != nil {
					t.Error(err)
				}
			}
			if len(o.Spec.Fields) > 0 && len(dirs) < 2 && len(files) > 20 {
				t.Error("all rows in one partition")
			}
		})
	}
}

// TestSpilledRows makes memory so small that rows go to disk many times and are merged in several rounds.
func TestSpilledRows(t *testing.T) {
	for seed := range uint64(20) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			g := newGenerator(200 + seed)
			s := randomSchema(g)
			rec := g.record(s, 3000)
			o := options(t, s)
			randomArrangement(g, &o)
			want := reference(t, o, rec)
			o, err := o.withDefaults()
			if err != nil {
				t.Fatal(err)
			}
			plan, err := newPlan(&o)
			if err != nil {
				t.Fatal(err)
			}
			d := mustSpool(t)
			r := newArranger(&o, plan, d)
			r.limit = 20_000 // bytes
			defer r.close()
			for _, part := range rebatch(rec.Schema(), []arrow.Record{rec}, 50).recs {
				b, err := vector.FromRecord(part)
				if err != nil {
					t.Fatal(err)
				}
				if err := r.add(t.Context(), b); err != nil {
					t.Fatal(err)
				}
			}
			if r.spill.end == 0 {
				t.Error("nothing went to disk")
			}
			var got []string
			cut := &cutter{maxRows: 100, maxBytes: 1 << 20, emit: func(g *group) error {
				all := vector.Owned(s.Fields)
				for _, p := range g.pieces {
					all.Append(p)
				}
				got = append(got, batchTexts(s, all)...)
				return nil
			}}
			if err := r.emit(t.Context(), cut); err != nil {
				t.Fatal(err)
			}
			all, err := vector.FromRecord(rec)
			if err != nil {
				t.Fatal(err)
			}
			texts, inputs := batchTexts(s, all), rowTexts(rec)
			order := map[string]string{} // rows as the one function shows them, as the other does
			for i := range texts {
				order[inputs[i]] = texts[i]
			}
			for i := range want {
				want[i] = order[want[i]]
			}
			compareRows(t, got, want)
		})
	}
}

// batchTexts shows every value of every row.
func batchTexts(s manifest.Schema, b vector.Batch) []string {
	out := make([]string, b.Rows)
	for i := range out {
		for c, f := range s.Fields {
			out[i] += valueText(f.Type, &b.Cols[c], i) + "|"
		}
	}
	return out
}

func valueText(t manifest.Type, v *vector.Vector, i int) string {
	if v.IsNull(i) {
		return "null"
	}
	from, to := i, i+1
	if v.Offs != nil {
		from, to = int(v.Offs[i]), int(v.Offs[i+1])
	}
	if !t.Nested() {
		return fmt.Sprintf("%q", manifest.FormatValue(t, v.Value(t, i)))
	}
	var parts []string
	for row := from; row < to; row++ {
		for k, f := range t.Fields {
			parts = append(parts, valueText(f.Type, &v.Kids[k], row))
		}
	}
	return fmt.Sprint(parts)
}

func TestTooManyPartitions(t *testing.T) {
	s, recs := flights(maxPartitions+1, 5)
	o := options(t, s)
	o.Spec.Fields = []manifest.PartitionField{{SourceID: 1, FieldID: 1000, Name: "id", Transform: "identity"}}
	_, err := Write(t.Context(), &list{schema: recs[0].Schema(), recs: recs}, o)
	if err == nil || !strings.Contains(err.Error(), "distinct partition values") {
		t.Error(err)
	}
}

func TestPartitionsThatLookAlike(t *testing.T) {
	s := manifest.Schema{Fields: []manifest.Field{{ID: 1, Name: "p", Type: manifest.Type{Kind: manifest.String}}}}
	rec := fromJSON(t, s, `[{"p": "a"}, {"p": "A"}, {"p": ""}, {"p": null}, {"p": "__HIVE_DEFAULT_PARTITION__"}, {"p": "a/b"}, {"p": "a b"}, {"p": "é"}, {"p": "a"}]`)
	o := options(t, s)
	o.Spec.Fields = []manifest.PartitionField{{SourceID: 1, FieldID: 1000, Name: "p", Transform: "identity"}}
	files := mustWrite(t, &list{schema: rec.Schema(), recs: []arrow.Record{rec}}, o)
	keys := map[string]bool{}
	for _, f := range files {
		keys[strings.ToLower(f.Key)] = true // not even a disk that ignores case takes one for another
	}
	if len(files) != 8 || len(keys) != 8 {
		t.Errorf("%d files, %d keys", len(files), len(keys))
	}
}

func TestPlansThatCannotBe(t *testing.T) {
	s := everyKind()
	find := func(k manifest.Kind) int {
		return s.Fields[slices.IndexFunc(s.Fields, func(f manifest.Field) bool { return f.Type.Kind == k })].ID
	}
	part := func(id int, transform string) Options {
		return Options{Schema: s, Spec: manifest.PartitionSpec{Fields: []manifest.PartitionField{{SourceID: id, Name: "p", Transform: transform}}}}
	}
	sort := func(id int) Options {
		return Options{Schema: s, SortOrder: manifest.SortOrder{Fields: []manifest.SortField{{SourceID: id, Transform: "identity"}}}}
	}
	for what, o := range map[string]Options{
		"double cannot be partitioned by identity": part(find(manifest.Double), "identity"),
		"date cannot be partitioned by hour":       part(find(manifest.Date), "hour"),
		"no column":                                part(99999, "identity"),
		"nested":                                   sort(find(manifest.List)),
	} {
		if _, err := newPlan(&o); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestMemoryStaysWithinItsBudget(t *testing.T) {
	s, recs := flights(1_500_000, 30)
	for _, how := range []string{"as they come", "partitioned", "sorted"} {
		t.Run(how, func(t *testing.T) {
			o := options(t, s)
			o.Memory = 64 << 20
			arrange(&o, how)
			o, err := o.withDefaults()
			if err != nil {
				t.Fatal(err)
			}
			spools := spool.Open(o.SpoolDir, 0)
			_, peak, err := write(t.Context(), &list{schema: recs[0].Schema(), recs: recs}, &o, spools)
			if err != nil {
				t.Fatal(err)
			}
			if peak == 0 || peak > 3*maxGroupBytes+1<<20 { // one row group at a time fits
				t.Errorf("%d bytes under way", peak)
			}
			if err := spools.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}
