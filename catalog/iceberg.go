package catalog

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"

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
	Manifests    []Object // one per group of files, in the order of the groups
}

// Keys is what the snapshot records of the lists.
func (l Lists) Keys() manifest.IcebergLists {
	out := manifest.IcebergLists{ManifestList: l.ManifestList.Key}
	for _, m := range l.Manifests {
		out.Manifests = append(out.Manifests, m.Key)
	}
	return out
}

// BuildIceberg makes the manifest list of a snapshot and one manifest per group of its files. tableURL is the root without a
// trailing slash, "s3://bucket/prefix" or an absolute directory path; paths in the lists are the root, a slash and the raw key.
// Files that s.Version added are ADDED, others EXISTING with the version that added them as snapshot id and sequence number.
func BuildIceberg(s *manifest.Snapshot, groups [][]manifest.File, tableURL string) (Lists, error) {
	b, err := newBuilder(s, tableURL)
	if err != nil {
		return Lists{}, err
	}
	var out Lists
	var named []iceberg.ManifestFile
	for _, files := range groups {
		object, name, err := b.manifest(files)
		if err != nil {
			return Lists{}, err
		}
		out.Manifests = append(out.Manifests, object)
		named = append(named, name)
	}
	out.ManifestList, err = b.list(named)
	return out, err
}

// CheckPartitioning says early whether BuildIceberg can describe files that are partitioned so. What it refuses: columns that are
// no primitives, and several decimal columns of different precision or scale (a limit of iceberg-go v0.7.0).
func CheckPartitioning(schema manifest.Schema, spec manifest.PartitionSpec) error {
	b, err := newBuilder(&manifest.Snapshot{Schema: schema, Spec: spec}, "")
	if err != nil {
		return err
	}
	if _, err := iceberg.NewManifestWriter(icebergFormat, io.Discard, b.spec, b.schema, 1); err != nil {
		return fmt.Errorf("partition spec: %w", err)
	}
	return nil
}

// builder holds what all manifests of a snapshot share.
type builder struct {
	snapshot *manifest.Snapshot
	tableURL string
	schema   *iceberg.Schema
	spec     iceberg.PartitionSpec
	specJSON []byte // with the real names; those in spec are Avro's
	columns  map[int]column
	parts    []part
}

func newBuilder(s *manifest.Snapshot, tableURL string) (*builder, error) {
	schema, err := icebergSchema(s.Schema)
	if err != nil {
		return nil, err
	}
	parts, err := partsOf(s.Spec, s.Schema)
	if err != nil {
		return nil, err
	}
	specJSON, err := json.Marshal(append([]manifest.PartitionField{}, s.Spec.Fields...))
	if err != nil {
		return nil, fmt.Errorf("encode partition spec: %w", err)
	}
	return &builder{snapshot: s, tableURL: tableURL, schema: schema, spec: icebergSpec(s.Spec, parts), specJSON: specJSON,
		columns: columnsOf(s.Schema), parts: parts}, nil
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

// manifest builds one Iceberg manifest and the line of the manifest list that names it.
func (b *builder) manifest(files []manifest.File) (Object, iceberg.ManifestFile, error) {
	if len(files) == 0 {
		return Object{}, nil, errors.New("build iceberg manifest: no files")
	}
	var raw bytes.Buffer
	w, err := iceberg.NewManifestWriter(icebergFormat, &raw, b.spec, b.schema, int64(b.snapshot.Version))
	if err != nil {
		return Object{}, nil, fmt.Errorf("build iceberg manifest: %w", err)
	}
	t := b.tally()
	for _, f := range files {
		if err := b.add(w, f, t); err != nil {
			return Object{}, nil, fmt.Errorf("build iceberg manifest: %s: %w", f.Key, err)
		}
	}
	if err := w.Close(); err != nil {
		return Object{}, nil, fmt.Errorf("build iceberg manifest: %w", err)
	}
	object, err := b.object(raw.Bytes(), map[string][]byte{"partition-spec": b.specJSON})
	if err != nil {
		return Object{}, nil, err
	}
	name, err := b.line(object, t)
	return object, name, err
}

// add writes one entry. An added one has no sequence number: it inherits that of the list, as the specification asks.
func (b *builder) add(w *iceberg.ManifestWriter, f manifest.File, t *tally) error {
	tuple, err := b.tuple(f)
	if err != nil {
		return err
	}
	data, err := b.dataFile(f, tuple)
	if err != nil {
		return err
	}
	t.add(f, tuple)
	by := int64(f.AddedBy.Version)
	if f.AddedBy.Version == b.snapshot.Version {
		return w.Add(iceberg.NewManifestEntry(iceberg.EntryStatusADDED, &by, nil, nil, data))
	}
	return w.Existing(iceberg.NewManifestEntry(iceberg.EntryStatusEXISTING, &by, &by, &by, data))
}

// list builds the manifest list.
func (b *builder) list(named []iceberg.ManifestFile) (Object, error) {
	var parent *int64
	if p := b.snapshot.Parent; p != nil {
		v := int64(p.Version)
		parent = &v
	}
	var raw bytes.Buffer
	n := int64(b.snapshot.Version)
	if err := iceberg.WriteManifestList(icebergFormat, &raw, n, parent, &n, 0, named); err != nil {
		return Object{}, fmt.Errorf("build iceberg manifest list: %w", err)
	}
	return b.object(raw.Bytes(), nil)
}

// object settles the bytes of an Avro file and names it after them.
func (b *builder) object(raw []byte, meta map[string][]byte) (Object, error) {
	settled, err := settle(raw, meta)
	if err != nil {
		return Object{}, err
	}
	sum := sha256.Sum256(settled)
	digest := hex.EncodeToString(sum[:])
	return Object{Key: manifest.IcebergKey(b.snapshot.Version, digest), Bytes: settled, SHA256: digest}, nil
}

func (b *builder) path(key string) string { return b.tableURL + "/" + key }
