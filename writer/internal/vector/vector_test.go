package vector

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/tablectl/tablectl/manifest"
)

func TestBits(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	src := make([]byte, 40)
	for i := range src {
		src[i] = byte(r.Uint32())
	}
	for range 2000 {
		have, off, n := r.IntN(20), r.IntN(100), r.IntN(200)
		dst := AppendBits(nil, 0, src, 3, have)
		dst = AppendBits(dst, have, src, off, n)
		ones := 0
		for i := range have + n {
			from := off + i - have
			if i < have {
				from = 3 + i
			}
			want := bit(src, from)
			if bit(dst, i) != want {
				t.Fatalf("bit %d of %d+%d from %d", i, have, n, off)
			}
			if i >= have && want {
				ones++
			}
		}
		if len(dst) != (have+n+7)/8 || CountBits(src, off, n) != ones {
			t.Fatalf("%d bytes, %d ones, want %d", len(dst), CountBits(src, off, n), ones)
		}
	}
}

var tableTypes = []manifest.Field{
	{ID: 1, Name: "b", Type: manifest.Type{Kind: manifest.Boolean}},
	{ID: 2, Name: "i", Type: manifest.Type{Kind: manifest.Int}},
	{ID: 3, Name: "d", Type: manifest.Type{Kind: manifest.Double}},
	{ID: 4, Name: "n", Type: manifest.Type{Kind: manifest.Decimal, Precision: 30}},
	{ID: 5, Name: "s", Type: manifest.Type{Kind: manifest.String}},
	{ID: 6, Name: "l", Type: manifest.ListOf(manifest.Type{Kind: manifest.String}, false)},
	{ID: 7, Name: "t", Type: manifest.Type{Kind: manifest.Struct, Fields: []manifest.Field{{ID: 8, Name: "x", Type: manifest.Type{Kind: manifest.Long}}, {ID: 9, Name: "y", Type: manifest.Type{Kind: manifest.Boolean}}}}},
}

// random fills a vector of type t value by value.
func random(r *rand.Rand, t manifest.Type, rows int) Vector {
	v := New(t)
	for range rows {
		one := Vector{Len: 1, Width: v.Width}
		if r.IntN(4) == 0 {
			one.Nulls, one.Valid = 1, []byte{0}
		}
		switch t.Kind {
		case manifest.Boolean:
			one.Data = []byte{byte(r.IntN(2))}
		case manifest.String:
			one.Data = bytes.Repeat([]byte{byte('a' + r.IntN(3))}, r.IntN(30))
			one.Offs = []int32{0, int32(len(one.Data))}
		case manifest.List:
			kid := random(r, t.Fields[0].Type, r.IntN(4))
			one.Offs, one.Kids = []int32{0, int32(kid.Len)}, []Vector{kid}
		case manifest.Struct:
			for _, f := range t.Fields {
				one.Kids = append(one.Kids, random(r, f.Type, 1))
			}
		default:
			words := make([]uint64, 2)
			for i := range words {
				words[i] = r.Uint64()
			}
			one.Data = Raw(words)[:one.Width]
		}
		v.Append(&one)
	}
	return v
}

func text(t manifest.Type, v *Vector, i int) string {
	if v.IsNull(i) {
		return "null"
	}
	if !t.Nested() {
		return fmt.Sprint(v.Value(t, i))
	}
	from, to := i, i+1
	if v.Offs != nil {
		from, to = int(v.Offs[i]), int(v.Offs[i+1])
	}
	out := "["
	for row := from; row < to; row++ {
		for k, f := range t.Fields {
			out += text(f.Type, &v.Kids[k], row) + " "
		}
	}
	return out + "]"
}

func batch(r *rand.Rand, rows int) Batch {
	b := Batch{Rows: rows}
	for _, f := range tableTypes {
		b.Cols = append(b.Cols, random(r, f.Type, rows))
	}
	return b
}

func row(b Batch, i int) (out string) {
	for c, f := range tableTypes {
		out += text(f.Type, &b.Cols[c], i) + "|"
	}
	return out
}

