package arrowipc

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/bitutil"
)

// maxBare is the most rows of an array that has no bytes for them, as an array of nulls.
const maxBare = 1 << 24

// check refuses arrays that point outside of their buffers.
func check(d arrow.ArrayData) error {
	if d.Len() < 0 || d.Offset() != 0 {
		return errors.New("a length or an offset that cannot be")
	}
	if d.Len() > maxBare && len(d.Children()) == 0 && size(d, 1) == 0 {
		return fmt.Errorf("%d rows of nothing", d.Len())
	}
	if err := checkValidity(d); err != nil {
		return err
	}
	if err := checkBuffers(d); err != nil {
		return err
	}
	for _, c := range d.Children() {
		if err := check(c); err != nil {
			return err
		}
	}
	if _, ok := d.DataType().(*arrow.DictionaryType); ok {
		return check(d.Dictionary())
	}
	return nil
}

func checkValidity(d arrow.ArrayData) error {
	if len(d.Buffers()) == 0 || d.DataType().ID() == arrow.NULL {
		return nil
	}
	b := d.Buffers()[0]
	if b == nil || b.Len() == 0 {
		if d.NullN() > 0 {
			return errors.New("nulls without a bitmap")
		}
		return nil
	}
	if b.Len() < (d.Len()+7)/8 {
		return errors.New("a bitmap that is too short")
	}
	if nulls := d.Len() - bitutil.CountSetBits(b.Bytes(), 0, d.Len()); d.NullN() != nulls && d.NullN() != array.UnknownNullCount {
		return fmt.Errorf("%d nulls are said and %d there", d.NullN(), nulls)
	}
	return nil
}

func checkBuffers(d arrow.ArrayData) error {
	switch t := d.DataType().(type) {
	case *arrow.NullType:
		return nil
	case *arrow.StructType:
		for _, c := range d.Children() {
			if c.Len() < d.Len() {
				return errors.New("a field of a struct that is too short")
			}
		}
		return nil
	case *arrow.FixedSizeListType:
		if n := int64(t.Len()); n < 0 || n > 0 && int64(d.Children()[0].Len())/n < int64(d.Len()) {
			return errors.New("a list whose elements are too short")
		}
		return nil
	case *arrow.StringType, *arrow.BinaryType:
		return offsets(d, 4, size(d, 2))
	case *arrow.LargeStringType, *arrow.LargeBinaryType:
		return offsets(d, 8, size(d, 2))
	case *arrow.ListType, *arrow.MapType:
		return offsets(d, 4, int64(d.Children()[0].Len()))
	case *arrow.LargeListType:
		return offsets(d, 8, int64(d.Children()[0].Len()))
	case *arrow.StringViewType, *arrow.BinaryViewType:
		return views(d)
	case *arrow.DictionaryType:
		return indices(d, t)
	case arrow.FixedWidthDataType:
		if need := (int64(d.Len())*int64(t.BitWidth()) + 7) / 8; size(d, 1) < need {
			return errors.New("values that are missing")
		}
		return nil
	}
	return fmt.Errorf("the type %s cannot be read", d.DataType())
}

func size(d arrow.ArrayData, i int) int64 {
	if len(d.Buffers()) <= i || d.Buffers()[i] == nil {
		return 0
	}
	return int64(d.Buffers()[i].Len())
}

// offsets must not go down, nor past limit.
func offsets(d arrow.ArrayData, width int, limit int64) error {
	if d.Len() == 0 {
		return nil
	}
	if size(d, 1) < int64(d.Len()+1)*int64(width) {
		return errors.New("offsets that are missing")
	}
	b, last := d.Buffers()[1].Bytes(), int64(0)
	for i := range d.Len() + 1 {
		o := int64(int32(binary.LittleEndian.Uint32(b[i*width:])))
		if width == 8 {
			o = int64(binary.LittleEndian.Uint64(b[i*width:]))
		}
		if o < last || o > limit {
			return fmt.Errorf("offset %d behind %d, of %d", o, last, limit)
		}
		last = o
	}
	return nil
}

// indices of a dictionary must lie in it, where they are not null.
func indices(d arrow.ArrayData, t *arrow.DictionaryType) error {
	dict := d.Dictionary()
	width, ok := t.IndexType.(arrow.FixedWidthDataType)
	if !ok || dict == nil || size(d, 1) < int64(d.Len())*int64(width.Bytes()) {
		return errors.New("a dictionary or its indices that are missing")
	}
	b, w := d.Buffers()[1].Bytes(), width.Bytes()
	valid := d.Buffers()[0]
	for i := range d.Len() {
		if valid != nil && valid.Len() > 0 && !bitutil.BitIsSet(valid.Bytes(), i) {
			continue
		}
		var v uint64
		for k := w - 1; k >= 0; k-- {
			v = v<<8 | uint64(b[i*w+k])
		}
		negative := b[i*w+w-1] >= 0x80 && !arrow.IsUnsignedInteger(t.IndexType.ID())
		if negative || v >= uint64(dict.Len()) {
			return fmt.Errorf("index %d of a dictionary of %d", v, dict.Len())
		}
	}
	return nil
}

// views hold up to 12 bytes themselves, or point into one of the buffers behind.
func views(d arrow.ArrayData) error {
	if size(d, 1) < 16*int64(d.Len()) {
		return errors.New("views that are missing")
	}
	if d.Len() == 0 {
		return nil
	}
	b, valid := d.Buffers()[1].Bytes(), d.Buffers()[0]
	for i := range d.Len() {
		if valid != nil && valid.Len() > 0 && !bitutil.BitIsSet(valid.Bytes(), i) {
			continue
		}
		v := b[16*i:]
		n := int32(binary.LittleEndian.Uint32(v))
		if 0 <= n && n <= 12 {
			continue
		}
		buffer, at := int32(binary.LittleEndian.Uint32(v[8:])), int32(binary.LittleEndian.Uint32(v[12:]))
		if n < 0 || at < 0 || buffer < 0 || int64(at)+int64(n) > size(d, 2+int(buffer)) {
			return fmt.Errorf("a view of %d bytes at %d in buffer %d", n, at, buffer)
		}
	}
	return nil
}
