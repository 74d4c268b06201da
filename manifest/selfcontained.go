package manifest

import (
	"fmt"
	"path"
	"strconv"
	"strings"
)

// RuleSelfContained is of a snapshot with the layout "self-contained".
const RuleSelfContained Rule = "self-contained" // the layout is left out or known; all files, lists and Iceberg lists lie in the version's own prefix

// SelfContained says whether versions are to hold all of their files.
func (s Settings) SelfContained() bool { return s.Layout == LayoutSelfContained }

// SelfContained says whether everything that the version consists of lies in its own prefix, also the files that it carries over.
func (s *Snapshot) SelfContained() bool { return s.Layout == LayoutSelfContained }

// validateLayout checks all but the files, which are checked one by one.
func (s *Snapshot) validateLayout() error {
	if s.Layout == "" {
		return nil
	}
	if !s.SelfContained() {
		return refuse(RuleSelfContained, "the layout %q is not known; %q is", clip(s.Layout), LayoutSelfContained)
	}
	keys := append([]string{}, s.Iceberg.Manifests...)
	if s.Iceberg.ManifestList != "" {
		keys = append(keys, s.Iceberg.ManifestList)
	}
	for _, l := range s.Lists {
		keys = append(keys, l.Key, l.Manifest)
	}
	for _, key := range keys {
		if err := s.checkHome(key); err != nil {
			return err
		}
	}
	return nil
}

// checkHome refuses what a self-contained version may not name.
func (s *Snapshot) checkHome(key string) error {
	if v, _ := KeyVersion(key); s.SelfContained() && v != s.Version {
		return refuse(RuleSelfContained, "%q lies outside of version %d", clip(key), s.Version)
	}
	return nil
}

// checkLayout demands that the snapshot has the layout that the table has now.
func (m *Manifest) checkLayout(s *Snapshot) error {
	if st := m.Tablectl.Settings; s.SelfContained() != st.SelfContained() {
		return fmt.Errorf("%w: the table's layout is %q now; the snapshot was built before that", ErrConflict, st.Layout)
	}
	return nil
}

// DataKeyIn is the key in the prefix of v of the file that has a key elsewhere: in the same partition directory, with the same digest in
// its name, and with its own number or, where that is taken, the lowest free one above. (The same rows written twice are two files of one
// digest, maybe of one number.)
func DataKeyIn(v Version, key string, taken func(string) bool) string {
	_, rest, _ := strings.Cut(key, "/")
	dir, name := path.Split(rest)
	number, digest, _ := strings.Cut(strings.TrimPrefix(name, "part-"), "-")
	seq, err := strconv.Atoi(number)
	for moved := v.Prefix() + rest; ; seq++ {
		if err != nil || !taken(moved) { // what is no data key is left to Validate
			return moved
		}
		moved = fmt.Sprintf("%s%spart-%05d-%s", v.Prefix(), dir, seq+1, digest)
	}
}
