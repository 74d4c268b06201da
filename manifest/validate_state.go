package manifest

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Rules of the key tablectl.
const (
	RuleFormat        Rule = "format"          // 1
	RuleGeneration    Rule = "generation"      // >= 1
	RuleWriteID       Rule = "write-id"        // 32 hex digits
	RulePendingRun    Rule = "pending-run"     // run, attempt, mode and lease are there; runs and attempts are unique
	RulePendingN      Rule = "pending-version" // version and holds are >= 1, below next_version, not live, of one run only; base is below next_version
	RuleEvent         Rule = "event"           // generation, write id, time and op are there; a publish names run and version
	RuleEventOrder    Rule = "event-order"     // generations ascend and end at the manifest's; write ids are unique and belong to it
	RuleHistory       Rule = "history"         // key and digest fit; it ends before the first recent event
	RuleGC            Rule = "gc"              // plan and digest belong together; expired versions are not live
	RuleFrozen        Rule = "frozen"          // has a reason and a time
	RuleSettings      Rule = "settings"        // layout and compression are known; sizes are in range
	RuleSettingsNames Rule = "settings-names"  // names that wait for the first publish: not empty, unique, and only while there are no columns
	RuleCatalogs      Rule = "catalogs"        // at most 32, each with a name of its own, of a known kind, with properties that suit it
)

var (
	modePattern    = regexp.MustCompile(`^[a-z][a-z-]{0,31}$`)
	attemptPattern = regexp.MustCompile(`^[A-Za-z0-9._-]{1,128}$`)
)

// MaxRunBytes is the length of the longest run id.
const MaxRunBytes = 512

// CheckRun refuses run ids that are empty, too long, not UTF-8 or hold control characters, with ErrInvalid.
func CheckRun(run string) error {
	if run == "" || len(run) > MaxRunBytes || !utf8.ValidString(run) || strings.ContainsFunc(run, unicode.IsControl) {
		return refuse(RulePendingRun, "a run id has 1 to %d bytes of text without control characters, not %q", MaxRunBytes, clip(run))
	}
	return nil
}

func (m *Manifest) validateState() error {
	st := m.Tablectl
	switch {
	case st.Format != Format:
		return refuse(RuleFormat, "%d; %d is known", st.Format, Format)
	case st.Generation < 1:
		return refuse(RuleGeneration, "%d", st.Generation)
	case !hexDigits(st.WriteID, 32):
		return refuse(RuleWriteID, "%q", clip(st.WriteID))
	case st.Frozen != nil && (st.Frozen.Reason == "" || !isTime(st.Frozen.At)):
		return refuse(RuleFrozen, "at %q for %q", st.Frozen.At, clip(st.Frozen.Reason))
	}
	return nil
}

func isTime(t Time) bool { return t >= 1 && t <= maxTime }

func (m *Manifest) validatePending() error {
	runs, attempts, numbers := make(map[string]bool), make(map[string]bool), make(map[Version]bool)
	for _, p := range m.Tablectl.Pending {
		if err := CheckRun(p.Run); err != nil {
			return err
		}
		if runs[p.Run] || attempts[p.Attempt] || !attemptPattern.MatchString(p.Attempt) || !modePattern.MatchString(p.Mode) || !isTime(p.LeaseUntil) {
			return refuse(RulePendingRun, "run %q, attempt %q, mode %q, lease %q", clip(p.Run), clip(p.Attempt), clip(p.Mode), p.LeaseUntil)
		}
		runs[p.Run], attempts[p.Attempt] = true, true
		for _, v := range append([]Version{p.Version}, p.Holds...) {
			if _, live := m.Live(v); live || v < 1 || v >= m.Tablectl.NextVersion || numbers[v] {
				return refuse(RulePendingN, "run %q has version %d: live, taken, or not below next_version %d", clip(p.Run), v, m.Tablectl.NextVersion)
			}
			numbers[v] = true
		}
		if p.Base < 0 || p.Base >= m.Tablectl.NextVersion {
			return refuse(RulePendingN, "run %q has base %d, next_version is %d", clip(p.Run), p.Base, m.Tablectl.NextVersion)
		}
	}
	return nil
}

func (m *Manifest) validateEvents() error {
	st := m.Tablectl
	if err := checkEvents(st.Recent); err != nil {
		return err
	}
	for _, e := range st.Recent {
		if e.Generation > st.Generation || (e.Generation == st.Generation) != (e.WriteID == st.WriteID) {
			return refuse(RuleEventOrder, "the event of generation %d with write id %s, in a manifest of generation %d with %s", e.Generation, clip(e.WriteID), st.Generation, st.WriteID)
		}
		if e.Version >= st.NextVersion || e.From >= st.NextVersion {
			return refuse(RuleEvent, "the event of generation %d names version %d, from %d; next_version is %d", e.Generation, e.Version, e.From, st.NextVersion)
		}
	}
	return m.validateHistory()
}

