package writer

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer/internal/encode"
)

func mustApply(t *testing.T, c *Changes, base []manifest.File, o Options) Merged {
	t.Helper()
	o.Version++
	m, err := c.Apply(t.Context(), base, o)
	if err != nil {
		t.Fatal(err)
	}
	mustPass(t, o.Store, m.Files, o)
	return m
}

// groupBytes are the row groups of an object.
func groupBytes(t *testing.T, store objstore.Store, key string) [][]byte {
	t.Helper()
	b := object(t, store, key)
	file, err := columnar.Open(bytes.NewReader(b), int64(len(b)), columnar.OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	end := len(b) - 8
	o, err := encode.ParseOrigin(b[end-int(binary.LittleEndian.Uint32(b[end:])) : end])
	if err != nil {
		t.Fatal(err)
	}
	var out [][]byte
	for g := range file.NumRowGroups() {
		start, end, _ := o.Group(g)
		out = append(out, b[start:end])
		for leaf := range file.Leaves() {
			if c := file.Chunk(g, leaf); !c.OffsetIndex {
				t.Errorf("row group %d, column %d has no page index", g, leaf)
			}
		}
	}
	return out
}

func TestUntouchedRowGroupsAreCopied(t *testing.T) {
	schema, recs := flights(10_000, 30)
	o := options(t, schema)
	o.Settings.RowGroupRows = 1000
	base := mustWrite(t, &list{schema: recs[0].Schema(), recs: recs}, o)
	var in manifest.Schema
	in.Fields = append(in.Fields, schema.Fields[0], schema.Fields[7])
	c := mustCollect(t, ChangeOptions{Schema: schema, Input: in, Key: []int{1}}, `[{"id": 3456, "carrier": "Nobody"}, {"id": 6500, "carrier": "Somebody"}]`)
	m := mustApply(t, c, base, o)
	if m.Updated != 2 || m.Carried != 9998 || len(m.Files) != 1 || m.Chunks != 10*10-2 {
		t.Errorf("%d updated, %d carried, %d files, %d chunks", m.Updated, m.Carried, len(m.Files), m.Chunks)
	}
	before, after := groupBytes(t, o.Store, base[0].Key), groupBytes(t, o.Store, m.Files[0].Key)
	for g := range before {
		if same := bytes.Equal(before[g], after[g]); same != (g != 3 && g != 6) {
			t.Errorf("row group %d is the same: %t", g, same)
		}
	}
	if m.Files[0].Columns[1].Bytes != base[0].Columns[1].Bytes {
		t.Errorf("the key column has %d bytes, had %d", m.Files[0].Columns[1].Bytes, base[0].Columns[1].Bytes)
	}
}

func TestRowsStayInTheirPlace(t *testing.T) {
	table, input := pairs()
	o := options(t, table)
	o.Settings.RowGroupRows = 2
	base := writeJSON(t, o, `[{"id": 5, "name": "a", "must": 0}, {"id": 3, "name": "b", "must": 0}, {"name": "no key", "must": 0}, {"id": 9, "name": "c", "must": 0}, {"id": 4, "name": "d", "must": 0}]`)
	for _, c := range []struct {
		name string
		sort int
		want []string
	}{
		{"unsorted", 0, []string{"5|a|0|", "3|new|1|", "(null)|no key|0|", "4|same|0|", "7|x|1|", "2|y|1|"}},
		{"sorted", 2, []string{"5|a|0|", "(null)|no key|0|", "3|new|1|", "4|same|0|", "7|x|1|", "2|y|1|"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := o
			if c.sort > 0 {
				o.SortOrder.Fields = []manifest.SortField{{SourceID: c.sort, Transform: "identity", Direction: "asc", NullOrder: "nulls-first"}}
			}
			ch := mustCollect(t, ChangeOptions{Schema: table, Input: input, Key: []int{1}, DeleteWhen: "gone", OrderBy: "rank"}, `[
				{"id": 7, "name": "x", "must": 1, "rank": 1}, {"id": 3, "name": "new", "must": 1, "rank": 5}, {"id": 9, "must": 1, "gone": true},
				{"id": 3, "name": "old", "must": 1, "rank": 4}, {"id": 2, "name": "y", "must": 1}, {"id": 8, "must": 1, "gone": true}, {"id": 4, "name": "same", "must": 0}]`)
			m := mustApply(t, ch, base, o)
			if m.Inserted != 2 || m.Updated != 2 || m.Deleted != 1 || m.Carried != 2 {
				t.Errorf("%d inserted, %d updated, %d deleted, %d carried", m.Inserted, m.Updated, m.Deleted, m.Carried)
			}
			compareRows(t, readBack(t, o.Store, m.Files, table), c.want)
		})
	}
}

func TestUpsertIntoFilesOfOthers(t *testing.T) {
	for _, codec := range []compress.Codec{&parquet.Uncompressed, &parquet.Snappy, &parquet.Gzip, &parquet.Zstd} {
		for _, version := range []int{1, 2} {
			t.Run(fmt.Sprint(codec, version), func(t *testing.T) {
				b := foreign(t, plainRows(1000), parquet.Compression(codec), parquet.MaxRowsPerRowGroup(300), parquet.DataPageVersion(version))
				s := plainTable()
				o := options(t, s)
				f, reason, err := Verbatim(t.Context(), inputOf(b), 0, o)
				if err != nil || reason != "" {
					t.Fatal(reason, err)
				}
				want := readBack(t, o.Store, []manifest.File{f}, s)
				want[500], want = "500|new|-1|", append(want, "2000|x|1|")
				want = slices.Delete(want, 7, 8)
				in := s
				in.Fields = append(slices.Clone(s.Fields), manifest.Field{Name: "gone", Type: manifest.Type{Kind: manifest.Boolean}})
				c := mustCollect(t, ChangeOptions{Schema: s, Input: in, Key: []int{1}, DeleteWhen: "gone"}, `[
					{"a": 2000, "b": "x", "c": 1}, {"a": 500, "b": "new", "c": -1}, {"a": 7, "c": 0, "gone": true}]`)
				m := mustApply(t, c, []manifest.File{f}, o)
				compareRows(t, readBack(t, o.Store, m.Files, s), want)
				if m.Chunks < 3*2 {
					t.Errorf("%d chunks copied", m.Chunks)
				}
			})
		}
	}
}

func TestUpsertIntoOlderSchemas(t *testing.T) {
	kind := func(k manifest.Kind) manifest.Type { return manifest.Type{Kind: k} }
	dec := func(p int) manifest.Type { return manifest.Type{Kind: manifest.Decimal, Precision: p, Scale: 2} }
	old := manifest.Schema{Fields: []manifest.Field{
		{ID: 1, Name: "id", Type: kind(manifest.Int), Required: true}, {ID: 2, Name: "name", Type: kind(manifest.String)}, {ID: 3, Name: "x", Type: kind(manifest.Float)},
		{ID: 4, Name: "dropped", Type: kind(manifest.Boolean)}, {ID: 5, Name: "sum", Type: dec(9)}, {ID: 6, Name: "was required", Type: kind(manifest.Long), Required: true},
	}}
	now := manifest.Schema{Fields: []manifest.Field{
		{ID: 2, Name: "title", Type: kind(manifest.String)}, {ID: 1, Name: "id", Type: kind(manifest.Long), Required: true}, {ID: 3, Name: "x", Type: kind(manifest.Double)},
		{ID: 5, Name: "sum", Type: dec(20)}, {ID: 6, Name: "was required", Type: kind(manifest.Long)}, {ID: 7, Name: "dropped", Type: kind(manifest.Timestamp)},
	}}
	o := options(t, old)
	o.Settings.RowGroupRows = 2
	base := writeJSON(t, o, `[{"id": -1, "name": "a", "x": 0.5, "dropped": true, "sum": "1.25", "was required": 1},
		{"id": 2, "name": "b", "x": -0.0, "sum": "-1.25", "was required": 2}, {"id": 3, "name": "c", "was required": 3}]`)
	o.Schema = now
	in := now
	in.Fields = now.Fields[:4]
	c := mustCollect(t, ChangeOptions{Schema: now, Input: in, Key: []int{1}}, `[{"id": 3, "title": "z", "x": 7, "sum": "123456789012.50"}, {"id": 10000000000}]`)
	if !c.MayTouch(base[0], o.Spec) {
		t.Fatal("the file is left out")
	}
	m := mustApply(t, c, base, o)
	compareRows(t, readBackNulls(t, o.Store, m.Files, now), []string{
		"a|-1|0.5|1.25|1|(null)|", "b|2|-0|-1.25|2|(null)|", "z|3|7|123456789012.5|3|(null)|", "(null)|10000000000|(null)|(null)|(null)|(null)|"})
	if m.Chunks != 1 { // only the first row group's titles have the same form
		t.Errorf("%d chunks copied", m.Chunks)
	}
}

func TestSameForm(t *testing.T) {
	number := func(id int, required bool) manifest.Field {
		return manifest.Field{ID: id, Name: "n", Type: manifest.Type{Kind: manifest.Long}, Required: required}
	}
	record := func(required bool, f manifest.Field) manifest.Field {
		return manifest.Field{ID: 1, Name: "r", Type: manifest.Type{Kind: manifest.Struct, Fields: []manifest.Field{f}}, Required: required}
	}
	for _, c := range []struct {
		a, b      manifest.Field
		ids, want bool
	}{
		{number(1, true), number(1, true), true, true},
		{number(1, true), number(2, true), true, false},
		{number(1, true), number(2, true), false, true},
		{number(1, true), number(1, false), true, false},
		{record(false, number(2, true)), record(true, number(2, false)), true, false}, // the same levels mean another thing
		{record(false, number(2, true)), record(false, number(2, true)), true, true},
		{record(false, number(2, true)), record(false, number(3, true)), true, false},
		{record(false, number(2, true)), number(1, false), true, false},
	} {
		if got := sameForm(c.a, c.b, c.ids); got != c.want {
			t.Errorf("%v and %v: %t", c.a, c.b, got)
		}
	}
}

func TestLargeRowGroupsAreCutAnew(t *testing.T) {
	type row struct {
		A int64 `parquet:"a"`
		B int64 `parquet:"b"`
	}
	rows := make([]row, maxGroupRows+1000)
	for i := range rows {
		rows[i] = row{int64(i), int64(i % 10)}
	}
	kind := manifest.Type{Kind: manifest.Long}
	s := manifest.Schema{Fields: []manifest.Field{{ID: 1, Name: "a", Type: kind, Required: true}, {ID: 2, Name: "b", Type: kind, Required: true}}}
	o := options(t, s)
	f, reason, err := Verbatim(t.Context(), inputOf(foreign(t, rows, parquet.MaxRowsPerRowGroup(2<<20))), 0, o)
	if err != nil || reason != "" || f.RowGroups != 1 {
		t.Fatal(reason, err, f.RowGroups)
	}
	c := mustCollect(t, ChangeOptions{Schema: s, Input: s, Key: []int{1}}, `[{"a": 5, "b": -5}, {"a": 1048577, "b": -7}, {"a": -9, "b": 0}]`)
	m := mustApply(t, c, []manifest.File{f}, o)
	if m.Files[0].RowGroups != 2 || m.Files[0].Columns[2].Lower != "-7" || m.Files[0].Rows != f.Rows || m.Updated != 2 || m.Inserted != 1 {
		t.Errorf("%+v", m)
	}
	got := readBack(t, o.Store, m.Files, s)
	for i, want := range map[int]string{4: "4|4|", 5: "5|-5|", 1048577: "1048577|-7|", 1048578: "1048578|8|", len(rows): "-9|0|"} {
		if got[i] != want {
			t.Errorf("row %d is %s, want %s", i, got[i], want)
		}
	}
}

func TestLongNewValuesAreCutAnew(t *testing.T) {
	table, _ := pairs()
	o := options(t, table)
	o.Settings.RowGroupRows = 20
	var rows, changes []string
	for i := range 60 {
		size := 5
		if i >= 20 && i < 40 {
			size = 2 << 20
		}
		rows = append(rows, fmt.Sprintf(`{"id": %d, "name": "x", "must": 1}`, i))
		changes = append(changes, fmt.Sprintf(`{"id": %d, "name": "%s", "must": 1}`, i, strings.Repeat("y", size)))
	}
	base := writeJSON(t, o, "["+strings.Join(rows, ",")+"]")
	co := ChangeOptions{Schema: table, Input: table, Key: []int{1}, SpoolDir: o.SpoolDir}
	u := &upsertCase{input: []arrow.Record{fromJSON(t, table, "["+strings.Join(changes, ",")+"]")}}
	m := mustApply(t, u.collect(t, co, 0), base, o)
	if m.Files[0].RowGroups != 1+3+1 || m.Files[0].Rows != 60 { // seven of the long rows to a row group
		t.Errorf("%d row groups, %d rows", m.Files[0].RowGroups, m.Files[0].Rows)
	}
	if again := mustApply(t, u.collect(t, co, 1), base, o); !reflect.DeepEqual(m, again) {
		t.Error("other files from changes on disk")
	}
}

func TestDeleteWhereAgainstOracle(t *testing.T) {
	for seed := range uint64(40) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			c, _, _ := randomUpsert(t, seed)
			g := newGenerator(seed)
			want := readBackNulls(t, c.opts.Store, c.base, c.schema)
			share := []float64{0, 0.01, 0.5, 1}[seed%4]
			column := manifest.Schema{Fields: c.schema.Fields[:1]}
			dead := map[string]bool{}
			for _, text := range readBackNulls(t, c.opts.Store, c.base, column) {
				dead[text] = dead[text] || g.Float64() < share
			}
			match := func(rec arrow.Record) ([]bool, error) {
				out := make([]bool, rec.NumRows())
				for i := range out {
					out[i] = dead[rowOf(rec, i)[column.Fields[0].Name]+"|"]
				}
				return out, nil
			}
			n := len(want)
			want = slices.DeleteFunc(want, func(row string) bool { return dead[row[:strings.Index(row, "|")+1]] })
			o := c.opts
			o.Version = 2
			m, err := DeleteWhere(t.Context(), c.base, column, match, o)
			if err != nil {
				t.Fatal(err)
			}
			if m.Deleted != int64(n-len(want)) {
				t.Errorf("%d deleted, want %d", m.Deleted, n-len(want))
			}
			files := after(c.base, m)
			if len(files) > 0 {
				mustPass(t, o.Store, files, o)
			}
			got := readBackNulls(t, o.Store, files, c.schema)
			slices.Sort(got)
			slices.Sort(want)
			compareRows(t, got, want)
			if share == 0 && len(m.Dropped) > 0 || share == 1 && len(files) > 0 {
				t.Errorf("share %v: %d dropped, %d left", share, len(m.Dropped), len(files))
			}
		})
	}
}

