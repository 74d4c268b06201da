package columnar

import (
	"encoding/binary"
	"fmt"
	"math/bits"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/bitutil"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/tablectl/tablectl/internal/columnar/pq"
)

// leafBatch is what was read of a leaf: its values one after the other, and which of the slots they belong to.
type leafBatch struct {
	column *column
	node   *pq.Node
	values *pq.Values
	slots  int
	valid  []byte // bitmap of slots; nil: all are values
	row    func(slot int) int
}

func (b *leafBatch) nulls() int { return b.slots - b.values.N }

func (b *leafBatch) validity() *memory.Buffer {
	if b.nulls() == 0 {
		return nil
	}
	return memory.NewBufferBytes(b.valid)
}

// spread moves dense values to their slots. It works inside the slice where that has room.
func spread[T any](dense []T, b *leafBatch) []T {
	if b.nulls() == 0 {
		return dense
	}
	out := dense
	if cap(out) < b.slots {
		out = make([]T, b.slots)
	}
	out = out[:b.slots]
	var zero T
	for slot, from := b.slots-1, len(dense)-1; slot >= 0; slot-- {
		if bitutil.BitIsSet(b.valid, slot) {
			out[slot] = dense[from]
			from--
		} else {
			out[slot] = zero
		}
	}
	return out
}

// eachSlot calls visit with the slot of every value.
func (b *leafBatch) eachSlot(visit func(slot, value int) error) error {
	value := 0
	for slot := range b.slots {
		if b.nulls() > 0 && !bitutil.BitIsSet(b.valid, slot) {
			continue
		}
		if err := visit(slot, value); err != nil {
			return err
		}
		value++
	}
	return nil
}

func readNulls(b *leafBatch) (arrow.Array, error) { return array.NewNull(b.slots), nil }

func readBools(b *leafBatch) (arrow.Array, error) {
	out := b.values.Bits
	if b.nulls() > 0 {
		out = make([]byte, bitutil.BytesForBits(int64(b.slots)))
		err := b.eachSlot(func(slot, value int) error {
			if bitutil.BitIsSet(b.values.Bits, value) {
				bitutil.SetBit(out, slot)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return newArray(b.column.typ, b.slots, []*memory.Buffer{b.validity(), memory.NewBufferBytes(out)}, nil, b.nulls()), nil
}

func read32(b *leafBatch) (arrow.Array, error) {
	return newFixed(b.column.typ, spread(b.values.I32, b), b.validity(), b.nulls()), nil
}

func read64(b *leafBatch) (arrow.Array, error) {
	return newFixed(b.column.typ, spread(b.values.I64, b), b.validity(), b.nulls()), nil
}

func readStrings(b *leafBatch) (arrow.Array, error) {
	return newBinary(b.column.typ, b.offsets(), b.values.Data, b.validity(), b.nulls()), nil
}

// offsets are those of all slots; the bytes stay where they are.
func (b *leafBatch) offsets() []int32 {
	dense := b.values.Offsets
	if len(dense) == 0 {
		dense = []int32{0}
	}
	if b.nulls() == 0 {
		return dense
	}
	out := make([]int32, b.slots+1)
	value := 0
	for slot := range b.slots {
		value += int(b.valid[slot>>3] >> (slot & 7) & 1)
		out[slot+1] = dense[value]
	}
	return out
}

func readFixed(b *leafBatch) (arrow.Array, error) {
	offsets := make([]int32, b.slots+1)
	value := 0
	for slot := range b.slots {
		if b.nulls() == 0 || bitutil.BitIsSet(b.valid, slot) {
			value++
		}
		offsets[slot+1] = int32(value * b.node.Length)
	}
	return newBinary(b.column.typ, offsets, b.values.Fixed, b.validity(), b.nulls()), nil
}

func readSmallDecimals(b *leafBatch) (arrow.Array, error) {
	dense := make([]decimal128.Num, b.values.N, b.slots)
	for i, v := range b.values.I32 {
		dense[i] = decimal128.FromI64(int64(v))
	}
	for i, v := range b.values.I64 {
		dense[i] = decimal128.FromI64(v)
	}
	return b.decimals(dense)
}

func readDecimals(b *leafBatch) (arrow.Array, error) {
	dense := make([]decimal128.Num, b.values.N, b.slots)
	for i := range dense {
		var value []byte
		if n := b.node.Length; b.node.Type == pq.FixedLenByteArray {
			value = b.values.Fixed[i*n : (i+1)*n]
		} else {
			value = b.values.Data[b.values.Offsets[i]:b.values.Offsets[i+1]]
		}
		n, ok := bigEndian(value)
		if !ok {
			return nil, fmt.Errorf("%w: column %q holds a decimal of %d bytes", ErrCorrupt, b.column.path, len(value))
		}
		dense[i] = n
	}
	return b.decimals(dense)
}

// decimals checks that every value has no more digits than the type says.
func (b *leafBatch) decimals(dense []decimal128.Num) (arrow.Array, error) {
	precision := b.column.typ.(*arrow.Decimal128Type).Precision
	for _, n := range dense {
		if !n.FitsInPrecision(precision) {
			return nil, fmt.Errorf("%w: column %q holds %s, more than %d digits", ErrCorrupt, b.column.path, n.BigInt(), precision)
		}
	}
	return newFixed(b.column.typ, spread(dense, b), b.validity(), b.nulls()), nil
}

// bigEndian reads a two's complement integer of at most 128 bits; longer ones may only be padded.
func bigEndian(b []byte) (decimal128.Num, bool) {
	if len(b) == 0 {
		return decimal128.Num{}, false
	}
	sign := byte(int8(b[0]) >> 7)
	for len(b) > 16 {
		if b[0] != sign || (b[1]^sign)&0x80 != 0 {
			return decimal128.Num{}, false
		}
		b = b[1:]
	}
	var wide [16]byte
	for i := range wide {
		wide[i] = sign
	}
	copy(wide[16-len(b):], b)
	return decimal128.New(int64(binary.BigEndian.Uint64(wide[:8])), binary.BigEndian.Uint64(wide[8:])), true
}

const (
	julianEpoch  = 2440588 // the Julian day of 1970-01-01
	microsPerDay = 86_400_000_000
)

func readInt96(b *leafBatch) (arrow.Array, error) {
	dense := make([]int64, b.values.N, b.slots)
	err := b.eachSlot(func(slot, value int) error {
		micros, reason := int96(b.values.Fixed[12*value:])
		if reason != "" {
			return &CastError{Column: b.column.path, Row: int64(b.row(slot)), Value: fmt.Sprintf("%x", b.values.Fixed[12*value:12*value+12]),
				Want: b.column.typ.String(), Reason: reason}
		}
		dense[value] = micros
		return nil
	})
	if err != nil {
		return nil, err
	}
	return newFixed(b.column.typ, spread(dense, b), b.validity(), b.nulls()), nil
}

// int96 reads nanoseconds of the day and the Julian day; the reason is not empty where no timestamp is equal to it.
func int96(b []byte) (micros int64, reason string) {
	nanos := int64(binary.LittleEndian.Uint64(b))
	if nanos%1000 != 0 {
		return 0, "not a whole microsecond"
	}
	days := int64(int32(binary.LittleEndian.Uint32(b[8:]))) - julianEpoch
	hi, lo := bits.Mul64(uint64(max(days, -days)), microsPerDay)
	if hi != 0 || lo > 1<<62 {
		return 0, "out of range"
	}
	return days*microsPerDay + nanos/1000, ""
}
