package table

import (
	"context"
	"fmt"
	"strings"

	"github.com/tablectl/tablectl/catalog"
	"github.com/tablectl/tablectl/internal/filelist"
	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/manifest"
)

// derive puts the files of a version, which are those of its parent but for a change, and the names of their lists into s, and
// returns the objects that are still to be put: file lists, Iceberg manifests, and the list that names these.
func (t *Table) derive(ctx context.Context, s *manifest.Snapshot, parent *filelist.Set, c filelist.Change) ([]object, error) {
	b, err := catalog.NewBuilder(s, t.URL())
	if err != nil {
		return nil, fmt.Errorf("build Iceberg lists: %w", err)
	}
	d := &derivation{t: t, version: s.Version, builder: b}
	edited, err := parent.Edit(ctx, s.PartitionOrder(), c, d.list)
	if err != nil {
		return nil, err
	}
	s.Files, s.Lists = edited.Inline, edited.Lists
	if len(s.Lists) == 0 {
		lists, err := t.icebergLists(s)
		s.Iceberg = lists.Keys()
		return icebergObjects(lists), err
	}
	list, err := b.List(s.Lists)
	if err != nil {
		return nil, err
	}
	s.Iceberg = manifest.IcebergLists{ManifestList: list.Key}
	return append(d.objects, avroObject(list)), nil
}

// derivation collects the lists that a version writes.
type derivation struct {
	t       *Table
	version manifest.Version
	builder *catalog.Builder
	objects []object
	bytes   int
}

// heldBytes is how much of lists is held in memory, to be put with everything else; what is more is put before.
const heldBytes = 16 << 20

// list makes a file list and the Iceberg manifest of the same files.
func (d *derivation) list(ctx context.Context, files []manifest.File) (manifest.FileList, error) {
	l, iceberg, err := d.builder.Manifest(d.version, files)
	if err != nil {
		return l, err
	}
	b, err := filelist.Encode(files)
	if err != nil {
		return l, err
	}
	l.SHA256, l.Bytes = digest(b), int64(len(b))
	l.Key = manifest.FileListKey(d.version, l.SHA256)
	d.objects = append(d.objects, object{l.Key, b, l.SHA256, "application/vnd.apache.parquet"}, avroObject(iceberg))
	if d.bytes += len(b) + len(iceberg.Bytes); d.bytes < heldBytes {
		return l, nil
	}
	objects := d.objects
	d.objects, d.bytes = nil, 0
	return l, d.t.putObjects(ctx, objects)
}

func (t *Table) icebergLists(s *manifest.Snapshot) (catalog.Lists, error) {
	lists, err := catalog.BuildIceberg(s, [][]manifest.File{s.Files}, t.URL())
	if err != nil {
		return lists, fmt.Errorf("build Iceberg lists: %w", err)
	}
	return lists, nil
}

func icebergObjects(l catalog.Lists) []object {
	var out []object
	for _, o := range append(l.Manifests, l.ManifestList) {
		out = append(out, avroObject(o))
	}
	return out
}

func avroObject(o catalog.Object) object { return object{o.Key, o.Bytes, o.SHA256, "application/avro"} }

// filesOf are the files of a live version, whose lists name the Iceberg manifests that engines read now: those of a table that was
// relocated are others than its snapshots say.
func (t *Table) filesOf(ctx context.Context, e manifest.Entry, s *manifest.Snapshot) (*filelist.Set, error) {
	if len(s.Lists) == 0 || e.ManifestList == t.URL()+"/"+s.Iceberg.ManifestList {
		return filelist.NewSet(s, t.fileList), nil
	}
	manifests, err := t.relocated(ctx, e)
	if err != nil {
		return nil, fmt.Errorf("read the Iceberg lists of version %d: %w", e.SnapshotID, err)
	}
	if len(manifests) != len(s.Lists) {
		return nil, fmt.Errorf("%w: version %d has %d lists and %d Iceberg manifests", ErrCorrupt, e.SnapshotID, len(s.Lists), len(manifests))
	}
	now := *s
	now.Lists = nil
	for i, l := range s.Lists {
		if v, _ := manifest.KeyVersion(manifests[i].Key); v != l.Version() {
			return nil, fmt.Errorf("%w: version %d has the Iceberg manifest %s for the list %s", ErrCorrupt, e.SnapshotID, manifests[i].Key, l.Key)
		}
		l.Manifest, l.ManifestBytes = manifests[i].Key, manifests[i].Bytes
		now.Lists = append(now.Lists, l)
	}
	return filelist.NewSet(&now, t.fileList), nil
}

// relocated are the Iceberg manifests of a version whose lists were written anew.
func (t *Table) relocated(ctx context.Context, e manifest.Entry) ([]catalog.Named, error) {
	key, ok := strings.CutPrefix(e.ManifestList, t.URL()+"/")
	if !ok || manifest.CheckDataKey(key) != nil {
		return nil, fmt.Errorf("%w: %s lies outside of the table", ErrCorrupt, e.ManifestList)
	}
	b, err := t.readNamed(ctx, key)
	if err != nil {
		return nil, err
	}
	return catalog.ReadList(b, t.URL())
}

// readNamed reads an Iceberg list, whose name is half of its digest.
func (t *Table) readNamed(ctx context.Context, key string) ([]byte, error) {
	b, _, err := objstore.ReadAll(ctx, t.store, key, maxSnapshotBytes)
	if err != nil {
		return nil, err
	}
	if v, _ := manifest.KeyVersion(key); manifest.IcebergKey(v, digest(b)) != key {
		return nil, fmt.Errorf("%w: %s has the digest %s", ErrCorrupt, key, digest(b))
	}
	return b, nil
}
