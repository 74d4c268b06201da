package filelist

import (
	"context"

	"github.com/tablectl/tablectl/manifest"
)

// Loader reads one list of a version and verifies that it is the one that is named.
type Loader func(ctx context.Context, l manifest.FileList) ([]manifest.File, error)

// Set is the files of one version, inline or in lists. Lists are read when they are asked for, and only those.
type Set struct {
	inline []manifest.File
	lists  []manifest.FileList
	count  int
	load   Loader
}

// NewSet is the files of a snapshot; of none where it is nil.
func NewSet(s *manifest.Snapshot, load Loader) *Set {
	if s == nil {
		return &Set{}
	}
	return &Set{inline: s.Files, lists: s.Lists, count: s.FileCounts.Total, load: load}
}

// Len is how many files there are.
func (s *Set) Len() int { return s.count }

// Each visits the files in their order, but for those in lists for which may, if it is set, says no.
func (s *Set) Each(ctx context.Context, may func(manifest.FileList) bool, visit func(manifest.File) error) error {
	for _, f := range s.inline {
		if err := visit(f); err != nil {
			return err
		}
	}
	for _, l := range s.lists {
		if may != nil && !may(l) {
			continue
		}
		files, err := s.load(ctx, l)
		if err != nil {
			return err
		}
		for _, f := range files {
			if err := visit(f); err != nil {
				return err
			}
		}
	}
	return nil
}

// Change is what a version does to the files of its parent: it leaves some out, by key, and adds others. What it adds comes last.
type Change struct {
	Drop map[string]bool
	Add  []manifest.File
}

// Edit gives the files of the version that a change makes.
func (s *Set) Edit(ctx context.Context, c Change) ([]manifest.File, error) {
	var out []manifest.File
	err := s.Each(ctx, nil, func(f manifest.File) error {
		if !c.Drop[f.Key] {
			out = append(out, f)
		}
		return nil
	})
	return append(out, c.Add...), err
}
