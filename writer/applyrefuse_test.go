package writer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/internal/objstore/memstore"
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer/internal/spool"
)

// pairs is a table of a key and a text, and an input that also has a flag and a rank.
func pairs() (table, input manifest.Schema) {
	table.Fields = []manifest.Field{
		{ID: 1, Name: "id", Type: manifest.Type{Kind: manifest.Long}},
		{ID: 2, Name: "name", Type: manifest.Type{Kind: manifest.String}},
		{ID: 3, Name: "must", Type: manifest.Type{Kind: manifest.Int}, Required: true},
	}
	input.Fields = append(append([]manifest.Field{}, table.Fields...),
		manifest.Field{Name: "gone", Type: manifest.Type{Kind: manifest.Boolean}},
		manifest.Field{Name: "rank", Type: manifest.Type{Kind: manifest.Double}})
	return table, input
}

// completed are rows with a null for every column that they lack, as the reader of JSON wants them.
func completed(t *testing.T, s manifest.Schema, rows string) arrow.Record {
	t.Helper()
	var all []map[string]any
	if err := json.Unmarshal([]byte(rows), &all); err != nil {
		t.Fatal(err)
	}
	for _, row := range all {
		for _, f := range s.Fields {
			if _, ok := row[f.Name]; !ok {
				row[f.Name] = nil
			}
		}
	}
	b, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return fromJSON(t, s, string(b))
}

func collectJSON(t *testing.T, o ChangeOptions, rows string) (*Changes, error) {
	t.Helper()
	rec := completed(t, o.Input, rows)
	if o.SpoolDir == "" {
		o.SpoolDir = t.TempDir()
	}
	return Collect(t.Context(), &list{schema: rec.Schema(), recs: []arrow.Record{rec}}, o)
}

func mustCollect(t *testing.T, o ChangeOptions, rows string) *Changes {
	t.Helper()
	c, err := collectJSON(t, o, rows)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func writeJSON(t *testing.T, o Options, rows string) []manifest.File {
	t.Helper()
	rec := completed(t, o.Schema, rows)
	return mustWrite(t, &list{schema: rec.Schema(), recs: []arrow.Record{rec}}, o)
}

func TestCollectRefuses(t *testing.T) {
	table, input := pairs()
	only := func(names ...string) manifest.Schema {
		var s manifest.Schema
		for _, f := range input.Fields {
			for _, n := range names {
				if f.Name == n {
					s.Fields = append(s.Fields, f)
				}
			}
		}
		return s
	}
	base := ChangeOptions{Schema: table, Input: input, Key: []int{1}}
	row := `{"id": 1, "name": "a", "must": 1}`
	many := strings.Repeat(row+",", 20) + row
	for _, c := range []struct {
		name string
		edit func(*ChangeOptions)
		rows string
		kind error
		want string
	}{
		{"null key", nil, "[" + row + `, {"name": "b", "must": 1}]`, ErrChanges, `row 2 of the input has no value in the key column "id"`},
		{"twice", nil, "[" + row + `, {"id": 2, "must": 1}, {"id": 1, "must": 1}]`, ErrChanges, `1 rows of the input have a key that another row of it has: id = "1" in rows 1 and 3`},
		{"no value", func(o *ChangeOptions) { o.DeleteWhen, o.Input.Fields[2].Required = "gone", false }, `[{"id": 1, "gone": true}, {"id": 2}]`, ErrChanges, `row 2 of the input has no value in the column "must"`},
		{"many", nil, "[" + many + "]", ErrChanges, "20 rows of the input"},
		{"no key column", func(o *ChangeOptions) { o.Input = only("name", "must") }, "[]", ErrChanges, `the input lacks the key column "id"`},
		{"no flag", func(o *ChangeOptions) { o.DeleteWhen = "nope" }, "[]", ErrChanges, `the input has no column "nope"`},
		{"flag of another type", func(o *ChangeOptions) { o.DeleteWhen = "name" }, "[]", ErrChanges, "not boolean"},
		{"no rank", func(o *ChangeOptions) { o.OrderBy = "nope" }, "[]", ErrChanges, `the input has no column "nope"`},
		{"column to update", func(o *ChangeOptions) { o.Input, o.UpdateColumns = only("id"), []int{2} }, "[]", ErrChanges, `lacks the column "name"`},
		{"when matched", func(o *ChangeOptions) { o.WhenMatched = "merge" }, "[]", ErrOptions, "none of update, ignore, error"},
		{"no key", func(o *ChangeOptions) { o.Key = nil }, "[]", ErrOptions, "key"},
		{"other type", func(o *ChangeOptions) { o.Input.Fields[0].Type.Kind = manifest.Int }, "[]", ErrOptions, `column "id" is int, in the table long`},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := base
			o.Input.Fields = append([]manifest.Field{}, base.Input.Fields...)
			if c.edit != nil {
				c.edit(&o)
			}
			_, err := collectJSON(t, o, c.rows)
			if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if err != nil && strings.Count(err.Error(), " in rows ") > manyKeys {
				t.Errorf("more keys than %d: %v", manyKeys, err)
			}
		})
	}
}

