// Package filelist reads and writes file lists: Parquet objects that name the data files of snapshots with more files than are
// kept inline. It promises that the same files give the same bytes, that what Decode gives was said by the bytes and lies inside
// the table, and that no bytes make it take much more memory than 64 MiB plus four times their number.
//
// A Set is the files of a version. What a change of it costs is what it changes: lists that keep all of their files are named again,
// and lists are read only if a file of them goes or a new one comes to lie among theirs.
package filelist

import (
	"errors"

	"github.com/tablectl/tablectl/manifest"
)

// ErrInvalid: the bytes are no file list, or name what no table may hold.
var ErrInvalid = errors.New("invalid file list")

const (
	// MaxFiles is how many files are put into one list at most.
	MaxFiles = manifest.MaxListFiles
	// maxDecode is how many Decode takes.
	maxDecode = 100_000
)
