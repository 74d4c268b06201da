package vector

import (
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// FromRecord views the columns of a record batch, without copying. The record must be retained while the batch is in use.
func FromRecord(rec arrow.Record) (Batch, error) {
	b := Batch{Rows: int(rec.NumRows()), Cols: make([]Vector, rec.NumCols())}
	for i := range b.Cols {
		v, err := fromArray(rec.Column(i))
		if err != nil {
			return Batch{}, fmt.Errorf("column %q: %w", rec.ColumnName(i), err)
		}
		b.Cols[i] = v
	}
	return b, nil
}

func fromArray(a arrow.Array) (Vector, error) {
	v := Vector{Len: a.Len(), Nulls: a.NullN()}
	if v.Nulls > 0 {
		v.Valid, v.Bit = a.NullBitmapBytes(), a.Data().Offset()
	}
	switch a := a.(type) {
	case *array.Boolean:
		v.Data, v.DataBit = buffer(a, 1), a.Data().Offset()
	case *array.Int32:
		v.Width, v.Data = 4, arrow.Int32Traits.CastToBytes(a.Int32Values())
	case *array.Date32:
		v.Width, v.Data = 4, arrow.Date32Traits.CastToBytes(a.Date32Values())
	case *array.Float32:
		v.Width, v.Data = 4, arrow.Float32Traits.CastToBytes(a.Float32Values())
	case *array.Int64:
		v.Width, v.Data = 8, arrow.Int64Traits.CastToBytes(a.Int64Values())
	case *array.Timestamp:
		v.Width, v.Data = 8, arrow.TimestampTraits.CastToBytes(a.TimestampValues())
	case *array.Float64:
		v.Width, v.Data = 8, arrow.Float64Traits.CastToBytes(a.Float64Values())
	case *array.Decimal128:
		v.Width, v.Data = 16, arrow.Decimal128Traits.CastToBytes(a.Values())
	case *array.String, *array.Binary:
		v.Offs, v.Data = offsets(a), buffer(a, 2)
	default:
		return v, v.nested(a)
	}
	return v, nil
}

func (v *Vector) nested(a arrow.Array) error {
	var kids []arrow.Array
	switch a := a.(type) {
	case *array.Struct:
		for i := range a.NumField() {
			kids = append(kids, a.Field(i))
		}
	case *array.Map: // before List, which it embeds
		v.Offs, kids = offsets(a), []arrow.Array{a.Keys(), a.Items()}
	case *array.List:
		v.Offs, kids = offsets(a), []arrow.Array{a.ListValues()}
	default:
		return fmt.Errorf("type %s does not belong to a table", a.DataType())
	}
	v.Kids = make([]Vector, len(kids))
	for i, k := range kids {
		var err error
		if v.Kids[i], err = fromArray(k); err != nil {
			return err
		}
	}
	return nil
}

// offsets are the Len+1 offsets of an array of variable length.
func offsets(a arrow.Array) []int32 {
	raw := buffer(a, 1)
	if a.Len() == 0 || len(raw) == 0 {
		return []int32{0}
	}
	return arrow.Int32Traits.CastFromBytes(raw)[a.Data().Offset():][:a.Len()+1]
}

func buffer(a arrow.Array, i int) []byte {
	if b := a.Data().Buffers()[i]; b != nil {
		return b.Bytes()
	}
	return nil
}
