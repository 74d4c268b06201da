package table

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/tablectl/tablectl/catalog"
	"github.com/tablectl/tablectl/internal/filelist"
	"github.com/tablectl/tablectl/manifest"
)

// ErrBehind: the table is as it was told to be, and a catalog is not. Sync, or the next flip, brings it up to date.
var ErrBehind = errors.New("a catalog is behind the table")

// BehindError is ErrBehind with what each catalog shows.
type BehindError struct {
	Catalogs []CatalogState
}

// Error names the catalogs that are behind, each with the reason.
func (e *BehindError) Error() string {
	var parts []string
	for _, c := range e.Catalogs {
		switch {
		case c.Err != nil:
			parts = append(parts, fmt.Sprintf("catalog %s: %v", c.Catalog.Name, c.Err))
		case len(c.Foreign) > 0:
			parts = append(parts, fmt.Sprintf("catalog %s: %s", c.Catalog.Name, c.Foreign[0]))
		case c.Behind:
			parts = append(parts, fmt.Sprintf("catalog %s shows %s", c.Catalog.Name, shownVersion(c.Version)))
		}
	}
	return fmt.Sprintf("%v: %s", ErrBehind, strings.Join(parts, "; "))
}

func shownVersion(v manifest.Version) string {
	if v == 0 {
		return "nothing yet"
	}
	return fmt.Sprintf("version %d", v)
}

// Unwrap makes errors.Is see ErrBehind.
func (e *BehindError) Unwrap() error { return ErrBehind }

// CatalogState is what one catalog shows.
type CatalogState struct {
	Catalog manifest.Catalog
	catalog.State
	Lag int64 // if it is behind: flips that it has not seen
	Err error // why it could not be looked at, or not be brought up to date
}

// Current says whether the catalog shows what the manifest says, and nothing else.
func (c CatalogState) Current() bool { return !c.Behind && c.Err == nil && len(c.Foreign) == 0 }

// Catalogs looks at what each catalog shows.
func (t *Table) Catalogs(ctx context.Context) ([]CatalogState, error) {
	h, err := t.head(ctx)
	if err != nil {
		return nil, err
	}
	return t.look(ctx, h), nil
}

// look looks at every catalog. A current version that cannot be read is the reason why none can be.
func (t *Table) look(ctx context.Context, h head) []CatalogState {
	states, err := t.eachCatalog(ctx, h, false, catalog.Entrance.Look)
	if err == nil {
		return states
	}
	for _, c := range h.m.Tablectl.Settings.Catalogs {
		states = append(states, CatalogState{Catalog: c, State: catalog.State{Behind: true}, Err: err})
	}
	return states
}

// Sync brings every catalog to what the manifest says, in their order. It can be repeated and run beside publishers. With force it also
// overwrites what others changed. Iceberg lists that are gone are put back, too. The error is a BehindError if some could not be brought
// there.
func (t *Table) Sync(ctx context.Context, force bool) ([]CatalogState, error) {
	h, err := t.head(ctx)
	if err != nil {
		return nil, fmt.Errorf("sync: %w", err)
	}
	if err := t.inPlace(h.m); err != nil {
		return nil, err
	}
	if err := t.mendLists(ctx, h.m, force); err != nil {
		return nil, fmt.Errorf("sync: %w", err)
	}
	return t.follow(ctx, h, force)
}

// followUp is P9 of something that is done whatever comes of this.
func (t *Table) followUp(ctx context.Context, h head, res *Result) (err error) {
	if res.Status == DryRun {
		return nil
	}
	res.Catalogs, err = t.follow(ctx, h, false)
	return err
}

// followRounds bounds how often a sync starts over because the table moved on meanwhile: whoever moved it syncs too.
const followRounds = 5

// follow is P9: it brings the catalogs to the manifest, and looks whether that was the last one. What kept it from that is ErrBehind too:
// what it follows is done.
func (t *Table) follow(ctx context.Context, h head, force bool) ([]CatalogState, error) {
	if len(h.m.Tablectl.Settings.Catalogs) == 0 {
		return nil, nil
	}
	var states []CatalogState
	for range followRounds {
		var err error
		if states, err = t.eachCatalog(ctx, h, force, catalog.Entrance.Sync); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrBehind, err)
		}
		now, err := t.head(ctx)
		if err != nil {
			return states, fmt.Errorf("%w: look whether the table has moved on: %w", ErrBehind, err)
		}
		if now.m.Shown() == h.m.Shown() {
			break
		}
		h = now
	}
	return states, behind(states)
}

func behind(states []CatalogState) error {
	if slices.ContainsFunc(states, func(s CatalogState) bool { return !s.Current() }) {
		return &BehindError{states}
	}
	return nil
}

