package table

import (
	"context"
	"errors"
	"fmt"

	"github.com/tablectl/tablectl/internal/expr"
	"github.com/tablectl/tablectl/internal/filelist"
	"github.com/tablectl/tablectl/manifest"
)

// View is one whole version, as it was, is and will be. It stays readable while other versions are published, until the version
// expires and its grace is over.
type View struct {
	t     *Table
	m     *manifest.Manifest
	entry manifest.Entry
	snap  *manifest.Snapshot
}

// Current is the version that is current now: two requests. ErrNothingThere before the first publish.
func (t *Table) Current(ctx context.Context) (*View, error) { return t.At(ctx, "current") }

// At is the version that ref names: a number, a tag, a time ("2026-04-15", RFC 3339), "previous" or "current".
func (t *Table) At(ctx context.Context, ref string) (*View, error) {
	h, err := t.head(ctx)
	if err != nil {
		return nil, err
	}
	v, err := t.resolve(h.m, ref)
	if err != nil {
		return nil, err
	}
	return t.view(ctx, h.m, v)
}

// resolve turns what a person calls a version into its number.
func (t *Table) resolve(m *manifest.Manifest, ref string) (manifest.Version, error) {
	if ref == "" {
		ref = "current"
	}
	if ref == "current" && current(m) == 0 {
		return 0, fmt.Errorf("%w: %s", ErrNothingThere, t.URL())
	}
	v, err := m.Resolve(ref)
	if err != nil {
		return 0, fmt.Errorf("find version %q: %w", ref, err)
	}
	return v, nil
}

func (t *Table) view(ctx context.Context, m *manifest.Manifest, v manifest.Version) (*View, error) {
	entry, ok := m.Live(v)
	if !ok {
		return nil, fmt.Errorf("%w: %d", ErrNoVersion, v)
	}
	s, err := t.snapshot(ctx, entry)
	if err != nil {
		return nil, t.missing(ctx, v, err)
	}
	return &View{t: t, m: m, entry: entry, snap: s}, nil
}

// maxSnapshotBytes bounds a snapshot object: 1,000 files inline of a table with 2,000 columns.
const maxSnapshotBytes = 1 << 30

// snapshot reads the description of a live version and verifies that it is the one that the manifest names.
func (t *Table) snapshot(ctx context.Context, e manifest.Entry) (*manifest.Snapshot, error) {
	b, err := t.readVerified(ctx, e.Summary[manifest.SummarySnapshot], e.Summary[manifest.SummarySHA256], maxSnapshotBytes)
	if err != nil {
		return nil, fmt.Errorf("read snapshot of version %d: %w", e.SnapshotID, err)
	}
	s, err := manifest.DecodeSnapshot(b)
	if err != nil {
		return nil, fmt.Errorf("%w: snapshot of version %d: %w", ErrCorrupt, e.SnapshotID, err)
	}
	if s.Version != e.SnapshotID {
		return nil, fmt.Errorf("%w: the snapshot of version %d says it is of version %d", ErrCorrupt, e.SnapshotID, s.Version)
	}
	return s, nil
}

// missing says why an object of version v is not there: the version has expired since, or the table is damaged.
func (t *Table) missing(ctx context.Context, v manifest.Version, cause error) error {
	if !isNotFound(cause) {
		return cause
	}
	h, err := t.head(ctx)
	if err != nil {
		return errors.Join(cause, err)
	}
	if _, live := h.m.Live(v); !live {
		return fmt.Errorf("%w: %d", ErrVersionExpired, v)
	}
	return fmt.Errorf("%w: %w", ErrCorrupt, cause)
}

// formerNames are names that columns had before, for files without field ids.
func (v *View) formerNames() map[int][]string { return v.m.FormerNames(v.Version()) }

// Version is the number.
func (v *View) Version() manifest.Version { return v.entry.SnapshotID }

// Entry is the version as the manifest lists it.
func (v *View) Entry() manifest.Entry { return v.entry }

// Snapshot is the version's description. Its files may stand in lists; see Files.
func (v *View) Snapshot() *manifest.Snapshot { return v.snap }

// Schema is the version's schema.
func (v *View) Schema() manifest.Schema { return v.snap.Schema }

// FileURL is where a file of the table is: "s3://bucket/prefix/key" or a path.
func (v *View) FileURL(key string) string { return v.t.URL() + "/" + key }

// Files are the data files of the version, in the order of their rows.
func (v *View) Files(ctx context.Context) ([]manifest.File, error) {
	files, err := v.t.files(ctx, v.snap)
	if err != nil {
		return nil, v.t.missing(ctx, v.Version(), err)
	}
	return files, nil
}

// EachFile visits the data files of the version in the order of their rows, but for those that hold no row for which a condition (SQL, as
// in ScanOptions; "": all) can be true. File lists that the condition rules out are not read. An error of visit ends the visit.
func (v *View) EachFile(ctx context.Context, where string, visit func(manifest.File) error) error {
	cond, err := v.condition(where)
	if err != nil {
		return err
	}
	return v.eachFile(ctx, cond, visit)
}

// condition reads a condition on the rows of the version; nil for none.
func (v *View) condition(where string) (*expr.Expr, error) {
	if where == "" {
		return nil, nil
	}
	cond, err := expr.Parse(where, v.snap.Schema)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUsage, err)
	}
	return cond, nil
}

func (v *View) eachFile(ctx context.Context, cond *expr.Expr, visit func(manifest.File) error) error {
	var may func(manifest.FileList) bool
	specs := v.snap.Specs()
	if cond != nil {
		may = func(l manifest.FileList) bool { return cond.MayMatchList(l, specs...) }
	}
	return filelist.NewSet(v.snap, v.t.fileList).Each(ctx, may, func(f manifest.File) error {
		if cond != nil && !cond.MayMatch(f, specs...) {
			return nil
		}
		return visit(f)
	})
}

// files are the files of a snapshot: inline, or from its lists.
func (t *Table) files(ctx context.Context, s *manifest.Snapshot) ([]manifest.File, error) {
	if len(s.Lists) == 0 {
		return s.Files, nil
	}
	all := make([]manifest.File, 0, s.FileCounts.Total)
	err := filelist.NewSet(s, t.fileList).Each(ctx, nil, func(f manifest.File) error {
		all = append(all, f)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := s.Validate(all); err != nil {
		return nil, fmt.Errorf("%w: files of version %d: %w", ErrCorrupt, s.Version, err)
	}
	return all, nil
}

// fileList reads one file list.
func (t *Table) fileList(ctx context.Context, l manifest.FileList) ([]manifest.File, error) {
	b, err := t.readVerified(ctx, l.Key, l.SHA256, l.Bytes)
	if err != nil {
		return nil, fmt.Errorf("read file list: %w", err)
	}
	files, err := filelist.Decode(b)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrCorrupt, l.Key, err)
	}
	return files, nil
}
