package manifest

// ObjectKey is the one mutable object of a table, relative to its root.
const ObjectKey = "_manifest.metadata.json"

// Format is the version of the format that this package reads and writes. A higher one is refused with ErrFormat.
const Format = 1

// MaxBytes is the largest manifest that is read. Larger ones are refused with ErrTooLarge.
const MaxBytes = 16 << 20

// Manifest is Iceberg v2 table metadata (apache/iceberg format/spec.md, "Table Metadata Fields") with one extra key. Values are
// treated as immutable: a transition copies what it changes.
type Manifest struct {
	FormatVersion      int               `json:"format-version"`
	TableUUID          string            `json:"table-uuid"`
	Location           string            `json:"location"` // T/_iceberg
	LastSequenceNumber int64             `json:"last-sequence-number"`
	LastUpdatedMs      int64             `json:"last-updated-ms"`
	LastColumnID       int               `json:"last-column-id"`
	CurrentSchemaID    int               `json:"current-schema-id"`
	Schemas            []Schema          `json:"schemas"`
	DefaultSpecID      int               `json:"default-spec-id"`
	PartitionSpecs     []PartitionSpec   `json:"partition-specs"`
	LastPartitionID    int               `json:"last-partition-id"` // 999 when there is none
	DefaultSortOrderID int               `json:"default-sort-order-id"`
	SortOrders         []SortOrder       `json:"sort-orders"`
	Properties         map[string]string `json:"properties"`
	CurrentSnapshotID  int64             `json:"current-snapshot-id"` // -1 before the first publish
	Snapshots          []Entry           `json:"snapshots"`
	Refs               map[string]Ref    `json:"refs"`
	SnapshotLog        []LogEntry        `json:"snapshot-log"`
	MetadataLog        []struct{}        `json:"metadata-log"` // always []
	Tablectl           State             `json:"tablectl"`
	Unknown            Unknown           `json:"-"`
}

// Entry is an Iceberg snapshot in the manifest: a live version.
type Entry struct {
	SnapshotID       Version           `json:"snapshot-id"`
	ParentSnapshotID *Version          `json:"parent-snapshot-id,omitempty"`
	SequenceNumber   int64             `json:"sequence-number"`
	TimestampMs      int64             `json:"timestamp-ms"`
	SchemaID         int               `json:"schema-id"`
	ManifestList     string            `json:"manifest-list"` // absolute
	Summary          map[string]string `json:"summary"`
	Unknown          Unknown           `json:"-"`
}

// Ref is an Iceberg snapshot reference: "main" is the branch, all others are our tags.
type Ref struct {
	SnapshotID Version `json:"snapshot-id"`
	Type       string  `json:"type"` // "branch" or "tag"
	Unknown    Unknown `json:"-"`
}

// LogEntry says since when a version was current.
type LogEntry struct {
	SnapshotID  Version `json:"snapshot-id"`
	TimestampMs int64   `json:"timestamp-ms"`
	Unknown     Unknown `json:"-"`
}

// State is our key in the metadata.
type State struct {
	Format      int       `json:"format"` // 1
	Generation  int64     `json:"generation"`
	WriteID     string    `json:"write_id"`
	NextVersion Version   `json:"next_version"`
	Pending     []Pending `json:"pending"`
	Recent      []Event   `json:"recent"`
	History     *History  `json:"history"`
	GC          GC        `json:"gc"`
	Frozen      *Frozen   `json:"frozen"`
	Settings    Settings  `json:"settings"`
	Unknown     Unknown   `json:"-"`
}

// Pending is a run that reserved a version and has not committed.
type Pending struct {
	Run        string    `json:"run"`
	Attempt    string    `json:"attempt"`
	Version    Version   `json:"version"`
	Holds      []Version `json:"holds"` // earlier numbers of this run, whose prefixes hold its files
	Base       Version   `json:"base"`  // current when reserved; 0 for none
	Mode       string    `json:"mode"`
	LeaseUntil Time      `json:"lease_until"` // by the store's clock
	Unknown    Unknown   `json:"-"`
}

// Event is one line of the history. Reservations and lease renewals are not events.
type Event struct {
	Generation  int64   `json:"generation"`
	WriteID     string  `json:"write_id"`
	At          Time    `json:"at"` // by the store's clock
	Op          string  `json:"op"` // "create", "publish", "reject", "rollback", "freeze", "unfreeze", "tag", "untag", "relocate", "set", "alter"
	Version     Version `json:"version,omitempty"`
	From        Version `json:"from,omitempty"` // publish: the parent; rollback: what was current
	Run         string  `json:"run,omitempty"`
	Fingerprint string  `json:"fingerprint,omitempty"`
	Tag         string  `json:"tag,omitempty"`
	By          string  `json:"by,omitempty"`
	Message     string  `json:"message,omitempty"`
	Snapshot    string  `json:"snapshot,omitempty"` // reject: key of the snapshot object with the failed report
	SHA256      string  `json:"sha256,omitempty"`   // reject: its digest
	Unknown     Unknown `json:"-"`
}

// History names the object that holds every event up to and including generation Through.
type History struct {
	Object  string  `json:"object"`
	SHA256  string  `json:"sha256"`
	Through int64   `json:"through"`
	Unknown Unknown `json:"-"`
}

// GC is the state of the garbage collector; a table without gc runs keeps the zero value.
type GC struct {
	Epoch    int64     `json:"epoch"`
	Plan     string    `json:"plan,omitempty"`
	SHA256   string    `json:"sha256,omitempty"`
	MarkedAt Time      `json:"marked_at,omitempty"`
	Expired  []Version `json:"expired"`
	Unknown  Unknown   `json:"-"`
}

// Frozen says why publishes are refused.
type Frozen struct {
	By      string  `json:"by"`
	At      Time    `json:"at"`
	Reason  string  `json:"reason"`
	Unknown Unknown `json:"-"`
}

// Settings are the table's own, changed by a flip.
type Settings struct {
	Layout          string    `json:"layout"`                   // "shared" or "self-contained"
	TargetFileBytes int64     `json:"target_file_bytes"`        // compressed bytes, default DefaultTargetFileBytes
	RowGroupRows    int64     `json:"row_group_rows,omitempty"` // at most; 0: the writer's default
	KeepVersions    int       `json:"keep_versions,omitempty"`  // live versions at most, but for those that are current, tagged or built on; 0: all
	Compression     string    `json:"compression,omitempty"`    // "zstd" (default) or "snappy"
	PartitionBy     []string  `json:"partition_by,omitempty"`   // names that wait for the first publish
	SortBy          []string  `json:"sort_by,omitempty"`        // "name", "name desc"
	Key             []string  `json:"key,omitempty"`
	Catalogs        []Catalog `json:"catalogs,omitempty"` // in the order in which they are brought up to date
	Unknown         Unknown   `json:"-"`
}

// DefaultTargetFileBytes is the size at which a data file is closed.
const DefaultTargetFileBytes = 256 << 20
