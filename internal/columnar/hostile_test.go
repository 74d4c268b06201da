package columnar

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"runtime/metrics"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// digest reads all of a file in every way and returns the first error.
func digest(b []byte) error {
	f, err := Open(bytes.NewReader(b), int64(len(b)), OpenOptions{})
	if err != nil {
		return err
	}
	if _, _, err := f.ArrowFields(); err != nil {
		return err
	}
	for g := range f.NumRowGroups() {
		for leaf := range f.Leaves() {
			if _, err := f.Check(context.Background(), g, leaf); err != nil {
				return err
			}
			f.Chunk(g, leaf)
			f.Stats(g, leaf)
		}
	}
	s, err := f.Schema()
	if err != nil {
		return err
	}
	r, err := f.Read(context.Background(), s, ReadOptions{Concurrency: 1})
	if err != nil {
		return err
	}
	defer r.Release()
	for r.Next() {
		for c := range int(r.Record().NumCols()) {
			for i := range min(3, int(r.Record().NumRows())) {
				FormatCell(r.Record().Column(c), i)
			}
		}
	}
	return r.Err()
}

// known reports whether an error is one that a damaged file may give.
func known(err error) bool {
	return err == nil || errors.Is(err, ErrCorrupt) || errors.Is(err, ErrUnsupported) || errors.Is(err, ErrType) || errors.Is(err, ErrCast)
}

// attempt digests bytes and watches time and memory.
func attempt(t *testing.T, b []byte, what string, i int) error {
	t.Helper()
	before, start := allocated(), time.Now()
	err := digest(b)
	after := allocated()
	if !known(err) {
		t.Fatalf("%s %d: %v", what, i, err)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Fatalf("%s %d: took %s", what, i, took)
	}
	if took := after - before; took > uint64(64<<20+4*len(b)) {
		t.Fatalf("%s %d: allocated %d bytes", what, i, took)
	}
	return err
}

// allocated is how many bytes of heap were ever taken.
func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

func TestTruncatedAtEveryByte(t *testing.T) {
	for _, name := range []string{"ids", "nested_v2", "v2_delta", "codec_gzip"} {
		_, b := open(t, "testdata/"+name+".parquet")
		for n := range b {
			if err := attempt(t, b[:n], "cut at", n); !errors.Is(err, ErrCorrupt) {
				t.Fatalf("%s cut at %d: %v", name, n, err)
			}
		}
	}
}

// TestEveryFlippedBit: damage in pages with a checksum is seen, whatever the bit; elsewhere nothing breaks.
func TestEveryFlippedBit(t *testing.T) {
	for name, bits := range map[string][]int{"v2_delta": {0, 1, 2, 3, 4, 5, 6, 7}, "nested_v2": {3}, "ids": {1}, "split": {5}, "codec_brotli": {4}} {
		_, b := open(t, "testdata/"+name+".parquet")
		if err := digest(b); err != nil {
			t.Fatal(err)
		}
		for i := range b {
			for _, bit := range bits {
				b[i] ^= 1 << bit
				attempt(t, b, name+", flipped byte", i)
				b[i] ^= 1 << bit
			}
		}
	}
}

func TestChecksumsAreVerified(t *testing.T) {
	f, b := open(t, "testdata/plain.parquet")
	g := &f.f.RowGroups[0]
	for leaf := range g.Chunks {
		at := int(g.Chunks[leaf].DataOffset+g.Chunks[leaf].Compressed) - 1 // the last byte of the last value
		b[at] ^= 1
		if _, err := f.Check(context.Background(), 0, leaf); !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), "checksum") {
			t.Errorf("leaf %d: %v", leaf, err)
		}
		b[at] ^= 1
	}
}

// footer wraps a thrift footer into a file.
func footer(thrift string) []byte {
	b := append([]byte("PAR1"), thrift...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(thrift)))
	return append(b, "PAR1"...)
}

func TestHostileFooters(t *testing.T) {
	many := strings.Repeat("\xff", 4) + "\x0f" // 4,294,967,295 as a variable-length integer
	for name, b := range map[string][]byte{
		"empty file":            nil,
		"eight bytes":           []byte("PAR1PAR1"),
		"no footer":             []byte("PAR1\x00\x00\x00\x00PAR1"),
		"footer of 4 GiB":       []byte("PAR1\x00\xff\xff\xff\xffPAR1"),
		"not Parquet":           []byte(strings.Repeat("a,b,c\n", 100)),
		"wrong head":            append([]byte("PARX"), footer("\x00")[4:]...),
		"four billion fields":   footer("\x15\x02\x19\xfc" + many),
		"four billion groups":   footer("\x15\x02\x19\x1c\x48\x01r\x00\x16\x00\x19\xfc" + many),
		"long string":           footer("\x68" + many + "x"),
		"endless nesting":       footer(strings.Repeat("\x1c", 1<<16)),
		"endless lists":         footer("\x79" + strings.Repeat("\x19", 1<<16)),
		"map of four billion":   footer("\x7b" + many + "\x88"),
		"two roots":             footer("\x15\x02\x19\x2c\x48\x01r\x00\x48\x01r\x00\x16\x00\x19\x0c\x00"),
		"children for ever":     footer("\x15\x02\x19\x1c\x48\x01r\x15\xfe\xff\xff\xff\x0f\x00\x16\x00\x19\x0c\x00"),
		"negative rows":         footer("\x15\x02\x19\x1c\x48\x01r\x00\x16\x01\x19\x0c\x00"),
		"rows without a column": footer("\x15\x02\x19\x1c\x48\x01r\x00\x16\x02\x19\x0c\x00"),
	} {
		t.Run(name, func(t *testing.T) {
			if err := attempt(t, b, name, 0); !errors.Is(err, ErrCorrupt) {
				t.Fatal(err)
			}
		})
	}
}

func TestEncryptedIsUnsupported(t *testing.T) {
	b := footer("\x00")
	copy(b[len(b)-4:], "PARE")
	if err := digest(b); !errors.Is(err, ErrUnsupported) {
		t.Fatal(err)
	}
}

// TestFooterBudget: many tiny fields must not become much memory.
func TestFooterBudget(t *testing.T) {
	field := "\x48\x00\x00" // a struct with an empty name
	n := 1 << 20
	head := "\x15\x02\x19\xfc" + string(binary.AppendUvarint(nil, uint64(n)))
	if err := attempt(t, footer(head+strings.Repeat(field, n)), "fields", n); !errors.Is(err, ErrCorrupt) {
		t.Fatal(err)
	}
}

// TestStorageErrorsAreNotCorruption: a network that fails says nothing about the file.
func TestStorageErrorsAreNotCorruption(t *testing.T) {
	name := "testdata/plain.parquet"
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	broken := readerAt{iotest.ErrReader(errors.New("connection reset"))}
	if _, err := Open(broken, info.Size(), OpenOptions{}); err == nil || errors.Is(err, ErrCorrupt) {
		t.Fatalf("got %v", err)
	}
}

type readerAt struct{ io.Reader }

func (r readerAt) ReadAt(b []byte, _ int64) (int, error) { return r.Read(b) }

func FuzzOpen(f *testing.F) {
	for _, name := range samples(f) {
		_, b := open(f, name)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := digest(b); !known(err) {
			t.Fatal(err)
		}
	})
}
