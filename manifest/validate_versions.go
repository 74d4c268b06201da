package manifest

import (
	"regexp"
	"strings"
	"time"
)

// Rules of the live versions, of the references to them, and of the log of what was current.
const (
	RuleSnapshotID     Rule = "snapshot-id"          // >= 1, ascending, not above last-sequence-number
	RuleSequence       Rule = "sequence-number"      // equal to the snapshot id
	RuleParent         Rule = "parent"               // a lower number
	RuleTimestamp      Rule = "timestamp-ms"         // a time
	RuleSnapshotSchema Rule = "snapshot-schema"      // the version's schema is there, with columns
	RuleSnapshotLayout Rule = "snapshot-layout"      // its spec and sort order are there and fit its schema
	RuleManifestList   Rule = "manifest-list"        // absolute, inside the table root, in the prefix of this or a lower version
	RuleSummary        Rule = "summary"              // the operation is one of Iceberg's; the totals are there, as numbers
	RuleSummaryOurs    Rule = "summary-snapshot"     // tablectl.snapshot and tablectl.sha256 belong together and to this version
	RuleCurrent        Rule = "current-snapshot"     // -1 exactly while there are no versions, else live
	RuleMain           Rule = "main"                 // refs.main is a branch and is current-snapshot-id, or neither is there
	RuleTag            Rule = "tag"                  // every other ref is a tag, of an allowed name, and of a live version
	RuleSnapshotLog    Rule = "snapshot-log"         // names live versions, in order of time; the last is current
	RuleLastSequence   Rule = "last-sequence-number" // >= 0 and below next_version
)

// Members of a summary. The totals are what Spark's register_table asks for.
const (
	SummarySnapshot  = "tablectl.snapshot" // key of the snapshot object
	SummarySHA256    = "tablectl.sha256"   // its digest, 64 hex digits
	SummaryMode      = "tablectl.mode"
	SummaryRun       = "tablectl.run"
	SummarySpec      = "tablectl.spec-id"       // missing: 0
	SummarySortOrder = "tablectl.sort-order-id" // missing: 0
	// The highest field id that had been given when the version was published; missing: the highest of its schema.
	SummaryLastColumn = "tablectl.last-column-id"

	SummaryOperation = "operation"
	SummaryRecords   = "total-records"
	SummaryFiles     = "total-data-files"
	SummaryBytes     = "total-files-size"
	SummaryAdded     = "added-records"
)

var summaryTotals = []string{SummaryRecords, SummaryFiles, SummaryBytes, "total-delete-files", "total-position-deletes", "total-equality-deletes"}

func (m *Manifest) validateSnapshots() error {
	last := Version(0)
	for _, e := range m.Snapshots {
		if e.SnapshotID <= last || int64(e.SnapshotID) > m.LastSequenceNumber {
			return refuse(RuleSnapshotID, "version %d after %d, with last-sequence-number %d", e.SnapshotID, last, m.LastSequenceNumber)
		}
		last = e.SnapshotID
		if err := m.validateEntry(e); err != nil {
			return err
		}
	}
	if m.LastSequenceNumber < 0 || m.LastSequenceNumber >= int64(m.Tablectl.NextVersion) {
		return refuse(RuleLastSequence, "%d, with next_version %d", m.LastSequenceNumber, m.Tablectl.NextVersion)
	}
	_, live := m.Current()
	if m.CurrentSnapshotID == -1 && len(m.Snapshots) == 0 || live {
		return nil
	}
	return refuse(RuleCurrent, "current-snapshot-id is %d, and %d versions are live", m.CurrentSnapshotID, len(m.Snapshots))
}

func (m *Manifest) validateEntry(e Entry) error {
	switch {
	case e.SequenceNumber != int64(e.SnapshotID):
		return refuse(RuleSequence, "%s", versionDetail(e.SnapshotID, "sequence number %d", e.SequenceNumber))
	case e.ParentSnapshotID != nil && (*e.ParentSnapshotID < 1 || *e.ParentSnapshotID >= e.SnapshotID):
		return refuse(RuleParent, "%s", versionDetail(e.SnapshotID, "parent %d", *e.ParentSnapshotID))
	case e.TimestampMs < 0 || Time(e.TimestampMs) > maxTime:
		return refuse(RuleTimestamp, "%s", versionDetail(e.SnapshotID, "%d ms", e.TimestampMs))
	case e.TimestampMs > m.LastUpdatedMs:
		return refuse(RuleUpdated, "%d ms, but version %d was published at %d", m.LastUpdatedMs, e.SnapshotID, e.TimestampMs)
	}
	if key, ok := strings.CutPrefix(e.ManifestList, m.Root()+"/"); !ok {
		return refuse(RuleManifestList, "%s", versionDetail(e.SnapshotID, "%q is not inside %q", clip(e.ManifestList), clip(m.Root())))
	} else if v, ok := KeyVersion(key); !ok || v > e.SnapshotID || CheckKey(key) != nil {
		return refuse(RuleManifestList, "%s", versionDetail(e.SnapshotID, "%q", clip(key)))
	}
	if err := m.validateEntryLayout(e); err != nil {
		return err
	}
	return e.validateSummary()
}

