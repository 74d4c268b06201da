package catalog

import (
	"fmt"

	"github.com/apache/iceberg-go"

	"github.com/tablectl/tablectl/manifest"
)

// tally is what the manifest list says of one manifest.
type tally struct {
	version                 manifest.Version // of the snapshot
	added, existing         int32
	addedRows, existingRows int64
	first                   manifest.Version // the lowest version that added one of the files
	sums                    []summary        // one per partition field
}

func (b *builder) tally() *tally {
	t := &tally{version: b.snapshot.Version, first: b.snapshot.Version}
	for _, p := range b.parts {
		t.sums = append(t.sums, summary{typ: p.typ})
	}
	return t
}

func (t *tally) add(f manifest.File, tuple []any) {
	if f.AddedBy.Version == t.version {
		t.added++
		t.addedRows += f.Rows
	} else {
		t.existing++
		t.existingRows += f.Rows
	}
	t.first = min(t.first, f.AddedBy.Version)
	for i, v := range tuple {
		t.sums[i].add(v)
	}
}

// line names a manifest in the manifest list.
func (b *builder) line(o Object, t *tally) (iceberg.ManifestFile, error) {
	fields := make([]iceberg.FieldSummary, len(t.sums))
	for i := range t.sums {
		var err error
		if fields[i], err = t.sums[i].field(); err != nil {
			return nil, fmt.Errorf("build iceberg manifest list: partition field %q: %w", b.parts[i].field.Name, err)
		}
	}
	n := int64(t.version)
	return iceberg.NewManifestFile(icebergFormat, b.path(o.Key), int64(len(o.Bytes)), int32(b.spec.ID()), n).
		SequenceNum(n, int64(t.first)).
		AddedFiles(t.added).AddedRows(t.addedRows).
		ExistingFiles(t.existing).ExistingRows(t.existingRows).
		DeletedFiles(0).DeletedRows(0).
		Partitions(fields).Build(), nil
}
