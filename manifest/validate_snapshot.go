package manifest

import (
	"path"
	"regexp"
)

// Rules of a snapshot.
const (
	RuleSnapshot     Rule = "snapshot"        // format, table, version, run, attempt and mode are there
	RuleReport       Rule = "report"          // the report says what its checks say; only what passed is published
	RuleFileKey      Rule = "file-key"        // a data key, in the prefix of this or a lower version, once, named after the digest
	RuleFileFacts    Rule = "file-facts"      // bytes, rows, row groups and digests are what they can be
	RuleFileColumns  Rule = "file-columns"    // statistics are of leaf columns, with bounds in order and in their one form
	RuleOlderSpecs   Rule = "older-specs"     // ascending, without the version's own; every file has its own spec or one of these
	RulePartition    Rule = "partition-value" // one value per field of the file's spec, in its one form; a file without rows may have none
	RuleAddedBy      Rule = "added-by"        // names the run and a version not above this one
	RuleFileLists    Rule = "file-lists"      // either few files inline or all of them in lists, whose counts fit
	RuleIcebergLists Rule = "iceberg-lists"   // keys in prefixes of this or a lower version; a version that passed has them
	RuleCounts       Rule = "counts"          // rows and files add up to what the files say
)

// Validate refuses a snapshot that breaks a rule. For a snapshot with file lists, files are what all its lists hold; for one
// without, they may be nil.
func (s *Snapshot) Validate(files []File) error {
	if err := s.validateHead(); err != nil {
		return err
	}
	if len(s.Lists) == 0 {
		files = s.Files
	}
	v := newFileChecker(s)
	for i := range files {
		if err := v.check(&files[i]); err != nil {
			return err
		}
	}
	return s.validateCounts(files)
}

// validateSelf checks all that the snapshot says itself: of lists, their sums.
func (s *Snapshot) validateSelf() error {
	if len(s.Lists) == 0 {
		return s.Validate(nil)
	}
	if err := s.validateHead(); err != nil {
		return err
	}
	return s.validateParts()
}

// validateHead checks all but the files.
func (s *Snapshot) validateHead() error {
	named := uuidPattern.MatchString(s.TableUUID) && attemptPattern.MatchString(s.Attempt) && modePattern.MatchString(s.Mode) && CheckRun(s.Run) == nil
	if s.Format != Format || !named || s.Version < 1 || s.Created < 0 || s.Created > maxTime {
		return refuse(RuleSnapshot, "format %d, table %q, version %d, run %q, attempt %q, mode %q", s.Format, clip(s.TableUUID), s.Version, clip(s.Run), clip(s.Attempt), clip(s.Mode))
	}
	if p := s.Parent; p != nil && (p.Version < 1 || p.Version >= s.Version || !hexDigits(p.SHA256, 64)) {
		return refuse(RuleParent, "version %d has the parent %d with digest %q", s.Version, p.Version, clip(p.SHA256))
	}
	checks := []func() error{
		s.Schema.validate, s.validateSpecs,
		s.SortOrder.validate, func() error { return s.SortOrder.fits(s.Schema) }, s.validateReport, s.validateLists, s.validateIceberg,
		s.validateLayout,
	}
	for _, check := range checks {
		if err := check(); err != nil {
			return err
		}
	}
	if len(s.Schema.Fields) == 0 {
		return refuse(RuleUndeclared, "version %d has no columns", s.Version)
	}
	return nil
}

// validateSpecs checks the spec and the older ones.
func (s *Snapshot) validateSpecs() error {
	last := -1
	for _, p := range append([]PartitionSpec{s.Spec}, s.OlderSpecs...) {
		if err := p.validate(); err != nil {
			return err
		}
		if err := p.fits(s.Schema); err != nil {
			return err
		}
	}
	for _, p := range s.OlderSpecs {
		if p.ID <= last || p.ID == s.Spec.ID {
			return refuse(RuleOlderSpecs, "spec %d after %d, beside the version's own spec %d", p.ID, last, s.Spec.ID)
		}
		last = p.ID
	}
	return nil
}

func (s *Snapshot) parentVersion() Version {
	if s.Parent == nil {
		return 0
	}
	return s.Parent.Version
}

func (s *Snapshot) passed() bool { return s.Report != nil && s.Report.Passed }

func (s *Snapshot) validateReport() error {
	if s.Report == nil {
		return nil
	}
	all := true
	for _, c := range s.Report.Checks {
		all = all && c.Passed
	}
	if s.Report.Passed && !all {
		return refuse(RuleReport, "it says that all passed, and one check did not")
	}
	return nil
}

// inReach checks a key of an object that the snapshot names.
func (s *Snapshot) inReach(key string) bool {
	v, ok := KeyVersion(key)
	return ok && v <= s.Version && CheckDataKey(key) == nil
}

