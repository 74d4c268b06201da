package pq

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/parquet-go/parquet-go/encoding/bytestreamsplit"
	pqdelta "github.com/parquet-go/parquet-go/encoding/delta"
	"github.com/parquet-go/parquet-go/encoding/rle"
)

// drain takes all n values of a decoder in random portions.
func drain(t *testing.T, r *rand.Rand, d decoder, n int) Values {
	t.Helper()
	var v Values
	for v.N < n {
		if err := d.into(min(n-v.N, r.IntN(100)+1), &v); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.into(1, &Values{}); err == nil || !errors.Is(err, ErrCorrupt) {
		t.Fatalf("one more value: %v", err)
	}
	return v
}

// integers draws n integers that differ by about 2^bits.
func integers(r *rand.Rand, n, bits int) []int64 {
	out := make([]int64, n)
	for i := range out {
		out[i] = int64(r.Uint64()) >> (63 - bits)
		if r.IntN(20) == 0 && bits == 63 {
			out[i] = []int64{math.MinInt64, math.MaxInt64, 0, -1}[r.IntN(4)]
		}
	}
	return out
}

func sizes(r *rand.Rand) []int { return []int{1, 2, 31, 32, 33, 127, 128, 129, 130, r.IntN(3000) + 1} }

// TestDeltaIntegers decodes what another library encoded.
func TestDeltaIntegers(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for bits := range 64 {
		for _, n := range sizes(r) {
			want := integers(r, n, bits)
			b, err := new(pqdelta.BinaryPackedEncoding).EncodeInt64(nil, want)
			if err != nil {
				t.Fatal(err)
			}
			d, err := newDelta(b, n)
			if err != nil {
				t.Fatal(err)
			}
			if rest, err := d.skip(); err != nil || len(rest) != 0 {
				t.Fatalf("%d bits, %d values: %d bytes left, %v", bits, n, len(rest), err)
			}
			if got := drain(t, r, &deltas{d: d}, n).I64; !reflect.DeepEqual(got, want) {
				t.Fatalf("%d bits, %d values: other values", bits, n)
			}
			narrow := make([]int32, n)
			for i := range want {
				narrow[i] = int32(want[i])
			}
			if b, err = new(pqdelta.BinaryPackedEncoding).EncodeInt32(nil, narrow); err != nil {
				t.Fatal(err)
			}
			if d, err = newDelta(b, n); err != nil {
				t.Fatal(err)
			}
			if got := drain(t, r, &deltas{d, true}, n).I32; !reflect.DeepEqual(got, narrow) {
				t.Fatalf("%d bits, %d narrow values: other values", bits, n)
			}
		}
	}
}

// texts draws n byte strings that often share prefixes.
func texts(r *rand.Rand, n int) (data []byte, offsets []uint32) {
	offsets = append(offsets, 0)
	last := []byte(nil)
	for range n {
		last = last[:r.IntN(len(last)+1)]
		for range r.IntN(6) {
			last = append(last, byte(r.IntN(256)))
		}
		data = append(data, last...)
		offsets = append(offsets, uint32(len(data)))
	}
	return data, offsets
}

func TestDeltaStrings(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	for range 20 {
		for _, n := range sizes(r) {
			data, offsets := texts(r, n)
			check := func(d decoder) {
				t.Helper()
				v := drain(t, r, d, n)
				if !bytes.Equal(v.Data, data) || len(v.Offsets) != len(offsets) {
					t.Fatalf("%d values: other bytes", n)
				}
				for i := range offsets {
					if v.Offsets[i] != int32(offsets[i]) {
						t.Fatalf("offset %d", i)
					}
				}
			}
			b, err := new(pqdelta.LengthByteArrayEncoding).EncodeByteArray(nil, data, offsets)
			if err != nil {
				t.Fatal(err)
			}
			lengths, err := newDeltaLengths(b, n)
			if err != nil {
				t.Fatal(err)
			}
			check(lengths)
			if b, err = new(pqdelta.ByteArrayEncoding).EncodeByteArray(nil, data, offsets); err != nil {
				t.Fatal(err)
			}
			strings, err := newDeltaStrings(b, n, 0)
			if err != nil {
				t.Fatal(err)
			}
			check(strings)
		}
	}
}

func TestSplit(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for _, n := range sizes(r) {
		want := integers(r, n, 63)
		b, err := new(bytestreamsplit.Encoding).EncodeInt64(nil, want)
		if err != nil {
			t.Fatal(err)
		}
		d, err := newSplit(b, 8, 8)
		if err != nil {
			t.Fatal(err)
		}
		if got := drain(t, r, d, n).I64; !reflect.DeepEqual(got, want) {
			t.Fatalf("%d values: other values", n)
		}
	}
}

// TestHybrid decodes runs and groups of every width, mixed.
func TestHybrid(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	for width := range 33 {
		for _, n := range sizes(r) {
			want := make([]int32, n)
			for i := range want {
				if want[i] = int32(r.Uint64() & (1<<width - 1)); i > 0 && (i/40)%2 == 0 {
					want[i] = want[i-1]
				}
			}
			b, err := (&rle.Encoding{BitWidth: width}).EncodeInt32(nil, want)
			if err != nil {
				t.Fatal(err)
			}
			h, got := newHybrid(b, uint(width)), make([]uint32, n)
			for at := 0; at < n; {
				k := min(n-at, r.IntN(50)+1)
				if err := decode(&h, got[at:at+k]); err != nil {
					t.Fatalf("width %d, %d values: %v", width, n, err)
				}
				at += k
			}
			for i := range want {
				if uint32(want[i]) != got[i] {
					t.Fatalf("width %d: value %d of %d is %d, want %d", width, i, n, got[i], want[i])
				}
			}
		}
	}
}

// TestBitmap decodes levels of one bit to all alignments.
func TestBitmap(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	for range 500 {
		n := r.IntN(300) + 1
		levels := make([]uint8, n)
		for i := range levels {
			if levels[i] = uint8(r.IntN(2)); (i/30)%2 == 0 {
				levels[i] = 1
			}
		}
		b, err := (&rle.Encoding{BitWidth: 1}).EncodeLevels(nil, levels)
		if err != nil {
			t.Fatal(err)
		}
		h, bits, ones := newHybrid(b, 1), []byte(nil), 0
		for at := 0; at < n; {
			k := min(n-at, r.IntN(40)+1)
			found, err := h.bitmap(growBits(&bits, at, k), at, k)
			if err != nil {
				t.Fatal(err)
			}
			ones += found
			at += k
		}
		want := 0
		for i, l := range levels {
			want += int(l)
			if bits[i>>3]>>(i&7)&1 != l {
				t.Fatalf("bit %d of %d", i, n)
			}
		}
		if ones != want {
			t.Fatalf("%d ones, want %d", ones, want)
		}
	}
}

// TestHostileStreams: what claims more than is there, or never ends, is refused.
func TestHostileStreams(t *testing.T) {
	huge := "\xff\xff\xff\xff\x0f"
	for _, c := range []struct {
		name string
		b    string
	}{
		{"nothing", ""},
		{"block of nothing", "\x00\x04\x05\x00"},
		{"no miniblocks", "\x80\x01\x00\x05\x00"},
		{"miniblocks of no values", "\x04\x08\x05\x00"},
		{"huge block", huge + "\x04\x05\x00"},
		{"more values than the page", "\x80\x01\x04" + huge + "\x00"},
		{"no block", "\x80\x01\x04\x05\x00"},
		{"no miniblock", "\x80\x01\x04\x05\x00\x00\x08\x08\x08\x08"},
		{"values of 65 bits", "\x80\x01\x04\x05\x00\x00\x41\x00\x00\x00" + string(make([]byte, 1000))},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, make := range []func() (decoder, error){
				func() (decoder, error) { d, err := newDelta([]byte(c.b), 10); return &deltas{d: d}, err },
				func() (decoder, error) { return newDeltaLengths([]byte(c.b), 10) },
				func() (decoder, error) { return newDeltaStrings([]byte(c.b), 10, 0) },
			} {
				d, err := make()
				if err == nil {
					err = d.into(5, &Values{})
				}
				if !errors.Is(err, ErrCorrupt) {
					t.Errorf("got %v", err)
				}
			}
		})
	}
}

