package source

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// folder writes files (name to content; .gz and .zst are compressed) and returns where they are.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, packed(t, name, content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func packed(t *testing.T, name, content string) []byte {
	t.Helper()
	var b bytes.Buffer
	switch filepath.Ext(name) {
	case ".gz":
		z := gzip.NewWriter(&b)
		if _, err := z.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
	case ".zst":
		z, err := zstd.NewWriter(&b)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := z.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
	default:
		b.WriteString(content)
	}
	return b.Bytes()
}

// must opens a source and closes it when the test ends, and looks that no goroutine is left then.
func must(t *testing.T, o Options, inputs ...string) *Source {
	t.Helper()
	before := runtime.NumGoroutine()
	s, err := Open(context.Background(), inputs, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		for range 200 {
			if runtime.NumGoroutine() <= before {
				return
			}
			time.Sleep(time.Millisecond) // the runtime counts a goroutine a moment longer than its last statement
		}
		buf := make([]byte, 1<<16)
		t.Errorf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, buf[:runtime.Stack(buf, true)])
	})
	return s
}

// rows reads everything and shows it, a line a row; the schema of the input is used if want is nil.
func rows(t *testing.T, s *Source, want *arrow.Schema) (string, error) {
	t.Helper()
	r, err := s.Read(context.Background(), want)
	if err != nil {
		return "", err
	}
	defer r.Release()
	var b strings.Builder
	for r.Next() {
		rec := r.Record()
		for i := range int(rec.NumRows()) {
			for c, col := range rec.Columns() {
				if c > 0 {
					b.WriteByte('|')
				}
				b.WriteString(col.ValueStr(i))
			}
			b.WriteByte('\n')
		}
	}
	return b.String(), r.Err()
}

func shape(s *arrow.Schema) string {
	var parts []string
	for _, f := range s.Fields() {
		parts = append(parts, f.Name+" "+f.Type.String())
	}
	return strings.Join(parts, ", ")
}

func TestCSVOverSeveralFiles(t *testing.T) {
	dir := folder(t, map[string]string{
		"b.csv":          "n,s\n1,x\n",
		"a.csv.gz":       "s,n\ny,2.5\n\"two\nlines\",3\n",
		"c/d.csv.zst":    "s,n\r\n,\r\n",
		"_SUCCESS":       "",
		".hidden.csv":    "no",
		"_temporary/1.x": "no",
	})
	s := must(t, Options{Concurrency: 3}, dir)
	schema, notes, err := s.Schema(context.Background())
	if err != nil || len(notes) != 0 || shape(schema) != "s utf8, n float64" {
		t.Fatal(schema, notes, err)
	}
	got, err := rows(t, s, nil)
	if want := "y|2.5\ntwo\nlines|3\nx|1\n(null)|(null)\n"; err != nil || got != want {
		t.Fatalf("%q, %v", got, err)
	}
}