func TestApplyRefuses(t *testing.T) {
	table, input := pairs()
	narrow := manifest.Schema{Fields: input.Fields[:2]}
	for _, c := range []struct {
		name, base, rows string
		o                ChangeOptions
		kind             error
		want             string
	}{
		{"key twice in the table", `[{"id": 1, "must": 1}, {"id": 2, "must": 1}, {"id": 2, "must": 3}]`, `[{"id": 2, "must": 1}]`, ChangeOptions{Input: input},
			ErrKeyNotUnique, `id = "2" in row 1 of version=1/`},
		{"key there", `[{"id": 1, "must": 1}, {"id": 2, "must": 1}]`, `[{"id": 3, "must": 1}, {"id": 2, "must": 1}, {"id": 1, "must": 1}]`,
			ChangeOptions{Input: input, WhenMatched: MatchedError}, ErrChanges, `the table has 2 keys of the input already: id = "2" in row 2; id = "1" in row 3`},
		{"new row without a value", `[{"id": 1, "must": 1}]`, `[{"id": 1}, {"id": 3}]`, ChangeOptions{Input: narrow}, ErrChanges, `lacks the column "must"`},
	} {
		for _, limit := range []int64{0, 1} {
			t.Run(fmt.Sprint(c.name, limit), func(t *testing.T) {
				o := options(t, table)
				files := writeJSON(t, o, c.base)
				c.o.Schema, c.o.Key, c.o.SpoolDir = table, []int{1}, o.SpoolDir
				u := &upsertCase{input: []arrow.Record{completed(t, c.o.Input, c.rows)}}
				changes := u.collect(t, c.o, limit)
				o.Version = 2
				_, err := changes.Apply(t.Context(), files, o)
				if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.want) {
					t.Errorf("got %v, want %q", err, c.want)
				}
			})
		}
	}
}

func TestUpdateWithoutAllColumnsNeedsNoNewRows(t *testing.T) {
	table, input := pairs()
	o := options(t, table)
	files := writeJSON(t, o, `[{"id": 1, "name": "a", "must": 7}, {"id": 2, "name": "b", "must": 8}]`)
	c := mustCollect(t, ChangeOptions{Schema: table, Input: manifest.Schema{Fields: input.Fields[:2]}, Key: []int{1}}, `[{"id": 2, "name": "c"}]`)
	o.Version = 2
	m, err := c.Apply(t.Context(), files, o)
	if err != nil {
		t.Fatal(err)
	}
	compareRows(t, readBack(t, o.Store, m.Files, table), []string{"1|a|7|", "2|c|8|"})
}

