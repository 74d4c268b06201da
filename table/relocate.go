package table

import (
	"context"
	"fmt"

	"github.com/tablectl/tablectl/internal/filelist"
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
	for _, e := range h.m.Snapshots {
		key, err := t.relist(ctx, e, dryRun)
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
	_, err = t.drive(ctx, op, &h)
	return res, err
}

// relist writes the Iceberg lists of a live version with the table's URL as it is now, and returns the key of the manifest list.
func (t *Table) relist(ctx context.Context, e manifest.Entry, dryRun bool) (string, error) {
	s, err := t.snapshot(ctx, e)
	if err != nil {
		return "", err
	}
	files, err := t.files(ctx, s)
	if err != nil {
		return "", err
	}
	lists, err := t.icebergLists(s, groupsOf(s, files))
	if err != nil || dryRun {
		return lists.manifestList, err
	}
	return lists.manifestList, t.putObjects(ctx, lists.objects)
}

// groupsOf splits the files of a snapshot as its lists do.
func groupsOf(s *manifest.Snapshot, files []manifest.File) [][]manifest.File {
	if len(s.Lists) == 0 {
		return [][]manifest.File{files}
	}
	return filelist.Split(files)
}