func (s *Snapshot) validateLists() error {
	if len(s.Files) > MaxInlineFiles || len(s.Files) > 0 && len(s.Lists) > 0 {
		return refuse(RuleFileLists, "%d files inline and %d lists", len(s.Files), len(s.Lists))
	}
	seen := make(map[string]bool)
	order := s.PartitionOrder()
	files, rows, bytes := 0, int64(0), int64(0)
	for i := range s.Lists {
		l := &s.Lists[i]
		if err := s.validateList(l, order); err != nil {
			return err
		}
		if seen[l.Key] || seen[l.Manifest] {
			return refuse(RuleFileLists, "%q or its manifest is named twice", clip(l.Key))
		}
		seen[l.Key], seen[l.Manifest] = true, true
		files, rows, bytes = files+l.Files, rows+l.Rows, bytes+l.DataBytes
	}
	if len(s.Lists) > 0 && (files != s.FileCounts.Total || rows != s.Rows.Total || bytes != s.FileCounts.BytesTotal) {
		return refuse(RuleFileLists, "the lists have %d rows in %d files of %d bytes, the version %d, %d, %d",
			rows, files, bytes, s.Rows.Total, s.FileCounts.Total, s.FileCounts.BytesTotal)
	}
	return nil
}

// validateList checks what the snapshot says of one list.
func (s *Snapshot) validateList(l *FileList, order PartitionOrder) error {
	v := l.Version()
	by, _ := KeyVersion(l.Manifest)
	switch {
	case !s.inReach(l.Key) || l.Key != FileListKey(v, l.SHA256) || !hexDigits(l.SHA256, 64) || l.Bytes < 1:
		return refuse(RuleFileLists, "%q with digest %q, %d bytes", clip(l.Key), clip(l.SHA256), l.Bytes)
	case !s.inReach(l.Manifest) || by != v || l.ManifestBytes < 1:
		return refuse(RuleIcebergLists, "%q, %d bytes, for the list %q", clip(l.Manifest), l.ManifestBytes, clip(l.Key))
	case l.Files < 1 || l.Files > MaxListFiles || l.Rows < 0 || l.DataBytes < int64(l.Files) || l.AddedFiles < 0 || l.AddedFiles > l.Files ||
		l.AddedRows < 0 || l.AddedRows > l.Rows || l.MinVersion < 1 || l.MinVersion > v:
		return refuse(RuleFileLists, "%q: %d files, %d rows, %d bytes; %d files, %d rows added; from version %d on",
			clip(l.Key), l.Files, l.Rows, l.DataBytes, l.AddedFiles, l.AddedRows, l.MinVersion)
	}
	return order.validateRanges(l)
}

// CheckList refuses the files that were read from a list if they are not what the snapshot says of it, or break a rule. It is for
// those who read some lists and not all; only Validate finds a file that stands in two lists.
func (s *Snapshot) CheckList(l FileList, files []File) error {
	v := newFileChecker(s)
	for i := range files {
		f := &files[i]
		if err := v.check(f); err != nil {
			return err
		}
		if f.AddedBy.Version > l.Version() || f.SpecID != l.SpecID {
			return refuse(RuleFileLists, "%q: %q was added by version %d with spec %d", clip(l.Key), clip(f.Key), f.AddedBy.Version, f.SpecID)
		}
	}
	if !l.says(Summarize(s.PartitionOrder(), l.Version(), files)) {
		return refuse(RuleFileLists, "%q does not hold what the snapshot says of it", clip(l.Key))
	}
	return nil
}

func (s *Snapshot) validateIceberg() error {
	l := s.Iceberg
	if l.ManifestList == "" && len(l.Manifests) == 0 && !s.passed() {
		return nil
	}
	for _, key := range append([]string{l.ManifestList}, l.Manifests...) {
		if !s.inReach(key) {
			return refuse(RuleIcebergLists, "%q", clip(key))
		}
	}
	return nil
}

// validateCounts compares the sums with the files.
func (s *Snapshot) validateCounts(files []File) error {
	if err := s.validateParts(); err != nil {
		return err
	}
	rows, bytes := int64(0), int64(0)
	for _, f := range files {
		rows, bytes = rows+f.Rows, bytes+f.Bytes
	}
	r, c := s.Rows, s.FileCounts
	switch {
	case !s.passed() && len(files) == 0:
		return nil // a refused version with more files than are kept inline
	case r.Total != rows || c.Total != len(files) || c.BytesTotal != bytes:
		return refuse(RuleCounts, "the files have %d rows in %d files of %d bytes, the version %d, %d, %d", rows, len(files), bytes, r.Total, c.Total, c.BytesTotal)
	case len(files) == 0:
		return refuse(RuleCounts, "a version has at least one file, so that every reader has a schema to read")
	}
	return nil
}

