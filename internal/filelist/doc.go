// Package filelist reads and writes file lists: Parquet objects that name the data files of snapshots with more files than are
// kept inline. It promises that the same files give the same bytes, that what Decode gives was said by the bytes and lies inside
// the table, and that no bytes make it take much more memory than 64 MiB plus four times their number.
package filelist

import (
	"errors"
	"slices"

	"github.com/tablectl/tablectl/manifest"
)

// ErrInvalid: the bytes are no file list, or name what no table may hold.
var ErrInvalid = errors.New("invalid file list")

const (
	// MaxFiles is how many files Split puts into one list.
	MaxFiles = 1000
	// maxDecode is how many Decode takes.
	maxDecode = 100_000
)

// Split sorts the files by partition, keeping their order within each, and cuts them into groups of at most MaxFiles. A
// partition that fits into one group is not spread over two unless the group before it would be less than half full.
func Split(files []manifest.File) [][]manifest.File {
	sorted := slices.Clone(files)
	slices.SortStableFunc(sorted, func(a, b manifest.File) int { return slices.Compare(a.Partition, b.Partition) })
	var groups [][]manifest.File
	var group []manifest.File
	for len(sorted) > 0 {
		n := partitionLength(sorted)
		room := MaxFiles - len(group)
		if n > room && n <= MaxFiles && len(group) >= MaxFiles/2 || room == 0 {
			groups, group = append(groups, group), nil
			continue
		}
		n = min(n, room)
		group = append(group, sorted[:n]...)
		sorted = sorted[n:]
	}
	if len(group) > 0 {
		groups = append(groups, group)
	}
	return groups
}

// partitionLength is how many files from the first on lie in its partition.
func partitionLength(files []manifest.File) int {
	for i := range files {
		if !slices.Equal(files[i].Partition, files[0].Partition) {
			return i
		}
	}
	return len(files)
}