func TestFingerprintIsOfContentAndOrder(t *testing.T) {
	dir := folder(t, map[string]string{"a.csv": "a\n1\n", "b.csv": "a\n2\n", "c.csv": "a\n1\n", "d.csv.gz": "a\n1\n"})
	print := func(schemaFirst bool, names ...string) string {
		for i := range names {
			names[i] = filepath.Join(dir, names[i])
		}
		s := must(t, Options{}, names...)
		if err := s.Prepare(context.Background(), schemaFirst); err != nil {
			t.Fatal(err)
		}
		sum, inputs, err := s.Fingerprint(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for i, in := range inputs {
			b, err := os.ReadFile(names[i])
			if err != nil || in.Identity != fmt.Sprintf("sha256:%x", sha256.Sum256(b)) || in.Bytes != int64(len(b)) || in.Name != names[i] {
				t.Fatalf("%+v %v", in, err)
			}
		}
		return sum
	}
	ab := print(false, "a.csv", "b.csv")
	if ab != print(true, "a.csv", "b.csv") || ab != print(true, "c.csv", "b.csv") {
		t.Error("the same content has several fingerprints")
	}
	if ab == print(false, "b.csv", "a.csv") || ab == print(false, "a.csv") {
		t.Error("different content has one fingerprint")
	}
	if print(false, "d.csv.gz") != print(true, "d.csv.gz") {
		t.Error("a compressed file has two fingerprints")
	}
}

func TestStdin(t *testing.T) {
	spool := t.TempDir()
	s := must(t, Options{Format: "csv", Stdin: strings.NewReader("a,b\n1,x\n"), SpoolDir: spool}, "-")
	if !s.Stdin() {
		t.Error("not known as standard input")
	}
	_, inputs, err := s.Fingerprint(context.Background())
	if err != nil || inputs[0].Identity != fmt.Sprintf("sha256:%x", sha256.Sum256([]byte("a,b\n1,x\n"))) || inputs[0].Bytes != 8 {
		t.Fatal(inputs, err)
	}
	if got, err := rows(t, s, nil); err != nil || got != "1|x\n" {
		t.Fatal(got, err)
	}
	if got, err := rows(t, s, nil); err != nil || got != "1|x\n" {
		t.Fatal("second reading", got, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(spool); err != nil || len(left) != 0 {
		t.Fatal(left, err)
	}
}

func TestChangedInputIsRefused(t *testing.T) {
	long := "a,b\n" + strings.Repeat("1,some text\n", 100_000)
	for name, change := range map[string]func(path string) error{
		"one byte":          func(p string) error { return patch(p, int64(len(long))/2) },
		"last byte":         func(p string) error { return patch(p, int64(len(long))-2) },
		"shorter":           func(p string) error { return os.Truncate(p, int64(len(long))-12) },
		"empty":             func(p string) error { return os.Truncate(p, 0) },
		"longer":            func(p string) error { return add(p, "2,more\n") },
		"gone":              os.Remove,
		"longer by a piece": func(p string) error { return add(p, strings.Repeat("3,x\n", 1<<19)) },
	} {
		for _, schema := range []bool{true, false} {
			t.Run(fmt.Sprint(name, " schema ", schema), func(t *testing.T) {
				path := filepath.Join(folder(t, map[string]string{"a.csv": long}), "a.csv")
				s := must(t, Options{}, path)
				if err := s.Prepare(context.Background(), schema); err != nil {
					t.Fatal(err)
				}
				want := arrow.NewSchema([]arrow.Field{{Name: "a", Type: arrow.PrimitiveTypes.Int64}, {Name: "b", Type: arrow.BinaryTypes.String}}, nil)
				if _, err := rows(t, s, want); err != nil {
					t.Fatal("unchanged:", err)
				}
				if err := change(path); err != nil {
					t.Fatal(err)
				}
				if _, err := rows(t, s, want); !errors.Is(err, ErrChanged) {
					t.Fatal("changed:", err)
				}
			})
		}
	}
}

func TestChangedArchiveIsRefused(t *testing.T) {
	for _, name := range []string{"a.csv.gz", "a.csv.zst", "a.ndjson.gz"} {
		for what, more := range map[string]string{"rubbish": "rubbish", "another member": string(packed(t, name, "2,more\n"))} {
			content := "a,b\n1,x\n"
			if strings.Contains(name, "ndjson") {
				content = `{"a":1}`
			}
			path := filepath.Join(folder(t, map[string]string{name: content}), name)
			s := must(t, Options{}, path)
			if err := s.Prepare(context.Background(), true); err != nil {
				t.Fatal(err)
			}
			if err := add(path, more); err != nil {
				t.Fatal(err)
			}
			if _, err := rows(t, s, nil); !errors.Is(err, ErrChanged) {
				t.Errorf("%s, %s: %v", name, what, err)
			}
		}
	}
}

func patch(path string, at int64) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteAt([]byte("~"), at)
	return err
}

func add(path, text string) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteString(text)
	return err
}

func TestErrorsCountLinesOverBlocks(t *testing.T) {
	in := "a,b\n" + strings.Repeat("1,\"a\nb\"\n", 200_000) + "x,y\n"
	for name, file := range map[string]string{"plain": "a.csv", "gz": "a.csv.gz"} {
		path := filepath.Join(folder(t, map[string]string{file: in}), file)
		s := must(t, Options{}, path)
		want := arrow.NewSchema([]arrow.Field{{Name: "a", Type: arrow.PrimitiveTypes.Int64}, {Name: "b", Type: arrow.BinaryTypes.String}}, nil)
		_, err := rows(t, s, want)
		var e *Error
		if !errors.As(err, &e) || e.Line != 400_002 || e.Row != 200_001 || e.Column != "a" || e.Value != "x" || e.Want != "long" || e.File != path {
			t.Errorf("%s: %+v", name, e)
		}
		if !errors.Is(err, ErrInput) {
			t.Error("not ErrInput")
		}
	}
}

func TestLargeField(t *testing.T) {
	big := strings.Repeat("0123456789", 11<<20)
	path := filepath.Join(folder(t, map[string]string{"a.csv": "a,b\n1,x\n2,\"" + big + "\"\n3,y\n"}), "a.csv")
	little := must(t, Options{}, path)
	if _, err := little.Read(context.Background(), nil); !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), "more than 32 MiB") {
		t.Fatalf("read within the default memory: %v", err)
	}
	s := must(t, Options{Memory: 512 << 20}, path)
	r, err := s.Read(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Release()
	var n, longest int
	for r.Next() {
		for i := range int(r.Record().NumRows()) {
			n++
			longest = max(longest, r.Record().Column(1).(*array.String).ValueLen(i))
		}
	}
	if r.Err() != nil || n != 3 || longest != len(big) {
		t.Fatal(n, longest, r.Err())
	}
}
