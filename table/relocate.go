package table

import (
	"context"
	"fmt"

	"github.com/tablectl/tablectl/catalog"
	"github.com/tablectl/tablectl/manifest"
)

// RelocateResult says what Relocate did.
type RelocateResult struct {
	From, To string             // roots
	Versions []manifest.Version // whose Iceberg lists were written anew; empty if the table was in place
}

// Relocate makes a table that was copied or moved as a whole readable by Iceberg engines at its new place: their lists hold absolute
// URLs. It writes the lists of all live versions anew and flips location and lists at once. Our own keys are relative and stay.
func (t *Table) Relocate(ctx context.Context, dryRun bool) (*RelocateResult, error) {
	h, err := t.head(ctx)
	if err != nil {
		return nil, fmt.Errorf("relocate: %w", err)
	}
	res := &RelocateResult{From: h.m.Root(), To: t.URL()}
	if res.From == res.To {
		return res, nil
	}
	lists := map[manifest.Version]string{}
	r := &relister{t: t, dryRun: dryRun, made: map[string]catalog.Named{}}
	for _, e := range h.m.Snapshots {
		key, err := r.version(ctx, e)
		if err != nil {
			return nil, fmt.Errorf("relocate version %d: %w", e.SnapshotID, err)
		}
		lists[e.SnapshotID] = t.URL() + "/" + key
		res.Versions = append(res.Versions, e.SnapshotID)
	}
	if dryRun {
		return res, nil
	}
	op := operation{name: "relocate", readBack: true, change: func(m *manifest.Manifest, w manifest.Write) (*manifest.Manifest, error) {
		if m == nil {
			return nil, fmt.Errorf("%w: %s", ErrNoTable, t.URL())
		}
		return m.Relocate(t.URL()+"/_iceberg", lists, w)
	}}
	out, err := t.drive(ctx, op, &h)
	if err != nil {
		return res, err
	}
	_, err = t.follow(ctx, out.head, false)
	return res, err
}

// relister writes Iceberg lists anew with the table's URL as it is now. Manifests that versions share are made once.
type relister struct {
	t      *Table
	dryRun bool
	made   map[string]catalog.Named // by the key of the file list
}

// version writes the lists of a live version, and returns the key of the manifest list.
func (r *relister) version(ctx context.Context, e manifest.Entry) (string, error) {
	s, err := r.t.snapshot(ctx, e)
	if err != nil {
		return "", err
	}
	if len(s.Lists) == 0 {
		lists, err := r.t.icebergLists(s)
		if err != nil {
			return "", err
		}
		return lists.ManifestList.Key, r.put(ctx, icebergObjects(lists))
	}
	b, err := catalog.NewBuilder(s, r.t.URL())
	if err != nil {
		return "", err
	}
	var lines []manifest.FileList
	for _, l := range s.Lists {
		if l, err = r.list(ctx, b, s, l); err != nil {
			return "", err
		}
		lines = append(lines, l)
	}
	list, err := b.List(lines)
	if err != nil {
		return "", err
	}
	return list.Key, r.put(ctx, []object{avroObject(list)})
}

// list writes the manifest of one file list, as the version wrote it that made both.
func (r *relister) list(ctx context.Context, b *catalog.Builder, s *manifest.Snapshot, l manifest.FileList) (manifest.FileList, error) {
	made, ok := r.made[l.Key]
	if !ok {
		files, err := r.t.fileList(ctx, l)
		if err != nil {
			return l, err
		}
		if err := s.CheckList(l, files); err != nil {
			return l, fmt.Errorf("%w: %w", ErrCorrupt, err)
		}
		line, o, err := b.Manifest(l.Version(), files)
		if err != nil {
			return l, err
		}
		if err := r.put(ctx, []object{avroObject(o)}); err != nil {
			return l, err
		}
		made = catalog.Named{Key: line.Manifest, Bytes: line.ManifestBytes}
		r.made[l.Key] = made
	}
	l.Manifest, l.ManifestBytes = made.Key, made.Bytes
	return l, nil
}

func (r *relister) put(ctx context.Context, objects []object) error {
	if r.dryRun {
		return nil
	}
	return r.t.putObjects(ctx, objects)
}
