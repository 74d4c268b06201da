package catalog

import (
	"fmt"

	"github.com/apache/iceberg-go"

	"github.com/tablectl/tablectl/manifest"
)

// line names a manifest in the manifest list. Its sequence number and snapshot id are the version that wrote it, whichever version lists
// it; the counts are those of its entries' states as they were written.
func (b *Builder) line(m manifest.FileList) (iceberg.ManifestFile, error) {
	version, ok := manifest.KeyVersion(m.Manifest)
	layout, known := b.layouts[m.SpecID]
	if !ok || !known || len(m.Partitions) != len(layout.parts) {
		return nil, fmt.Errorf("%d ranges of the fields of spec %d", len(m.Partitions), m.SpecID)
	}
	fields := make([]iceberg.FieldSummary, len(m.Partitions))
	for i, r := range m.Partitions {
		var err error
		if fields[i], err = summary(layout.parts[i].typ, r); err != nil {
			return nil, fmt.Errorf("partition field %q: %w", layout.parts[i].field.Name, err)
		}
	}
	n := int64(version)
	return iceberg.NewManifestFile(icebergFormat, b.path(m.Manifest), m.ManifestBytes, int32(layout.spec.ID()), n).
		SequenceNum(n, int64(m.MinVersion)).
		AddedFiles(int32(m.AddedFiles)).AddedRows(m.AddedRows).
		ExistingFiles(int32(m.Files - m.AddedFiles)).ExistingRows(m.Rows - m.AddedRows).
		DeletedFiles(0).DeletedRows(0).
		Partitions(fields).Build(), nil
}

// summary is what the manifest list says of one partition field over all files of a manifest. It is made here and not by the library,
// whose own (v0.7.0) loses a bound that is the empty string; PyIceberg then skips the whole manifest.
func summary(t manifest.Type, r manifest.FieldRange) (iceberg.FieldSummary, error) {
	out := iceberg.FieldSummary{ContainsNull: r.Null, ContainsNaN: &r.NaN}
	if r.Lower == "" {
		return out, nil
	}
	lower, err := binaryOf(t, r.Lower)
	if err != nil {
		return out, err
	}
	upper, err := binaryOf(t, r.Upper)
	if err != nil {
		return out, err
	}
	lower, upper = present(lower), present(upper)
	out.LowerBound, out.UpperBound = &lower, &upper
	return out, nil
}

// present makes sure that no bytes are not taken for no value.
func present(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
