package manifest

import (
	"fmt"
	"slices"
	"strconv"
)

// Commit is what makes a version current. The snapshot and all it names stand in the store already.
type Commit struct {
	Run, Attempt   string
	Snapshot       *Snapshot
	SnapshotKey    string
	SnapshotSHA256 string
	ManifestList   string // absolute
	Message        string
	ExpectVersion  *Version // refuse if another version is current; 0: none must be
}

// Commit is the flip (P6 f). The snapshot may have another schema, spec or sort order than the table, if they follow from the table's
// (Evolve). It refuses with ErrFenced (the reservation belongs to another attempt), ErrFrozen, ErrConflict (the version that is
// current, its schema, spec or sort order, or the layout is not what the snapshot was built on, or not what was expected),
// ErrStaleNumber (a higher number was published: Renumber), or ErrInvalid (the snapshot is not that of the reservation).
func (m *Manifest) Commit(c Commit, w Write) (*Manifest, error) {
	i, p, err := m.held(c.Run, c.Attempt)
	if err != nil {
		return nil, err
	}
	if err := m.thawed(); err != nil {
		return nil, err
	}
	if err := m.mayCommit(c, p); err != nil {
		return nil, err
	}
	next := m.step(w)
	if !m.Declared() {
		next.declare(c.Snapshot.Schema, c.Snapshot.Spec, c.Snapshot.SortOrder)
	}
	next.adopt(c.Snapshot.Design())
	e := next.entry(c)
	next.setPending(i, nil)
	next.Snapshots = append(slices.Clip(next.Snapshots), e)
	next.LastSequenceNumber = int64(p.Version)
	next.makeCurrent(e)
	next.expire()
	next.record(Event{
		Op: OpPublish, Version: p.Version, From: m.currentVersion(), Run: c.Run, Fingerprint: c.Snapshot.Fingerprint, Message: c.Message,
	}, w)
	return next.from(m)
}

func (m *Manifest) mayCommit(c Commit, p Pending) error {
	s := c.Snapshot
	if c.ExpectVersion != nil && *c.ExpectVersion != m.currentVersion() {
		return fmt.Errorf("%w: version %d is current, %d was expected", ErrConflict, m.currentVersion(), *c.ExpectVersion)
	}
	if int64(p.Version) <= m.LastSequenceNumber {
		return fmt.Errorf("%w: %d, and %d was published", ErrStaleNumber, p.Version, m.LastSequenceNumber)
	}
	if err := m.checkParent(s); err != nil {
		return err
	}
	if err := m.checkDesign(s); err != nil {
		return err
	}
	if err := m.checkLayout(s); err != nil {
		return err
	}
	return m.checkSnapshot(c, p)
}

// checkParent demands that the snapshot was built on what is current now.
func (m *Manifest) checkParent(s *Snapshot) error {
	if s.TableUUID != m.TableUUID {
		return fmt.Errorf("%w: the snapshot is of table %s, this is %s", ErrConflict, clip(s.TableUUID), m.TableUUID)
	}
	current, ok := m.Current()
	switch {
	case !ok && s.Parent == nil:
		return nil
	case !ok || s.Parent == nil || s.Parent.Version != current.SnapshotID:
		return fmt.Errorf("%w: version %d is current, the snapshot was built on %d", ErrConflict, m.currentVersion(), s.parentVersion())
	case s.Parent.SHA256 != current.Summary[SummarySHA256]:
		return fmt.Errorf("%w: version %d is current with another digest than that on which the snapshot was built", ErrConflict, current.SnapshotID)
	}
	return nil
}

// checkDesign demands what the table's schema, spec and sort order can become; or, of the first publish, what the names in the settings
// mean in its own schema.
func (m *Manifest) checkDesign(s *Snapshot) error {
	if m.Declared() {
		if err := m.follows(s.Design()); err != nil {
			return fmt.Errorf("%w: the snapshot was not built for this table as it is: %w", ErrConflict, err)
		}
		if _, ok := m.Current(); !ok && m.outdated(s.Design()) {
			return fmt.Errorf("%w: the table was altered since the snapshot was built", ErrConflict)
		}
		return nil
	}
	names := m.Tablectl.Settings
	schema, spec, order, err := Layout(s.Schema, names.PartitionBy, names.SortBy, names.Key)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrConflict, err)
	}
	if schema.ID = 0; s.Schema.ID != 0 || !s.Schema.Equal(schema) || !s.Spec.Equal(spec) || !s.SortOrder.Equal(order) || len(s.OlderSpecs) > 0 {
		return fmt.Errorf("%w: the snapshot has another schema, partition spec or sort order than the table waits for", ErrConflict)
	}
	return nil
}

