package filelist

import (
	"context"
	"fmt"
	"sync"

	"github.com/tablectl/tablectl/manifest"
)

// Loader reads one list of a version and verifies that its bytes are those that are named.
type Loader func(ctx context.Context, l manifest.FileList) ([]manifest.File, error)

// Set is the files of one version, inline or in lists. Lists are read when they are asked for, and only those. The zero Set has no
// files.
type Set struct {
	snapshot *manifest.Snapshot
	inline   []manifest.File
	lists    []manifest.FileList
	count    int
	load     Loader
}

// NewSet is the files of a snapshot; of none where it is nil.
func NewSet(s *manifest.Snapshot, load Loader) *Set {
	if s == nil {
		return &Set{}
	}
	return &Set{snapshot: s, inline: s.Files, lists: s.Lists, count: s.FileCounts.Total, load: load}
}

// Len is how many files there are.
func (s *Set) Len() int { return s.count }

// Lists are the lists in which the files are; none if they are inline.
func (s *Set) Lists() []manifest.FileList { return s.lists }

// Each visits the files in their order, but for those in lists for which may, if it is set, says no.
func (s *Set) Each(ctx context.Context, may func(manifest.FileList) bool, visit func(manifest.File) error) error {
	for _, f := range s.inline {
		if err := visit(f); err != nil {
			return err
		}
	}
	var which []int
	for i, l := range s.lists {
		if may == nil || may(l) {
			which = append(which, i)
		}
	}
	return s.read(ctx, which, func(_ int, files []manifest.File) error {
		for _, f := range files {
			if err := visit(f); err != nil {
				return err
			}
		}
		return nil
	})
}

// ahead is how many lists are under way while one is visited.
const ahead = 8

// read gives the files of lists in order, while the next ones are on their way.
func (s *Set) read(ctx context.Context, which []int, visit func(i int, files []manifest.File) error) error {
	ctx, cancel := context.WithCancel(ctx)
	var all sync.WaitGroup
	defer all.Wait()
	defer cancel()
	answers := make(chan chan answer, ahead)
	all.Go(func() {
		defer close(answers)
		for _, i := range which {
			a := make(chan answer, 1)
			select {
			case answers <- a:
			case <-ctx.Done():
				return
			}
			all.Go(func() {
				files, err := s.list(ctx, i)
				a <- answer{i, files, err}
			})
		}
	})
	seen := 0
	for a := range answers {
		got := <-a
		if got.err != nil {
			return got.err
		}
		if err := visit(got.list, got.files); err != nil {
			return err
		}
		seen++
	}
	if seen < len(which) {
		return ctx.Err()
	}
	return nil
}

type answer struct {
	list  int
	files []manifest.File
	err   error
}

// list reads one list, and refuses it if it does not hold what the snapshot says.
func (s *Set) list(ctx context.Context, i int) ([]manifest.File, error) {
	files, err := s.load(ctx, s.lists[i])
	if err != nil {
		return nil, err
	}
	if err := s.snapshot.CheckList(s.lists[i], files); err != nil {
		return nil, fmt.Errorf("check file list: %w", err)
	}
	return files, nil
}
