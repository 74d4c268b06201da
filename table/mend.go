package table

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/tablectl/tablectl/catalog"
	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/manifest"
)

// mendLists puts back the Iceberg lists of live versions: an engine that drops the table of a catalog deletes them, though not the data
// (apache/iceberg, CatalogUtil.dropTableData: gc.enabled keeps data files only). They are derived from the snapshots, and their names are
// digests. It looks for those of the current version, with one request, and for all others only if these are gone or with force.
func (t *Table) mendLists(ctx context.Context, m *manifest.Manifest, force bool) error {
	current, ok := m.Current()
	if !ok {
		return nil
	}
	if there, err := t.hasLists(ctx, current); err != nil || there && !force {
		return err
	}
	r := &relister{t: t, made: map[string]catalog.Named{}}
	for _, e := range m.Snapshots {
		if there, err := t.hasLists(ctx, e); err != nil {
			return err
		} else if there {
			continue
		}
		key, err := r.version(ctx, e)
		if err == nil && e.ManifestList != t.URL()+"/"+key {
			err = fmt.Errorf("%w: it names %s, and its files make %s", ErrCorrupt, e.ManifestList, key)
		}
		if err != nil {
			return fmt.Errorf("put back the Iceberg lists of version %d: %w", e.SnapshotID, err)
		}
		t.opts.Logger.Info("Iceberg lists put back", "version", e.SnapshotID)
	}
	return nil
}

// hasLists looks for the manifest list of a version. What deletes it deletes the manifests that it names first.
func (t *Table) hasLists(ctx context.Context, e manifest.Entry) (bool, error) {
	_, err := t.store.Head(ctx, strings.TrimPrefix(e.ManifestList, t.URL()+"/"))
	if errors.Is(err, objstore.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}