// outdated reports whether a design has what the table had once and has no more. (Once there are versions, their numbers tell.)
func (m *Manifest) outdated(d Design) bool {
	_, schema := m.schema(d.Schema.ID)
	_, spec := m.spec(d.Spec.ID)
	_, order := m.order(d.SortOrder.ID)
	return schema && d.Schema.ID != m.CurrentSchemaID || spec && d.Spec.ID != m.DefaultSpecID || order && d.SortOrder.ID != m.DefaultSortOrderID
}

// checkSnapshot demands that the snapshot is that of the reservation, has passed, and names only what it may.
func (m *Manifest) checkSnapshot(c Commit, p Pending) error {
	s := c.Snapshot
	switch {
	case s.Version != p.Version || s.Run != c.Run || s.Attempt != c.Attempt || s.Mode != p.Mode:
		return refuse(RuleSnapshot, "version %d of run %q, attempt %q, mode %q does not belong to the reservation", s.Version, clip(s.Run), clip(s.Attempt), clip(s.Mode))
	case s.Report == nil || !s.Report.Passed:
		return refuse(RuleReport, "version %d has not passed validation", s.Version)
	case s.Mode == ModeAlter && (s.Parent == nil || s.Rows.Total != s.Rows.CarriedOver || s.Rows.Deleted != 0 || s.FileCounts.Written != 0 || s.FileCounts.Removed != 0):
		return refuse(RuleCounts, "version %d changes the table's description only, and has not the rows and files of its parent", s.Version)
	case c.SnapshotKey != SnapshotKey(p.Version, c.SnapshotSHA256):
		return refuse(RuleSummaryOurs, "%q with digest %q", clip(c.SnapshotKey), clip(c.SnapshotSHA256))
	case c.ManifestList != m.Root()+"/"+s.Iceberg.ManifestList:
		return refuse(RuleManifestList, "%q is not %q in the table", clip(c.ManifestList), clip(s.Iceberg.ManifestList))
	}
	for _, f := range s.Files {
		v, _ := KeyVersion(f.Key)
		own := v == p.Version || slices.Contains(p.Holds, v)
		added := f.AddedBy.Version == p.Version
		if own != added && !(own && s.SelfContained()) {
			return refuse(RuleAddedBy, "%q was added by version %d", clip(f.Key), f.AddedBy.Version)
		}
		if !added && s.Parent == nil {
			return refuse(RuleAddedBy, "%q was not added by run %q, and there is no parent that has it", clip(f.Key), clip(p.Run))
		}
	}
	return nil
}

// entry is the version as Iceberg's metadata names it.
func (m *Manifest) entry(c Commit) Entry {
	s := c.Snapshot
	e := Entry{
		SnapshotID: s.Version, SequenceNumber: int64(s.Version), TimestampMs: m.LastUpdatedMs, SchemaID: s.Schema.ID,
		ManifestList: c.ManifestList,
		Summary: map[string]string{
			SummaryOperation: operation(s), SummarySnapshot: c.SnapshotKey, SummarySHA256: c.SnapshotSHA256, SummaryMode: s.Mode, SummaryRun: s.Run,
		},
	}
	for _, name := range summaryTotals {
		e.Summary[name] = "0"
	}
	count := func(name string, n int64) { e.Summary[name] = strconv.FormatInt(n, 10) }
	count(SummaryRecords, s.Rows.Total)
	count(SummaryFiles, int64(s.FileCounts.Total))
	count(SummaryBytes, s.FileCounts.BytesTotal)
	count(SummaryAdded, s.Rows.Added+s.Rows.Updated)
	if s.Spec.ID != 0 {
		count(SummarySpec, int64(s.Spec.ID))
	}
	if s.SortOrder.ID != 0 {
		count(SummarySortOrder, int64(s.SortOrder.ID))
	}
	if m.LastColumnID > highestID(s.Schema.Fields) {
		count(SummaryLastColumn, int64(m.LastColumnID))
	}
	if s.Parent != nil {
		parent := s.Parent.Version
		e.ParentSnapshotID = &parent
	}
	return e
}

// operation is Iceberg's word for what the version did to its parent.
func operation(s *Snapshot) string {
	switch {
	case s.Parent == nil || s.Mode == "append":
		return "append"
	case s.Mode == "delete":
		return "delete"
	case s.Mode == ModeAlter:
		return "replace"
	}
	return "overwrite"
}