func TestNothingMatches(t *testing.T) {
	table, input := pairs()
	o := options(t, table)
	files := writeJSON(t, o, `[{"id": 1, "must": 7}, {"id": 5, "must": 8}]`)
	c := mustCollect(t, ChangeOptions{Schema: table, Input: input, Key: []int{1}, Delete: true}, `[{"id": 2}, {"id": 2}, {"id": 9}]`)
	if c.Rows() != 2 {
		t.Errorf("%d rows", c.Rows())
	}
	o.Version = 2
	m, err := c.Apply(t.Context(), files, o)
	if err != nil || len(m.Files) > 0 || len(m.Dropped) > 0 || m.Carried != 0 {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestAllRowsOfAFileGo(t *testing.T) {
	table, input := pairs()
	o := options(t, table)
	files := writeJSON(t, o, `[{"id": 1, "must": 7}, {"id": 5, "must": 8}]`)
	c := mustCollect(t, ChangeOptions{Schema: table, Input: input, Key: []int{1}, Delete: true}, `[{"id": 1}, {"id": 5}]`)
	o.Version = 2
	m, err := c.Apply(t.Context(), files, o)
	if err != nil || len(m.Files) > 0 || len(m.Dropped) != 1 || m.Deleted != 2 || m.Carried != 0 {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestApplyStops(t *testing.T) {
	c, _, _ := randomUpsert(t, 3)
	changes := c.collect(t, c.change, 0)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := changes.Apply(ctx, c.base, c.opts); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, err := Collect(ctx, rebatch(columnar.ArrowSchema(c.change.Input), c.input, 10), c.change); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestApplyWithoutASpool(t *testing.T) {
	c, _, _ := randomUpsert(t, 3)
	c.change.SpoolDir = filepath.Join(t.TempDir(), "missing")
	changes, err := newChanges(c.change)
	if err != nil {
		t.Fatal(err)
	}
	changes.limit = 1
	if err := changes.collect(t.Context(), rebatch(columnar.ArrowSchema(c.change.Input), c.input, 10)); !errors.Is(err, spool.ErrSpool) {
		t.Errorf("got %v", err)
	}
	changes.Close() // there is nothing
	c.change.SpoolDir = t.TempDir()
	spilt := c.collect(t, c.change, 1)
	c.opts.SpoolDir = filepath.Join(t.TempDir(), "missing")
	if _, err := spilt.Apply(t.Context(), c.base, c.opts); !errors.Is(err, spool.ErrSpool) {
		t.Errorf("got %v", err)
	}
}

func TestCollectLeavesNothingBehind(t *testing.T) {
	c, _, _ := randomUpsert(t, 4)
	dir := t.TempDir()
	c.change.SpoolDir = dir
	changes, err := newChanges(c.change)
	if err != nil {
		t.Fatal(err)
	}
	changes.limit = 1
	if err := changes.collect(t.Context(), rebatch(columnar.ArrowSchema(c.change.Input), c.input, 10)); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) == 0 {
		t.Errorf("no temporary files while they are needed: %v", err)
	}
	if err := changes.Close(); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%v, %v", left, err)
	}
}

func TestApplyOfADamagedFile(t *testing.T) {
	c, _, _ := randomUpsert(t, 5)
	changes := c.collect(t, c.change, 0)
	for _, f := range c.base {
		if !changes.MayTouch(f, c.opts.Spec) {
			continue
		}
		b := object(t, c.opts.Store, f.Key)
		for _, at := range []int{len(b) - 5, len(b) / 3} {
			bad := append([]byte{}, b...)
			bad[at] ^= 0x55
			store := memstore.New(memstore.Options{})
			if _, err := store.Put(t.Context(), f.Key, objstore.BytesBody(bad), objstore.PutOptions{}); err != nil {
				t.Fatal(err)
			}
			o := c.opts
			o.Store, o.Version = store, 2
			m, err := changes.Apply(t.Context(), []manifest.File{f}, o)
			if err == nil { // the damage lies in a chunk that was copied: validation finds it
				report, err := Validate(t.Context(), store, m.Files, o.Schema, o.Spec, ValidateOptions{})
				if err != nil || report.Passed {
					t.Errorf("a damaged byte at %d of %d: %v", at, len(b), err)
				}
			} else if !errors.Is(err, columnar.ErrCorrupt) {
				t.Errorf("a damaged byte at %d of %d: %v", at, len(b), err)
			}
		}
		return
	}
}
