package catalog

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/apache/iceberg-go"

	"github.com/tablectl/tablectl/manifest"
)

// ErrLists is what CheckIceberg returns for lists that say something else than the snapshot.
var ErrLists = errors.New("iceberg lists differ from the snapshot")

// CheckIceberg reads the Iceberg lists of a snapshot with get and compares them with files, which are all files of the snapshot:
// the same paths, each once, with the same rows, bytes, partition, statistics, and adding version; and sums in the manifest list
// that add up. A difference is an ErrLists; errors of get come back as they are.
func CheckIceberg(s *manifest.Snapshot, files []manifest.File, get func(key string) ([]byte, error), tableURL string) error {
	b, err := newBuilder(s, tableURL)
	if err != nil {
		return err
	}
	named, err := b.readList(get)
	if err != nil {
		return err
	}
	left := make(map[string]manifest.File, len(files))
	for _, f := range files {
		left[b.path(f.Key)] = f
	}
	for i, m := range named {
		if err := b.checkManifest(m, s.Iceberg.Manifests[i], get, left); err != nil {
			return err
		}
	}
	for path := range left {
		return fmt.Errorf("%w: %s is not listed (of %d files, %d are not)", ErrLists, path, len(files), len(left))
	}
	return nil
}

// readList reads the manifest list and compares the manifests that it names.
func (b *builder) readList(get func(string) ([]byte, error)) ([]iceberg.ManifestFile, error) {
	keys := b.snapshot.Iceberg
	raw, err := get(keys.ManifestList)
	if err != nil {
		return nil, err
	}
	named, err := iceberg.ReadManifestList(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("%w: read manifest list: %w", ErrLists, err)
	}
	if len(named) != len(keys.Manifests) {
		return nil, fmt.Errorf("%w: %d manifests listed, %d in the snapshot", ErrLists, len(named), len(keys.Manifests))
	}
	for i, m := range named {
		if m.FilePath() != b.path(keys.Manifests[i]) {
			return nil, fmt.Errorf("%w: manifest %s listed in the place of %s", ErrLists, m.FilePath(), b.path(keys.Manifests[i]))
		}
	}
	return named, nil
}

// checkManifest compares every entry of one manifest and takes its file out of left.
func (b *builder) checkManifest(m iceberg.ManifestFile, key string, get func(string) ([]byte, error), left map[string]manifest.File) error {
	raw, err := get(key)
	if err != nil {
		return err
	}
	entries, err := iceberg.ReadManifest(m, bytes.NewReader(raw), false)
	if err != nil {
		return fmt.Errorf("%w: read manifest %s: %w", ErrLists, key, err)
	}
	t := b.tally()
	for _, e := range entries {
		path := e.DataFile().FilePath()
		f, ok := left[path]
		if !ok {
			return fmt.Errorf("%w: %s lists %s, which the snapshot does not name or another entry lists too", ErrLists, key, path)
		}
		delete(left, path)
		tuple, err := b.tuple(f)
		if err != nil {
			return err
		}
		t.add(f, tuple)
		what, err := b.entryDiffers(e, f, tuple)
		if err != nil {
			return err
		}
		if what != "" {
			return fmt.Errorf("%w: %s: %s of %s", ErrLists, key, what, path)
		}
	}
	want, err := b.line(Object{Key: key, Bytes: raw}, t)
	if err != nil {
		return err
	}
	if what := lineDiffers(m, want); what != "" {
		return fmt.Errorf("%w: %s of %s in the manifest list", ErrLists, what, key)
	}
	return nil
}