// checkEvents is what events must be for themselves, in the manifest and in a history object.
func checkEvents(events []Event) error {
	last := int64(0)
	ids := make(map[string]bool, len(events))
	for _, e := range events {
		if e.Generation <= last || ids[e.WriteID] {
			return refuse(RuleEventOrder, "generation %d with write id %s after generation %d", e.Generation, clip(e.WriteID), last)
		}
		last = e.Generation
		ids[e.WriteID] = true
		bad := !hexDigits(e.WriteID, 32) || e.At < 0 || e.At > maxTime || !modePattern.MatchString(e.Op) || e.Version < 0 || e.From < 0
		if bad || e.Op == OpPublish && (e.Version < 1 || CheckRun(e.Run) != nil) {
			return refuse(RuleEvent, "generation %d: op %q, write id %q, version %d, run %q", e.Generation, clip(e.Op), clip(e.WriteID), e.Version, clip(e.Run))
		}
		if e.Snapshot != "" && (CheckDataKey(e.Snapshot) != nil || !hexDigits(e.SHA256, 64)) {
			return refuse(RuleEvent, "generation %d: snapshot %q with digest %q", e.Generation, clip(e.Snapshot), clip(e.SHA256))
		}
	}
	return nil
}

func (m *Manifest) validateHistory() error {
	h := m.Tablectl.History
	if h == nil {
		return nil
	}
	if h.Through < 1 || h.Object != HistoryKey(h.Through) || !hexDigits(h.SHA256, 64) || h.Through > m.Tablectl.Generation {
		return refuse(RuleHistory, "%q with digest %q through generation %d", clip(h.Object), clip(h.SHA256), h.Through)
	}
	if r := m.Tablectl.Recent; len(r) > 0 && r[0].Generation <= h.Through {
		return refuse(RuleHistory, "it goes through generation %d, the first recent event is of %d", h.Through, r[0].Generation)
	}
	return nil
}

func (m *Manifest) validateGC() error {
	gc := m.Tablectl.GC
	planned := gc.Plan != ""
	if gc.Epoch < 0 || planned != (gc.SHA256 != "") || planned && (gc.Plan != planKey(gc.Epoch) || !hexDigits(gc.SHA256, 64)) {
		return refuse(RuleGC, "epoch %d, plan %q with digest %q", gc.Epoch, clip(gc.Plan), clip(gc.SHA256))
	}
	last := Version(0)
	for _, v := range gc.Expired {
		if _, live := m.Live(v); live || v <= last || v >= m.Tablectl.NextVersion {
			return refuse(RuleGC, "expired version %d is live, not below next_version, or out of order", v)
		}
		last = v
	}
	return nil
}

// Layouts and codecs that a table can ask for.
const (
	LayoutShared        = "shared"         // a version names files of earlier ones
	LayoutSelfContained = "self-contained" // a version's prefix holds all of its files
	CompressionZstd     = "zstd"
	CompressionSnappy   = "snappy"
)

// The range of target_file_bytes.
const (
	MinTargetFileBytes = 1 << 10
	MaxTargetFileBytes = 1 << 40
)

func (m *Manifest) validateSettings() error {
	s := m.Tablectl.Settings
	switch {
	case s.Layout != LayoutShared && s.Layout != LayoutSelfContained:
		return refuse(RuleSettings, "layout %q is not known; %q and %q are", clip(s.Layout), LayoutShared, LayoutSelfContained)
	case s.TargetFileBytes < MinTargetFileBytes || s.TargetFileBytes > MaxTargetFileBytes:
		return refuse(RuleSettings, "target_file_bytes is %d; it is %d to %d", s.TargetFileBytes, int64(MinTargetFileBytes), int64(MaxTargetFileBytes))
	case s.RowGroupRows < 0 || s.RowGroupRows > 1<<31-1:
		return refuse(RuleSettings, "row_group_rows is %d; it is 0 to %d", s.RowGroupRows, 1<<31-1)
	case s.KeepVersions != 0 && (s.KeepVersions < MinKeepVersions || s.KeepVersions > 1<<20):
		return refuse(RuleSettings, "keep_versions is %d; it is 0 (all) or %d to %d", s.KeepVersions, MinKeepVersions, 1<<20)
	case s.Compression != "" && s.Compression != CompressionZstd && s.Compression != CompressionSnappy:
		return refuse(RuleSettings, "compression %q is not known; %q and %q are", clip(s.Compression), CompressionZstd, CompressionSnappy)
	}
	for _, names := range [][]string{s.PartitionBy, s.SortBy, s.Key} {
		seen := make(map[string]bool)
		for _, name := range names {
			if name == "" || seen[name] || m.Declared() {
				return refuse(RuleSettingsNames, "%q is empty, there twice, or waits although the table has columns", clip(name))
			}
			seen[name] = true
		}
	}
	return nil
}
