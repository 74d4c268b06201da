package columnar

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/schema"

	"github.com/tablectl/tablectl/manifest"
)

func wanted(id int, name string, t manifest.Type) manifest.Field {
	return manifest.Field{ID: id, Name: name, Type: t}
}

// columnText reads one column as JSON.
func columnText(t *testing.T, f *File, want manifest.Field, groups ...int) (string, error) {
	t.Helper()
	r, err := f.Read(context.Background(), manifest.Schema{Fields: []manifest.Field{want}}, ReadOptions{RowGroups: groups})
	if err != nil {
		return "", err
	}
	defer r.Release()
	text := ""
	for r.Next() {
		text += jsonOf(r.Record().Column(0))
	}
	return text, r.Err()
}

func TestColumnsAreFoundByIDElseByName(t *testing.T) {
	ids, _ := open(t, "testdata/ids.parquet")
	names, _ := open(t, "testdata/nested.parquet")
	point := func(fields ...manifest.Field) manifest.Type {
		return manifest.Type{Kind: manifest.Struct, Fields: fields}
	}
	required := wanted(99, "new", plain(manifest.Long))
	required.Required = true
	for _, c := range []struct {
		name   string
		f      *File
		want   manifest.Field
		groups []int
		text   string // or what the error says
	}{
		{"renamed", ids, wanted(20, "renamed", plain(manifest.Long)), nil, "[null,-42081,-34162,-26243,-18324,null,-2486,5433]"},
		{"another column of the same name", ids, wanted(99, "i", plain(manifest.Int)), nil, "[null,null,null,null,null,null,null,null]"},
		{"required and missing", ids, required, nil, `column "new": the required column is missing in the file`},
		{"required with nulls", ids, manifest.Field{ID: 20, Name: "i", Type: plain(manifest.Int), Required: true}, nil, `column "i", row 0: value "null": null in a required column`},
		{"wrong type", ids, wanted(90, "s", plain(manifest.Long)), nil, `column "s": the column has type utf8; wanted int64`},
		{"nested is not flat", names, wanted(1, "tags", plain(manifest.String)), nil, `column "tags": the column has type list<element: utf8, nullable>`},
		{"by name, one row group", names, wanted(1, "id", plain(manifest.Long)), []int{2}, "[3,4,5,1,2,3,4,5]"},
		{"no row group", names, wanted(1, "id", plain(manifest.Long)), []int{}, ""},
		{"fields of a struct", names, wanted(1, "at", point(wanted(2, "z", plain(manifest.Long)), wanted(3, "x", plain(manifest.Long)))), []int{2},
			`[{"z":null,"x":null},{"z":null,"x":4},null,{"z":null,"x":1},null,{"z":null,"x":null},{"z":null,"x":4},null]`},
		{"none of the fields of a struct", names, wanted(1, "at", point(wanted(2, "z", plain(manifest.Long)))), []int{2},
			`[{"z":null},{"z":null},null,{"z":null},null,{"z":null},{"z":null},null]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := columnText(t, c.f, c.want, c.groups...)
			if c.groups != nil && len(c.groups) == 0 {
				r, err := c.f.Read(context.Background(), manifest.Schema{Fields: []manifest.Field{c.want}}, ReadOptions{RowGroups: []int{}})
				if err != nil || r.Next() || r.Err() != nil {
					t.Fatal(err)
				}
				return
			}
			if err != nil {
				got = err.Error()
				if !errors.Is(err, ErrCast) {
					t.Errorf("%v is no CastError", err)
				}
			}
			if got != c.text && (err == nil || !strings.Contains(got, c.text)) {
				t.Errorf("got %s\nwant %s", got, c.text)
			}
		})
	}
}

// TestRowsOfErrors: they count from the beginning of the file, whatever the row groups and batches.
func TestRowsOfErrors(t *testing.T) {
	f, _ := open(t, "testdata/dictionary.parquet") // row groups of 25; i is 7919 a row less 50,000, which no decimal(6, 1) holds from row 19 on
	narrow := manifest.Schema{Fields: []manifest.Field{wanted(0, "i", manifest.Type{Kind: manifest.Decimal, Precision: 6, Scale: 1})}}
	for _, c := range []struct {
		groups []int
		row    int64
	}{{nil, 19}, {[]int{1}, 26}, {[]int{2, 1}, 51}} {
		for _, batch := range []int{1, 7, 1000} {
			r, err := f.Read(context.Background(), narrow, ReadOptions{RowGroups: c.groups, BatchRows: batch})
			if err != nil {
				t.Fatal(err)
			}
			for r.Next() {
				r.Record().NumRows()
			}
			var ce *CastError
			if !errors.As(r.Err(), &ce) || ce.Row != c.row {
				t.Errorf("row groups %v by %d: %v, want row %d", c.groups, batch, r.Err(), c.row)
			}
		}
	}
}

// legacy writes two rows of a repeated int32 field, wrapped in the groups that older writers used, with Arrow's own writer.
func legacy(t *testing.T, root schema.FieldList, defs, reps []int16, values []int32) *File {
	t.Helper()
	var b bytes.Buffer
	group, err := schema.NewGroupNode("root", parquet.Repetitions.Required, root, -1)
	if err != nil {
		t.Fatal(err)
	}
	w := file.NewParquetWriter(&b, group)
	rg := w.AppendRowGroup()
	c, err := rg.NextColumn()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.(*file.Int32ColumnChunkWriter).WriteBatch(values, defs, reps); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(c.Close(), rg.Close(), w.Close()); err != nil {
		t.Fatal(err)
	}
	f, err := Open(bytes.NewReader(b.Bytes()), int64(b.Len()), OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestLegacyLists: parquet-format, LogicalTypes.md, "Backward-compatibility rules" of lists.
func TestLegacyLists(t *testing.T) {
	r := parquet.Repetitions
	list := func(rep parquet.Repetition, child schema.Node) schema.Node {
		return schema.Must(schema.NewGroupNodeConverted("l", rep, schema.FieldList{child}, schema.ConvertedTypes.List, -1))
	}
	group := func(name string, rep parquet.Repetition, child schema.Node) schema.Node {
		return schema.Must(schema.NewGroupNode(name, rep, schema.FieldList{child}, -1))
	}
	for _, c := range []struct {
		name string
		node schema.Node
		defs []int16 // of the values 1, 2 in the first row, none in the second
		typ  string
		text string
	}{
		{"no annotation", schema.NewInt32Node("l", r.Repeated, -1), []int16{1, 1, 0}, "list<int>", "[[1,2],[]]"},
		{"two levels", list(r.Optional, schema.NewInt32Node("element", r.Repeated, -1)), []int16{2, 2, 0}, "list<int>", "[[1,2],null]"},
		{"array", list(r.Required, group("array", r.Repeated, schema.NewInt32Node("x", r.Optional, -1))), []int16{2, 1, 0}, "list<struct<x: int>>", `[[{"x":1},{"x":null}],[]]`},
		{"tuple", list(r.Required, group("l_tuple", r.Repeated, schema.NewInt32Node("x", r.Required, -1))), []int16{1, 1, 0}, "list<struct<x: int>>", `[[{"x":1},{"x":2}],[]]`},
		{"bag", list(r.Optional, group("bag", r.Repeated, schema.NewInt32Node("array_element", r.Optional, -1))), []int16{3, 2, 1}, "list<int>", "[[1,null],[]]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var values []int32
			for i, d := range c.defs[:2] {
				if d >= c.defs[0] {
					values = append(values, int32(i+1))
				}
			}
			f := legacy(t, schema.FieldList{c.node}, c.defs, []int16{0, 1, 0}, values)
			s, err := f.Schema()
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.ReplaceAll(fmt.Sprint(s.Fields[0].Type), " not null", ""); got != c.typ {
				t.Errorf("type %s, want %s", got, c.typ)
			}
			got, err := columnText(t, f, s.Fields[0])
			if err != nil || got != c.text {
				t.Errorf("got %s, %v, want %s", got, err, c.text)
			}
		})
	}
}
