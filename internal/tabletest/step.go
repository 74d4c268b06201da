package tabletest

import (
	"fmt"

	"github.com/tablectl/tablectl/catalog"
	"github.com/tablectl/tablectl/internal/filelist"
	"github.com/tablectl/tablectl/manifest"
)

// step checks that m may follow the manifest before it.
func (s *Store) step(m *manifest.Manifest, etag string) {
	old := s.last
	s.last = m
	s.checkCounters(old, m, etag)
	s.checkOwners(m)
	for _, e := range m.Tablectl.Recent {
		if len(s.flips) == 0 || e.Generation > s.flips[len(s.flips)-1].Generation {
			s.flips = append(s.flips, e)
			s.checkEvent(old, m, e)
		}
	}
	for _, e := range m.Snapshots {
		if old == nil || !live(old, e.SnapshotID) || m.Location != old.Location {
			s.checkVersion(m, e)
		}
	}
}

// checkCounters is invariants 4 and 5.
func (s *Store) checkCounters(old, m *manifest.Manifest, etag string) {
	gen := m.Tablectl.Generation
	if before, again := s.etags[etag]; again {
		s.t.Errorf("invariant 5: ETag %s of generation %d came back at %d", etag, before, gen)
	}
	if before, again := s.writes[m.Tablectl.WriteID]; again {
		s.t.Errorf("invariant 5: write id of generation %d came back at %d", before, gen)
	}
	s.etags[etag], s.writes[m.Tablectl.WriteID] = gen, gen
	if old == nil {
		return
	}
	if gen != old.Tablectl.Generation+1 {
		s.t.Errorf("invariant 5: generation %d follows %d", gen, old.Tablectl.Generation)
	}
	if m.TableUUID != old.TableUUID {
		s.t.Errorf("table uuid changed")
	}
	if m.LastSequenceNumber < old.LastSequenceNumber || m.Tablectl.NextVersion < old.Tablectl.NextVersion {
		s.t.Errorf("invariant 4: a counter went back at generation %d", gen)
	}
	if m.LastUpdatedMs <= old.LastUpdatedMs {
		s.t.Errorf("last-updated-ms went back at generation %d", gen)
	}
}

// checkOwners is invariant 4: a number belongs to one run.
func (s *Store) checkOwners(m *manifest.Manifest) {
	own := func(v manifest.Version, run string) {
		if was, taken := s.owner[v]; taken && was != run {
			s.t.Errorf("invariant 4: version %d belongs to run %s and to run %s", v, was, run)
		}
		s.owner[v] = run
	}
	for _, p := range m.Tablectl.Pending {
		own(p.Version, p.Run)
		for _, h := range p.Holds {
			own(h, p.Run)
		}
	}
}

// checkEvent is invariants 2, 4, 9 for one new event.
func (s *Store) checkEvent(old, m *manifest.Manifest, e manifest.Event) {
	switch e.Op {
	case "publish":
		if was := s.owner[e.Version]; was != e.Run {
			s.t.Errorf("invariant 4: version %d was reserved by run %q and published by %q", e.Version, was, e.Run)
		}
		for _, before := range s.flips[:len(s.flips)-1] {
			if before.Op == "publish" && before.Version >= e.Version {
				s.t.Errorf("invariant 4: version %d published after %d", e.Version, before.Version)
			}
		}
		if old == nil || old.LastSequenceNumber >= int64(e.Version) {
			s.t.Errorf("invariant 4: version %d does not grow", e.Version)
		}
	case "rollback":
		if old == nil || !live(old, e.Version) {
			s.t.Errorf("invariant 9: rolled back to version %d, which is not live", e.Version)
		}
		if old != nil && (m.LastSequenceNumber != old.LastSequenceNumber || m.Tablectl.NextVersion != old.Tablectl.NextVersion) {
			s.t.Errorf("invariant 4: a rollback changed a counter")
		}
	}
}

// PublishedOnce is invariant 2: at most one version a run and fingerprint, for tests without reruns.
func (s *Store) PublishedOnce() {
	s.t.Helper()
	seen := map[string]manifest.Version{}
	for _, e := range s.Events() {
		if e.Op != "publish" {
			continue
		}
		id := e.Run + "\x00" + e.Fingerprint
		if v, again := seen[id]; again {
			s.t.Errorf("invariant 2: run %s published as version %d and %d", e.Run, v, e.Version)
		}
		seen[id] = e.Version
	}
}

// checkVersion is invariants 1, 7 and 15 for a live version: every object that it names is there, with its digest, under a key it may
// name, and the Iceberg lists say the same as the snapshot.
func (s *Store) checkVersion(m *manifest.Manifest, e manifest.Entry) {
	b := s.named(e, e.Summary[manifest.SummarySnapshot], e.Summary[manifest.SummarySHA256])
	if b == nil {
		return
	}
	snap, err := manifest.DecodeSnapshot(b)
	if err != nil {
		s.t.Errorf("snapshot of version %d: %v", e.SnapshotID, err)
		return
	}
	files := snap.Files
	for _, l := range snap.Lists {
		fs, err := filelist.Decode(s.named(e, l.Key, l.SHA256))
		if err != nil {
			s.t.Errorf("file list %s: %v", l.Key, err)
		}
		files = append(files, fs...)
	}
	for _, f := range files {
		if b := s.named(e, f.Key, f.SHA256); b != nil && int64(len(b)) != f.Bytes {
			s.t.Errorf("invariant 1: %s has %d bytes, not %d", f.Key, len(b), f.Bytes)
		}
		if v, _ := manifest.KeyVersion(f.Key); s.owner[v] != snap.Run && f.AddedBy.Version == snap.Version {
			s.t.Errorf("invariant 7: version %d names %s of run %q", e.SnapshotID, f.Key, s.owner[v])
		}
	}
	s.checkContained(snap, files)
	get := func(key string) ([]byte, error) {
		b := s.bytes(key)
		if b == nil {
			return nil, fmt.Errorf("%s is not there", key)
		}
		return b, nil
	}
	if m.Root() != s.URL() {
		return // moved and not yet relocated
	}
	if err := catalog.CheckIceberg(snap, files, get, m.Root()); err != nil {
		s.t.Errorf("invariant 15: version %d: %v", e.SnapshotID, err)
	}
}

// named reads an object that a live version names.
func (s *Store) named(e manifest.Entry, key, sha string) []byte {
	b := s.bytes(key)
	switch {
	case b == nil:
		s.t.Errorf("invariant 1: version %d names %s, which is not there", e.SnapshotID, key)
	case digest(b) != sha:
		s.t.Errorf("invariant 1: %s of version %d has another digest", key, e.SnapshotID)
	}
	return b
}

func live(m *manifest.Manifest, v manifest.Version) bool {
	_, ok := m.Live(v)
	return ok
}
