package manifest

import (
	"fmt"
	"slices"
	"strings"
)

// Root is the table root by the manifest's own account: location without "/_iceberg". A manifest that was read elsewhere has been
// moved (ErrRelocated is for the caller to say; Relocate mends it).
func (m *Manifest) Root() string { return strings.TrimSuffix(m.Location, locationSuffix) }

// Current is the current version; false before the first publish.
func (m *Manifest) Current() (Entry, bool) { return m.Live(Version(m.CurrentSnapshotID)) }

// currentVersion is the number of the current version, 0 for none.
func (m *Manifest) currentVersion() Version { return Version(max(m.CurrentSnapshotID, 0)) }

// Live is the entry of a version that can be read and rolled back to.
func (m *Manifest) Live(v Version) (Entry, bool) {
	i, ok := slices.BinarySearchFunc(m.Snapshots, v, func(e Entry, v Version) int { return int(max(-1, min(1, e.SnapshotID-v))) })
	if !ok {
		return Entry{}, false
	}
	return m.Snapshots[i], true
}

// Tag is the version that a tag names.
func (m *Manifest) Tag(name string) (Version, bool) {
	ref, ok := m.Refs[name]
	return ref.SnapshotID, ok && name != mainRef
}

// Tags are all tags.
func (m *Manifest) Tags() map[string]Version {
	out := make(map[string]Version)
	for name, ref := range m.Refs {
		if name != mainRef {
			out[name] = ref.SnapshotID
		}
	}
	return out
}

// AsOf is the version that was current at t; false if none was, or if it has expired and so left the log.
func (m *Manifest) AsOf(t Time) (Version, bool) {
	for _, l := range slices.Backward(m.SnapshotLog) {
		if Time(l.TimestampMs) <= t {
			return l.SnapshotID, true
		}
	}
	return 0, false
}

// Previous is the live version that was current before the current one.
func (m *Manifest) Previous() (Version, bool) {
	for _, l := range slices.Backward(m.SnapshotLog) {
		if int64(l.SnapshotID) != m.CurrentSnapshotID {
			return l.SnapshotID, true
		}
	}
	return 0, false
}

// PendingRun is the reservation of a run.
func (m *Manifest) PendingRun(run string) (Pending, bool) {
	i := m.pendingIndex(run)
	if i < 0 {
		return Pending{}, false
	}
	return m.Tablectl.Pending[i], true
}

func (m *Manifest) pendingIndex(run string) int {
	return slices.IndexFunc(m.Tablectl.Pending, func(p Pending) bool { return p.Run == run })
}

// Declared reports whether the table has columns; without, the first publish brings them.
func (m *Manifest) Declared() bool { return len(m.Schema().Fields) > 0 }

// Schema is the current schema.
func (m *Manifest) Schema() Schema {
	s, _ := m.schema(m.CurrentSchemaID)
	return s
}

// Spec is the current partition spec.
func (m *Manifest) Spec() PartitionSpec {
	p, _ := m.spec(m.DefaultSpecID)
	return p
}

// SortOrder is the current sort order.
func (m *Manifest) SortOrder() SortOrder {
	o, _ := m.order(m.DefaultSortOrderID)
	return o
}

func (m *Manifest) schema(id int) (Schema, bool) {
	return find(m.Schemas, func(s Schema) bool { return s.ID == id })
}

func (m *Manifest) spec(id int) (PartitionSpec, bool) {
	return find(m.PartitionSpecs, func(p PartitionSpec) bool { return p.ID == id })
}

func (m *Manifest) order(id int) (SortOrder, bool) {
	return find(m.SortOrders, func(o SortOrder) bool { return o.ID == id })
}

func find[T any](list []T, is func(T) bool) (T, bool) {
	if i := slices.IndexFunc(list, is); i >= 0 {
		return list[i], true
	}
	var none T
	return none, false
}

// What Resolve takes besides numbers, tags and times.
const (
	refCurrent  = "current"
	refPrevious = "previous"
)

// Resolve is the live version that a person means: a number, a tag, a time ("2026-04-15", "2026-04-15T10:00:00Z"; without a zone in
// UTC), "previous" or "current". Errors: ErrVersionExpired for one that was published and is gone, else ErrNoVersion.
func (m *Manifest) Resolve(ref string) (Version, error) {
	if ref == refCurrent {
		if _, ok := m.Current(); !ok {
			return 0, fmt.Errorf("%w: nothing has been published yet", ErrNoVersion)
		}
		return m.currentVersion(), nil
	}
	if ref == refPrevious {
		v, ok := m.Previous()
		if !ok {
			return 0, fmt.Errorf("%w: no version was current before this one", ErrNoVersion)
		}
		return v, nil
	}
	if v, ok := m.Tag(ref); ok {
		return v, nil
	}
	if v, ok := parseVersion(ref); ok {
		return m.resolveNumber(v)
	}
	if t, ok := parseInstant(ref); ok {
		if v, ok := m.AsOf(t); ok {
			return v, nil
		}
		return 0, fmt.Errorf("%w: the log of this table does not reach back to %s", ErrNoVersion, t)
	}
	return 0, fmt.Errorf("%w: %q is not the number of a version, a tag, a time, \"previous\" or \"current\"", ErrNoVersion, clip(ref))
}

// resolveNumber says of a version that is not live what became of it, as far as the manifest knows.
func (m *Manifest) resolveNumber(v Version) (Version, error) {
	if _, ok := m.Live(v); ok {
		return v, nil
	}
	if slices.Contains(m.Tablectl.GC.Expired, v) {
		return 0, fmt.Errorf("version %d: %w", v, ErrVersionExpired)
	}
	for _, p := range m.Tablectl.Pending {
		if p.Version == v || slices.Contains(p.Holds, v) {
			return 0, fmt.Errorf("%w: version %d is being written", ErrNoVersion, v)
		}
	}
	for _, e := range slices.Backward(m.Tablectl.Recent) {
		switch {
		case e.Version == v && e.Op == OpReject:
			return 0, fmt.Errorf("%w: version %d was refused and never published", ErrNoVersion, v)
		case e.Version == v && e.Op == OpPublish:
			return 0, fmt.Errorf("version %d: %w", v, ErrVersionExpired)
		}
	}
	if m.Tablectl.History != nil && int64(v) <= m.LastSequenceNumber {
		return 0, fmt.Errorf("version %d: %w, or it was never published", v, ErrVersionExpired)
	}
	return 0, fmt.Errorf("%w: %d", ErrNoVersion, v)
}
