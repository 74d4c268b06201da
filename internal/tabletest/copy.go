package tabletest

import (
	"bytes"
	"context"
	"strings"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/manifest"
)

// Copy checks that only data files are copied, to keys of the grammar, that nothing is overwritten, and that what is there afterwards is
// what was copied: whatever the caller is told.
func (s *Store) Copy(ctx context.Context, from, to string, o objstore.CopyOptions) (objstore.Info, error) {
	for _, key := range []string{from, to} {
		if err := manifest.CheckDataKey(key); err != nil {
			s.t.Errorf("key grammar: copy %q to %q: %v", from, to, err)
		}
	}
	before := s.bytes(to)
	info, err := s.inner.Copy(ctx, from, to, o)
	after := s.bytes(to)
	if before != nil && !bytes.Equal(before, after) {
		s.t.Errorf("invariant 6: %q was overwritten by a copy", to)
	}
	if err == nil && !bytes.Equal(s.bytes(from), after) {
		s.t.Errorf("%q is not a copy of %q", to, from)
	}
	return info, err
}

// checkContained checks that a snapshot has the layout that its table had, and that the prefix of a self-contained version holds its data
// files and no others.
func (s *Store) checkContained(snap *manifest.Snapshot, files []manifest.File) {
	if !snap.SelfContained() {
		return
	}
	named := map[string]bool{}
	for _, f := range files {
		named[f.Key] = true
	}
	found := 0
	for info, err := range s.inner.List(context.Background(), snap.Version.Prefix()) {
		if err != nil {
			s.t.Errorf("list version %d: %v", snap.Version, err)
			return
		}
		switch {
		case named[info.Key]:
			found++
		case strings.Contains(info.Key, "/part-"):
			s.t.Errorf("self-contained: %s is not of version %d, and lies in its prefix", info.Key, snap.Version)
		}
	}
	if found != len(files) {
		s.t.Errorf("self-contained: the prefix of version %d has %d of its %d files", snap.Version, found, len(files))
	}
}
