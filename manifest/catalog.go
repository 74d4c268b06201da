package manifest

import (
	"fmt"
	"slices"
	"strings"
)

// Catalog is one more entrance to the table, for engines that cannot open the manifest. It is derived from the manifest and brought up to
// date after each flip.
type Catalog struct {
	Name string `json:"name"` // in this table; a-z 0-9 _ -
	Kind string `json:"kind"` // "hint", "symlink", "delta" or "glue"

	// Of glue: how the table appears there, and where.
	As        string  `json:"as,omitempty"` // one of AsKinds
	Database  string  `json:"database,omitempty"`
	Table     string  `json:"table,omitempty"`
	Region    string  `json:"region,omitempty"`     // default: that of the environment
	CatalogID string  `json:"catalog_id,omitempty"` // the account; default: the caller's
	Over      string  `json:"over,omitempty"`       // of a view: the catalog of this table, glue as iceberg, that it reads
	Engine    string  `json:"engine,omitempty"`     // of a view: what engines call the Glue catalog; default DefaultEngine
	Unknown   Unknown `json:"-"`
}

// The kinds of catalogs.
const (
	CatalogHint    = "hint"
	CatalogSymlink = "symlink"
	CatalogDelta   = "delta"
	CatalogGlue    = "glue"
)

// The ways in which a Glue table shows the files.
const (
	AsIceberg    = "iceberg"
	AsSymlink    = "symlink"
	AsLocation   = "location"
	AsProjection = "projection"
	AsView       = "view"
)

// AsKinds are the ways in which a Glue table shows the files.
func AsKinds() []string { return []string{AsIceberg, AsSymlink, AsLocation, AsProjection, AsView} }

// DefaultEngine is what Athena calls the Glue catalog of the account.
const DefaultEngine = "awsdatacatalog"

// maxCatalogs bounds what a manifest carries, and what a flip has to bring up to date.
const maxCatalogs = 32

// CatalogKinds are the kinds, in the order in which they are brought up to date.
func CatalogKinds() []string {
	return []string{CatalogHint, CatalogSymlink, CatalogDelta, CatalogGlue}
}

// Catalog finds a catalog by its name.
func (m *Manifest) Catalog(name string) (Catalog, bool) {
	for _, c := range m.Tablectl.Settings.Catalogs {
		if c.Name == name {
			return c, true
		}
	}
	return Catalog{}, false
}

// HasCatalog says whether the catalog is there with the same properties.
func (m *Manifest) HasCatalog(c Catalog) bool {
	have, there := m.Catalog(c.Name)
	return there && have.equal(c)
}

// AddCatalog adds an entrance: a flip without a version, with the event "set". Errors: ErrNothingToDo if it is there with the same
// properties, ErrConflict if another one has its name, ErrInvalid for properties that cannot be.
func (m *Manifest) AddCatalog(c Catalog, w Write) (*Manifest, error) {
	if old, there := m.Catalog(c.Name); there {
		if old.equal(c) {
			return nil, fmt.Errorf("%w: catalog %s is there already", ErrNothingToDo, clip(c.Name))
		}
		return nil, fmt.Errorf("%w: there is another catalog %s; remove it first", ErrConflict, clip(c.Name))
	}
	next := m.step(w)
	s := &next.Tablectl.Settings
	s.Catalogs = append(slices.Clip(s.Catalogs), c)
	next.record(Event{Op: OpSet, Message: "catalog " + c.Name + " added"}, w)
	return next.from(m)
}

// RemoveCatalog takes an entrance out; what it has put elsewhere stays. Errors: ErrNothingToDo if there is none of that name.
func (m *Manifest) RemoveCatalog(name string, w Write) (*Manifest, error) {
	next := m.step(w)
	s := &next.Tablectl.Settings
	i := slices.IndexFunc(s.Catalogs, func(c Catalog) bool { return c.Name == name })
	if i < 0 {
		return nil, fmt.Errorf("%w: there is no catalog %s", ErrNothingToDo, clip(name))
	}
	s.Catalogs = slices.Delete(slices.Clone(s.Catalogs), i, i+1)
	if len(s.Catalogs) == 0 {
		s.Catalogs = nil
	}
	next.record(Event{Op: OpSet, Message: "catalog " + name + " removed"}, w)
	return next.from(m)
}

func (c Catalog) equal(d Catalog) bool {
	return c.Name == d.Name && c.Kind == d.Kind && c.As == d.As && c.Database == d.Database && c.Table == d.Table &&
		c.Region == d.Region && c.CatalogID == d.CatalogID && c.Over == d.Over && c.Engine == d.Engine
}

