package manifest

import (
	"fmt"
	"slices"
)

// The operations that events record.
const (
	OpCreate   = "create"
	OpPublish  = "publish"
	OpReject   = "reject"
	OpRollback = "rollback"
	OpFreeze   = "freeze"
	OpUnfreeze = "unfreeze"
	OpTag      = "tag"
	OpUntag    = "untag"
	OpRelocate = "relocate"
	OpSet      = "set"
	OpAlter    = "alter" // of a table that has no versions yet; else it is a publish
)

// step begins the next manifest: a copy with the next generation, a new write id and a later time. Lists and maps are still those of m:
// whoever changes one clones it first. The time is later even if the store's clock is not, for it counts whole seconds: of entries of the
// snapshot log with equal times Iceberg's Java library keeps the first (TableMetadataParser), and then answers times with that version.
func (m *Manifest) step(w Write) *Manifest {
	next := *m
	next.Tablectl.Generation++
	next.Tablectl.WriteID = w.ID
	next.LastUpdatedMs = max(m.LastUpdatedMs+1, int64(w.At))
	return &next
}

// record appends an event to a manifest that step began.
func (m *Manifest) record(e Event, w Write) {
	e.Generation, e.WriteID, e.At, e.By = m.Tablectl.Generation, m.Tablectl.WriteID, Time(m.LastUpdatedMs), w.By
	m.Tablectl.Recent = append(slices.Clip(m.Tablectl.Recent), e)
}

// from ends a transition that began at old: what comes out is valid and was never written before.
func (m *Manifest) from(old *Manifest) (*Manifest, error) {
	if old.Tablectl.WriteID == m.Tablectl.WriteID {
		return nil, refuse(RuleWriteID, "%s was used by the write before", m.Tablectl.WriteID)
	}
	if err := m.Validate(); err != nil {
		return nil, fmt.Errorf("next manifest: %w", err)
	}
	return m, nil
}

// makeCurrent points the table to a live version: its snapshot, and the schema, spec and sort order that it was written with.
func (m *Manifest) makeCurrent(e Entry) {
	m.CurrentSnapshotID = int64(e.SnapshotID)
	m.Refs = cloneMap(m.Refs)
	main := m.Refs[mainRef]
	main.SnapshotID, main.Type = e.SnapshotID, "branch"
	m.Refs[mainRef] = main
	m.SnapshotLog = append(slices.Clip(m.SnapshotLog), LogEntry{SnapshotID: e.SnapshotID, TimestampMs: m.LastUpdatedMs})
	m.DefaultSpecID, _ = summaryID(e, SummarySpec)
	m.DefaultSortOrderID, _ = summaryID(e, SummarySortOrder)
	m.CurrentSchemaID = e.SchemaID
	m.mapNames()
}

// mapNames sets the name mapping to that of the current version.
func (m *Manifest) mapNames() {
	columns, former := m.namedColumns()
	m.Properties = cloneMap(m.Properties)
	m.Properties[propertyMapping] = NameMapping(Schema{Fields: columns}, former)
}

func cloneMap[K comparable, V any](in map[K]V) map[K]V {
	out := make(map[K]V, len(in)+1)
	for k, v := range in {
		out[k] = v
	}
	return out
}

// setPending replaces reservation i; a nil p removes it.
func (m *Manifest) setPending(i int, p *Pending) {
	m.Tablectl.Pending = slices.Clone(m.Tablectl.Pending)
	if p == nil {
		m.Tablectl.Pending = slices.Delete(m.Tablectl.Pending, i, i+1)
		return
	}
	m.Tablectl.Pending[i] = *p
}

// held finds the reservation of a run and refuses, with ErrFenced, if it does not belong to this attempt.
func (m *Manifest) held(run, attempt string) (int, Pending, error) {
	i := m.pendingIndex(run)
	if i < 0 {
		return 0, Pending{}, fmt.Errorf("%w: run %q has no reservation any more", ErrFenced, clip(run))
	}
	p := m.Tablectl.Pending[i]
	if p.Attempt != attempt {
		return 0, Pending{}, fmt.Errorf("%w: run %q was taken over by attempt %s", ErrFenced, clip(run), p.Attempt)
	}
	return i, p, nil
}

// thawed refuses, with ErrFrozen, if the table is frozen.
func (m *Manifest) thawed() error {
	f := m.Tablectl.Frozen
	if f == nil {
		return nil
	}
	return fmt.Errorf("%w by %s at %s: %s; `unfreeze` allows publishes again", ErrFrozen, f.By, f.At, f.Reason)
}