// eachCatalog does something with every catalog. What fails for one does not keep it from the others.
func (t *Table) eachCatalog(ctx context.Context, h head, force bool,
	do func(catalog.Entrance, context.Context, catalog.Target) (catalog.State, error)) ([]CatalogState, error) {
	target, err := t.target(ctx, h)
	if err != nil {
		return nil, err
	}
	target.Force = force
	states := make([]CatalogState, len(h.m.Tablectl.Settings.Catalogs))
	for _, views := range []bool{false, true} { // a view reads another catalog
		var g errgroup.Group
		g.SetLimit(t.requests())
		for i, c := range h.m.Tablectl.Settings.Catalogs {
			if (c.Over != "") == views {
				g.Go(func() error {
					states[i] = t.oneCatalog(ctx, target, c, do)
					return nil
				})
			}
		}
		if err := g.Wait(); err != nil {
			return states, err
		}
	}
	return states, nil
}

// oneCatalog does something with a catalog, and says what it shows then.
func (t *Table) oneCatalog(ctx context.Context, target catalog.Target, c manifest.Catalog,
	do func(catalog.Entrance, context.Context, catalog.Target) (catalog.State, error)) CatalogState {
	s := CatalogState{Catalog: c}
	e, err := catalog.New(c)
	if err == nil {
		s.State, err = do(e, ctx, target)
	}
	if s.Err = err; err != nil {
		s.Behind = true
		t.opts.Logger.Info("catalog is behind", "catalog", c.Name, "kind", c.Kind, "err", err)
	}
	if s.Behind {
		s.Lag = lag(target.Manifest, s.Generation)
	}
	return s
}

// lag counts the events since a generation, as far as the manifest holds them.
func lag(m *manifest.Manifest, since int64) int64 {
	n := int64(0)
	for _, e := range m.Tablectl.Recent {
		if e.Generation > since && e.Op != manifest.OpReject {
			n++
		}
	}
	return n
}

// target is what catalogs are to show.
func (t *Table) target(ctx context.Context, h head) (catalog.Target, error) {
	target := catalog.Target{
		URL: t.URL(), Store: t.store, Manifest: h.m, Body: h.body, Now: t.clock.now(),
		Files: func(ctx context.Context, s *manifest.Snapshot, visit func(manifest.File) error) error {
			return filelist.NewSet(s, t.fileList).Each(ctx, nil, visit)
		},
		Version: func(ctx context.Context, v manifest.Version) (*manifest.Snapshot, error) {
			view, err := t.view(ctx, h.m, v)
			if err != nil {
				return nil, err
			}
			return view.snap, nil
		},
		AWS: t.aws,
	}
	if v := current(h.m); v != 0 && len(h.m.Tablectl.Settings.Catalogs) > 0 {
		var err error
		if target.Snapshot, err = target.Version(ctx, v); err != nil {
			return target, err
		}
	}
	return target, nil
}

// AddCatalog adds an entrance and brings it up to date. What cannot be shown so is refused before the flip; the notes say what a person
// should know.
func (t *Table) AddCatalog(ctx context.Context, c manifest.Catalog, dryRun bool) (notes []string, err error) {
	h, err := t.head(ctx)
	if err != nil {
		return nil, fmt.Errorf("add catalog: %w", err)
	}
	if _, err := catalog.New(c); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUsage, err)
	}
	add := func(m *manifest.Manifest, w manifest.Write) (*manifest.Manifest, error) { return m.AddCatalog(c, w) }
	next, err := add(h.m, manifest.Write{ID: newID(), At: t.clock.now(), By: t.opts.By})
	if err != nil && !errors.Is(err, ErrNothingToDo) {
		return nil, fmt.Errorf("add catalog: %w", ofArguments(err))
	}
	if next == nil {
		next = h.m
	}
	if notes, err = t.checkCatalog(ctx, c, next); err != nil {
		return nil, err
	}
	return notes, t.mark(ctx, "add catalog", dryRun, add)
}

// checkCatalog refuses an entrance that cannot show the table as m has it.
func (t *Table) checkCatalog(ctx context.Context, c manifest.Catalog, m *manifest.Manifest) (notes []string, err error) {
	e, err := catalog.New(c)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUsage, err)
	}
	target, err := t.target(ctx, head{m: m})
	if err == nil {
		notes, err = e.Check(ctx, target)
	}
	if err != nil {
		return nil, fmt.Errorf("add catalog %s: %w", c.Name, err)
	}
	return notes, nil
}

// RemoveCatalog takes an entrance out of the settings. What it has put elsewhere stays, and is not brought up to date any more.
func (t *Table) RemoveCatalog(ctx context.Context, name string, dryRun bool) error {
	return t.mark(ctx, "remove catalog", dryRun, func(m *manifest.Manifest, w manifest.Write) (*manifest.Manifest, error) {
		return m.RemoveCatalog(name, w)
	})
}
