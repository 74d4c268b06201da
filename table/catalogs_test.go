package table

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/tablectl/tablectl/catalog"
	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/internal/objstore/faultstore"
	"github.com/tablectl/tablectl/internal/objstore/filestore"
	"github.com/tablectl/tablectl/manifest"
)

// denied refuses every write of a catalog.
func denied(r faultstore.Request) faultstore.Fault {
	if r.Op == "put" && (r.Key == catalog.HintKey || r.Key == catalog.SymlinkKey || strings.HasPrefix(r.Key, "_delta_log/")) {
		return faultstore.Fault{Do: faultstore.Answer403}
	}
	return faultstore.Fault{}
}

// behindIs demands the error of a thing that is done while its catalogs are behind.
func behindIs(t *testing.T, err error, states []CatalogState, version manifest.Version) {
	t.Helper()
	var behind *BehindError
	if !errors.As(err, &behind) || !errors.Is(err, ErrBehind) || len(behind.Catalogs) != len(storeCatalogs()) || len(states) != len(storeCatalogs()) {
		t.Fatalf("%v, %d catalogs", err, len(states))
	}
	for _, s := range states {
		if s.Current() || s.Version != version || s.Lag == 0 {
			t.Errorf("catalog %s: %+v", s.Catalog.Name, s)
		}
		if !strings.Contains(err.Error(), "catalog "+s.Catalog.Name+": ") {
			t.Errorf("not named: %v", err)
		}
	}
}

// A flip whose catalogs cannot be brought along is done, and says both; whatever comes next mends them.
func TestCatalogsFailAfterTheFlip(t *testing.T) {
	const more = "id,city,amount\n3,Oslo,1\n"
	ctx := context.Background()
	for name, mend := range map[string]func(*world, PublishOptions) error{
		"the same publish again": func(w *world, o PublishOptions) error {
			res, err := w.table().Publish(ctx, o)
			if err == nil && res.Status != AlreadyPublished {
				t.Errorf("status %s", res.Status)
			}
			return err
		},
		"another publish": func(w *world, _ PublishOptions) error {
			_, err := w.publishText("id,city,amount\n4,Oslo,1\n", PublishOptions{Mode: Append})
			return err
		},
		"a rollback": func(w *world, _ PublishOptions) error {
			_, err := w.table().Rollback(ctx, RollbackOptions{To: "1"})
			return err
		},
		"a tag": func(w *world, _ PublishOptions) error {
			_, err := w.table().Tag(ctx, "gold", "1", false, false)
			return err
		},
		"a sync": func(w *world, _ PublishOptions) error {
			_, err := w.table().Sync(ctx, false)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, inputsDir(t))
			withCatalogs(w)
			o := PublishOptions{Mode: Append, Inputs: []string{w.write(more)}, RunID: "more"}
			var res *Result
			_, err := w.faulty(denied, func(ctx context.Context, tab *Table) (err error) {
				res, err = tab.Publish(ctx, o)
				return err
			})
			if res == nil || res.Status != Published || res.Version != 2 {
				t.Fatalf("%+v, %v", res, err)
			}
			behindIs(t, err, res.Catalogs, 1)
			s, err := w.table().Status(ctx)
			if s == nil || s.Version != 2 || !errors.Is(err, ErrBehind) {
				t.Errorf("status: %+v, %v", s, err)
			}
			if err := mend(w, o); err != nil {
				t.Error(err)
			}
			w.catalogsShow()
			if _, err := w.table().Status(ctx); err != nil {
				t.Errorf("status afterwards: %v", err)
			}
		})
	}
}

// A rollback too is done, and says that the catalogs are not.
func TestRollbackWithCatalogsThatFail(t *testing.T) {
	w := newWorld(t, inputsDir(t))
	withCatalogs(w)
	w.mustPublish("id,city,amount\n3,Oslo,1\n", PublishOptions{Mode: Append})
	var res *Result
	_, err := w.faulty(denied, func(ctx context.Context, tab *Table) (err error) {
		res, err = tab.Rollback(ctx, RollbackOptions{To: "1"})
		return err
	})
	if res == nil || res.Status != RolledBack || res.Version != 1 {
		t.Fatalf("%+v, %v", res, err)
	}
	behindIs(t, err, res.Catalogs, 2)
}

// An empty table is made, and says that a catalog does not show it; its first publish mends that.
func TestInitWithCatalogsThatFail(t *testing.T) {
	w := newWorld(t, inputsDir(t))
	var m *manifest.Manifest
	_, err := w.faulty(denied, func(ctx context.Context, tab *Table) (err error) {
		m, err = tab.Init(ctx, Definition{Catalogs: storeCatalogs()}, false)
		return err
	})
	var behind *BehindError
	if m == nil || !errors.As(err, &behind) || behind.Catalogs[0].Current() || !behind.Catalogs[1].Current() { // no version, so no symlinks yet
		t.Fatalf("%v", err)
	}
	w.publish("one.csv")
	w.catalogsShow()
}

