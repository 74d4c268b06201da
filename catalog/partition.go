package catalog

import (
	"bytes"
	"fmt"
	"math/big"

	"github.com/apache/iceberg-go"

	"github.com/tablectl/tablectl/manifest"
)

// part is a field of the partition spec.
type part struct {
	field     manifest.PartitionField
	typ       manifest.Type // of its values
	transform iceberg.Transform
	name      string // as Avro allows it
}

func partsOf(spec manifest.PartitionSpec, schema manifest.Schema) ([]part, error) {
	var out []part
	for _, f := range spec.Fields {
		source, ok := schema.FieldByID(f.SourceID)
		if !ok {
			return nil, fmt.Errorf("build iceberg lists: partition field %q: no column with id %d", f.Name, f.SourceID)
		}
		t, err := f.Parsed()
		if err != nil {
			return nil, fmt.Errorf("build iceberg lists: partition field %q: %w", f.Name, err)
		}
		transform, err := iceberg.ParseTransform(t.String())
		if err != nil {
			return nil, fmt.Errorf("build iceberg lists: partition field %q: %w", f.Name, err)
		}
		out = append(out, part{field: f, typ: t.Result(source.Type), transform: transform, name: avroName(f.Name)})
	}
	return out, nil
}

func icebergSpec(spec manifest.PartitionSpec, parts []part) iceberg.PartitionSpec {
	var fields []iceberg.PartitionField
	for _, p := range parts {
		fields = append(fields, iceberg.PartitionField{SourceIDs: []int{p.field.SourceID}, FieldID: p.field.FieldID, Name: p.name,
			Transform: p.transform})
	}
	return iceberg.NewPartitionSpecID(spec.ID, fields...)
}

// tuple is a file's partition, one value per field of the spec.
func (l layout) tuple(f manifest.File) ([]any, error) {
	if len(f.Partition) != len(l.parts) {
		return nil, fmt.Errorf("%d partition values for %d fields", len(f.Partition), len(l.parts))
	}
	out := make([]any, len(l.parts))
	for i, p := range l.parts {
		var err error
		if out[i], err = manifest.DecodeValue(p.typ, f.Partition[i]); err != nil {
			return nil, fmt.Errorf("partition field %q: %w", p.field.Name, err)
		}
	}
	return out, nil
}

// avroTuple is a partition by name, as the Avro encoder takes it.
func (l layout) avroTuple(tuple []any) (map[string]any, error) {
	out := make(map[string]any, len(l.parts))
	for i, p := range l.parts {
		var err error
		if out[p.name], err = avroValue(p.typ, tuple[i]); err != nil {
			return nil, fmt.Errorf("partition field %q: %w", p.field.Name, err)
		}
	}
	return out, nil
}

// avroValue is what the Avro encoder takes for a partition value: ours, except that a decimal is a fixed number of bytes.
func avroValue(t manifest.Type, v any) (any, error) {
	if v == nil || t.Kind != manifest.Decimal {
		return v, nil
	}
	unscaled, err := manifest.BinaryValue(t, v)
	if err != nil {
		return nil, err
	}
	return signExtend(unscaled, fixedBytes(t.Precision)), nil
}

// fixedBytes is the least number of bytes that hold every decimal of a precision.
func fixedBytes(precision int) int {
	largest := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(precision)), nil)
	return largest.Sub(largest, big.NewInt(1)).BitLen()/8 + 1
}

// signExtend widens a big-endian two's complement number.
func signExtend(b []byte, size int) []byte {
	fill := byte(0)
	if len(b) > 0 && b[0]&0x80 != 0 {
		fill = 0xff
	}
	return append(bytes.Repeat([]byte{fill}, max(0, size-len(b))), b...)
}
