package table

import (
	"context"
	"fmt"

	"github.com/tablectl/tablectl/catalog"
	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/internal/objstore/probe"
	"github.com/tablectl/tablectl/internal/objstore/urlstore"
	"github.com/tablectl/tablectl/manifest"
)

// Table is a table at a URL. It holds no state of the table: every method asks the store. Safe for concurrent use.
type Table struct {
	store objstore.Store
	opts  Options
	clock *clock
	aws   catalog.AWS // of catalogs that are services
}

// Open names a table: "s3://bucket/prefix", "file:///dir" or a directory path. It sends no request; the table need not exist.
func Open(ctx context.Context, url string, o Options) (*Table, error) {
	o = o.withDefaults()
	if o.Memory < MinMemory {
		return nil, fmt.Errorf("%w: memory of %d bytes is too little, at least %d", ErrUsage, o.Memory, MinMemory)
	}
	s := o.Store
	if s == nil {
		var err error
		if s, err = urlstore.Open(ctx, url, o.Stores); err != nil {
			return nil, err
		}
	}
	return &Table{store: s, opts: o, clock: &clock{}, aws: o.Stores.S3.Config}, nil
}

// URL is the table's root as the store names it.
func (t *Table) URL() string { return t.store.URL() }

// Manifest reads the manifest.
func (t *Table) Manifest(ctx context.Context) (*manifest.Manifest, error) {
	h, err := t.head(ctx)
	return h.m, err
}

// head reads the manifest. A missing one is ErrNoTable.
func (t *Table) head(ctx context.Context) (head, error) {
	h, err := t.load(ctx)
	if isNotFound(err) {
		return head{}, fmt.Errorf("%w: %s has no %s", ErrNoTable, t.URL(), manifest.ObjectKey)
	}
	return h, err
}

// Doctor looks whether the store can hold a table. It writes, races for and removes probe objects of its own.
func (t *Table) Doctor(ctx context.Context) ([]probe.Check, error) {
	return probe.Run(ctx, t.store)
}

// inPlace refuses to write to a table that was copied or moved: its Iceberg lists name the old place.
func (t *Table) inPlace(m *manifest.Manifest) error {
	if m.Root() == t.URL() {
		return nil
	}
	return fmt.Errorf("%w: it says it is at %s, but is at %s; run `tablectl relocate %s` once", ErrRelocated, m.Root(), t.URL(), t.URL())
}
