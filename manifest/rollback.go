package manifest

import (
	"fmt"
	"maps"
	"slices"
)

// Rollback makes a live version current again, with the schema, spec and sort order that it has. Counters stay. A reason in freeze
// also freezes the table. Errors: ErrNoVersion or ErrVersionExpired, ErrNothingToDo if it is current already. It is allowed on a
// frozen table.
func (m *Manifest) Rollback(to Version, freeze string, message string, w Write) (*Manifest, error) {
	if _, err := m.resolveNumber(to); err != nil {
		return nil, err
	}
	if to == m.currentVersion() {
		return nil, fmt.Errorf("%w: version %d is current", ErrNothingToDo, to)
	}
	e, _ := m.Live(to)
	next := m.step(w)
	next.makeCurrent(e)
	if freeze != "" {
		next.Tablectl.Frozen = &Frozen{By: w.By, At: Time(next.LastUpdatedMs), Reason: freeze}
	}
	next.record(Event{Op: OpRollback, Version: to, From: m.currentVersion(), Message: message}, w)
	return next.from(m)
}

// Freeze makes publishes refuse until Unfreeze. ErrNothingToDo if the table is frozen.
func (m *Manifest) Freeze(reason string, w Write) (*Manifest, error) {
	if f := m.Tablectl.Frozen; f != nil {
		return nil, fmt.Errorf("%w: frozen by %s at %s: %s", ErrNothingToDo, f.By, f.At, f.Reason)
	}
	next := m.step(w)
	next.Tablectl.Frozen = &Frozen{By: w.By, At: Time(next.LastUpdatedMs), Reason: reason}
	next.record(Event{Op: OpFreeze, Message: reason}, w)
	return next.from(m)
}

// Unfreeze allows publishes again. ErrNothingToDo if the table is not frozen.
func (m *Manifest) Unfreeze(w Write) (*Manifest, error) {
	if m.Tablectl.Frozen == nil {
		return nil, fmt.Errorf("%w: the table is not frozen", ErrNothingToDo)
	}
	next := m.step(w)
	next.Tablectl.Frozen = nil
	next.record(Event{Op: OpUnfreeze}, w)
	return next.from(m)
}

// SetTag names a live version and so keeps it from expiring. ErrTagExists if the tag is on another version, unless force;
// ErrNothingToDo if it is on this one; ErrNoVersion or ErrVersionExpired; ErrInvalid for a name that tags cannot have.
func (m *Manifest) SetTag(name string, v Version, force bool, w Write) (*Manifest, error) {
	if err := CheckTag(name); err != nil {
		return nil, err
	}
	if _, err := m.resolveNumber(v); err != nil {
		return nil, err
	}
	old, exists := m.Tag(name)
	switch {
	case exists && old == v:
		return nil, fmt.Errorf("%w: %s is version %d", ErrNothingToDo, name, v)
	case exists && !force:
		return nil, fmt.Errorf("%w: %s is version %d", ErrTagExists, name, old)
	}
	next := m.step(w)
	next.Refs = cloneMap(m.Refs)
	ref := next.Refs[name]
	ref.SnapshotID, ref.Type = v, "tag"
	next.Refs[name] = ref
	next.record(Event{Op: OpTag, Version: v, From: old, Tag: name}, w)
	return next.from(m)
}

// Untag removes a tag. ErrNoTag if there is none of that name.
func (m *Manifest) Untag(name string, w Write) (*Manifest, error) {
	old, ok := m.Tag(name)
	if !ok {
		return nil, fmt.Errorf("%w: %q", ErrNoTag, clip(name))
	}
	next := m.step(w)
	next.Refs = cloneMap(m.Refs)
	delete(next.Refs, name)
	next.record(Event{Op: OpUntag, Version: old, Tag: name}, w)
	return next.from(m)
}

// Relocate says where the table lies now: its location, with "/_iceberg", and for every live version the manifest list (absolute)
// that was written there. ErrNothingToDo if it lies there already; ErrInvalid if a list is missing or lies elsewhere.
func (m *Manifest) Relocate(location string, lists map[Version]string, w Write) (*Manifest, error) {
	if location == m.Location {
		return nil, fmt.Errorf("%w: the table lies at %s", ErrNothingToDo, m.Root())
	}
	next := m.step(w)
	next.Location = location
	next.Snapshots = slices.Clone(m.Snapshots)
	for i, e := range next.Snapshots {
		list, ok := lists[e.SnapshotID]
		if !ok {
			return nil, refuse(RuleManifestList, "version %d has none at the new place", e.SnapshotID)
		}
		next.Snapshots[i].ManifestList = list
	}
	if len(lists) != len(next.Snapshots) {
		return nil, refuse(RuleManifestList, "lists for versions %v, which are not all live", slices.Sorted(maps.Keys(lists)))
	}
	next.record(Event{Op: OpRelocate, Message: "from " + m.Root()}, w)
	return next.from(m)
}