// validateParts checks that the counts add up.
func (s *Snapshot) validateParts() error {
	r, c := s.Rows, s.FileCounts
	switch {
	case min(r.Added, r.Updated, r.Deleted, r.CarriedOver, c.BytesWritten, int64(c.Removed), int64(c.Written), int64(c.Kept)) < 0:
		return refuse(RuleCounts, "a count is negative")
	case r.Total != r.Added+r.Updated+r.CarriedOver || c.Total != c.Written+c.Kept || c.BytesTotal < c.BytesWritten:
		return refuse(RuleCounts, "the parts do not add up to %d rows and %d files", r.Total, c.Total)
	}
	return nil
}

// fileChecker checks the files of one snapshot.
type fileChecker struct {
	s      *Snapshot
	leaves map[int]Type
	parts  map[int][]Type // by spec
	seen   map[string]bool
}

func newFileChecker(s *Snapshot) *fileChecker {
	c := &fileChecker{s: s, leaves: make(map[int]Type), parts: make(map[int][]Type), seen: make(map[string]bool)}
	for _, l := range s.Schema.Leaves() {
		c.leaves[l.ID] = l.Type
	}
	for _, p := range s.Specs() {
		c.parts[p.ID] = p.Types(s.Schema)
	}
	return c
}

var dataNamePattern = regexp.MustCompile(`^part-[0-9]{5,9}-([0-9a-f]{16})\.parquet$`)

func (c *fileChecker) check(f *File) error {
	name := dataNamePattern.FindStringSubmatch(path.Base(f.Key))
	if !c.s.inReach(f.Key) || c.seen[f.Key] || name == nil || name[1] != short(f.SHA256) {
		return refuse(RuleFileKey, "%q with digest %q", clip(f.Key), clip(f.SHA256))
	}
	c.seen[f.Key] = true
	if err := c.s.checkHome(f.Key); err != nil {
		return err
	}
	if f.Bytes < 12 || f.Rows < 0 || f.RowGroups < 0 || !hexDigits(f.SHA256, 64) || !hexDigits(f.CRC64NVME, 16) {
		return refuse(RuleFileFacts, "%q: %d bytes, %d rows, %d row groups, digests %q, %q", clip(f.Key), f.Bytes, f.Rows, f.RowGroups, clip(f.SHA256), clip(f.CRC64NVME))
	}
	if f.AddedBy.Version < 1 || f.AddedBy.Version > c.s.Version || CheckRun(f.AddedBy.Run) != nil {
		return refuse(RuleAddedBy, "%q: version %d of run %q", clip(f.Key), f.AddedBy.Version, clip(f.AddedBy.Run))
	}
	parts, ok := c.parts[f.SpecID]
	if !ok {
		return refuse(RuleOlderSpecs, "%q has spec %d, which the version does not name", clip(f.Key), f.SpecID)
	}
	if f.Rows == 0 && len(f.Partition) == 0 {
		return c.columns(f) // no rows lie in no partition
	}
	if len(f.Partition) != len(parts) {
		return refuse(RulePartition, "%q has %d values for %d fields", clip(f.Key), len(f.Partition), len(parts))
	}
	for i, t := range parts {
		if _, ok := canonical(t, f.Partition[i]); !ok {
			return refuse(RulePartition, "%q: %s is not the form of a %s", clip(f.Key), clip(string(f.Partition[i])), t)
		}
	}
	return c.columns(f)
}

// canonical decodes x, and says whether it stands in the one form that its value has.
func canonical(t Type, x Value) (any, bool) {
	v, err := DecodeValue(t, x)
	if err != nil {
		return nil, false
	}
	again, err := EncodeValue(t, v)
	return v, err == nil && again == x
}

func (c *fileChecker) columns(f *File) error {
	for id, stats := range f.Columns {
		t, ok := c.leaves[id]
		if !ok || stats.Values < 0 || stats.Nulls < 0 || stats.NaNs < 0 || stats.Nulls+stats.NaNs > stats.Values || stats.Bytes < 0 {
			return refuse(RuleFileColumns, "%q: column %d has %d values, %d nulls, %d NaNs", clip(f.Key), id, stats.Values, stats.Nulls, stats.NaNs)
		}
		if !stats.Bound {
			if stats.Lower != "" || stats.Upper != "" {
				return refuse(RuleFileColumns, "%q: column %d has a bound and says that it has none", clip(f.Key), id)
			}
			continue
		}
		lower, ok1 := canonical(t, stats.Lower)
		upper, ok2 := canonical(t, stats.Upper)
		if !ok1 || !ok2 || lower == nil || upper == nil || isFloat(t) && (stats.Lower == nan || stats.Upper == nan) || Compare(t, lower, upper) > 0 {
			return refuse(RuleFileColumns, "%q: column %d has the bounds %s and %s", clip(f.Key), id, clip(string(stats.Lower)), clip(string(stats.Upper)))
		}
	}
	return nil
}
