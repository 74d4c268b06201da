package table

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/tablectl/tablectl/manifest"
)

// Log is the history, newest first; limit 0 is all of it.
func (t *Table) Log(ctx context.Context, limit int) ([]manifest.Event, error) {
	h, err := t.head(ctx)
	if err != nil {
		return nil, err
	}
	events := h.m.Tablectl.Recent
	if limit == 0 || limit > len(events) {
		if events, err = t.allEvents(ctx, h.m); err != nil {
			return nil, err
		}
	}
	events = slices.Clone(events)
	slices.Reverse(events)
	if limit > 0 && limit < len(events) {
		events = events[:limit]
	}
	return events, nil
}

// Status is the pointer, what is pending and what is frozen, in one request, and what each catalog shows, if there are any. The error is
// a BehindError, beside the status, if one shows less.
func (t *Table) Status(ctx context.Context) (*TableStatus, error) {
	h, err := t.head(ctx)
	if err != nil {
		return nil, err
	}
	s := &TableStatus{
		Table: t.URL(), Version: current(h.m), Generation: h.generation(), UpdatedAt: manifest.Time(h.m.LastUpdatedMs),
		Frozen: h.m.Tablectl.Frozen, Pending: h.m.Tablectl.Pending, Tags: h.m.Tags(), Now: t.clock.now(),
	}
	for _, e := range h.m.Snapshots {
		s.Live = append(s.Live, e.SnapshotID)
	}
	if len(h.m.Tablectl.Settings.Catalogs) == 0 {
		return s, nil
	}
	s.Catalogs = t.look(ctx, h)
	return s, behind(s.Catalogs)
}

// Shown is all that is known of one version.
type Shown struct {
	Version  manifest.Version
	State    string // "current", "live", "rejected"
	Snapshot *manifest.Snapshot
	Files    []manifest.File // nil if they are in lists: View.EachFile reads those
	Entry    *manifest.Entry // nil for a rejected version
	Event    *manifest.Event // how it ended, for a rejected version
	Tags     []string
}

// Show describes a version. A rejected one, which failed validation and was never visible, is found by its number.
func (t *Table) Show(ctx context.Context, ref string) (*Shown, error) {
	h, err := t.head(ctx)
	if err != nil {
		return nil, err
	}
	if n, err := strconv.ParseInt(ref, 10, 64); err == nil {
		if _, live := h.m.Live(manifest.Version(n)); !live {
			return t.showRejected(ctx, h.m, manifest.Version(n))
		}
	}
	n, err := t.resolve(h.m, ref)
	if err != nil {
		return nil, err
	}
	v, err := t.view(ctx, h.m, n)
	if err != nil {
		return nil, err
	}
	out := &Shown{Version: n, State: "live", Snapshot: v.snap, Files: v.snap.Files, Entry: &v.entry}
	if n == current(h.m) {
		out.State = "current"
	}
	tags := h.m.Tags()
	for _, name := range slices.Sorted(maps.Keys(tags)) {
		if tags[name] == n {
			out.Tags = append(out.Tags, name)
		}
	}
	return out, nil
}

// showRejected finds a version that is not live in the history.
func (t *Table) showRejected(ctx context.Context, m *manifest.Manifest, v manifest.Version) (*Shown, error) {
	events, err := t.allEvents(ctx, m)
	if err != nil {
		return nil, err
	}
	for _, e := range slices.Backward(events) {
		if e.Version != v || e.Op != manifest.OpReject {
			continue
		}
		out := &Shown{Version: v, State: "rejected", Event: &e}
		if e.Snapshot == "" {
			return out, nil
		}
		b, err := t.readVerified(ctx, e.Snapshot, e.SHA256, maxSnapshotBytes)
		if err != nil {
			return nil, fmt.Errorf("read the failed report of version %d: %w", v, err)
		}
		if out.Snapshot, err = manifest.DecodeSnapshot(b); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
		}
		out.Files = out.Snapshot.Files
		return out, nil
	}
	_, err = m.Resolve(strconv.FormatInt(int64(v), 10))
	return nil, fmt.Errorf("find version %d: %w", v, err)
}
