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
func diffPartitions(a, b partitionNames, d FileDiff, shared []manifest.File) []PartitionDiff {
	if !a.any() && !b.any() {
		return nil
	}
	parts := map[string]*PartitionDiff{}
	part := func(f manifest.File, names partitionNames) *PartitionDiff {
		name, values := names.of(f)
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
		name, _ := b.of(f)
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

// partitionNames names the partitions of the files of a version, by the id of the spec with which they were written.
type partitionNames map[int]partitionForm

// partitionForm is a spec and the types of what its fields come from.
type partitionForm struct {
	fields  []manifest.PartitionField
	sources []manifest.Type // Invalid where the column is no more
}

func namesOfPartitions(s *manifest.Snapshot) partitionNames {
	out := partitionNames{}
	for _, spec := range s.Specs() {
		form := partitionForm{fields: spec.Fields}
		for _, p := range spec.Fields {
			f, _ := s.Schema.FieldByID(p.SourceID)
			form.sources = append(form.sources, f.Type)
		}
		out[spec.ID] = form
	}
	return out
}

func (n partitionNames) any() bool {
	for _, form := range n {
		if len(form.fields) > 0 {
			return true
		}
	}
	return false
}

// of is the partition of a file for people, and its values as text. A file without rows may have none.
func (n partitionNames) of(f manifest.File) (string, map[string]*string) {
	var name strings.Builder
	values := map[string]*string{}
	form := n[f.SpecID]
	for i, p := range form.fields {
		text := "null"
		values[p.Name] = nil
		if i < len(f.Partition) && f.Partition[i] != "" {
			text = partitionText(p, form.sources[i], f.Partition[i])
			values[p.Name] = &text
		}
		if i > 0 {
			name.WriteByte('/')
		}
		name.WriteString(p.Name + "=" + text)
	}
	return name.String(), values
}

// partitionText is a value as partition directories show it, or as it stands if its column is no more.
func partitionText(p manifest.PartitionField, source manifest.Type, v manifest.Value) string {
	if t, err := p.Parsed(); err == nil && t.Takes(source) {
		if x, err := manifest.DecodeValue(t.Result(source), v); err == nil {
			return t.Format(source, x)
		}
	}
	var text string
	if json.Unmarshal([]byte(v), &text) == nil {
		return text
	}
	return string(v) // a number or a truth value
}

// inPartitions orders files by partition, so that rows which are likely to be equal are read soon after each other.
func inPartitions(files []manifest.File, names partitionNames) []diffFile {
	out := make([]diffFile, len(files))
	for i, f := range files {
		out[i].File, out[i].index = f, i
		out[i].partition, _ = names.of(f)
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