func (m *Manifest) validateEntryLayout(e Entry) error {
	s, ok := m.schema(e.SchemaID)
	if !ok || len(s.Fields) == 0 {
		return refuse(RuleSnapshotSchema, "%s", versionDetail(e.SnapshotID, "there is no schema %d with columns", e.SchemaID))
	}
	spec, ok1 := summaryID(e, SummarySpec)
	order, ok2 := summaryID(e, SummarySortOrder)
	p, ok3 := m.spec(spec)
	o, ok4 := m.order(order)
	if !ok1 || !ok2 || !ok3 || !ok4 || p.fits(s) != nil || o.fits(s) != nil {
		return refuse(RuleSnapshotLayout, "%s", versionDetail(e.SnapshotID, "spec %q, sort order %q", clip(e.Summary[SummarySpec]), clip(e.Summary[SummarySortOrder])))
	}
	if last, ok := summaryID(e, SummaryLastColumn); !ok || last > m.LastColumnID {
		return refuse(RuleLastColumn, "%s", versionDetail(e.SnapshotID, "%s is %q", SummaryLastColumn, clip(e.Summary[SummaryLastColumn])))
	}
	return nil
}

// summaryID is an id in a summary; a missing one is 0.
func summaryID(e Entry, name string) (int, bool) {
	text, ok := e.Summary[name]
	if !ok {
		return 0, true
	}
	n, ok := digits(text)
	return int(n), ok && n < 1<<31
}

func (e Entry) validateSummary() error {
	switch op := e.Summary[SummaryOperation]; op {
	case "append", "overwrite", "replace", "delete":
	default:
		return refuse(RuleSummary, "%s", versionDetail(e.SnapshotID, "operation %q", clip(op)))
	}
	for _, name := range summaryTotals {
		if _, ok := digits(e.Summary[name]); !ok {
			return refuse(RuleSummary, "%s", versionDetail(e.SnapshotID, "%s is %q", name, clip(e.Summary[name])))
		}
	}
	sha := e.Summary[SummarySHA256]
	if key := e.Summary[SummarySnapshot]; !hexDigits(sha, 64) || key != SnapshotKey(e.SnapshotID, sha) {
		return refuse(RuleSummaryOurs, "%s", versionDetail(e.SnapshotID, "%q with digest %q", clip(key), clip(sha)))
	}
	return nil
}

func (m *Manifest) validateRefs() error {
	main, ok := m.Refs[mainRef]
	if ok != (m.CurrentSnapshotID != -1) || ok && (int64(main.SnapshotID) != m.CurrentSnapshotID || main.Type != "branch") {
		return refuse(RuleMain, "main is %d (%s), current-snapshot-id is %d", main.SnapshotID, clip(main.Type), m.CurrentSnapshotID)
	}
	for name, ref := range m.Refs {
		if name == mainRef {
			continue
		}
		if err := CheckTag(name); err != nil {
			return refuse(RuleTag, "%v", err)
		}
		if _, live := m.Live(ref.SnapshotID); !live || ref.Type != "tag" {
			return refuse(RuleTag, "%s is a %s of version %d, which must be a tag of a live one", name, clip(ref.Type), ref.SnapshotID)
		}
	}
	return nil
}

const mainRef = "main"

var tagPattern = regexp.MustCompile(`^[A-Za-z0-9._-]{1,255}$`)

// CheckTag refuses names that tags cannot have, with ErrInvalid: other characters than A-Z a-z 0-9 . _ -, more than 255 of them, and what
// Resolve would take for something else: "main", "previous", "current", numbers and times.
func CheckTag(name string) error {
	_, isTime := parseInstant(name)
	_, isNumber := digits(name)
	switch {
	case !tagPattern.MatchString(name):
		return refuse(RuleTag, "%q: a tag has 1 to 255 characters of A-Z a-z 0-9 . _ -", clip(name))
	case name == mainRef || name == refPrevious || name == refCurrent || isTime || isNumber || strings.Trim(name, "0123456789") == "":
		return refuse(RuleTag, "%q already means something else, a version, a time or a branch", clip(name))
	}
	return nil
}

// parseInstant reads a time as people write it: a date, or a timestamp with or without zone (UTC).
func parseInstant(s string) (Time, bool) {
	v, err := parseTimestamp(s, true)
	if err != nil {
		return 0, false
	}
	return Time(floorDiv(v.(int64), int64(time.Millisecond/time.Microsecond))), true
}

func (m *Manifest) validateLog() error {
	last := int64(0)
	for _, l := range m.SnapshotLog {
		if _, live := m.Live(l.SnapshotID); !live || l.TimestampMs < last {
			return refuse(RuleSnapshotLog, "version %d at %d ms: not live, or before the entry above", l.SnapshotID, l.TimestampMs)
		}
		last = l.TimestampMs
	}
	if last > m.LastUpdatedMs {
		return refuse(RuleUpdated, "%d ms, but the log goes to %d", m.LastUpdatedMs, last)
	}
	n := len(m.SnapshotLog)
	if (n == 0) != (m.CurrentSnapshotID == -1) || n > 0 && int64(m.SnapshotLog[n-1].SnapshotID) != m.CurrentSnapshotID {
		return refuse(RuleSnapshotLog, "it does not end with the current version %d", m.CurrentSnapshotID)
	}
	return nil
}
