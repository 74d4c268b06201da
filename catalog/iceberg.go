package catalog

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/apache/iceberg-go"

	"github.com/tablectl/tablectl/manifest"
)

// icebergFormat is the version of the Iceberg table format that is written (apache/iceberg format/spec.md).
const icebergFormat = 2

// Object is an immutable object to be put under its content-addressed key.
type Object struct {
	Key    string // relative to the table root
	Bytes  []byte
	SHA256 string // 64 hex digits
}

// Lists are the Iceberg objects of one snapshot. The manifests are to be put before the list that names them.
type Lists struct {
	ManifestList Object
	Manifests    []Object // of the groups of files, in their order
}

// Keys is what the snapshot records of the lists.
func (l Lists) Keys() manifest.IcebergLists {
	out := manifest.IcebergLists{ManifestList: l.ManifestList.Key}
	for _, m := range l.Manifests {
		out.Manifests = append(out.Manifests, m.Key)
	}
	return out
}

// BuildIceberg makes the manifest list of a snapshot with inline files and one manifest per group of them, or more than one if a group
// has files of several partition specs. tableURL is the root without a trailing slash, "s3://bucket/prefix" or an absolute directory
// path; paths in the lists are the root, a slash and the raw key.
func BuildIceberg(s *manifest.Snapshot, groups [][]manifest.File, tableURL string) (Lists, error) {
	b, err := NewBuilder(s, tableURL)
	if err != nil {
		return Lists{}, err
	}
	var out Lists
	var lines []manifest.FileList
	for _, group := range groups {
		for _, files := range bySpec(group) {
			line, object, err := b.Manifest(s.Version, files)
			if err != nil {
				return Lists{}, err
			}
			out.Manifests = append(out.Manifests, object)
			lines = append(lines, line)
		}
	}
	out.ManifestList, err = b.List(lines)
	return out, err
}

// bySpec parts files by their partition spec.
func bySpec(files []manifest.File) [][]manifest.File {
	if len(files) == 0 {
		return [][]manifest.File{nil}
	}
	sorted := slices.Clone(files)
	slices.SortStableFunc(sorted, func(a, b manifest.File) int { return cmp.Compare(a.SpecID, b.SpecID) })
	var out [][]manifest.File
	for chunk := sorted; len(chunk) > 0; chunk = chunk[len(out[len(out)-1]):] {
		n := slices.IndexFunc(chunk, func(f manifest.File) bool { return f.SpecID != chunk[0].SpecID })
		if n < 0 {
			n = len(chunk)
		}
		out = append(out, chunk[:n])
	}
	return out
}

// CheckPartitioning says early whether BuildIceberg can describe files that are partitioned so. What it refuses: columns that are
// no primitives, and several decimal columns of different precision or scale (a limit of iceberg-go v0.7.0).
func CheckPartitioning(schema manifest.Schema, spec manifest.PartitionSpec) error {
	b, err := NewBuilder(&manifest.Snapshot{Schema: schema, Spec: spec}, "")
	if err != nil {
		return err
	}
	if _, err := iceberg.NewManifestWriter(icebergFormat, io.Discard, b.layouts[spec.ID].spec, b.schema, 1); err != nil {
		return fmt.Errorf("partition spec: %w", err)
	}
	return nil
}

// Builder makes the Iceberg manifests of a snapshot and the list that names them.
type Builder struct {
	snapshot *manifest.Snapshot
	tableURL string
	schema   *iceberg.Schema
	order    manifest.PartitionOrder
	columns  map[int]column
	layouts  map[int]layout // by spec
}

// layout is a partition spec as Iceberg's library takes it.
type layout struct {
	spec     iceberg.PartitionSpec
	specJSON []byte // with the real names; those in spec are Avro's
	parts    []part
}

// NewBuilder makes manifests for a snapshot in the table at tableURL, which is as in BuildIceberg.
func NewBuilder(s *manifest.Snapshot, tableURL string) (*Builder, error) {
	schema, err := icebergSchema(s.Schema)
	if err != nil {
		return nil, err
	}
	b := &Builder{snapshot: s, tableURL: tableURL, schema: schema, order: s.PartitionOrder(), columns: columnsOf(s.Schema), layouts: map[int]layout{}}
	for _, spec := range s.Specs() {
		parts, err := partsOf(spec, s.Schema)
		if err != nil {
			return nil, err
		}
		specJSON, err := json.Marshal(append([]manifest.PartitionField{}, spec.Fields...))
		if err != nil {
			return nil, fmt.Errorf("encode partition spec: %w", err)
		}
		b.layouts[spec.ID] = layout{spec: icebergSpec(spec, parts), specJSON: specJSON, parts: parts}
	}
	return b, nil
}

