package manifest

// File describes one data file of a snapshot. The key is relative to the table root.
type File struct {
	Key       string              `json:"key"`
	Bytes     int64               `json:"bytes"`
	Rows      int64               `json:"rows"`
	SHA256    string              `json:"sha256"`              // 64 hex digits, of the whole object
	CRC64NVME string              `json:"crc64nvme"`           // 16 hex digits, of the whole object
	SpecID    int                 `json:"spec_id,omitempty"`   // the partition spec it was written with: the snapshot's or an older one
	Partition []Value             `json:"partition,omitempty"` // one per field of that spec, of the type that its transform gives; "" is null
	RowGroups int                 `json:"row_groups"`
	Columns   map[int]ColumnStats `json:"columns,omitempty"` // by field id, leaf columns only
	AddedBy   AddedBy             `json:"added_by"`
	Verbatim  bool                `json:"verbatim,omitempty"` // taken byte for byte from the input
	Unknown   Unknown             `json:"-"`
}

// ColumnStats are bounds for pruning: every non-null value v has Lower <= v <= Upper. Strings and binary are cut (see FORMAT.md). NaN
// is never a bound: a float column that holds one has no bounds. Missing bounds say nothing.
type ColumnStats struct {
	Values  int64   `json:"values"` // including nulls
	Nulls   int64   `json:"nulls"`
	NaNs    int64   `json:"nans,omitempty"`
	Bytes   int64   `json:"bytes,omitempty"` // compressed
	Lower   Value   `json:"lower,omitempty"`
	Upper   Value   `json:"upper,omitempty"`
	Bound   bool    `json:"bound,omitempty"` // Lower and Upper are set (an empty string is a bound, too)
	Unknown Unknown `json:"-"`
}

// AddedBy names the version and the run that wrote a file.
type AddedBy struct {
	Version Version `json:"version"`
	Run     string  `json:"run"`
	Unknown Unknown `json:"-"`
}
