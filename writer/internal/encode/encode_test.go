package encode

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go/encoding/rle"
	"github.com/parquet-go/parquet-go/format"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer/internal/vector"
)

// TestHybrid decodes with another implementation.
func TestHybrid(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 500 {
		width := 1 + r.IntN(20)
		var values []uint32
		for n := r.IntN(500); len(values) < n; {
			v := uint32(r.IntN(1 << width))
			for range 1 + r.IntN(1+r.IntN(40)) {
				values = append(values, v)
			}
		}
		for name, enc := range map[string]func([]byte, []uint32, int) []byte{"hybrid": appendHybrid[uint32], "packed": appendPacked[uint32]} {
			if len(values) == 0 && name == "packed" {
				continue
			}
			dirty := []byte(strings.Repeat("x", 3000))[:0] // what was in memory before must not show
			b := enc(dirty, values, width)
			if clean := enc(nil, values, width); string(clean) != string(b) {
				t.Fatalf("%s: the bytes depend on memory", name)
			}
			got, err := (&rle.Encoding{BitWidth: width}).DecodeInt32(nil, b)
			if err != nil {
				t.Fatal(name, width, err)
			}
			if len(got) < len(values) {
				t.Fatalf("%s: %d values, want %d", name, len(got), len(values))
			}
			for i, v := range values {
				if uint32(got[i]) != v {
					t.Fatalf("%s, width %d: value %d is %d, want %d", name, width, i, got[i], v)
				}
			}
		}
	}
}

func TestDecimalBytes(t *testing.T) {
	for p, want := range map[int]int{1: 1, 2: 1, 3: 2, 9: 4, 18: 8, 19: 9, 20: 9, 21: 9, 22: 10, 38: 16} {
		if got := DecimalBytes(p); got != want {
			t.Errorf("precision %d: %d bytes, want %d", p, got, want)
		}
	}
}

// one encodes a column of a type.
func one(t *testing.T, typ manifest.Type, v vector.Vector) *Chunk {
	t.Helper()
	s, err := NewSchema(manifest.Schema{Fields: []manifest.Field{{ID: 1, Name: "c", Type: typ}}})
	if err != nil {
		t.Fatal(err)
	}
	codec, err := ParseCodec("")
	if err != nil {
		t.Fatal(err)
	}
	e, err := NewEncoder(codec)
	if err != nil {
		t.Fatal(err)
	}
	c, err := e.Encode(&s.Leaves[0], []vector.Vector{v}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func longs(values ...int64) vector.Vector {
	v := vector.Vector{Len: len(values), Width: 8}
	for _, x := range values {
		v.Data = binary.NativeEndian.AppendUint64(v.Data, uint64(x))
	}
	return v
}

func doubles(values ...float64) vector.Vector {
	bits := make([]int64, len(values))
	for i, f := range values {
		bits[i] = int64(math.Float64bits(f))
	}
	return longs(bits...)
}

func texts(values ...string) vector.Vector {
	v := vector.Vector{Len: len(values), Offs: []int32{0}}
	for _, s := range values {
		v.Data = append(v.Data, s...)
		v.Offs = append(v.Offs, int32(len(v.Data)))
	}
	return v
}

func repeat[T any](n int, f func(i int) T) []T {
	out := make([]T, n)
	for i := range out {
		out[i] = f(i)
	}
	return out
}

func TestChoiceOfEncodings(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	long, double, text := manifest.Type{Kind: manifest.Long}, manifest.Type{Kind: manifest.Double}, manifest.Type{Kind: manifest.String}
	const n = 50_000
	for _, c := range []struct {
		name string
		typ  manifest.Type
		v    vector.Vector
		want format.Encoding
		most int // bytes
	}{
		{"few numbers", long, longs(repeat(n, func(int) int64 { return r.Int64N(100) << 40 })...), format.RLEDictionary, n},
		{"small numbers", long, longs(repeat(n, func(int) int64 { return r.Int64N(1000) })...), format.RLEDictionary, n * 3 / 2},
		{"ascending", long, longs(repeat(n, func(i int) int64 { return int64(i) * 1000 })...), format.DeltaBinaryPacked, 1000},
		{"random", long, longs(repeat(n, func(int) int64 { return int64(r.Uint64()) })...), format.Plain, 9 * n},
		{"constant", long, longs(repeat(n, func(int) int64 { return 7 })...), format.RLEDictionary, 200},
		{"one", long, longs(1), format.Plain, 100},
		{"none", long, longs(), format.Plain, 0},
		{"prices", double, doubles(repeat(n, func(int) float64 { return float64(r.IntN(5000)) / 100 })...), format.RLEDictionary, 3 * n},
		{"measurements", double, doubles(repeat(n, func(int) float64 { return r.NormFloat64() })...), format.Plain, 9 * n},
		{"words", text, texts(repeat(n, func(int) string { return fmt.Sprint("word ", r.IntN(300)) })...), format.RLEDictionary, 2 * n},
		{"codes", text, texts(repeat(n, func(int) string { return fmt.Sprint(r.IntN(300)) })...), format.RLEDictionary, 2 * n},
		{"names", text, texts(repeat(n, func(i int) string { return fmt.Sprint(r.Uint64()) })...), format.Plain, 30 * n},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := one(t, c.typ, c.v)
			if !slices.Contains(got.meta.Encoding, c.want) || len(got.Data) > c.most {
				t.Errorf("%v, %d bytes", got.meta.Encoding, len(got.Data))
			}
		})
	}
}