// TestRowsArriveWhole moves random rows in every way that there is.
func TestRowsArriveWhole(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 2))
		from := []Batch{batch(r, 1+r.IntN(50)), batch(r, 1+r.IntN(50))}
		i := r.IntN(from[0].Rows)
		from = append(from, from[0].Slice(i, i+1+r.IntN(from[0].Rows-i)))
		got := Owned(tableTypes)
		var want []string
		for range 1 + r.IntN(6) {
			src := from[r.IntN(len(from))]
			switch r.IntN(4) {
			case 0:
				a := r.IntN(src.Rows)
				part := src.Slice(a, a+r.IntN(src.Rows-a)+1)
				got.Append(part)
				for k := range part.Rows {
					want = append(want, row(part, k))
				}
			case 1:
				idx := make([]int32, r.IntN(40))
				for k := range idx {
					idx[k] = int32(r.IntN(src.Rows))
					want = append(want, row(src, int(idx[k])))
				}
				got.Gather(src, idx)
			case 2:
				refs := make([]Ref, r.IntN(3000))
				for k := range refs {
					refs[k].Batch = int32(r.IntN(len(from)))
					refs[k].Row = int32(r.IntN(from[refs[k].Batch].Rows))
					want = append(want, row(from[refs[k].Batch], int(refs[k].Row)))
				}
				got.Pick(from, refs, 1+r.IntN(3))
			case 3:
				b := AppendBatch(nil, got)
				parsed, rest, err := ParseBatch(b, tableTypes)
				if err != nil || len(rest) > 0 {
					t.Fatal(err)
				}
				got.Reset()
				got.Append(parsed)
			}
		}
		if got.Rows != len(want) {
			t.Fatalf("%d rows, want %d", got.Rows, len(want))
		}
		for k := range want {
			if row(got, k) != want[k] {
				t.Fatalf("row %d is %s, want %s", k, row(got, k), want[k])
			}
		}
		n := int64(0)
		for k := range got.Rows {
			n += got.Slice(k, k+1).Bytes()
		}
		if n != got.Bytes() {
			t.Errorf("%d bytes in all, %d one by one", got.Bytes(), n)
		}
		if limit := r.Int64N(n + 2); got.Slice(0, got.Fit(limit)).Bytes() > limit || got.Fit(limit) < got.Rows && got.Slice(0, got.Fit(limit)+1).Bytes() <= limit {
			t.Errorf("%d rows fit into %d bytes", got.Fit(limit), limit)
		}
	}
}

func TestTornBatches(t *testing.T) {
	b := AppendBatch(nil, batch(rand.New(rand.NewPCG(1, 3)), 20))
	for n := range len(b) / 8 {
		if _, _, err := ParseBatch(b[:8*n], tableTypes); err == nil {
			t.Fatalf("%d of %d bytes are taken", 8*n, len(b))
		}
	}
}

// TestKeysOrderAsValuesDo compares keys with manifest.Compare, in both directions and with nulls on both sides.
func TestKeysOrderAsValuesDo(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 4))
	for c, f := range tableTypes {
		if f.Type.Nested() {
			continue
		}
		b := batch(r, 60)
		if f.Type.Kind == manifest.Double {
			special := []float64{math.NaN(), math.Copysign(math.NaN(), -1), 0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), 1}
			for i, x := range special {
				Fixed[uint64](&b.Cols[c])[i] = math.Float64bits(x)
			}
		}
		if f.Type.Kind == manifest.String {
			for _, s := range []string{"", "\x00", "\x00\x00", "a", "a\x00", "a\x00b", "ab", "\xff"} {
				b.Cols[c].Append(&Vector{Len: 1, Offs: []int32{0, int32(len(s))}, Data: []byte(s)})
			}
		}
		for _, o := range []Order{{}, {Descending: true}, {NullsFirst: true}, {Descending: true, NullsFirst: true}} {
			o.Column, o.Type = c, f.Type
			for i := range b.Cols[c].Len {
				for j := range b.Cols[c].Len {
					x, y := b.Cols[c].Value(f.Type, i), b.Cols[c].Value(f.Type, j)
					want := manifest.Compare(f.Type, x, y)
					if x == nil || y == nil {
						if !o.NullsFirst {
							want = -want
						}
					} else if o.Descending {
						want = -want
					}
					p, q := b.AppendKey(nil, o, i), b.AppendKey(nil, o, j)
					if got := bytes.Compare(p, q); got != cmp.Compare(want, 0) {
						t.Fatalf("%s %+v: %v and %v compare as %d, their keys as %d", f.Name, o, x, y, want, got)
					}
					if !bytes.Equal(p, q) && bytes.HasPrefix(p, q) {
						t.Fatalf("%s: the key of %v begins that of %v", f.Name, y, x)
					}
				}
			}
		}
	}
}
