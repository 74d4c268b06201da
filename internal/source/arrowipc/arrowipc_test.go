package arrowipc

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// sample is a small input with a text, a dictionary, a list and a boolean.
func sample(t testing.TB, stream bool, o ...ipc.Option) []byte {
	t.Helper()
	f := func(name string, t arrow.DataType) arrow.Field {
		return arrow.Field{Name: name, Type: t, Nullable: true}
	}
	schema := arrow.NewSchema([]arrow.Field{
		f("s", arrow.BinaryTypes.String), f("d", &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}),
		f("l", arrow.ListOf(arrow.PrimitiveTypes.Int32)), f("b", arrow.FixedWidthTypes.Boolean),
	}, nil)
	rec, _, err := array.RecordFromJSON(memory.DefaultAllocator, schema, strings.NewReader(`[{"s":"abc","d":"x","l":[1,2],"b":true},{"s":null,"d":null,"l":null,"b":null}]`))
	if err != nil {
		t.Fatal(err)
	}
	o = append(o, ipc.WithSchema(schema))
	if stream {
		var b bytes.Buffer
		w := ipc.NewWriter(&b, o...)
		if err := errors.Join(w.Write(rec), w.Close()); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	file, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	w, err := ipc.NewFileWriter(file, o...)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Write(rec), w.Close()); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// readAll gives the rows of an input, after looking at values of every column.
func readAll(b []byte) (rows int64, err error) {
	r, err := Open(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return 0, err
	}
	for {
		rec, err := r.Next()
		if err == io.EOF {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		rows += rec.NumRows()
		for _, c := range rec.Columns() {
			for i := range min(c.Len(), 1000) {
				_ = c.ValueStr(i)
			}
		}
		rec.Release()
	}
}

func TestWhole(t *testing.T) {
	for _, stream := range []bool{true, false} {
		for _, o := range [][]ipc.Option{nil, {ipc.WithZstd()}, {ipc.WithLZ4()}} {
			if n, err := readAll(sample(t, stream, o...)); n != 2 || err != nil {
				t.Errorf("stream %v: %d rows, %v", stream, n, err)
			}
		}
	}
}

func TestCutShort(t *testing.T) {
	for _, stream := range []bool{true, false} {
		whole := sample(t, stream)
		for n := range whole {
			rows, err := readAll(whole[:n])
			// The end marker of a stream is optional, and so is everything behind the schema.
			if stream && (err == nil && rows == 0 || n >= len(whole)-8 && err == nil) {
				continue
			}
			if !errors.Is(err, ErrCorrupt) {
				t.Fatalf("stream %v, %d bytes of %d: %d rows, %v", stream, n, len(whole), rows, err)
			}
		}
	}
}

// TestEveryBit turns bits: whatever comes of it, it is rows or ErrCorrupt, and no array that breaks when it is looked at.
func TestEveryBit(t *testing.T) {
	for _, c := range []struct {
		stream bool
		step   int // 1: every bit
		o      []ipc.Option
	}{{true, 1, nil}, {false, 3, nil}, {true, 7, []ipc.Option{ipc.WithZstd()}}} {
		b := sample(t, c.stream, c.o...)
		for i := 0; i < len(b)*8; i += c.step {
			b[i/8] ^= 1 << (i % 8)
			if _, err := readAll(b); err != nil && !errors.Is(err, ErrCorrupt) {
				t.Fatalf("stream %v, bit %d: %v", c.stream, i, err)
			}
			b[i/8] ^= 1 << (i % 8)
		}
	}
}

func TestErrorsOfTheStorageStay(t *testing.T) {
	gone := errors.New("gone")
	for _, stream := range []bool{true, false} {
		b := sample(t, stream)
		for allowed := range 30 {
			r, err := Open(&failing{bytes.NewReader(b), allowed, gone}, int64(len(b)))
			if err == nil {
				_, err = r.Next()
			}
			if err != nil && (!errors.Is(err, gone) || errors.Is(err, ErrCorrupt)) {
				t.Errorf("stream %v, after %d requests: %v", stream, allowed, err)
			}
		}
	}
}

// failing fails after some requests.
type failing struct {
	r    io.ReaderAt
	left int
	err  error
}

func (f *failing) ReadAt(p []byte, off int64) (int, error) {
	if f.left--; f.left < 0 {
		return 0, f.err
	}
	return f.r.ReadAt(p, off)
}

func TestFeatherOne(t *testing.T) {
	if _, err := readAll([]byte("FEA1 and more")); !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), "Feather") {
		t.Error(err)
	}
}

func FuzzArrow(f *testing.F) {
	for _, stream := range []bool{true, false} {
		for _, o := range [][]ipc.Option{nil, {ipc.WithZstd()}, {ipc.WithLZ4()}} {
			f.Add(sample(f, stream, o...))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := readAll(b); err != nil && !errors.Is(err, ErrCorrupt) {
			t.Fatal(err)
		}
	})
}