func TestStatistics(t *testing.T) {
	long, double, text := manifest.Type{Kind: manifest.Long}, manifest.Type{Kind: manifest.Double}, manifest.Type{Kind: manifest.String}
	negative := math.Copysign(0, -1)
	huge := strings.Repeat("a", 300)
	for _, c := range []struct {
		name       string
		typ        manifest.Type
		v          vector.Vector
		lower      any
		upper      any
		nans       int64
		index      bool
		statistics bool // in the footer
	}{
		{"longs", long, longs(3, -5, 9), int64(-5), int64(9), 0, true, true},
		{"nulls only", long, vector.Vector{Len: 2, Nulls: 2, Valid: []byte{0}, Width: 8, Data: make([]byte, 16)}, nil, nil, 0, true, false},
		{"NaN", double, doubles(1, math.NaN()), nil, nil, 1, false, false},
		{"zero", double, doubles(0, 0), negative, 0.0, 0, true, true},
		{"minus zero", double, doubles(negative, negative), negative, 0.0, 0, true, true},
		{"infinite", double, doubles(math.Inf(1), 2), 2.0, math.Inf(1), 0, true, true},
		{"texts", text, texts("b", "", "é"), "", "é", 0, true, true},
		{"long text", text, texts(huge+"b", huge+"a"), huge + "a", huge + "b", 0, true, true},
		{"text without a bound", text, texts(strings.Repeat("\U0010FFFF", 300)), strings.Repeat("\U0010FFFF", 300), strings.Repeat("\U0010FFFF", 300), 0, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := one(t, c.typ, c.v)
			s := got.Stats
			if fmt.Sprint(s.Lower, s.Upper) != fmt.Sprint(c.lower, c.upper) || s.Bound != (c.lower != nil) || s.NaNs != c.nans || s.Values != int64(c.v.Len) || s.Nulls != int64(c.v.Nulls) {
				t.Errorf("%+v", s)
			}
			if got.hasIndex != c.index || (got.meta.Statistics.MinValue != nil) != c.statistics {
				t.Errorf("page index %v, statistics %v", got.hasIndex, got.meta.Statistics)
			}
			if got.meta.Statistics.NullCount != int64(c.v.Nulls) {
				t.Errorf("%d nulls", got.meta.Statistics.NullCount)
			}
			if len(got.meta.Statistics.MaxValue) > maxChunkBound {
				t.Errorf("a bound of %d bytes", len(got.meta.Statistics.MaxValue))
			}
		})
	}
}

func TestStatsMerge(t *testing.T) {
	typ := manifest.Type{Kind: manifest.Long}
	some := func(lo, hi int64) Stats { return Stats{Values: 2, Bound: true, Lower: lo, Upper: hi} }
	nulls, without := Stats{Values: 3, Nulls: 3}, Stats{Values: 2, NaNs: 1}
	for _, c := range []struct {
		name   string
		parts  []Stats
		bound  bool
		lo, hi int64
	}{
		{"two", []Stats{some(3, 4), some(1, 2)}, true, 1, 4},
		{"nulls first", []Stats{nulls, some(1, 2)}, true, 1, 2},
		{"nulls last", []Stats{some(1, 2), nulls}, true, 1, 2},
		{"one without bounds", []Stats{some(1, 2), without}, false, 0, 0},
		{"one without bounds first", []Stats{without, some(1, 2)}, false, 0, 0},
		{"nulls only", []Stats{nulls, nulls}, false, 0, 0},
		{"three", []Stats{nulls, without, some(1, 2)}, false, 0, 0},
	} {
		var s Stats
		values := int64(0)
		for _, p := range c.parts {
			s.Merge(typ, p)
			values += p.Values
		}
		if s.Bound != c.bound || s.Values != values || c.bound && (s.Lower != c.lo || s.Upper != c.hi) {
			t.Errorf("%s: %+v", c.name, s)
		}
	}
}

func TestPagesAreCutByRowsAndBytes(t *testing.T) {
	c := one(t, manifest.Type{Kind: manifest.Long}, longs(repeat(100_000, func(i int) int64 { return int64(i) })...))
	if len(c.offsets) != 4 || c.offsets[1].FirstRowIndex != pageEntries {
		t.Errorf("%+v", c.offsets)
	}
	big := strings.Repeat("x", 600<<10)
	c = one(t, manifest.Type{Kind: manifest.String}, texts("a", big, big+"1", "b", big+"2"))
	if len(c.offsets) < 3 {
		t.Errorf("%+v", c.offsets)
	}
	c = one(t, manifest.Type{Kind: manifest.String}, texts("a", strings.Repeat("y", largePage+1)))
	if c.meta.Codec != format.Uncompressed {
		t.Errorf("a large page in %v", c.meta.Codec)
	}
}

func TestUnknownCodecAndType(t *testing.T) {
	if _, err := ParseCodec("brotli"); err == nil {
		t.Error("brotli")
	}
	if _, err := NewSchema(manifest.Schema{Fields: []manifest.Field{{ID: 1, Name: "c"}}}); err == nil {
		t.Error("a column without a type")
	}
}
