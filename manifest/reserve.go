package manifest

import (
	"fmt"
	"slices"
)

// Reserve gives a run its number (P2 of the protocol). A run that is pending keeps its number and gets the new attempt, which fences
// the old one. ErrFrozen if the table is frozen.
func (m *Manifest) Reserve(run, attempt, mode string, lease Time, w Write) (*Manifest, Pending, error) {
	if err := m.thawed(); err != nil {
		return nil, Pending{}, err
	}
	next := m.step(w)
	i := m.pendingIndex(run)
	p := Pending{Run: run, Version: m.Tablectl.NextVersion, Holds: []Version{}}
	if i >= 0 {
		p = m.Tablectl.Pending[i]
	}
	p.Attempt, p.Mode, p.Base, p.LeaseUntil = attempt, mode, m.currentVersion(), lease
	if i >= 0 {
		next.setPending(i, &p)
	} else {
		next.Tablectl.NextVersion++
		next.Tablectl.Pending = append(slices.Clip(next.Tablectl.Pending), p)
	}
	next, err := next.from(m)
	return next, p, err
}

// Renumber gives a run a new number, because a higher one than its own was published (P6 e). The old number stays held: its prefix
// has the run's files. ErrFenced if the reservation belongs to another attempt.
func (m *Manifest) Renumber(run, attempt string, w Write) (*Manifest, Pending, error) {
	i, p, err := m.held(run, attempt)
	if err != nil {
		return nil, Pending{}, err
	}
	next := m.step(w)
	p.Holds = append(slices.Clip(p.Holds), p.Version)
	p.Version, p.Base = m.Tablectl.NextVersion, m.currentVersion()
	next.Tablectl.NextVersion++
	next.setPending(i, &p)
	next, err = next.from(m)
	return next, p, err
}

// Renew prolongs the lease of a reservation; it never shortens it. ErrFenced if it belongs to another attempt.
func (m *Manifest) Renew(run, attempt string, lease Time, w Write) (*Manifest, error) {
	i, p, err := m.held(run, attempt)
	if err != nil {
		return nil, err
	}
	next := m.step(w)
	p.LeaseUntil = max(p.LeaseUntil, lease)
	next.setPending(i, &p)
	return next.from(m)
}

// Reject takes out a reservation whose version cannot be published, with the event "reject". The key and digest of the snapshot
// object that holds the failed report may be empty. ErrFenced if the reservation belongs to another attempt; ErrConflict if it is
// for another version.
func (m *Manifest) Reject(run, attempt string, v Version, snapshotKey, sha256, message string, w Write) (*Manifest, error) {
	i, p, err := m.held(run, attempt)
	if err != nil {
		return nil, err
	}
	if p.Version != v {
		return nil, fmt.Errorf("%w: run %q has version %d, not %d", ErrConflict, clip(run), p.Version, v)
	}
	next := m.step(w)
	next.setPending(i, nil)
	next.record(Event{Op: OpReject, Version: v, Run: run, Message: message, Snapshot: snapshotKey, SHA256: sha256}, w)
	return next.from(m)
}
