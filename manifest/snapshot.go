package manifest

// Snapshot is the immutable description of one version, the content of version=N/_snapshot-<digest>.json.
type Snapshot struct {
	Format      int             `json:"format"` // 1
	TableUUID   string          `json:"table_uuid"`
	Version     Version         `json:"version"`
	Parent      *ParentRef      `json:"parent,omitempty"`
	Run         string          `json:"run"`
	Attempt     string          `json:"attempt"`
	Mode        string          `json:"mode"` // "replace", …
	Fingerprint string          `json:"fingerprint"`
	Inputs      []Input         `json:"inputs,omitempty"`
	Message     string          `json:"message,omitempty"`
	Created     Time            `json:"created"` // by the store's clock
	Writer      string          `json:"writer"`  // "tablectl 0.1.0"
	Schema      Schema          `json:"schema"`
	Spec        PartitionSpec   `json:"partition_spec"`        // of what is written from now on
	OlderSpecs  []PartitionSpec `json:"older_specs,omitempty"` // others that files of the version have, by id
	SortOrder   SortOrder       `json:"sort_order"`
	Layout      string          `json:"layout,omitempty"` // "self-contained", or "" for one that shares files
	Rows        RowCounts       `json:"rows"`
	FileCounts  FileCounts      `json:"file_counts"`
	Report      *Report         `json:"report,omitempty"`
	Files       []File          `json:"files,omitempty"`      // up to MaxInlineFiles
	Lists       []FileList      `json:"file_lists,omitempty"` // beyond that
	Iceberg     IcebergLists    `json:"iceberg"`
	Unknown     Unknown         `json:"-"`
}

// ModeAlter is the mode of a version that changes how the table is described, and nothing of what is in it: its files are those of its
// parent.
const ModeAlter = "alter"

// MaxInlineFiles is how many files a snapshot names itself at most; else all of them are in file lists.
const MaxInlineFiles = 1000

// ParentRef names the version that a snapshot was built on and the digest of its snapshot object.
type ParentRef struct {
	Version Version `json:"version"`
	SHA256  string  `json:"sha256"`
	Unknown Unknown `json:"-"`
}

// Input says what a run read. URLs are without credentials or query.
type Input struct {
	Name     string  `json:"name"`
	Bytes    int64   `json:"bytes"`
	Identity string  `json:"identity"` // "sha256:…" or "etag:…"
	Unknown  Unknown `json:"-"`
}

// RowCounts add up: Total = CarriedOver + Added (+ Updated).
type RowCounts struct {
	Added       int64   `json:"added"`
	Updated     int64   `json:"updated"`
	Deleted     int64   `json:"deleted"`
	CarriedOver int64   `json:"carried_over"`
	Total       int64   `json:"total"`
	Unknown     Unknown `json:"-"`
}

// FileCounts say how many files the version wrote, kept from its parent, and removed from it.
type FileCounts struct {
	Written      int     `json:"written"`
	Kept         int     `json:"kept"`
	Removed      int     `json:"removed"`
	Total        int     `json:"total"`
	BytesWritten int64   `json:"bytes_written"`
	BytesTotal   int64   `json:"bytes_total"`
	Unknown      Unknown `json:"-"`
}

// IcebergLists are the objects that a catalog derives from the snapshot: the manifest list and the manifests of the inline files.
// Those of file lists are named with the lists.
type IcebergLists struct {
	ManifestList string   `json:"manifest_list"`
	Manifests    []string `json:"manifests"`
	Unknown      Unknown  `json:"-"`
}

// Report is what validation found. A version is published only with every check passed.
type Report struct {
	Level   string  `json:"level"` // "full" or "footer"
	Passed  bool    `json:"passed"`
	Checks  []Check `json:"checks"`
	Unknown Unknown `json:"-"`
}

// Check is one line of a report.
type Check struct {
	Name    string  `json:"name"` // "size", "checksum", "footer", "schema", "rows", "pages", "required", "key", "bounds"
	Passed  bool    `json:"passed"`
	Count   int64   `json:"count"` // files, rows or pages looked at
	Detail  string  `json:"detail,omitempty"`
	File    string  `json:"file,omitempty"` // key of the first file that failed
	Unknown Unknown `json:"-"`
}
