package table

import (
	"time"

	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/tablectl/tablectl/internal/source"
	"github.com/tablectl/tablectl/manifest"
)

// Definition are the properties of a table that does not exist yet.
type Definition struct {
	Columns         []manifest.Field // field ids are assigned; empty: the first publish brings the schema
	Key             []string
	PartitionBy     []string
	SortBy          []string // "name", "name desc", "name asc nulls last"
	Layout          string   // "shared" (default) or "self-contained": every version's prefix holds all of its files
	TargetFileBytes int64
	RowGroupRows    int64
	Compression     string
	Properties      map[string]string // Iceberg table properties
	Catalogs        []manifest.Catalog
}

// PublishOptions describe one run.
type PublishOptions struct {
	Inputs []string       // files, directories, globs, s3:// URLs, "-"
	Mode   Mode           // default Replace
	Source source.Options // how inputs are read; Open, SpoolDir, Memory and Concurrency come from Options where not set

	Reader      array.RecordReader `json:"-"` // instead of Inputs; needs RunID, and Fingerprint if repeats shall be recognised
	Fingerprint string             // of what Reader yields

	Definition    Definition // used if the table does not exist; otherwise it must say nothing else than the table
	RunID         string     // default: a digest of inputs and options
	Rerun         bool       // publish although this run was rolled back or is published already
	ExpectVersion *manifest.Version
	Message       string
	Validate      string // "full" (default) or "footer"

	SchemaMode   string   // SchemaStrict (default) or SchemaEvolve
	AllowMissing []string // columns that the inputs may lack: null there

	// Of ReplacePartitions: what is replaced, if not just the partitions of the input: "day=2026-04-15", "day=2026-04-01..2026-04-30", several
	// fields joined by commas. Rows outside are refused; a stated partition without rows becomes empty.
	Partitions       []string
	ExpectPartitions *int // refuse if more partitions than that are replaced

	Upsert UpsertOptions
	Where  string // of Delete, instead of inputs: the rows for which this is true go

	DryRun bool

	planned *Plan // what must still hold
}

// Status says how a publish or rollback ended.
type Status string

// The ways a publish or rollback ends well.
const (
	Published        Status = "published"
	AlreadyPublished Status = "already_published"
	RolledBack       Status = "rolled_back"
	DryRun           Status = "dry_run"
)

// Result is what Publish and Rollback did.
type Result struct {
	Table    string
	Status   Status
	Version  manifest.Version
	Previous manifest.Version // current before; 0 for none
	Current  manifest.Version // current afterwards, as last seen
	Run      string
	Mode     Mode
	Rows     manifest.RowCounts
	Files    manifest.FileCounts
	Verbatim int              // files taken byte for byte
	Report   *manifest.Report // nil if nothing was validated
	Plan     *Plan            // of a dry run
	Schema   manifest.Schema
	Catalogs []CatalogState // after it
	Notes    []string       // what a person should know: conversions, warnings
	Elapsed  time.Duration
}

// Status of a table.
type TableStatus struct {
	Table      string
	Version    manifest.Version // 0: nothing published yet
	Generation int64
	UpdatedAt  manifest.Time
	Frozen     *manifest.Frozen
	Pending    []manifest.Pending
	Tags       map[string]manifest.Version
	Live       []manifest.Version
	Catalogs   []CatalogState
	Now        manifest.Time // the store's clock
}