func TestMayTouch(t *testing.T) {
	table, input := pairs()
	table.Fields = append(slices.Clone(table.Fields), manifest.Field{ID: 4, Name: "day", Type: manifest.Type{Kind: manifest.Date}})
	input.Fields = append(slices.Clone(input.Fields), table.Fields[3])
	spec := manifest.PartitionSpec{Fields: []manifest.PartitionField{{SourceID: 4, FieldID: 1000, Name: "day", Transform: "identity"}}}
	bounds := func(lo, hi manifest.Value) map[int]manifest.ColumnStats {
		return map[int]manifest.ColumnStats{1: {Values: 5, Lower: lo, Upper: hi, Bound: true}}
	}
	byID := mustCollect(t, ChangeOptions{Schema: table, Input: input, Key: []int{1}}, `[{"id": 10, "must": 0}, {"id": 1000, "must": 0}]`)
	byBoth := mustCollect(t, ChangeOptions{Schema: table, Input: input, Key: []int{1, 4}}, `[{"id": 10, "day": "2026-01-02", "must": 0}, {"id": 20, "day": "1969-12-31", "must": 0}]`)
	for _, c := range []struct {
		c    *Changes
		f    manifest.File
		want bool
	}{
		{byID, manifest.File{Rows: 5}, true},
		{byID, manifest.File{Rows: 0}, false},
		{byID, manifest.File{Rows: 5, Columns: bounds("11", "999")}, false},
		{byID, manifest.File{Rows: 5, Columns: bounds("10", "999")}, true},
		{byID, manifest.File{Rows: 5, Columns: bounds("11", "1000")}, true},
		{byID, manifest.File{Rows: 5, Columns: bounds("1001", "5000")}, false},
		{byID, manifest.File{Rows: 5, Columns: bounds("-9223372036854775808", "9")}, false},
		{byID, manifest.File{Rows: 5, Columns: bounds(`"x"`, `"y"`)}, true},
		{byID, manifest.File{Rows: 5, Columns: map[int]manifest.ColumnStats{1: {Values: 5, Nulls: 5}}}, false},
		{byBoth, manifest.File{Rows: 5, Partition: []manifest.Value{`"2026-01-02"`}}, true},
		{byBoth, manifest.File{Rows: 5, Partition: []manifest.Value{`"2026-01-03"`}}, false},
		{byBoth, manifest.File{Rows: 5, Partition: []manifest.Value{`"1969-12-31"`}}, true},
		{byBoth, manifest.File{Rows: 5, Partition: []manifest.Value{""}}, false},
		{byBoth, manifest.File{Rows: 5, Partition: []manifest.Value{`"2026-01-02"`}, Columns: bounds("11", "19")}, false},
	} {
		if got := c.c.MayTouch(c.f, spec); got != c.want {
			t.Errorf("%+v: %t", c.f, got)
		}
	}
}