// TestUnusedWidthsMayBeNonsense: the widths of miniblocks that hold no values are not looked at (Encodings.md).
func TestUnusedWidthsMayBeNonsense(t *testing.T) {
	b := []byte("\x80\x01\x04\x02\x0a\x02\x00\xff\xff\xff") // 5, 6
	d, err := newDelta(b, 2)
	if err != nil {
		t.Fatal(err)
	}
	var v Values
	if err := (&deltas{d: d}).into(2, &v); err != nil || fmt.Sprint(v.I64) != "[5 6]" {
		t.Fatal(v.I64, err)
	}
}

func TestDictionaryIndicesAreChecked(t *testing.T) {
	leaf := &Node{Name: "c", Type: Int32}
	d, err := newDictionary(leaf, []byte{1, 0, 0, 0, 2, 0, 0, 0}, 2)
	if err != nil {
		t.Fatal(err)
	}
	for index, ok := range map[byte]bool{0: true, 1: true, 2: false, 3: false} {
		in, err := newIndexed(d, []byte{2, 2, index}) // a run of one
		if err != nil {
			t.Fatal(err)
		}
		if err := in.into(1, &Values{}); (err == nil) != ok {
			t.Errorf("index %d: %v", index, err)
		}
	}
	if _, err := newDictionary(leaf, []byte{1, 0, 0, 0}, 2); !errors.Is(err, ErrCorrupt) {
		t.Errorf("short dictionary: %v", err)
	}
}

func TestLevelsAreChecked(t *testing.T) {
	if n, err := count([]uint8{0, 2, 1, 2}, 2); n != 2 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if _, err := count([]uint8{3}, 2); !errors.Is(err, ErrCorrupt) {
		t.Errorf("a level that is too high: %v", err)
	}
}
