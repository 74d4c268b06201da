package manifest

import "slices"

// MaxListFiles is how many files one list holds.
const MaxListFiles = 1000

// FileList names one Parquet object that lists files (package internal/filelist reads and writes it) and the Iceberg manifest of the
// same files. It says of them what a commit, a reader with a condition and Iceberg's manifest list need to know, so that none of these
// reads lists that it does not touch. All files of a list have one partition spec.
//
// Both objects lie in the prefix of the version that wrote them. Later versions that keep all of the files name the same objects.
type FileList struct {
	Key           string       `json:"key"`
	Bytes         int64        `json:"bytes"`
	SHA256        string       `json:"sha256"`
	Files         int          `json:"files"`
	Rows          int64        `json:"rows"`                  // of the data files in it
	DataBytes     int64        `json:"data_bytes"`            // of the data files in it
	AddedFiles    int          `json:"added_files,omitempty"` // how many of them were added by the version that wrote the list
	AddedRows     int64        `json:"added_rows,omitempty"`
	MinVersion    Version      `json:"min_version"`          // the lowest that added one of them
	SpecID        int          `json:"spec_id,omitempty"`    // of all of them
	Partitions    []FieldRange `json:"partitions,omitempty"` // one per field of the spec
	First         []Value      `json:"first,omitempty"`      // the lowest partition, where Partitions does not say it
	Last          []Value      `json:"last,omitempty"`       // the highest one
	Manifest      string       `json:"manifest"`             // key of the Iceberg manifest
	ManifestBytes int64        `json:"manifest_bytes"`
	Unknown       Unknown      `json:"-"`
}

// FieldRange says which values of a partition field occur. Without any but null and NaN there are no bounds: both are null.
type FieldRange struct {
	Null    bool    `json:"null,omitempty"`
	NaN     bool    `json:"nan,omitempty"`
	Lower   Value   `json:"lower,omitempty"`
	Upper   Value   `json:"upper,omitempty"`
	Unknown Unknown `json:"-"`
}

// Version is the version that wrote the list, 0 if its key names none.
func (l FileList) Version() Version {
	v, _ := KeyVersion(l.Key)
	return v
}

// Span is the lowest and the highest partition in the order of PartitionOrder.
func (l FileList) Span() (first, last []Value) {
	if len(l.Partitions) != 1 || l.First != nil {
		return l.First, l.Last
	}
	r := l.Partitions[0]
	first, last = []Value{r.Lower}, []Value{r.Upper}
	if r.Null {
		first[0] = "" // null comes first
	}
	return first, last
}

// MayHold says whether a file of the list may lie in the partition, given in the list's own spec. False is certain.
func (l FileList) MayHold(o PartitionOrder, partition []Value) bool {
	first, last := l.Span()
	if len(partition) == len(l.Partitions) && (o.Compare(l.SpecID, partition, first) < 0 || o.Compare(l.SpecID, partition, last) > 0) {
		return false
	}
	for i := range min(len(partition), len(l.Partitions)) {
		if !l.Partitions[i].mayHold(o, l.SpecID, i, partition[i]) {
			return false
		}
	}
	return true
}

func (r FieldRange) mayHold(o PartitionOrder, spec, field int, x Value) bool {
	switch {
	case x == "":
		return r.Null
	case o.isNaN(spec, field, x):
		return r.NaN
	case r.Lower == "":
		return false
	}
	return o.compareField(spec, field, x, r.Lower) >= 0 && o.compareField(spec, field, x, r.Upper) <= 0
}

// Summarize is what a list says of the files in it, if version wrote it: everything but the objects.
func Summarize(o PartitionOrder, version Version, files []File) FileList {
	l := FileList{MinVersion: version}
	var t *spanner
	for i, f := range files {
		if i == 0 {
			l.SpecID = f.SpecID
			t = &spanner{order: o, spec: f.SpecID, fields: make([]FieldRange, o.Fields(f.SpecID))}
		}
		l.Files++
		l.Rows += f.Rows
		l.DataBytes += f.Bytes
		if f.AddedBy.Version == version {
			l.AddedFiles++
			l.AddedRows += f.Rows
		}
		l.MinVersion = min(l.MinVersion, f.AddedBy.Version)
		t.add(f.Partition)
	}
	if t != nil {
		t.put(&l)
	}
	return l
}

// says reports whether two entries say the same of their files.
func (l FileList) says(o FileList) bool {
	return l.Files == o.Files && l.Rows == o.Rows && l.DataBytes == o.DataBytes && l.AddedFiles == o.AddedFiles && l.AddedRows == o.AddedRows &&
		l.MinVersion == o.MinVersion && l.SpecID == o.SpecID && slices.Equal(l.First, o.First) && slices.Equal(l.Last, o.Last) &&
		slices.EqualFunc(l.Partitions, o.Partitions, func(a, b FieldRange) bool {
			return a.Null == b.Null && a.NaN == b.NaN && a.Lower == b.Lower && a.Upper == b.Upper
		})
}
