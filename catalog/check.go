package catalog

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/apache/iceberg-go"

	"github.com/tablectl/tablectl/manifest"
)

// ErrLists is what CheckIceberg returns for lists that say something else than the snapshot.
var ErrLists = errors.New("iceberg lists differ from the snapshot")

// CheckIceberg reads the Iceberg lists of a snapshot with get and compares them with files, which are all files of the snapshot in its
// order: the same paths, each once, with the same rows, bytes, partition, statistics, and adding version; each file list and its
// manifest the same; and lines in the manifest list that say of each manifest what is in it. A difference is an ErrLists; errors of get
// come back as they are.
func CheckIceberg(s *manifest.Snapshot, files []manifest.File, get func(key string) ([]byte, error), tableURL string) error {
	b, err := NewBuilder(s, tableURL)
	if err != nil {
		return err
	}
	keys := manifestKeys(s)
	lines, err := b.readList(get, keys)
	if err != nil {
		return err
	}
	left := b.byPath(files)
	for i, line := range lines {
		if len(s.Lists) > 0 {
			n := min(s.Lists[i].Files, len(files))
			left, files = b.byPath(files[:n]), files[n:]
		}
		if err := b.checkManifest(line, keys[i], get, left); err != nil {
			return err
		}
		if len(s.Lists) > 0 && len(left) > 0 {
			return notListed(left)
		}
	}
	if len(s.Lists) > 0 {
		left = b.byPath(files)
	}
	if len(left) > 0 {
		return notListed(left)
	}
	return nil
}

// manifestKeys are the keys of all manifests of a snapshot.
func manifestKeys(s *manifest.Snapshot) []string {
	if len(s.Lists) == 0 {
		return s.Iceberg.Manifests
	}
	keys := make([]string, len(s.Lists))
	for i, l := range s.Lists {
		keys[i] = l.Manifest
	}
	return keys
}

func (b *Builder) byPath(files []manifest.File) map[string]manifest.File {
	out := make(map[string]manifest.File, len(files))
	for _, f := range files {
		out[b.path(f.Key)] = f
	}
	return out
}

// notListed is an error about files that are left.
func notListed(left map[string]manifest.File) error {
	paths := slices.Sorted(maps.Keys(left))
	return fmt.Errorf("%w: %s is not listed, one of %d", ErrLists, paths[0], len(paths))
}

// Named is an Iceberg manifest as a manifest list names it.
type Named struct {
	Key   string // relative to the table root
	Bytes int64
}

// ReadList gives the manifests that a manifest list names, which must lie in the table at tableURL. ErrLists for what is no such list.
func ReadList(list []byte, tableURL string) ([]Named, error) {
	lines, err := iceberg.ReadManifestList(bytes.NewReader(list))
	if err != nil {
		return nil, fmt.Errorf("%w: read manifest list: %w", ErrLists, err)
	}
	out := make([]Named, len(lines))
	for i, m := range lines {
		key, ok := strings.CutPrefix(m.FilePath(), tableURL+"/")
		if err := manifest.CheckDataKey(key); !ok || err != nil {
			return nil, fmt.Errorf("%w: manifest %s lies outside of the table", ErrLists, m.FilePath())
		}
		out[i] = Named{Key: key, Bytes: m.Length()}
	}
	return out, nil
}

// readList reads the manifest list and compares the manifests that it names.
func (b *Builder) readList(get func(string) ([]byte, error), keys []string) ([]iceberg.ManifestFile, error) {
	raw, err := get(b.snapshot.Iceberg.ManifestList)
	if err != nil {
		return nil, err
	}
	lines, err := iceberg.ReadManifestList(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("%w: read manifest list: %w", ErrLists, err)
	}
	if len(lines) != len(keys) {
		return nil, fmt.Errorf("%w: %d manifests listed, %d in the snapshot", ErrLists, len(lines), len(keys))
	}
	for i, m := range lines {
		if m.FilePath() != b.path(keys[i]) {
			return nil, fmt.Errorf("%w: manifest %s listed in the place of %s", ErrLists, m.FilePath(), b.path(keys[i]))
		}
	}
	return lines, nil
}

// checkManifest compares every entry of one manifest and takes its file out of left, and its line in the list.
func (b *Builder) checkManifest(line iceberg.ManifestFile, key string, get func(string) ([]byte, error), left map[string]manifest.File) error {
	raw, err := get(key)
	if err != nil {
		return err
	}
	entries, err := iceberg.ReadManifest(line, bytes.NewReader(raw), false)
	if err != nil {
		return fmt.Errorf("%w: read manifest %s: %w", ErrLists, key, err)
	}
	version, _ := manifest.KeyVersion(key)
	var files []manifest.File
	for _, e := range entries {
		path := e.DataFile().FilePath()
		f, ok := left[path]
		if !ok {
			return fmt.Errorf("%w: %s lists %s, which the snapshot does not name or another entry lists too", ErrLists, key, path)
		}
		delete(left, path)
		files = append(files, f)
		what, err := b.entryDiffers(e, version, f)
		if err != nil {
			return err
		}
		if what != "" {
			return fmt.Errorf("%w: %s: %s of %s", ErrLists, key, what, path)
		}
	}
	sums := manifest.Summarize(b.order, version, files)
	sums.Manifest, sums.ManifestBytes = key, int64(len(raw))
	want, err := b.line(sums)
	if err != nil {
		return err
	}
	if what := lineDiffers(line, want); what != "" {
		return fmt.Errorf("%w: %s of %s in the manifest list", ErrLists, what, key)
	}
	return nil
}
