package table

import (
	"context"
	"fmt"
	"strings"

	"github.com/tablectl/tablectl/internal/filelist"
	"github.com/tablectl/tablectl/manifest"
)

// containedOperations are those of self-contained tables in the fault table: every copy meets every fault.
func containedOperations() []faultOperation {
	publish := func(o PublishOptions, text string) func(*world) func(context.Context, *Table) error {
		return func(w *world) func(context.Context, *Table) error {
			o := o
			o.Inputs = []string{w.write(text)}
			return func(ctx context.Context, t *Table) error {
				_, err := t.Publish(ctx, o)
				return err
			}
		}
	}
	are := func(rows string) func(*world) {
		return func(w *world) {
			w.prefixesAreClean()
			w.setIs(rows)
			w.remove(1)
			w.setIs(rows)
		}
	}
	crashed := func(w *world) {
		containing(w)
		w.crashed("two.csv")
	}
	return []faultOperation{
		{
			name: "append to a self-contained table", before: containing,
			do: publish(PublishOptions{Mode: Append}, header+rowThree), after: are(rowOne + rowTwo + rowThree),
		},
		{
			name: "first publish of a self-contained table after a shared one", before: func(w *world) {
				w.publish("one.csv")
				w.setLayout(manifest.LayoutSelfContained)
			},
			do: publish(PublishOptions{Mode: Append}, header+rowThree), after: are(rowOne + rowTwo + rowThree),
		},
		{
			name: "publish of a crashed run, self-contained", before: crashed,
			do: publishing("two.csv", PublishOptions{}), after: are(rowsOf["two.csv"]), few: true,
		},
		{
			name: "publish overtaken by a higher number, self-contained",
			before: func(w *world) {
				crashed(w)
				w.mustPublish(header+"7,Oslo,7\n", PublishOptions{Mode: Append})
			},
			do: publishing("two.csv", PublishOptions{}), after: are(rowsOf["two.csv"]), few: true,
		},
		{
			name: "upsert that merges again, self-contained", before: containing,
			do:    mergingAgain(header+"2,Oslo,2\n", header+"2,Oslo,200\n3,Oslo,3\n"),
			after: are(rowOne + "2,Oslo,2\n3,Oslo,3\n"), few: true,
		},
	}
}

// prefixesAreClean demands of every self-contained version that its prefix holds its data files and no others, also after requests that
// arrived late.
func (w *world) prefixesAreClean() {
	w.t.Helper()
	ctx := context.Background()
	for _, e := range w.check.Manifest().Snapshots {
		v, err := w.table().At(ctx, fmt.Sprint(e.SnapshotID))
		if err != nil {
			w.t.Fatal(err)
		}
		if !v.Snapshot().SelfContained() {
			continue
		}
		named := map[string]bool{}
		if err := filelist.NewSet(v.Snapshot(), v.t.fileList).Each(ctx, nil, func(f manifest.File) error {
			named[f.Key] = true
			return nil
		}); err != nil {
			w.t.Fatal(err)
		}
		for info, err := range w.mem.List(ctx, e.SnapshotID.Prefix()) {
			if err != nil {
				w.t.Fatal(err)
			}
			if strings.Contains(info.Key, "/part-") && !named[info.Key] {
				w.t.Errorf("version %d: %s is not one of its files", e.SnapshotID, info.Key)
			}
			delete(named, info.Key)
		}
		if len(named) > 0 {
			w.t.Errorf("version %d lacks %v", e.SnapshotID, named)
		}
	}
}
