package table

import (
	"context"
	"sync"

	"github.com/tablectl/tablectl/manifest"
)

// modeOperations are the modes, alterations and plans in the fault table. Rows are one.csv's, keyed by id and put apart by city, unless said
// otherwise.
func modeOperations() []faultOperation {
	base := func(w *world) {
		w.mustPublishFile("one.csv", PublishOptions{Definition: Definition{Key: []string{"id"}, PartitionBy: []string{"city"}}})
	}
	changes := func(o PublishOptions, text string) func(*world) func(context.Context, *Table) error {
		return func(w *world) func(context.Context, *Table) error {
			o := o
			if text != "" {
				o.Inputs = []string{w.write(text)}
			}
			return func(ctx context.Context, t *Table) error {
				_, err := t.Publish(ctx, o)
				return err
			}
		}
	}
	are := func(rows string) func(*world) { return func(w *world) { w.setIs(rows) } }
	var plan *Plan
	const one, two = "1,Zürich,10.5\n", "2,Oslo,20.25\n"
	return []faultOperation{
		{name: "append", before: base, do: changes(PublishOptions{Mode: Append}, "id,city,amount\n3,Oslo,1\n"), after: are(one + two + "3,Oslo,1\n")},
		{
			name: "append again with other rows",
			before: func(w *world) {
				base(w)
				w.mustPublish("id,city,amount\n3,Oslo,1\n4,Bern,2\n", PublishOptions{Mode: Append, RunID: "day"})
			},
			do:     changes(PublishOptions{Mode: Append, RunID: "day", Rerun: true}, "id,city,amount\n5,Bern,3\n"),
			after:  are(one + two + "5,Bern,3\n"),
			reruns: true,
		},
		{
			name: "replace partitions", before: base,
			do:    changes(PublishOptions{Mode: ReplacePartitions, Partitions: []string{"city=Oslo", "city=Bern"}}, "id,city,amount\n3,Bern,1\n"),
			after: are(one + "3,Bern,1\n"),
		},
		{
			name: "upsert", before: base, do: changes(PublishOptions{Mode: Upsert}, "id,city,amount\n2,Zürich,2\n3,Bern,3\n"),
			after: are(one + "3,Bern,3\n2,Zürich,2\n"),
		},
		{name: "delete", before: base, do: changes(PublishOptions{Mode: Delete}, "id\n1\n7\n"), after: are(two)},
		{name: "delete where", before: base, do: changes(PublishOptions{Mode: Delete, Where: "amount > 0", RunID: "all"}, ""), after: are("")},
		{
			name: "upsert that merges again", before: base, do: mergingAgain("id,city,amount\n2,Oslo,2\n", "id,city,amount\n2,Oslo,200\n3,Oslo,3\n"),
			after: are(one + "2,Oslo,2\n3,Oslo,3\n"), few: true,
		},
		{
			name: "alter", before: base,
			do: func(*world) func(context.Context, *Table) error {
				column := manifest.Field{Name: "note", Type: manifest.Type{Kind: manifest.String}}
				return func(ctx context.Context, t *Table) error {
					_, err := t.Alter(ctx, AlterOptions{Changes: []manifest.Change{manifest.AddColumns{Columns: []manifest.Field{column}}}, RunID: "note"})
					return err
				}
			},
			after: are("1,Zürich,10.5,\n2,Oslo,20.25,\n"),
		},
		{
			name: "set", before: base,
			do: func(*world) func(context.Context, *Table) error {
				rows := int64(1000)
				return func(ctx context.Context, t *Table) error {
					return t.Set(ctx, manifest.SettingsChange{RowGroupRows: &rows}, false)
				}
			},
			after: func(w *world) {
				if got := w.check.Manifest().Tablectl.Settings.RowGroupRows; got != 1000 {
					w.t.Errorf("row groups of %d rows", got)
				}
			},
		},
		{
			name: "publish with catalogs", before: withCatalogs, do: changes(PublishOptions{Mode: Append}, "id,city,amount\n3,Oslo,1\n"),
			after: func(w *world) {
				w.setIs(one + two + "3,Oslo,1\n")
				w.catalogsShow()
			},
		},
		{
			name: "rollback with catalogs",
			before: func(w *world) {
				withCatalogs(w)
				w.mustPublish("id,city,amount\n3,Oslo,1\n", PublishOptions{Mode: Append})
			},
			do: func(*world) func(context.Context, *Table) error {
				return func(ctx context.Context, t *Table) error {
					_, err := t.Rollback(ctx, RollbackOptions{To: "1"})
					return err
				}
			},
			after: func(w *world) { w.catalogsShow() },
		},
		{
			name: "apply",
			before: func(w *world) {
				base(w)
				var err error
				if plan, err = w.table().Plan(context.Background(), PublishOptions{Mode: Upsert, Inputs: []string{w.write("id,city,amount\n2,Oslo,2\n")}}); err != nil {
					w.t.Fatal(err)
				}
			},
			do: func(*world) func(context.Context, *Table) error {
				return func(ctx context.Context, t *Table) error {
					_, err := t.Apply(ctx, plan)
					return err
				}
			},
			after: are(one + "2,Oslo,2\n"),
		},
	}
}

// withCatalogs is a table of one version and with every catalog that needs nothing but the store.
func withCatalogs(w *world) {
	w.mustPublishFile("one.csv", PublishOptions{Definition: Definition{Key: []string{"id"}, PartitionBy: []string{"city"}}})
	for _, kind := range []string{manifest.CatalogHint, manifest.CatalogSymlink, manifest.CatalogDelta} {
		if _, err := w.table().AddCatalog(context.Background(), manifest.Catalog{Name: kind, Kind: kind}, false); err != nil {
			w.t.Fatal(err)
		}
	}
}

// catalogsShow demands that every catalog shows the current version, without a sync.
func (w *world) catalogsShow() {
	w.t.Helper()
	v := current(w.check.Manifest())
	states, err := w.table().Catalogs(context.Background())
	if err != nil || len(states) == 0 {
		w.t.Fatalf("%d catalogs, %v", len(states), err)
	}
	for _, s := range states {
		if !s.Current() || s.Version != v || len(s.Foreign) > 0 {
			w.t.Errorf("catalog %s: %+v", s.Catalog.Name, s)
		}
	}
}

// mergingAgain upserts rows; once, when they are merged and not yet committed, somebody else upserts others into the same file.
func mergingAgain(text, others string) func(*world) func(context.Context, *Table) error {
	return func(w *world) func(context.Context, *Table) error {
		input := w.write(text)
		var once sync.Once
		return func(ctx context.Context, t *Table) error {
			hooked := *t
			hooked.opts.Progress = func(p Progress) {
				if p.Phase == "validate" {
					once.Do(func() { w.mustPublish(others, PublishOptions{Mode: Upsert}) })
				}
			}
			_, err := hooked.Publish(ctx, PublishOptions{Mode: Upsert, Inputs: []string{input}})
			return err
		}
	}
}
