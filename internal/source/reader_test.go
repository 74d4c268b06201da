package source

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
)

// long is about 5 MiB of CSV: several blocks.
func long() string { return "a,b\n" + strings.Repeat("123456,\"some, text\"\n", 260_000) }

func TestBatchesDoNotDependOnCoresOrMemory(t *testing.T) {
	lines := strings.Repeat(`{"a":1,"b":"some text"}`+"\n", 100_000)
	dir := folder(t, map[string]string{"a.csv": long(), "b.csv.gz": long(), "c.csv": "a,b\n", "j.ndjson": lines})
	for _, names := range [][]string{{"a.csv", "b.csv.gz", "c.csv"}, {"j.ndjson"}} {
		var paths []string
		for _, n := range names {
			paths = append(paths, filepath.Join(dir, n))
		}
		var want []int64
		for _, o := range []Options{{Concurrency: 1}, {Concurrency: 2}, {Concurrency: 9}, {Concurrency: 4, Memory: 1}, {Memory: 20 << 20}} {
			s := must(t, o, paths...)
			r, err := s.Read(context.Background(), nil)
			if err != nil {
				t.Fatal(err)
			}
			var got []int64
			for r.Next() {
				got = append(got, r.Record().NumRows())
			}
			if r.Err() != nil {
				t.Fatal(r.Err())
			}
			r.Release()
			if want == nil {
				want = got
			}
			if len(got) < 3 || !slices.Equal(got, want) {
				t.Errorf("%+v: %v, not %v", o, got, want)
			}
		}
	}
}

func TestReadingCanStopAnywhere(t *testing.T) {
	dir := folder(t, map[string]string{"a.csv": long(), "b.csv.zst": long(), "p.parquet": parquetFile(t, struct{ N int64 }{7}, struct{ N int64 }{8})})
	_, open := bucket(t, map[string]string{"a.csv": long() + long()})
	for _, path := range []string{filepath.Join(dir, "a.csv"), filepath.Join(dir, "b.csv.zst"), filepath.Join(dir, "p.parquet"), "s3://bucket/a.csv"} {
		s := must(t, Options{Open: open, Concurrency: 3}, path)
		for taken := range 3 {
			r, err := s.Read(context.Background(), nil)
			if err != nil {
				t.Fatal(path, err)
			}
			for range taken {
				r.Next()
			}
			r.Release()
		}
		ctx, cancel := context.WithCancel(context.Background())
		r, err := s.Read(ctx, nil)
		if err != nil {
			t.Fatal(path, err)
		}
		cancel()
		for r.Next() {
		}
		if err := r.Err(); !errors.Is(err, context.Canceled) && path != filepath.Join(dir, "p.parquet") {
			t.Errorf("%s: %v", path, err)
		}
		r.Release()
		fresh := must(t, Options{Open: open}, path)
		if err := fresh.Prepare(ctx, true); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: prepare: %v", path, err)
		}
		if err := fresh.Prepare(context.Background(), true); err != nil {
			t.Errorf("%s: prepare after a cancelled one: %v", path, err)
		}
		if got := count(t, fresh); got == 0 {
			t.Errorf("%s: no rows", path)
		}
	}
}

func TestCompressedFilesThatAreNot(t *testing.T) {
	whole := map[string][]byte{"a.csv.gz": packed(t, "a.csv.gz", long()), "a.csv.zst": packed(t, "a.csv.zst", long())}
	for name, b := range whole {
		path := filepath.Join(t.TempDir(), name)
		for what, content := range map[string][]byte{"cut": b[:len(b)/2], "no end": b[:len(b)-2], "text": []byte("a,b\n1,2\n"), "empty": nil} {
			if err := os.WriteFile(path, content, 0o644); err != nil {
				t.Fatal(err)
			}
			s := must(t, Options{}, path)
			if _, _, err := s.Schema(context.Background()); !errors.Is(err, ErrInput) {
				t.Errorf("%s, %s: %v", name, what, err)
			}
		}
		if err := os.WriteFile(path, append(slices.Clone(b), packed(t, name, "3,x\n")...), 0o644); err != nil {
			t.Fatal(err)
		}
		if got := count(t, must(t, Options{}, path)); got != 260_001 {
			t.Errorf("%s: two members: %d rows", name, got)
		}
	}
}

func TestProgress(t *testing.T) {
	dir := folder(t, map[string]string{"a.csv": long(), "b.csv.gz": long()})
	var mu sync.Mutex
	last := map[string]Progress{}
	s := must(t, Options{Progress: func(p Progress) {
		mu.Lock()
		defer mu.Unlock()
		if p.Bytes > last[p.Pass].Bytes {
			last[p.Pass] = p
		}
	}}, dir)
	count(t, s)
	for _, pass := range []string{"scan", "read"} {
		if p := last[pass]; p.Bytes != p.Total || p.Total == 0 {
			t.Errorf("%s: %+v", pass, p)
		}
	}
}

func TestNDJSONOverSeveralFiles(t *testing.T) {
	dir := folder(t, map[string]string{"a.ndjson": "\xef\xbb\xbf{\"n\":1}\n", "b.jsonl.gz": `{"s":"x","n":2.5}`, "c.json": "\n"})
	s := must(t, Options{}, dir)
	schema, _, err := s.Schema(context.Background())
	if err != nil || shape(schema) != "n float64, s utf8" {
		t.Fatal(schema, err)
	}
	if got, err := rows(t, s, nil); err != nil || got != "1|(null)\n2.5|x\n" {
		t.Fatal(got, err)
	}
	narrow := arrow.NewSchema([]arrow.Field{field("n", arrow.PrimitiveTypes.Float64)}, nil)
	if _, err := rows(t, s, narrow); !strings.Contains(errorText(err), `b.jsonl.gz, line 1, column "s": the table has no such column`) {
		t.Fatal(err)
	}
	empty := must(t, Options{}, folder(t, map[string]string{"a.ndjson": ""}))
	if _, _, err := empty.Schema(context.Background()); !errors.Is(err, ErrInput) {
		t.Fatal(err)
	}
	if got, err := rows(t, empty, narrow); err != nil || got != "" {
		t.Fatal("with a schema it is a table without rows:", got, err)
	}
}

func TestTypesThatCSVCannotBring(t *testing.T) {
	s := must(t, Options{}, folder(t, map[string]string{"a.csv": "a\n1\n"}))
	for _, typ := range []arrow.DataType{arrow.ListOf(arrow.PrimitiveTypes.Int64), arrow.FixedWidthTypes.Time32s} {
		if _, err := s.Read(context.Background(), arrow.NewSchema([]arrow.Field{field("a", typ)}, nil)); err == nil {
			t.Errorf("%s is accepted", typ)
		}
	}
}
