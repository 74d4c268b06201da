package writer

import (
	"bytes"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	parquetgo "github.com/parquet-go/parquet-go"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/internal/objstore/memstore"
	"github.com/tablectl/tablectl/manifest"
)

// upsertCase is one random table and one random input.
type upsertCase struct {
	schema manifest.Schema
	key    []int
	base   []manifest.File
	opts   Options
	change ChangeOptions
	input  []arrow.Record
}

// keyKinds are the columns of which keys are made.
func keyKinds() []manifest.Type {
	return []manifest.Type{
		{Kind: manifest.Int}, {Kind: manifest.Long}, {Kind: manifest.Date}, {Kind: manifest.Timestamp}, {Kind: manifest.TimestampTZ}, {Kind: manifest.String},
		{Kind: manifest.Binary}, {Kind: manifest.Boolean},
		{Kind: manifest.Decimal, Precision: 7, Scale: 2}, {Kind: manifest.Decimal, Precision: 15, Scale: 2}, {Kind: manifest.Decimal, Precision: 30, Scale: 2},
	}
}

// unique are the rows whose keys are not seen yet; with nulls, also those that have none.
func unique(t *testing.T, rec arrow.Record, key []string, seen map[string]bool, nulls bool) arrow.Record {
	t.Helper()
	keep := make([]bool, rec.NumRows())
	for i := range keep {
		k, ok := keyText(rec, key, i)
		keep[i] = ok && !seen[k] || !ok && nulls
		if ok {
			seen[k] = true
		}
	}
	out, err := columnar.Filter(rec, keep)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// sample are some rows of a record.
func sample(t *testing.T, g *generator, rec arrow.Record, share float64) arrow.Record {
	t.Helper()
	keep := make([]bool, rec.NumRows())
	for i := range keep {
		keep[i] = g.Float64() < share
	}
	out, err := columnar.Filter(rec, keep)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// replaceKeys gives rec's rows the keys of from's, as far as there are that many.
func replaceKeys(rec, from arrow.Record, key []string) arrow.Record {
	n := min(rec.NumRows(), from.NumRows())
	cols := make([]arrow.Array, rec.NumCols())
	for i, f := range rec.Schema().Fields() {
		cols[i] = rec.NewSlice(0, n).Column(i)
		if slices.Contains(key, f.Name) {
			cols[i] = from.NewSlice(0, n).Column(from.Schema().FieldIndices(f.Name)[0])
		}
	}
	return newRecord(rec.Schema(), cols, n)
}

// randomUpsert makes a table of some files and an input, part of whose keys the table has.
func randomUpsert(t *testing.T, seed uint64) (*upsertCase, *oracle, []string) {
	t.Helper()
	g := newGenerator(seed)
	kinds := keyKinds()
	var fields []manifest.Field
	var key []string
	for i := range 1 + g.IntN(3) {
		f := manifest.Field{Name: fmt.Sprintf("k%d", i), Type: kinds[g.IntN(len(kinds))]}
		fields = append(fields, f)
		key = append(key, f.Name)
	}
	fields = append(fields, randomSchema(g).Fields...)
	fields = append(fields, manifest.Field{Name: "part", Type: manifest.Type{Kind: manifest.Boolean}}, manifest.Field{Name: "sort", Type: manifest.Type{Kind: manifest.Date}})
	g.Shuffle(len(fields), func(i, j int) { fields[i], fields[j] = fields[j], fields[i] })
	c := &upsertCase{}
	c.schema.Fields, _ = manifest.AssignIDs(fields, 0)
	id := func(name string) int {
		i := slices.IndexFunc(c.schema.Fields, func(f manifest.Field) bool { return f.Name == name })
		return c.schema.Fields[i].ID
	}
	for _, k := range key {
		c.key = append(c.key, id(k))
	}
	c.opts = Options{Store: memstore.New(memstore.Options{}), Version: 1, Run: "base", Schema: c.schema, SpoolDir: t.TempDir()}
	c.opts.Settings.RowGroupRows = int64(50 + g.IntN(400))
	c.opts.Settings.TargetFileBytes = int64(2000 + g.IntN(40000))
	if g.IntN(3) == 0 {
		c.opts.Spec.Fields = []manifest.PartitionField{{SourceID: id("part"), FieldID: 1000, Name: "part", Transform: "identity"}}
	}
	if g.IntN(3) == 0 {
		c.opts.SortOrder.Fields = []manifest.SortField{{SourceID: id("sort"), Transform: "identity", Direction: "desc", NullOrder: "nulls-last"}}
	}
	seen := map[string]bool{}
	base := unique(t, g.record(c.schema, 300+g.IntN(1500)), key, seen, true)
	c.base = mustWrite(t, rebatch(base.Schema(), []arrow.Record{base}, 170), c.opts)
	g.nulls = 0
	c.change = ChangeOptions{Schema: c.schema, Input: c.schema, Key: c.key, SpoolDir: c.opts.SpoolDir}
	fresh := unique(t, noNullKeys(t, g.record(c.schema, 100+g.IntN(300)), key), key, seen, false)
	known := unique(t, noNullKeys(t, sample(t, g, base, 0.3), key), key, map[string]bool{}, false)
	g.nulls = 0.1
	c.input = []arrow.Record{fresh, replaceKeys(noNullKeys(t, g.record(c.schema, int(known.NumRows())+1), nil), known, key)}
	return c, newOracle(c.schema, key, []arrow.Record{base}), key
}

func noNullKeys(t *testing.T, rec arrow.Record, key []string) arrow.Record {
	t.Helper()
	keep := make([]bool, rec.NumRows())
	for i := range keep {
		_, keep[i] = keyText(rec, key, i)
	}
	out, err := columnar.Filter(rec, keep)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// collect is Collect in small batches. A limit of memory that is not 0 puts the rows on disk.
func (c *upsertCase) collect(t *testing.T, o ChangeOptions, limit int64) *Changes {
	t.Helper()
	changes, err := newChanges(o)
	if err != nil {
		t.Fatal(err)
	}
	if limit > 0 {
		changes.limit = limit
	}
	if err := changes.collect(t.Context(), rebatch(columnar.ArrowSchema(o.Input), c.input, 77)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := changes.Close(); err != nil {
			t.Error(err)
		}
	})
	if spilt := changes.spilt != nil; spilt != (limit > 0 && changes.rows > 0) {
		t.Errorf("on disk: %t", spilt)
	}
	return changes
}

// after is the base with a merge done.
func after(base []manifest.File, m Merged) []manifest.File {
	var out []manifest.File
	for _, f := range base {
		if !slices.Contains(m.Dropped, f.Key) {
			out = append(out, f)
		}
	}
	return append(out, m.Files...)
}

// apply merges and compares the table with the oracle.
func (c *upsertCase) apply(t *testing.T, changes *Changes, o *oracle, key []string) Merged {
	t.Helper()
	var base []manifest.File
	for _, f := range c.base {
		spec := c.opts.Spec
		for _, older := range c.opts.Older {
			if older.ID == f.SpecID {
				spec = older
			}
		}
		if changes.MayTouch(f, spec) {
			base = append(base, f)
		}
	}
	opts := c.opts
	opts.Version, opts.Run, opts.FirstSeq = 2, "change", 3
	m, err := changes.Apply(t.Context(), base, opts)
	if err != nil {
		t.Fatal(err)
	}
	inserted, updated, deleted := o.merge(changes.o, key, c.input)
	if m.Inserted != inserted || m.Updated != updated || m.Deleted != deleted {
		t.Errorf("%d inserted, %d updated, %d deleted, want %d, %d, %d", m.Inserted, m.Updated, m.Deleted, inserted, updated, deleted)
	}
	files := after(c.base, m)
	if len(files) > 0 {
		mustPass(t, c.opts.Store, files, opts)
	}
	got := readBackNulls(t, c.opts.Store, files, c.schema)
	slices.Sort(got)
	compareRows(t, got, o.texts())
	for i, f := range m.Files {
		sorted(t, opts, f)
		b := object(t, opts.Store, f.Key)
		file, err := parquetgo.OpenFile(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := file.RowGroups()[0].ColumnChunks()[0].ColumnIndex(); err == nil { // else this library finds none of any column
			pageIndexHolds(t, file)
		}
		if f.AddedBy.Version != 2 || f.AddedBy.Run != "change" || f.Rows == 0 {
			t.Errorf("file %d: %+v", i, f)
		}
	}
	return m
}

// sorted looks whether a file has the table's sort order.
func sorted(t *testing.T, o Options, f manifest.File) {
	t.Helper()
	p, err := newPlan(&o)
	if err != nil {
		t.Fatal(err)
	}
	b, err := openBase(t.Context(), &o, f, tailBytes)
	if err != nil {
		t.Fatal(err)
	}
	if reason, err := (&candidate{o: &o, plan: p, file: b.file}).sorted(t.Context()); err != nil || reason != "" {
		t.Error(f.Key, reason, err)
	}
}

func TestUpsertAgainstOracle(t *testing.T) {
	for seed := range uint64(60) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			c, o, key := randomUpsert(t, seed)
			g := newGenerator(seed + 1000)
			c.vary(t, g)
			spilt := c.collect(t, c.change, 1)
			inMemory := c.collect(t, c.change, 0)
			first := c.apply(t, inMemory, &oracle{o.columns, maps.Clone(o.rows)}, key)
			c.opts.Concurrency, c.opts.Memory = 1+g.IntN(3), MinMemory
			again := c.apply(t, spilt, o, key)
			if !reflect.DeepEqual(first, again) {
				t.Errorf("%d and %d files, of which some differ with other memory", len(first.Files), len(again.Files))
			}
		})
	}
}

