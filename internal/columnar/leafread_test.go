package columnar

import (
	"encoding/binary"
	"math"
	"testing"
)

func TestInt96(t *testing.T) {
	for _, c := range []struct {
		nanos  int64
		day    int32
		micros int64
		reason string
	}{
		{0, julianEpoch, 0, ""},
		{1000, julianEpoch + 1, microsPerDay + 1, ""},
		{86_399_999_999_000, julianEpoch - 1, -1, ""},
		{1, julianEpoch, 0, "not a whole microsecond"},
		{0, math.MaxInt32, 0, "out of range"},
		{0, math.MinInt32, 0, "out of range"},
	} {
		b := binary.LittleEndian.AppendUint64(nil, uint64(c.nanos))
		b = binary.LittleEndian.AppendUint32(b, uint32(c.day))
		if micros, reason := int96(b); micros != c.micros || reason != c.reason {
			t.Errorf("%d ns of day %d: %d %q", c.nanos, c.day, micros, reason)
		}
	}
}

func TestBigEndian(t *testing.T) {
	for _, c := range []struct {
		b    []byte
		want string // "" for refused
	}{
		{nil, ""},
		{[]byte{0xff}, "-1"},
		{[]byte{0x7f, 0xff}, "32767"},
		{[]byte{0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2}, "18446744073709551618"},
		{append(make([]byte, 20), 5), "5"},
		{append([]byte{1}, make([]byte, 16)...), ""},
		{append([]byte{0, 0x80}, make([]byte, 15)...), ""},
	} {
		n, ok := bigEndian(c.b)
		if ok != (c.want != "") || ok && n.BigInt().String() != c.want {
			t.Errorf("%x: %s, %v", c.b, n.BigInt(), ok)
		}
	}
}
