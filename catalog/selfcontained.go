package catalog

import (
	"context"
	"fmt"
	"strings"

	"github.com/tablectl/tablectl/manifest"
)

// selfContained is nil if the prefix of the current version, as engines read a directory, is the version: all of its files lie there, and
// nothing else does. Else it is ErrCannot, with the key and what to do. Each file is visited.
func selfContained(ctx context.Context, t Target, visit func(manifest.File) error) error {
	v := t.Snapshot.Version
	own := map[string]bool{}
	err := t.Files(ctx, t.Snapshot, func(f manifest.File) error {
		path, inside := strings.CutPrefix(f.Key, v.Prefix())
		switch {
		case !inside:
			return fmt.Errorf("%w: version %d shares files with others: %s; with `layout: %s`, a publish makes a version that does not", ErrCannot, v, f.Key, manifest.LayoutSelfContained)
		case hidden(path):
			return fmt.Errorf("%w: engines pass over names in a directory that begin with _ or a dot: %s", ErrCannot, f.Key)
		}
		own[f.Key] = true
		return visit(f)
	})
	if err != nil {
		return err
	}
	key, err := stray(ctx, t, own)
	if err == nil && key != "" {
		return fmt.Errorf("%w: engines would read %s too, which is not of version %d (an attempt that was given up may have left it); remove that object, or publish again", ErrCannot, key, v)
	}
	return err
}

// stray is an object in the prefix of the current version that engines read and that is not one of its own; "" if there is none.
func stray(ctx context.Context, t Target, own map[string]bool) (string, error) {
	prefix := t.Snapshot.Version.Prefix()
	for info, err := range t.Store.List(ctx, prefix) {
		if err != nil {
			return "", fmt.Errorf("list %s: %w", prefix, err)
		}
		if !own[info.Key] && !hidden(strings.TrimPrefix(info.Key, prefix)) {
			return info.Key, nil
		}
	}
	return "", nil
}

// addedFile is what engines that read a directory see beside the current version, in words: an engine with rights has inserted rows, say.
func addedFile(ctx context.Context, t Target) (string, error) {
	if t.Snapshot == nil {
		return "", nil
	}
	own := map[string]bool{}
	err := t.Files(ctx, t.Snapshot, func(f manifest.File) error {
		own[f.Key] = true
		return nil
	})
	if err != nil {
		return "", err
	}
	key, err := stray(ctx, t, own)
	if err != nil || key == "" {
		return "", err
	}
	return key + " is not ours, and engines read it as rows of the table; remove it", nil
}

// hidden says whether engines pass over a path within a table's directory (apache/hive, FileUtils.HIDDEN_FILES_PATH_FILTER).
func hidden(path string) bool {
	for part := range strings.SplitSeq(path, "/") {
		if strings.HasPrefix(part, "_") || strings.HasPrefix(part, ".") {
			return true
		}
	}
	return false
}
