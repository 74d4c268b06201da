package table

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/manifest"
)

// Init creates an empty table and brings its catalogs up to date. It refuses a path that holds anything already and a store that ignores
// conditions. ErrBehind comes with the manifest: the table is there, and a catalog does not show it yet.
func (t *Table) Init(ctx context.Context, d Definition, dryRun bool) (*manifest.Manifest, error) {
	if _, err := t.load(ctx); err == nil {
		return nil, fmt.Errorf("%w: %s", ErrTableExists, t.URL())
	} else if !isNotFound(err) {
		return nil, err
	}
	make, err := t.creation(ctx, d)
	if err != nil {
		return nil, err
	}
	if err := t.checkEmpty(ctx); err != nil {
		return nil, err
	}
	if dryRun {
		return make(manifest.Write{ID: newID(), At: t.clock.now(), By: t.opts.By})
	}
	op := operation{name: "create table", readBack: true, change: func(m *manifest.Manifest, w manifest.Write) (*manifest.Manifest, error) {
		if m != nil {
			return nil, fmt.Errorf("%w: %s", ErrTableExists, t.URL())
		}
		return make(w)
	}}
	if err := t.probeUpdate(ctx); err != nil {
		return nil, err
	}
	out, err := t.drive(ctx, op, &head{})
	if err != nil {
		return nil, err
	}
	if err := t.probeCreate(ctx); err != nil {
		return out.head.m, err
	}
	_, err = t.follow(ctx, out.head, false)
	return out.head.m, err
}

// creation is the transition from nothing to the table that d describes. Its uuid is drawn here, once.
func (t *Table) creation(ctx context.Context, d Definition) (func(manifest.Write) (*manifest.Manifest, error), error) {
	def, err := t.describe(ctx, d)
	if err != nil {
		return nil, err
	}
	return func(w manifest.Write) (*manifest.Manifest, error) { return manifest.New(def, w) }, nil
}

// describe is d as package manifest has it.
func (t *Table) describe(ctx context.Context, d Definition) (manifest.Table, error) {
	def := manifest.Table{
		UUID: uuid.NewString(), Location: t.URL() + "/_iceberg", PartitionBy: d.PartitionBy, SortBy: d.SortBy, Key: d.Key, Properties: d.Properties,
		Settings: manifest.Settings{Layout: d.Layout, TargetFileBytes: d.TargetFileBytes, RowGroupRows: d.RowGroupRows, Compression: d.Compression, Catalogs: d.Catalogs},
	}
	if len(d.Columns) > 0 {
		def.Schema = &manifest.Schema{Fields: d.Columns}
	}
	// Once here, so that a definition that cannot be is refused before anything is sent.
	m, err := manifest.New(def, manifest.Write{ID: newID(), At: 1})
	if err != nil {
		return def, fmt.Errorf("%w: %w", ErrUsage, err)
	}
	for _, c := range d.Catalogs {
		if _, err := t.checkCatalog(ctx, c, m); err != nil {
			return def, err
		}
	}
	return def, nil
}

// checkEmpty refuses a path that holds other things: a table there would hide them, and they would confuse readers that list.
func (t *Table) checkEmpty(ctx context.Context) error {
	for info, err := range t.store.List(ctx, "") {
		switch {
		case errors.Is(err, objstore.ErrNotFound):
			return nil
		case err != nil:
			return fmt.Errorf("look at %s: %w", t.URL(), err)
		case info.Key == manifest.ObjectKey:
			return nil // somebody was faster; the flip will see it
		default:
			return fmt.Errorf("%w: %s/%s; choose an empty path for the table", ErrForeign, t.URL(), info.Key)
		}
	}
	return nil
}

// probeETag is an ETag that no object has.
const probeETag = `"00000000000000000000000000000000"`

// probeUpdate sends an If-Match that cannot hold to where the manifest will be. A store that accepts it is no place for a table:
// it would let the slower of two writers undo the faster. (`tablectl doctor` looks further, with racing writers.)
func (t *Table) probeUpdate(ctx context.Context) error {
	return t.probe(ctx, "If-Match", objstore.PutOptions{IfMatch: probeETag, Once: true})
}

// probeCreate sends an If-None-Match to the manifest that stands there now.
func (t *Table) probeCreate(ctx context.Context) error {
	return t.probe(ctx, "If-None-Match", objstore.PutOptions{IfNoneMatch: true, Once: true})
}

func (t *Table) probe(ctx context.Context, condition string, o objstore.PutOptions) error {
	for try := 1; ; try++ {
		_, err := t.store.Put(ctx, manifest.ObjectKey, objstore.BytesBody([]byte(probeBody)), o)
		switch {
		case errors.Is(err, objstore.ErrPrecondition), isNotFound(err):
			return nil
		case err == nil:
			return fmt.Errorf("%w: %s ignored %s; run `tablectl doctor %s`", ErrStoreNotAtomic, t.URL(), condition, t.URL())
		case !passing(err) || try == probeTries:
			return fmt.Errorf("probe %s: %w", t.URL(), err)
		}
		if err := objstore.Sleep(ctx, t.store, objstore.Backoff(try)); err != nil {
			return fmt.Errorf("probe %s: %w", t.URL(), err)
		}
	}
}

// probeBody says what happened to whoever finds it. It is no manifest, so that a store which took it is refused from then on.
const probeBody = `{"tablectl": "this object was written although its condition did not hold: the store cannot hold a table"}`

const probeTries = 5

func isNotFound(err error) bool { return errors.Is(err, objstore.ErrNotFound) }
