package catalog

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/apache/iceberg-go"

	"github.com/tablectl/tablectl/manifest"
)

// dataFile is an entry's data_file. It stands in for the library's own, which writes the maps by column in random order; the
// methods are those of the embedded one, the fields below are what the Avro encoder sees.
type dataFile struct {
	iceberg.DataFile `avro:"-"`

	Content     iceberg.ManifestEntryContent `avro:"content"`
	Path        string                       `avro:"file_path"`
	Format      iceberg.FileFormat           `avro:"file_format"`
	Tuple       map[string]any               `avro:"partition"`
	RecordCount int64                        `avro:"record_count"`
	FileSize    int64                        `avro:"file_size_in_bytes"`
	ColSizes    *[]byColumn[int64]           `avro:"column_sizes"`
	ValCounts   *[]byColumn[int64]           `avro:"value_counts"`
	NullCounts  *[]byColumn[int64]           `avro:"null_value_counts"`
	NaNCounts   *[]byColumn[int64]           `avro:"nan_value_counts"`
	LowerBounds *[]byColumn[[]byte]          `avro:"lower_bounds"`
	UpperBounds *[]byColumn[[]byte]          `avro:"upper_bounds"`
	Key         *[]byte                      `avro:"key_metadata"`
	Splits      *[]int64                     `avro:"split_offsets"`
	EqualityIDs *[]int                       `avro:"equality_ids"`
	SortOrder   *int                         `avro:"sort_order_id"`
}

// byColumn is one pair of a map by field id, which Avro keeps as an array of pairs.
type byColumn[V any] struct {
	ID    int `avro:"key"`
	Value V   `avro:"value"`
}

// metrics are the statistics of a file by field id, in Iceberg's binary form.
type metrics struct {
	sizes, values, nulls, nans map[int]int64
	lower, upper               map[int][]byte
}

// column is what metrics need to know of a leaf.
type column struct {
	typ      manifest.Type
	repeated bool // below a list or a map
}

func columnsOf(s manifest.Schema) map[int]column {
	out := make(map[int]column)
	for _, l := range s.Leaves() {
		out[l.ID] = column{typ: l.Type, repeated: l.MaxRep > 0}
	}
	return out
}

func (b *Builder) dataFile(f manifest.File, tuple []any) (iceberg.DataFile, error) {
	layout := b.layouts[f.SpecID]
	partition, err := layout.avroTuple(tuple)
	if err != nil {
		return nil, err
	}
	m, err := metricsOf(f, b.columns)
	if err != nil {
		return nil, err
	}
	path := b.path(f.Key)
	base, err := iceberg.NewDataFileBuilder(layout.spec, iceberg.EntryContentData, path, iceberg.ParquetFile, nil, nil, nil, f.Rows, f.Bytes)
	if err != nil {
		return nil, err
	}
	out := &dataFile{DataFile: base.Build(), Content: iceberg.EntryContentData, Path: path, Format: iceberg.ParquetFile,
		Tuple: partition, RecordCount: f.Rows, FileSize: f.Bytes,
		ColSizes: inOrder(m.sizes), ValCounts: inOrder(m.values), NullCounts: inOrder(m.nulls), NaNCounts: inOrder(m.nans),
		LowerBounds: inOrder(m.lower), UpperBounds: inOrder(m.upper)}
	if order := b.snapshot.SortOrder.ID; order != 0 && f.AddedBy.Version == b.snapshot.Version {
		out.SortOrder = &order // how earlier versions were sorted is not recorded
	}
	return out, nil
}

// metricsOf leaves out columns that the schema no longer has, and counts and bounds of repeated ones, of which Iceberg keeps none.
func metricsOf(f manifest.File, columns map[int]column) (metrics, error) {
	m := metrics{sizes: map[int]int64{}, values: map[int]int64{}, nulls: map[int]int64{}, nans: map[int]int64{},
		lower: map[int][]byte{}, upper: map[int][]byte{}}
	for id, stats := range f.Columns {
		c, ok := columns[id]
		if !ok {
			continue
		}
		m.sizes[id] = stats.Bytes
		if c.repeated {
			continue
		}
		m.values[id], m.nulls[id] = stats.Values, stats.Nulls
		if c.typ.Kind == manifest.Float || c.typ.Kind == manifest.Double {
			m.nans[id] = stats.NaNs
		}
		if !stats.Bound {
			continue
		}
		var err error
		if m.lower[id], err = binaryOf(c.typ, stats.Lower); err != nil {
			return metrics{}, fmt.Errorf("lower bound of column %d: %w", id, err)
		}
		if m.upper[id], err = binaryOf(c.typ, stats.Upper); err != nil {
			return metrics{}, fmt.Errorf("upper bound of column %d: %w", id, err)
		}
	}
	return m, nil
}

func binaryOf(t manifest.Type, x manifest.Value) ([]byte, error) {
	v, err := manifest.DecodeValue(t, x)
	if err != nil {
		return nil, err
	}
	return manifest.BinaryValue(t, v)
}

// inOrder is nil for an empty map: the field is optional and then left out.
func inOrder[V any](m map[int]V) *[]byColumn[V] {
	if len(m) == 0 {
		return nil
	}
	out := make([]byColumn[V], 0, len(m))
	for _, id := range slices.SortedFunc(maps.Keys(m), cmp.Compare[int]) {
		out = append(out, byColumn[V]{ID: id, Value: m[id]})
	}
	return &out
}