// Shown is the generation of the newest event that changed what the manifest shows to readers: which versions there are, which one is
// current, tags, properties. An entrance that was brought up to date since then is current; reservations and refused publishes do not
// matter to it.
func (m *Manifest) Shown() int64 {
	return m.newest(func(op string) bool { return op != OpReject && op != OpFreeze && op != OpUnfreeze })
}

// Pointed is the generation of the newest event that changed which version is current, or how it is described.
func (m *Manifest) Pointed() int64 {
	return m.newest(func(op string) bool {
		return op == OpCreate || op == OpPublish || op == OpRollback || op == OpAlter || op == OpRelocate
	})
}

// newest is the generation of the newest recent event of these operations. If there is none, they lie further back than the events that
// the manifest holds: the oldest of these came after them.
func (m *Manifest) newest(of func(op string) bool) int64 {
	for _, e := range slices.Backward(m.Tablectl.Recent) {
		if of(e.Op) {
			return e.Generation
		}
	}
	if len(m.Tablectl.Recent) > 0 {
		return m.Tablectl.Recent[0].Generation
	}
	return m.Tablectl.Generation
}

func (m *Manifest) validateCatalogs() error {
	all := m.Tablectl.Settings.Catalogs
	if len(all) > maxCatalogs {
		return refuse(RuleCatalogs, "there are %d catalogs, at most %d are allowed", len(all), maxCatalogs)
	}
	seen := map[string]bool{}
	for _, c := range all {
		if seen[c.Name] {
			return refuse(RuleCatalogs, "there are two catalogs %q", clip(c.Name))
		}
		seen[c.Name] = true
		if err := c.validate(); err != nil {
			return err
		}
		if err := m.validateOver(c); err != nil {
			return err
		}
	}
	return nil
}

// validateOver refuses a view over what is not there: what it reads is a table in the same Glue.
func (m *Manifest) validateOver(c Catalog) error {
	if c.As != AsView {
		return nil
	}
	o, there := m.Catalog(c.Over)
	switch {
	case !there || o.Kind != CatalogGlue || o.As != AsIceberg:
		return refuse(RuleCatalogs, "catalog %s: a view is over a catalog of this table that is glue, as iceberg; %q is none", c.Name, clip(c.Over))
	case o.Region != c.Region || o.CatalogID != c.CatalogID:
		return refuse(RuleCatalogs, "catalog %s: a view is in the region and account of the catalog that it is over, %s", c.Name, o.Name)
	}
	return nil
}

func (c Catalog) validate() error {
	switch {
	case !isName(c.Name, "abcdefghijklmnopqrstuvwxyz0123456789_-", 64):
		return refuse(RuleCatalogs, "the name %q of a catalog must be 1 to 64 of a-z 0-9 _ -", clip(c.Name))
	case !slices.Contains(CatalogKinds(), c.Kind):
		return refuse(RuleCatalogs, "catalog %s: kind %q is not known; there are %s", c.Name, clip(c.Kind), strings.Join(CatalogKinds(), ", "))
	case c.Kind != CatalogGlue && (c.As != "" || c.Database != "" || c.Table != "" || c.Region != "" || c.CatalogID != "" || c.Over != "" || c.Engine != ""):
		return refuse(RuleCatalogs, "catalog %s: database, table and the like are properties of glue, not of %s", c.Name, c.Kind)
	case c.Kind != CatalogGlue:
		return nil
	case !slices.Contains(AsKinds(), c.As):
		return refuse(RuleCatalogs, "catalog %s: as %q is not known; there are %s", c.Name, clip(c.As), strings.Join(AsKinds(), ", "))
	case c.As != AsView && (c.Over != "" || c.Engine != ""):
		return refuse(RuleCatalogs, "catalog %s: over and engine are properties of a view", c.Name)
	case c.Engine != "" && !isName(c.Engine, "abcdefghijklmnopqrstuvwxyz0123456789_-", 255):
		return refuse(RuleCatalogs, "catalog %s: %q is no name for a catalog of an engine: 1 to 255 of a-z 0-9 _ -", c.Name, clip(c.Engine))
	}
	for _, name := range []string{c.Database, c.Table} {
		if !isName(name, "abcdefghijklmnopqrstuvwxyz0123456789_", 255) { // what Athena can name without quotes
			return refuse(RuleCatalogs, "catalog %s: %q is no name for a Glue database or table: 1 to 255 of a-z 0-9 _", c.Name, clip(name))
		}
	}
	return nil
}

func isName(s, alphabet string, most int) bool {
	return s != "" && len(s) <= most && strings.Trim(s, alphabet) == ""
}
