package table

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/glue/types"

	"github.com/tablectl/tablectl/internal/gluefake"
	"github.com/tablectl/tablectl/manifest"
)

// errKilled is the end of a command that died in a request to Glue.
var errKilled = errors.New("killed")

// glueCatalogs are tables of Glue, of every kind, and a view over one of them.
func glueCatalogs() []manifest.Catalog {
	of := func(name, as, over string) manifest.Catalog {
		return manifest.Catalog{Name: name, Kind: manifest.CatalogGlue, As: as, Database: gluefake.Database, Table: name, Over: over}
	}
	return []manifest.Catalog{of("view", manifest.AsView, "ice"), of("ice", manifest.AsIceberg, ""), of("links", manifest.AsSymlink, ""),
		of("directory", manifest.AsLocation, ""), of("template", manifest.AsProjection, "")}
}

// glueDefinition is a table that all of them can show.
func glueDefinition() Definition {
	return Definition{Key: []string{"id"}, PartitionBy: []string{"city"}, Layout: manifest.LayoutSelfContained, Catalogs: glueCatalogs()}
}

// glueOperations are the commands that bring Glue along, each over the requests to Glue that it makes.
func glueOperations() []faultOperation {
	const more = "id,city,amount\n3,Oslo,1\n"
	publish := func(o PublishOptions) func(w *world) func(context.Context, *Table) error {
		return func(w *world) func(context.Context, *Table) error {
			o := o
			o.Inputs = []string{w.write(more)}
			return func(ctx context.Context, t *Table) error {
				_, err := t.Publish(ctx, o)
				return err
			}
		}
	}
	base := func(w *world) {
		w.mustPublish("id,city,amount\n1,Oslo,1\n2,Bern,1\n", PublishOptions{Definition: glueDefinition()})
	}
	return []faultOperation{
		{name: "first publish", before: func(*world) {}, do: publish(PublishOptions{Definition: glueDefinition()}), after: func(w *world) { w.glueShows(1) }},
		{name: "publish", before: base, do: publish(PublishOptions{Mode: Append}), after: func(w *world) { w.glueShows(2) }},
		{
			name: "rollback",
			before: func(w *world) {
				base(w)
				w.mustPublish(more, PublishOptions{Mode: Append})
			},
			do: func(*world) func(context.Context, *Table) error {
				return func(ctx context.Context, t *Table) error {
					_, err := t.Rollback(ctx, RollbackOptions{To: "1"})
					return err
				}
			},
			after: func(w *world) { w.glueShows(1) },
		},
		{
			name: "sync",
			before: func(w *world) {
				base(w)
				w.glue.Answer = func(gluefake.Request) gluefake.Fault { return gluefake.Fault{Err: &types.AccessDeniedException{}} }
				if _, err := w.publishText(more, PublishOptions{Mode: Append}); !errors.Is(err, ErrBehind) {
					w.t.Fatal(err)
				}
				w.glue.Answer = nil
			},
			do: func(*world) func(context.Context, *Table) error {
				return func(ctx context.Context, t *Table) error {
					_, err := t.Sync(ctx, false)
					return err
				}
			},
			after: func(w *world) { w.glueShows(2) },
		},
	}
}

// glueShows demands that every table of Glue shows the version.
func (w *world) glueShows(v manifest.Version) {
	w.t.Helper()
	if got := current(w.check.Manifest()); got != v {
		w.t.Errorf("version %d is current, want %d", got, v)
	}
	w.catalogsShow()
}

// TestEveryFaultAtEveryGlueRequest is the fault table over Glue: each request for each table there meets each answer, before and after it
// had its effect, and the end of the command; then the same command runs again. The SDK's client speaks to the fake, which sees that no
// table goes back.
func TestEveryFaultAtEveryGlueRequest(t *testing.T) {
	dir := inputsDir(t)
	all := gluefake.Faults()
	faults := map[string]error{
		"throttled": all["throttled"], "internal": all["internal"], "lost": all["lost"], "moved": all["moved"],
		"denied": &types.AccessDeniedException{}, "killed": errKilled,
	}
	for _, op := range glueOperations() {
		t.Run(op.name, func(t *testing.T) {
			t.Parallel()
			before := newWorld(t, dir)
			before.glue = gluefake.New(t)
			op.before(before)
			clean := before.clone(t)
			var requests []gluefake.Request
			clean.glue.Answer = func(r gluefake.Request) gluefake.Fault {
				requests = append(requests, r)
				return gluefake.Fault{}
			}
			if err := op.do(clean)(context.Background(), clean.table()); err != nil {
				t.Fatal(err)
			}
			clean.glue.Answer = nil
			op.after(clean)
			cells := 0
			for _, r := range requests {
				for name, err := range faults {
					for _, after := range []bool{false, true} {
						if after && r.Op == "get" {
							continue // it has no effect
						}
						cells++
						w := before.clone(t)
						w.meetGlue(op.do(w), r, gluefake.Fault{Err: err, After: after})
						op.after(w)
						if t.Failed() {
							t.Fatalf("%+v: %s, after its effect: %v", r, name, after)
						}
					}
				}
			}
			t.Logf("%d requests, %d cells", len(requests), cells)
			if len(requests) < 2*len(glueCatalogs()) {
				t.Errorf("only %d requests", len(requests))
			}
		})
	}
}

// meetGlue runs a command with one fault in Glue, and then again without.
func (w *world) meetGlue(do func(context.Context, *Table) error, at gluefake.Request, f gluefake.Fault) {
	w.t.Helper()
	ctx, kill := context.WithCancel(context.Background())
	defer kill()
	met := false
	w.glue.Answer = func(r gluefake.Request) gluefake.Fault {
		if r.Table != at.Table || r.Of != at.Of {
			return gluefake.Fault{}
		}
		met = true
		if errors.Is(f.Err, errKilled) {
			kill()
		}
		return f
	}
	first := do(ctx, w.table())
	w.glue.Answer = nil
	if !met {
		w.t.Errorf("the fault was not met")
	}
	if done := errors.Is(first, ErrBehind); first != nil && !done && !errors.Is(first, context.Canceled) {
		w.t.Errorf("the first time: %v", first)
	}
	if err := do(context.Background(), w.table()); err != nil {
		w.t.Errorf("the same command again: %v (the first time: %v)", err, first)
	}
}
