package manifest

import "slices"

// MinKeepVersions is the least that keep_versions may say: what a publish of an hour may have been overtaken by must still be there.
const MinKeepVersions = 10

// expire lets the oldest versions go if the table has a bound on how many are live (keep_versions): they can no longer be rolled back to or
// read by number. The current version, the one before it, tagged ones, and those that a pending run began on stay whatever the bound.
// Their objects stay until they are collected; GC.Expired says which versions that concerns.
func (m *Manifest) expire() {
	keep := m.Tablectl.Settings.KeepVersions
	if keep == 0 || len(m.Snapshots) <= keep {
		return
	}
	held := m.keptFromExpiry()
	oldest := slices.SortedFunc(slices.Values(m.Snapshots), func(a, b Entry) int { return int(a.SnapshotID - b.SnapshotID) })
	gone := map[Version]bool{}
	for _, e := range oldest[:len(oldest)-keep] {
		if !held[e.SnapshotID] {
			gone[e.SnapshotID] = true
		}
	}
	if len(gone) == 0 {
		return
	}
	m.Snapshots = slices.DeleteFunc(slices.Clone(m.Snapshots), func(e Entry) bool { return gone[e.SnapshotID] })
	m.SnapshotLog = m.logWithout(gone)
	expired := slices.Clone(m.Tablectl.GC.Expired)
	for v := range gone {
		expired = append(expired, v)
	}
	slices.Sort(expired)
	m.Tablectl.GC.Expired = expired
}

// keptFromExpiry are the versions that do not expire.
func (m *Manifest) keptFromExpiry() map[Version]bool {
	held := map[Version]bool{m.currentVersion(): true}
	if v, ok := m.Previous(); ok {
		held[v] = true
	}
	for _, r := range m.Refs {
		held[r.SnapshotID] = true
	}
	for _, p := range m.Tablectl.Pending {
		held[p.Base] = true
	}
	return held
}

// logWithout is the log from the last entry of a version that is gone onwards: with a gap in it, a time would be taken for that of the
// version before the gap (apache/iceberg format/spec.md, "snapshot-log"; RemoveSnapshots clears it likewise).
func (m *Manifest) logWithout(gone map[Version]bool) []LogEntry {
	log := m.SnapshotLog
	for i, l := range slices.Backward(log) {
		if gone[l.SnapshotID] {
			return slices.Clone(log[i+1:])
		}
	}
	return log
}
