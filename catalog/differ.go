package catalog

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"

	"github.com/apache/iceberg-go"

	"github.com/tablectl/tablectl/manifest"
)

// lineDiffers names what two lines of a manifest list do not agree on.
func lineDiffers(got, want iceberg.ManifestFile) string {
	switch {
	case got.Length() != want.Length():
		return "length"
	case got.PartitionSpecID() != want.PartitionSpecID():
		return "partition spec"
	case got.ManifestContent() != want.ManifestContent():
		return "content"
	case got.SequenceNum() != want.SequenceNum() || got.MinSequenceNum() != want.MinSequenceNum():
		return "sequence numbers"
	case got.SnapshotID() != want.SnapshotID():
		return "snapshot id"
	case got.AddedDataFiles() != want.AddedDataFiles() || got.ExistingDataFiles() != want.ExistingDataFiles() || got.DeletedDataFiles() != 0:
		return "file counts"
	case got.AddedRows() != want.AddedRows() || got.ExistingRows() != want.ExistingRows() || got.DeletedRows() != 0:
		return "row counts"
	case !slices.EqualFunc(got.Partitions(), want.Partitions(), sameSummary):
		return "partition summaries"
	}
	return ""
}

func sameSummary(a, b iceberg.FieldSummary) bool {
	return a.ContainsNull == b.ContainsNull && a.ContainsNaN != nil && b.ContainsNaN != nil && *a.ContainsNaN == *b.ContainsNaN &&
		sameBound(a.LowerBound, b.LowerBound) && sameBound(a.UpperBound, b.UpperBound)
}

func sameBound(a, b *[]byte) bool {
	if a == nil || b == nil {
		return a == b
	}
	return bytes.Equal(*a, *b)
}

// entryDiffers names what an entry of a manifest that version wrote does not say as the snapshot does.
func (b *Builder) entryDiffers(e iceberg.ManifestEntry, version manifest.Version, f manifest.File) (string, error) {
	status, by := iceberg.EntryStatusEXISTING, int64(f.AddedBy.Version)
	if f.AddedBy.Version == version {
		status = iceberg.EntryStatusADDED
	}
	m, err := metricsOf(f, b.columns)
	if err != nil {
		return "", err
	}
	got := e.DataFile()
	fileSequence := e.FileSequenceNum()
	switch {
	case e.Status() != status:
		return "status", nil
	case e.SnapshotID() != by || e.SequenceNum() != by || fileSequence == nil || *fileSequence != by:
		return "adding version", nil
	case got.ContentType() != iceberg.EntryContentData || got.FileFormat() != iceberg.ParquetFile:
		return "kind", nil
	case got.Count() != f.Rows:
		return "row count", nil
	case got.FileSizeBytes() != f.Bytes:
		return "size", nil
	case !maps.Equal(got.ColumnSizes(), m.sizes):
		return "column sizes", nil
	case !maps.Equal(got.ValueCounts(), m.values) || !maps.Equal(got.NullValueCounts(), m.nulls) || !maps.Equal(got.NaNValueCounts(), m.nans):
		return "value counts", nil
	case !maps.EqualFunc(got.LowerBoundValues(), m.lower, bytes.Equal) || !maps.EqualFunc(got.UpperBoundValues(), m.upper, bytes.Equal):
		return "bounds", nil
	}
	return b.layouts[f.SpecID].tupleDiffers(got.Partition(), f)
}

// tupleDiffers names the first partition field whose value in a manifest is not the snapshot's.
func (l layout) tupleDiffers(got map[int]any, f manifest.File) (string, error) {
	tuple, err := l.tuple(f)
	if err != nil {
		return "", err
	}
	for i, p := range l.parts {
		want, err := avroValue(p.typ, tuple[i])
		if err != nil {
			return "", err
		}
		value, err := plainValue(p.typ, got[p.field.FieldID])
		if err != nil {
			return "", err
		}
		if !reflect.DeepEqual(value, want) && !(isNaN(value) && isNaN(want)) {
			return fmt.Sprintf("partition field %q", p.field.Name), nil
		}
	}
	return "", nil
}

// plainValue is a partition value as the library reads it in the form of avroValue.
func plainValue(t manifest.Type, v any) (any, error) {
	switch v := v.(type) {
	case iceberg.Date:
		return int32(v), nil
	case iceberg.Timestamp:
		return int64(v), nil
	case iceberg.DecimalLiteral:
		unscaled, err := v.MarshalBinary()
		if err != nil {
			return nil, err
		}
		return signExtend(unscaled, fixedBytes(t.Precision)), nil
	}
	return v, nil
}

func isNaN(v any) bool {
	switch x := v.(type) {
	case float32:
		return math.IsNaN(float64(x))
	case float64:
		return math.IsNaN(x)
	}
	return false
}
