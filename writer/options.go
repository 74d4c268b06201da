package writer

import (
	"errors"
	"fmt"
	"log/slog"
	"runtime"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/manifest"
)

// Options say what to write, where, and with what. Fields without a default are needed.
type Options struct {
	Store   objstore.Store
	Version manifest.Version
	Run     string

	// Reuse are versions whose prefixes an earlier attempt of the same run may have filled. What is there already is named, not
	// sent again. Empty on a fresh run: it costs one request per file and version.
	Reuse []manifest.Version

	FirstSeq int // number of the first file, which its key carries

	Schema    manifest.Schema
	Spec      manifest.PartitionSpec
	Older     []manifest.PartitionSpec // with which files of a base were written, beside Spec
	SortOrder manifest.SortOrder
	Settings  manifest.Settings // target bytes, row group rows, compression

	Names map[int][]string // that columns had before, by field id: for files of a base that have no ids

	Memory      int64  // bytes in use at most, default DefaultMemory; MinMemory at least
	SpoolDir    string // for what does not fit, default the system's temporary directory
	Concurrency int    // encoders at once, default the number of cores
	Progress    func(Progress)
	Logger      *slog.Logger
}

// Progress is what has been done so far.
type Progress struct {
	Rows  int64 // encoded, or checked
	Bytes int64 // of finished files
	Files int
}

// Memory of a Write or a Validate.
const (
	DefaultMemory = 256 << 20
	MinMemory     = 32 << 20
)

// createdBy is what the files say about their writer. Without a version: the same rows give the same bytes.
const createdBy = "tablectl"

// Sizes of a row group. They are part of what makes the bytes of a file: never a function of memory or cores.
const (
	maxGroupRows  = 1 << 20
	maxGroupBytes = 16 << 20 // of the rows' values, see vector.Batch.Bytes
)

// ErrOptions is a set of options that cannot work.
var ErrOptions = errors.New("writer options")

func (o Options) withDefaults() (Options, error) {
	if o.Store == nil || o.Version < 1 || len(o.Schema.Fields) == 0 {
		return o, fmt.Errorf("%w: store, version and schema are needed", ErrOptions)
	}
	if o.Settings.TargetFileBytes <= 0 {
		o.Settings.TargetFileBytes = manifest.DefaultTargetFileBytes
	}
	if o.Settings.RowGroupRows <= 0 || o.Settings.RowGroupRows > maxGroupRows {
		o.Settings.RowGroupRows = maxGroupRows
	}
	if o.Memory == 0 {
		o.Memory = DefaultMemory
	}
	o.Memory = max(o.Memory, MinMemory)
	if o.Concurrency <= 0 {
		o.Concurrency = runtime.GOMAXPROCS(0)
	}
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o, nil
}
