package table

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/tablectl/tablectl/internal/filelist"
	"github.com/tablectl/tablectl/manifest"
)

// parent is the version on which another one is built. Before the first publish it has no snapshot and no files.
type parent struct {
	version manifest.Version // 0 for none
	snap    *manifest.Snapshot
	files   *filelist.Set
}

// parentIn is the version that is current in m.
func (t *Table) parentIn(ctx context.Context, m *manifest.Manifest) (*parent, error) {
	entry, ok := m.Current()
	if !ok {
		return &parent{files: filelist.NewSet(nil, t.fileList)}, nil
	}
	s, err := t.snapshot(ctx, entry)
	if err != nil {
		return nil, t.missing(ctx, entry.SnapshotID, err)
	}
	files, err := t.filesOf(ctx, entry, s)
	if err != nil {
		return nil, t.missing(ctx, entry.SnapshotID, err)
	}
	return &parent{version: entry.SnapshotID, snap: s, files: files}, nil
}

// rows is how many rows the version holds.
func (p *parent) rows() int64 {
	if p.snap == nil {
		return 0
	}
	return p.snap.Rows.Total
}

// bytes is how many bytes its files have.
func (p *parent) bytes() int64 {
	if p.snap == nil {
		return 0
	}
	return p.snap.FileCounts.BytesTotal
}

// olderSpecs are the partition specs of its files, but for its own.
func (p *parent) olderSpecs() []manifest.PartitionSpec {
	if p.snap == nil {
		return nil
	}
	return p.snap.OlderSpecs
}

// specOf is the partition spec with which a file was written.
func (p *parent) specOf(f manifest.File) manifest.PartitionSpec {
	for _, s := range p.snap.Specs() {
		if s.ID == f.SpecID {
			return s
		}
	}
	return manifest.PartitionSpec{}
}

// specsUnder are the partition specs of files that a version with another spec carries over, by id.
func (p *parent) specsUnder(own manifest.PartitionSpec) []manifest.PartitionSpec {
	if p.snap == nil {
		return nil
	}
	var out []manifest.PartitionSpec
	for _, s := range p.snap.Specs() {
		if s.ID != own.ID {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b manifest.PartitionSpec) int { return a.ID - b.ID })
	return out
}

// specsOf are the partition specs with which some of its files were written, but for own.
func (p *parent) specsOf(files []manifest.File, own manifest.PartitionSpec) []manifest.PartitionSpec {
	return slices.DeleteFunc(p.specsUnder(own), func(s manifest.PartitionSpec) bool {
		return !slices.ContainsFunc(files, func(f manifest.File) bool { return f.SpecID == s.ID })
	})
}

// parent is the version that is current in the manifest that this attempt saw last.
func (p *publication) parent(ctx context.Context) (*parent, error) {
	if p.on != nil && p.on.version == current(p.base.m) {
		return p.on, nil
	}
	on, err := p.t.parentIn(ctx, p.base.m)
	if err == nil {
		p.on = on
	}
	return on, err
}

// eachFile goes through the files of a snapshot.
func (t *Table) eachFile(ctx context.Context, s *manifest.Snapshot) iter.Seq2[manifest.File, error] {
	return func(yield func(manifest.File, error) bool) {
		stopped := false
		err := filelist.NewSet(s, t.fileList).Each(ctx, nil, func(f manifest.File) error {
			if !yield(f, nil) {
				stopped = true
				return errStop
			}
			return nil
		})
		if err != nil && !stopped {
			yield(manifest.File{}, fmt.Errorf("read the files of version %d: %w", s.Version, err))
		}
	}
}

// errStop ends a visit early.
var errStop = errors.New("enough")

// order is that of the version's partitions.
func (p *parent) order() manifest.PartitionOrder {
	if p.snap == nil {
		return manifest.PartitionOrder{}
	}
	return p.snap.PartitionOrder()
}