// vary chooses options at random, with the columns of the input that they need.
func (c *upsertCase) vary(t *testing.T, g *generator) {
	t.Helper()
	o := &c.change
	o.WhenMatched = []string{"", MatchedUpdate, MatchedIgnore}[g.IntN(3)]
	o.Delete = g.IntN(5) == 0
	var extra []manifest.Field
	if g.IntN(3) == 0 {
		o.DeleteWhen = "flag"
		extra = append(extra, manifest.Field{Name: "flag", Type: manifest.Type{Kind: manifest.Boolean}})
	}
	if g.IntN(2) == 0 {
		o.OrderBy = "at"
		extra = append(extra, manifest.Field{Name: "at", Type: manifest.Type{Kind: []manifest.Kind{manifest.Int, manifest.Double, manifest.String}[g.IntN(3)]}})
	}
	keep := func(f manifest.Field) bool { return slices.Contains(c.key, f.ID) || f.Required || g.IntN(4) > 0 }
	if g.IntN(2) == 0 {
		keep = func(manifest.Field) bool { return true }
	}
	o.Input = manifest.Schema{}
	for _, f := range c.schema.Fields {
		if keep(f) {
			o.Input.Fields = append(o.Input.Fields, f)
			if g.IntN(3) == 0 {
				o.UpdateColumns = append(o.UpdateColumns, f.ID)
			}
		}
	}
	o.Input.Fields = append(o.Input.Fields, extra...)
	g.Shuffle(len(o.Input.Fields), func(i, j int) {
		o.Input.Fields[i], o.Input.Fields[j] = o.Input.Fields[j], o.Input.Fields[i]
	})
	for i, rec := range c.input {
		c.input[i] = withColumns(g, rec, o.Input)
	}
	if o.OrderBy != "" { // keys again, with other values
		again := sample(t, g, c.input[1], 0.5)
		c.input = append(c.input, replaceKeys(withColumns(g, g.record(c.schema, int(again.NumRows())+1), o.Input), again, c.keyNames()))
	}
}

func (c *upsertCase) keyNames() []string {
	var out []string
	for _, id := range c.key {
		f, _ := c.schema.FieldByID(id)
		out = append(out, f.Name)
	}
	return out
}

// withColumns are the columns of rec that s names, and random ones.
func withColumns(g *generator, rec arrow.Record, s manifest.Schema) arrow.Record {
	random := g.record(s, int(rec.NumRows()))
	cols := make([]arrow.Array, len(s.Fields))
	for i, f := range s.Fields {
		cols[i] = random.Column(i)
		if at := rec.Schema().FieldIndices(f.Name); len(at) > 0 {
			cols[i] = rec.Column(at[0])
		}
	}
	return newRecord(columnar.ArrowSchema(s), cols, rec.NumRows())
}
