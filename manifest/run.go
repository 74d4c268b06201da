package manifest

import "slices"

// RunState says what became of a run.
type RunState int

// The states of a run.
const (
	RunUnknown    RunState = iota // it never published
	RunPublished                  // what it published is current or an ancestor of what is current
	RunRolledBack                 // the table was rolled back past what it published
	RunOther                      // it published, but other content
)

// String names the state.
func (s RunState) String() string {
	return [...]string{"unknown", "published", "rolled back", "published with other content"}[s]
}

// RunState decides from events (the history and the recent ones, oldest first) what became of a run with this fingerprint. Its latest
// publish decides, and is returned.
func (m *Manifest) RunState(events []Event, run, fingerprint string) (RunState, Event) {
	for _, e := range slices.Backward(events) {
		switch {
		case e.Op != OpPublish || e.Run != run:
			continue
		case e.Fingerprint != fingerprint:
			return RunOther, e
		case Ancestor(events, m.currentVersion(), e.Version):
			return RunPublished, e
		}
		return RunRolledBack, e
	}
	return RunUnknown, Event{}
}

// Ancestor reports whether v is the version of, or one that it was built on, directly or not. The publish events say on what each
// version was built, also of versions that have expired; a rollback changes nothing about that.
func Ancestor(events []Event, of, v Version) bool {
	parents := make(map[Version]Version)
	for _, e := range events {
		if e.Op == OpPublish {
			parents[e.Version] = e.From
		}
	}
	for of > v {
		parent := parents[of]
		if parent >= of { // no version is built on a later one; without this a false history could hold us here
			return false
		}
		of = parent
	}
	return of == v && v > 0
}

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
