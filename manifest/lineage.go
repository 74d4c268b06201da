package manifest

import "slices"

// LatestOfRun is the last version that the run published and that is current or an ancestor of what is current. Events are the history
// and the recent ones, oldest first.
func (m *Manifest) LatestOfRun(events []Event, run string) (Version, bool) {
	for _, e := range slices.Backward(events) {
		if e.Op == OpPublish && e.Run == run && Ancestor(events, m.currentVersion(), e.Version) {
			return e.Version, true
		}
	}
	return 0, false
}
