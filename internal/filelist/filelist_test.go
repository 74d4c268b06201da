package filelist

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"github.com/tablectl/tablectl/manifest"
)

// file is a data file in a partition, with every field set.
func file(i int, partition ...manifest.Value) manifest.File {
	f := manifest.File{
		Key: fmt.Sprintf("version=3/part-%05d-00112233aabbccdd.parquet", i), Bytes: int64(1000 + i), Rows: int64(i), RowGroups: i % 3,
		SHA256: fmt.Sprintf("%064x", i), CRC64NVME: fmt.Sprintf("%016x", i), Partition: partition,
		AddedBy: manifest.AddedBy{Version: 3, Run: "täglich <2026-04-15> & mehr"}, Verbatim: i%2 == 0, SpecID: i % 3,
		Columns: map[int]manifest.ColumnStats{
			1:  {Values: 10, Nulls: 1, NaNs: 2, Bytes: 99, Bound: true, Lower: `"a<b\u2028>"`, Upper: `"z"`},
			12: {Values: 10},
		},
	}
	if i%5 == 0 {
		f.Columns = nil
	}
	return f
}

func files(n, partitions int) []manifest.File {
	out := make([]manifest.File, n)
	for i := range out {
		out[i] = file(i)
		if partitions > 0 {
			out[i].Partition = []manifest.Value{manifest.Value(fmt.Sprint(i % partitions)), ""}
		}
	}
	return out
}

func TestRoundTrip(t *testing.T) {
	for _, n := range []int{0, 1, 7, MaxFiles} {
		want := files(n, n/3)
		b, err := Encode(want)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Encode(files(n, n/3))
		if err != nil || !bytes.Equal(b, again) {
			t.Fatalf("the same files give other bytes, %v", err)
		}
		got, err := Decode(b)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != n {
			t.Fatalf("%d files of %d", len(got), n)
		}
		for i := range want {
			if !reflect.DeepEqual(got[i], want[i]) {
				t.Fatalf("got %+v\nwant %+v", got[i], want[i])
			}
		}
	}
}

func TestRefused(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(f *manifest.File)
	}{
		{"outside the table", func(f *manifest.File) { f.Key = "version=3/../../x.parquet" }},
		{"absolute", func(f *manifest.File) { f.Key = "s3://b/version=3/x.parquet" }},
		{"in no version", func(f *manifest.File) { f.Key = "_tablectl/x.parquet" }},
		{"twice", func(f *manifest.File) { f.Key = file(0).Key }},
		{"no bytes", func(f *manifest.File) { f.Bytes = 0 }},
		{"negative rows", func(f *manifest.File) { f.Rows = -1 }},
		{"negative row groups", func(f *manifest.File) { f.RowGroups = -1 }},
		{"no version", func(f *manifest.File) { f.AddedBy.Version = 0 }},
		{"short digest", func(f *manifest.File) { f.SHA256 = "00" }},
		{"upper-case checksum", func(f *manifest.File) { f.CRC64NVME = "00000000000000AA" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			bad := file(1)
			c.edit(&bad)
			if _, err := Encode([]manifest.File{file(0), bad}); err == nil {
				t.Error("encoded")
			}
			if _, err := Decode(encodeUnchecked(t, file(0), bad)); !errors.Is(err, ErrInvalid) {
				t.Errorf("decoded: %v", err)
			}
		})
	}
}

// encodeUnchecked writes what Encode refuses.
func encodeUnchecked(t *testing.T, files ...manifest.File) []byte {
	t.Helper()
	var rows []row
	for _, f := range files {
		r, err := newRow(f)
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, r)
	}
	return encodeRows(t, rows)
}

func encodeRows[T any](t *testing.T, rows []T) []byte {
	t.Helper()
	var b bytes.Buffer
	w := parquet.NewGenericWriter[T](&b, parquet.Compression(&parquet.Zstd))
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestDecodeRefusesOtherParquet(t *testing.T) {
	if _, err := Decode(encodeRows(t, []struct{ A int64 }{{1}})); !errors.Is(err, ErrInvalid) {
		t.Errorf("got %v", err)
	}
	r, err := newRow(file(0))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"{", `[{}]`, `"x"`} {
		bad := r
		bad.Partition = text
		if _, err := Decode(encodeRows(t, []row{bad})); !errors.Is(err, ErrInvalid) {
			t.Errorf("partition %s: got %v", text, err)
		}
		bad = r
		bad.Columns = text
		if _, err := Decode(encodeRows(t, []row{bad})); text != "{}" && !errors.Is(err, ErrInvalid) {
			t.Errorf("columns %s: got %v", text, err)
		}
	}
}

// TestDecodeBoundsMemory: a small object that stands for a large list.
func TestDecodeBoundsMemory(t *testing.T) {
	r, err := newRow(file(0))
	if err != nil {
		t.Fatal(err)
	}
	r.AddedByRun = strings.Repeat("x", 1<<20)
	rows := slices.Repeat([]row{r}, 500)
	b := encodeRows(t, rows)
	if len(b) > 8<<20 {
		t.Fatalf("the object has %d bytes: it is no bomb", len(b))
	}
	if _, err := Decode(b); !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), "memory") {
		t.Fatalf("got %v", err)
	}
}

// TestDecodeDamaged cuts a list at every byte and flips a bit of every byte: no panic, and nothing decodes to a key outside the table.
func TestDecodeDamaged(t *testing.T) {
	b, err := Encode(files(2, 1)[1:])
	if err != nil {
		t.Fatal(err)
	}
	for n := range b {
		if _, err := Decode(b[:n]); !errors.Is(err, ErrInvalid) {
			t.Fatalf("cut at %d: %v", n, err)
		}
	}
	for i := range b {
		bad := bytes.Clone(b)
		bad[i] ^= 1 << (i * 5 % 8)
		got, err := Decode(bad)
		if err != nil && !errors.Is(err, ErrInvalid) {
			t.Fatalf("byte %d: %v", i, err)
		}
		if err := check(got); err != nil {
			t.Fatalf("byte %d: %v", i, err)
		}
	}
}
