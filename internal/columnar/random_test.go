package columnar

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"

	"github.com/tablectl/tablectl/manifest"
)

// sample is a row in every physical type and encoding that parquet-go writes.
type sample struct {
	B     *bool      `parquet:"b,optional"`
	I     *int32     `parquet:"i,optional"`
	L     int64      `parquet:"l,delta"`
	F     float32    `parquet:"f,split"`
	V     int32      `parquet:"v,delta"`
	D     *float64   `parquet:"d,optional,dict"`
	S     *string    `parquet:"s,optional,dict"`
	T     string     `parquet:"t,delta"`
	U     *string    `parquet:"u,optional"`
	Tags  []string   `parquet:"tags,list,dict"`
	Trail []waypoint `parquet:"trail,list"`
}

type waypoint struct {
	X *int64 `parquet:"x,optional"`
	Y string `parquet:"y,delta"`
}

func maybe[T any](r *rand.Rand, v T) *T {
	if r.IntN(4) == 0 {
		return nil
	}
	return &v
}

func draw(r *rand.Rand) sample {
	word := func() string { return fmt.Sprint("w", r.IntN(30)) }
	s := sample{
		B: maybe(r, r.IntN(2) == 0), I: maybe(r, int32(r.Uint32())), L: int64(r.Uint64()), F: float32(r.IntN(100)) / 4, V: int32(r.IntN(1000)),
		D: maybe(r, float64(r.IntN(50))), S: maybe(r, word()), T: word() + word(), U: maybe(r, word()),
	}
	for range r.IntN(4) {
		s.Tags = append(s.Tags, word())
	}
	for range r.IntN(3) {
		s.Trail = append(s.Trail, waypoint{maybe(r, int64(r.IntN(9))), word()})
	}
	return s
}

func (s sample) json() string {
	tags, trail := []byte("["), []byte("[")
	for i, tag := range s.Tags {
		if i > 0 {
			tags = append(tags, ',')
		}
		tags = fmt.Appendf(tags, "%q", tag)
	}
	for i, p := range s.Trail {
		if i > 0 {
			trail = append(trail, ',')
		}
		trail = fmt.Appendf(trail, `{"x":%s,"y":%q}`, show(p.X, "%d"), p.Y)
	}
	return fmt.Sprintf("%s %s %d %v %d %s %s %q %s %s] %s]", show(s.B, "%v"), show(s.I, "%d"), s.L, s.F, s.V, show(s.D, "%v"), show(s.S, "%q"), s.T, show(s.U, "%q"), tags, trail)
}

func show[T any](v *T, format string) string {
	if v == nil {
		return "null"
	}
	return fmt.Sprintf(format, *v)
}

// TestRandomRows reads what parquet-go wrote, in many shapes of pages and row groups, in many sizes of batches.
func TestRandomRows(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	codecs := []compress.Codec{&parquet.Uncompressed, &parquet.Snappy, &parquet.Gzip, &parquet.Brotli, &parquet.Zstd, &parquet.Lz4Raw}
	for round := range 40 {
		rows := make([]sample, r.IntN(600))
		for i := range rows {
			rows[i] = draw(r)
		}
		var b bytes.Buffer
		w := parquet.NewGenericWriter[sample](&b, parquet.DataPageVersion(1+round%2), parquet.PageBufferSize(64+r.IntN(2000)),
			parquet.MaxRowsPerRowGroup(int64(50+r.IntN(500))), parquet.Compression(codecs[round%len(codecs)]))
		if _, err := w.Write(rows); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		f, err := Open(bytes.NewReader(b.Bytes()), int64(b.Len()), OpenOptions{})
		if err != nil {
			t.Fatal(err)
		}
		s, err := f.Schema()
		if err != nil {
			t.Fatal(err)
		}
		compareRows(t, f, s, rows, ReadOptions{BatchRows: 1 + r.IntN(300), Concurrency: 2})
		for leaf := range f.Leaves() {
			for g := range f.NumRowGroups() {
				if _, err := f.Check(context.Background(), g, leaf); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

func compareRows(t *testing.T, f *File, s manifest.Schema, rows []sample, o ReadOptions) {
	t.Helper()
	rr, err := f.Read(context.Background(), s, o)
	if err != nil {
		t.Fatal(err)
	}
	at := 0
	for rr.Next() {
		for i := range int(rr.Record().NumRows()) {
			text := []byte(nil)
			for c := range int(rr.Record().NumCols()) {
				text = append(AppendJSON(text, rr.Record().Column(c), i), ' ')
			}
			if got, want := string(bytes.TrimSpace(text)), rows[at].json(); got != want {
				t.Fatalf("row %d:\n got %s\nwant %s", at, got, want)
			}
			at++
		}
	}
	if rr.Err() != nil || at != len(rows) {
		t.Fatalf("%d rows of %d: %v", at, len(rows), rr.Err())
	}
}
