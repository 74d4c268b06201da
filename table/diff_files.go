package table

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/tablectl/tablectl/manifest"
)

// FileDiff is which files a version has that the other does not.
type FileDiff struct {
	Removed []manifest.File // only A has them
	Added   []manifest.File // only B has them
	Shared  FileSize        // both have them: the same object, or another one with the same bytes
	Copied  int             // of those shared, under another key
}

// FileSize is some files.
type FileSize struct {
	Files int
	Rows  int64
	Bytes int64
}

// PartitionDiff is a partition in which files differ.
type PartitionDiff struct {
	Name   string             // "day=2026-04-15/country=null"
	Values map[string]*string // by partition field; nil is null
	Before FileSize
	After  FileSize
	Shared FileSize // of both
}

func (s *FileSize) add(f manifest.File) {
	s.Files++
	s.Rows += f.Rows
	s.Bytes += f.Bytes
}

// diffFiles tells the files that both have from the others. Equal digests are equal bytes, so a file that was written again as it
// was need not be read either.
func diffFiles(a, b []manifest.File) (d FileDiff, shared []manifest.File) {
	keys := map[string][]string{} // of the files of a, by digest
	for _, f := range a {
		keys[f.SHA256] = append(keys[f.SHA256], f.Key)
	}
	for _, f := range b {
		have := keys[f.SHA256]
		if len(have) == 0 {
			d.Added = append(d.Added, f)
			continue
		}
		i := slices.Index(have, f.Key)
		if i < 0 {
			i = 0
			d.Copied++
		}
		keys[f.SHA256] = slices.Delete(have, i, i+1)
		d.Shared.add(f)
		shared = append(shared, f)
	}
	for _, f := range a {
		if i := slices.Index(keys[f.SHA256], f.Key); i >= 0 {
			d.Removed = append(d.Removed, f)
		}
	}
	return d, shared
}

// diffPartitions sums up the partitions in which a file was removed or added.
func diffPartitions(a, b manifest.PartitionSpec, d FileDiff, shared []manifest.File) []PartitionDiff {
	if len(a.Fields)+len(b.Fields) == 0 {
		return nil
	}
	parts := map[string]*PartitionDiff{}
	part := func(f manifest.File, spec manifest.PartitionSpec) *PartitionDiff {
		name, values := partitionName(f, spec)
		if parts[name] == nil {
			parts[name] = &PartitionDiff{Name: name, Values: values}
		}
		return parts[name]
	}
	for _, f := range d.Removed {
		part(f, a).Before.add(f)
	}
	for _, f := range d.Added {
		part(f, b).After.add(f)
	}
	for _, f := range shared {
		name, _ := partitionName(f, b)
		if p := parts[name]; p != nil {
			p.Before.add(f)
			p.After.add(f)
			p.Shared.add(f)
		}
	}
	out := make([]PartitionDiff, 0, len(parts))
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		out = append(out, *parts[name])
	}
	return out
}

// partitionName is a partition for people, and its values as text. A file without rows may have none.
func partitionName(f manifest.File, spec manifest.PartitionSpec) (string, map[string]*string) {
	var name strings.Builder
	values := map[string]*string{}
	for i, p := range spec.Fields {
		text := "null"
		values[p.Name] = nil
		if i < len(f.Partition) && f.Partition[i] != "" {
			text = partitionText(f.Partition[i])
			values[p.Name] = &text
		}
		if i > 0 {
			name.WriteByte('/')
		}
		name.WriteString(p.Name + "=" + text)
	}
	return name.String(), values
}

// partitionText is a value without the quotes that its form may have.
func partitionText(v manifest.Value) string {
	var text string
	if json.Unmarshal([]byte(v), &text) == nil {
		return text
	}
	return string(v) // a number or a truth value
}

// inPartitions orders files by partition, so that rows which are likely to be equal are read soon after each other.
func inPartitions(files []manifest.File, spec manifest.PartitionSpec) []diffFile {
	out := make([]diffFile, len(files))
	for i, f := range files {
		out[i].File, out[i].index = f, i
		out[i].partition, _ = partitionName(f, spec)
	}
	slices.SortStableFunc(out, func(a, b diffFile) int { return cmp.Compare(a.partition, b.partition) })
	return out
}

// diffFile is a file that is read.
type diffFile struct {
	manifest.File
	partition string
	index     int // in the order of the version
}