// What goes wrong after the flip in looking at the table is no failure of the publish.
func TestManifestCannotBeReadAfterTheFlip(t *testing.T) {
	w := newWorld(t, inputsDir(t))
	withCatalogs(w)
	synced := false
	plan := func(r faultstore.Request) faultstore.Fault {
		if synced = synced || r.Op == "put" && r.Key == catalog.HintKey; synced && r.Op == "get" && r.Key == manifest.ObjectKey {
			return faultstore.Fault{Do: faultstore.Answer403}
		}
		return faultstore.Fault{}
	}
	var res *Result
	_, err := w.faulty(plan, func(ctx context.Context, tab *Table) (err error) {
		res, err = tab.Publish(ctx, PublishOptions{Mode: Append, Inputs: []string{w.write("id,city,amount\n3,Oslo,1\n")}})
		return err
	})
	if res == nil || res.Version != 2 || !errors.Is(err, ErrBehind) || !errors.Is(err, objstore.ErrAccessDenied) {
		t.Errorf("%+v, %v", res, err)
	}
	w.catalogsShow()
}

// The table moves on while its catalogs are brought to what it was, by somebody who cannot write them: they are brought further.
func TestFollowRunsAgain(t *testing.T) {
	w := newWorld(t, inputsDir(t))
	withCatalogs(w)
	var once sync.Once
	plan := func(r faultstore.Request) faultstore.Fault {
		if r.Op == "put" && r.Key == catalog.HintKey {
			once.Do(func() {
				_, err := w.faulty(denied, func(ctx context.Context, tab *Table) error {
					_, err := tab.Publish(ctx, PublishOptions{Mode: Append, Inputs: []string{w.write("id,city,amount\n4,Oslo,1\n")}})
					return err
				})
				if !errors.Is(err, ErrBehind) {
					t.Errorf("the other publish: %v", err)
				}
			})
		}
		return faultstore.Fault{}
	}
	_, err := w.faulty(plan, func(ctx context.Context, tab *Table) error {
		res, err := tab.Publish(ctx, PublishOptions{Mode: Append, Inputs: []string{w.write("id,city,amount\n3,Oslo,1\n")}})
		if err == nil && (res.Version != 2 || res.Catalogs[0].Version != 3) {
			t.Errorf("version %d, catalogs %+v", res.Version, res.Catalogs)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	w.catalogsShow()
}

// Publishers and rollbacks at once, each of which brings the catalogs along, with answers that get lost: in the end they show what is
// current, and the store has seen none of them go back.
func TestCatalogsOfManyPublishers(t *testing.T) {
	w := newWorld(t, inputsDir(t))
	withCatalogs(w)
	open := func() *Table {
		n := 0
		return w.open(faultstore.New(w.check, faultstore.Options{Plan: func(r faultstore.Request) faultstore.Fault {
			if r.Op != "put" {
				return faultstore.Fault{}
			}
			if n++; n%5 == 0 {
				return faultstore.Fault{Do: faultstore.LostReset}
			}
			return faultstore.Fault{}
		}}))
	}
	var all sync.WaitGroup
	for i := range 6 {
		input := w.write(fmt.Sprintf("id,city,amount\n%d,Oslo,1\n", 10+i))
		all.Go(func() {
			tab := open()
			if _, err := tab.Publish(context.Background(), PublishOptions{Mode: Append, Inputs: []string{input}}); err != nil {
				t.Errorf("publish: %v", err)
			}
			if i%3 > 0 {
				return
			}
			if _, err := tab.Rollback(context.Background(), RollbackOptions{To: "1"}); err != nil {
				t.Errorf("rollback: %v", err)
			}
		})
	}
	all.Wait()
	w.catalogsShow()
}

func TestAddCatalogRefuses(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t, inputsDir(t))
	withCatalogs(w)
	generation := w.check.Manifest().Tablectl.Generation
	for want, c := range map[error]manifest.Catalog{
		ErrUsage:    {Name: "other", Kind: "parquet"},
		ErrConflict: {Name: "hint", Kind: manifest.CatalogSymlink},
	} {
		for _, dryRun := range []bool{true, false} {
			if _, err := w.table().AddCatalog(ctx, c, dryRun); !errors.Is(err, want) {
				t.Errorf("%+v: %v, want %v", c, err, want)
			}
		}
	}
	location := manifest.Catalog{Name: "dir", Kind: manifest.CatalogGlue, As: manifest.AsLocation, Database: "web", Table: "t"}
	if _, err := w.table().AddCatalog(ctx, location, false); !errors.Is(err, ErrCannotShow) {
		t.Errorf("a directory of a table that shares files: %v", err)
	}
	if got := w.check.Manifest().Tablectl.Generation; got != generation {
		t.Errorf("generation %d became %d", generation, got)
	}

	s, err := filestore.New(filepath.Join(t.TempDir(), "table"))
	if err != nil {
		t.Fatal(err)
	}
	tab := w.open(s)
	if _, err := tab.Publish(ctx, PublishOptions{Inputs: []string{w.input("one.csv")}}); err != nil {
		t.Fatal(err)
	}
	if _, err := tab.AddCatalog(ctx, manifest.Catalog{Name: "s", Kind: manifest.CatalogSymlink}, false); !errors.Is(err, ErrCannotShow) {
		t.Errorf("symlinks in a directory: %v", err)
	}
	if states, err := tab.Catalogs(ctx); err != nil || len(states) > 0 {
		t.Errorf("%v, %v", states, err)
	}
}