// icebergSchema converts by way of the JSON form, which both sides share.
func icebergSchema(s manifest.Schema) (*iceberg.Schema, error) {
	b, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("encode schema: %w", err)
	}
	out := new(iceberg.Schema)
	if err := json.Unmarshal(b, out); err != nil {
		return nil, fmt.Errorf("convert schema to iceberg: %w", err)
	}
	return out, nil
}

// Manifest builds the Iceberg manifest of files, all of one partition spec, that version listed together: those that it added are ADDED,
// others EXISTING with the version that added them as snapshot id and sequence number. Beside the manifest it returns what the manifest
// list says of it, with the fields of a file list. The manifest's key lies in the prefix of that version.
func (b *Builder) Manifest(version manifest.Version, files []manifest.File) (manifest.FileList, Object, error) {
	line, object, err := b.manifest(version, files)
	if err != nil {
		return line, object, fmt.Errorf("build iceberg manifest: %w", err)
	}
	return line, object, nil
}

func (b *Builder) manifest(version manifest.Version, files []manifest.File) (line manifest.FileList, object Object, err error) {
	if len(files) == 0 {
		return line, object, errors.New("no files")
	}
	layout := b.layouts[files[0].SpecID]
	var raw bytes.Buffer
	w, err := iceberg.NewManifestWriter(icebergFormat, &raw, layout.spec, b.schema, int64(version))
	if err != nil {
		return line, object, err
	}
	for _, f := range files {
		if err := b.add(w, version, f, layout); err != nil {
			return line, object, fmt.Errorf("%s: %w", f.Key, err)
		}
	}
	if err := w.Close(); err != nil {
		return line, object, err
	}
	if object, err = newObject(version, raw.Bytes(), map[string][]byte{"partition-spec": layout.specJSON}); err != nil {
		return line, object, err
	}
	line = manifest.Summarize(b.order, version, files)
	line.Manifest, line.ManifestBytes = object.Key, int64(len(object.Bytes))
	return line, object, nil
}

// add writes one entry. An added one has no sequence number: it inherits that of the manifest, which is the version (Iceberg
// specification, "Sequence Number Inheritance"); so the manifest can be listed by later versions as it is.
func (b *Builder) add(w *iceberg.ManifestWriter, version manifest.Version, f manifest.File, layout layout) error {
	tuple, err := layout.tuple(f)
	if err != nil {
		return err
	}
	data, err := b.dataFile(f, tuple)
	if err != nil {
		return err
	}
	by := int64(f.AddedBy.Version)
	if f.AddedBy.Version == version {
		return w.Add(iceberg.NewManifestEntry(iceberg.EntryStatusADDED, &by, nil, nil, data))
	}
	return w.Existing(iceberg.NewManifestEntry(iceberg.EntryStatusEXISTING, &by, &by, &by, data))
}

// List builds the manifest list of the snapshot: a line for each manifest, made by this version or an earlier one.
func (b *Builder) List(manifests []manifest.FileList) (Object, error) {
	var parent *int64
	if p := b.snapshot.Parent; p != nil {
		v := int64(p.Version)
		parent = &v
	}
	lines := make([]iceberg.ManifestFile, len(manifests))
	for i, m := range manifests {
		var err error
		if lines[i], err = b.line(m); err != nil {
			return Object{}, fmt.Errorf("build iceberg manifest list: %s: %w", m.Manifest, err)
		}
	}
	var raw bytes.Buffer
	n := int64(b.snapshot.Version)
	if err := iceberg.WriteManifestList(icebergFormat, &raw, n, parent, &n, 0, lines); err != nil {
		return Object{}, fmt.Errorf("build iceberg manifest list: %w", err)
	}
	return newObject(b.snapshot.Version, raw.Bytes(), nil)
}

// newObject settles the bytes of an Avro file and names it after them.
func newObject(version manifest.Version, raw []byte, meta map[string][]byte) (Object, error) {
	settled, err := settle(raw, meta)
	if err != nil {
		return Object{}, err
	}
	sum := sha256.Sum256(settled)
	digest := hex.EncodeToString(sum[:])
	return Object{Key: manifest.IcebergKey(version, digest), Bytes: settled, SHA256: digest}, nil
}

func (b *Builder) path(key string) string { return b.tableURL + "/" + key }
