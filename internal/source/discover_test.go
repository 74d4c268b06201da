package source

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/internal/objstore/memstore"
)

// bucket is a store with objects, and the Open for it.
func bucket(t *testing.T, objects map[string]string) (*memstore.Store, func(context.Context, string) (objstore.Store, string, error)) {
	t.Helper()
	store := memstore.New(memstore.Options{URL: "s3://bucket"})
	for key, content := range objects {
		putObject(t, store, key, string(packed(t, key, content)))
	}
	return store, func(_ context.Context, url string) (objstore.Store, string, error) {
		key, ok := strings.CutPrefix(url, "s3://bucket")
		if !ok {
			return nil, "", objstore.ErrNoBucket
		}
		return store, strings.TrimPrefix(key, "/"), nil
	}
}

func putObject(t *testing.T, store objstore.Store, key, content string) {
	t.Helper()
	if _, err := store.Put(context.Background(), key, objstore.BytesBody([]byte(content)), objstore.PutOptions{}); err != nil {
		t.Fatal(err)
	}
}

func names(s *Source, base string) string {
	var n []string
	for _, in := range s.inputs {
		n = append(n, strings.TrimPrefix(filepath.ToSlash(in.name), filepath.ToSlash(base)+"/"))
	}
	return strings.Join(n, " ")
}

func TestDiscover(t *testing.T) {
	files := map[string]string{
		"in/b.csv": "a\n1\n", "in/a.csv": "a\n1\n", "in/sub/c.csv.gz": "a\n1\n", "in/_SUCCESS": "", "in/.x.csv": "", "in/_tmp/y.csv": "",
		"in/k=v/d.csv": "a\n1\n", "odd[1].csv": "a\n1\n", "x.json": "{}", "y.dat": "", "_hidden.csv": "a\n1\n",
	}
	dir := folder(t, files)
	if err := os.MkdirAll(filepath.Join(dir, "empty"), 0o755); err != nil {
		t.Fatal(err)
	}
	_, open := bucket(t, files)
	const all = "in/a.csv in/b.csv in/k=v/d.csv in/sub/c.csv.gz"
	for _, base := range []string{dir, "s3://bucket"} {
		for _, c := range []struct{ args, want string }{
			{"in", all}, {"in/", all}, {"in/*.csv", "in/a.csv in/b.csv"}, {"in/**/*.csv*", all}, {"in/{b,a}.csv", "in/a.csv in/b.csv"},
			{"in/b.csv in/a.csv", "in/b.csv in/a.csv"}, {"odd[1].csv", "odd[1].csv"}, {"_hidden.csv", "_hidden.csv"}, {"in/_tmp", "in/_tmp/y.csv"},
		} {
			var args []string
			for _, a := range strings.Fields(c.args) {
				args = append(args, base+"/"+a)
			}
			s, err := Open(context.Background(), args, Options{Open: open})
			if err != nil {
				t.Errorf("%s: %v", args, err)
				continue
			}
			if got := names(s, base); got != c.want {
				t.Errorf("%s: %s, want %s", args, got, c.want)
			}
		}
		for _, c := range []struct {
			args, msg string
			is        error
		}{
			{"nothing.csv", "", ErrNoInput}, {"in/*.parquet", "", ErrNoInput}, {"empty", "", ErrNoInput}, {"in/a.csv in", "given twice", nil},
			{"in/a.csv x.json", "one format", nil}, {"y.dat", "--format", nil}, {"in/[", "", nil},
		} {
			var args []string
			for _, a := range strings.Fields(c.args) {
				args = append(args, base+"/"+a)
			}
			_, err := Open(context.Background(), args, Options{Open: open})
			if err == nil || c.is != nil && !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.msg) {
				t.Errorf("%s: %v", args, err)
			}
		}
	}
	for _, c := range []struct {
		arg string
		o   Options
	}{
		{"-", Options{Format: "csv"}}, {"-", Options{Stdin: strings.NewReader("")}}, {"ftp://host/x.csv", Options{}}, {"http://host/x.csv", Options{}},
		{"s3://bucket/x.csv", Options{}}, {os.DevNull, Options{Format: "csv"}}, {dir + "/x.json", Options{Format: "xml"}}, {dir + "/in", Options{CSV: CSVOptions{Delimiter: 'x'}}},
		{dir + "/in/sub/c.csv.gz", Options{Format: "parquet"}},
	} {
		if _, err := Open(context.Background(), []string{c.arg}, c.o); err == nil {
			t.Errorf("%s %+v is accepted", c.arg, c.o)
		}
	}
	if _, err := Open(context.Background(), nil, Options{}); !errors.Is(err, ErrNoInput) {
		t.Error(err)
	}
	if _, err := Open(context.Background(), []string{"file://" + filepath.ToSlash(dir) + "/in"}, Options{}); err != nil {
		t.Error(err)
	}
}

func TestObjects(t *testing.T) {
	long := "a,b\n" + strings.Repeat("1,some longer text\n", 700_000)
	store, open := bucket(t, map[string]string{"in/a.csv": long, "in/b.csv.zst": "b,a\nx,2\n", "p.parquet": parquetFile(t, struct{ N int64 }{7})})
	s := must(t, Options{Open: open, Concurrency: 2}, "s3://bucket/in")
	first, inputs, err := s.Fingerprint(context.Background())
	if err != nil || !strings.HasPrefix(inputs[0].Identity, "etag:") || inputs[0].Name != "s3://bucket/in/a.csv" || inputs[0].Bytes != int64(len(long)) {
		t.Fatal(inputs, err)
	}
	schema, _, err := s.Schema(context.Background())
	if err != nil || shape(schema) != "a int64, b utf8" {
		t.Fatal(schema, err)
	}
	n := count(t, s)
	if n != 700_001 {
		t.Fatal(n, "rows")
	}
	putObject(t, store, "in/a.csv", long)
	if _, err := rows(t, s, nil); !errors.Is(err, ErrChanged) {
		t.Fatal("the same bytes under another ETag:", err)
	}
	again := must(t, Options{Open: open}, "s3://bucket/in")
	if second, _, err := again.Fingerprint(context.Background()); err != nil || second == first {
		t.Fatal("the fingerprint does not depend on the ETag", err)
	}
	p := must(t, Options{Open: open}, "s3://bucket/p.parquet")
	if got, err := rows(t, p, nil); err != nil || got != "7\n" {
		t.Fatal(got, err)
	}
	if files := p.Parquet(context.Background()); len(files) != 1 || files[0].SHA256 != "" {
		t.Fatal(files)
	}
	putObject(t, store, "p.parquet", parquetFile(t, struct{ N int64 }{8}))
	if _, err := rows(t, p, nil); !errors.Is(err, ErrChanged) {
		t.Fatal(err)
	}
}

func count(t *testing.T, s *Source) (n int64) {
	t.Helper()
	r, err := s.Read(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Release()
	for r.Next() {
		n += r.Record().NumRows()
	}
	if r.Err() != nil {
		t.Fatal(r.Err())
	}
	return n
}
