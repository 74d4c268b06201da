package urlstore_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tablectl/tablectl/internal/objstore/urlstore"
)

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	abs, err := filepath.Abs("tables/flights")
	if err != nil {
		t.Fatal(err)
	}
	for rawURL, want := range map[string]string{
		"s3://bucket/table/":                 "s3://bucket/table",
		"s3://bucket":                        "s3://bucket",
		"file://" + filepath.ToSlash(dir):    dir,
		"file://localhost/data/two%20words/": "/data/two words",
		dir:                                  dir,
		dir + "/":                            dir,
		"tables/flights":                     abs,
		"./tables/flights":                   abs,
		"/data/a:b":                          "/data/a:b",
	} {
		s, err := urlstore.Open(t.Context(), rawURL, urlstore.Options{})
		if err != nil || s.URL() != want {
			t.Errorf("%q: %v, %v, want %q", rawURL, s, err, want)
		}
	}
}

func TestUnsupported(t *testing.T) {
	for rawURL, hint := range map[string]string{
		"":                     "s3://bucket/prefix",
		"s3a://bucket/table":   "write s3://bucket/table",
		"S3://bucket/table":    "write s3://bucket/table",
		"s3:/bucket/table":     "write s3://bucket/table",
		"file:/data":           "write file:///data",
		"file://host/data":     "file:///directory",
		"file:///data?x=1":     "file:///directory",
		"gs://bucket/table":    "--endpoint-url",
		"http://host/table":    "--endpoint-url",
		"ftp://host/table":     "only s3://",
		"hdfs://host:1/x/y/z/": "only s3://",
	} {
		_, err := urlstore.Open(t.Context(), rawURL, urlstore.Options{})
		if !errors.Is(err, urlstore.ErrScheme) || !strings.Contains(err.Error(), hint) {
			t.Errorf("%q: %v, want a hint at %q", rawURL, err, hint)
		}
		if _, _, err := urlstore.Split(rawURL); !errors.Is(err, urlstore.ErrScheme) {
			t.Errorf("split %q: %v", rawURL, err)
		}
	}
}

func TestSplit(t *testing.T) {
	for rawURL, want := range map[string][2]string{
		"s3://bucket/in/a.csv":     {"s3://bucket", "in/a.csv"},
		"s3://bucket/in/":          {"s3://bucket", "in/"},
		"s3://bucket/in/*.parquet": {"s3://bucket", "in/*.parquet"},
		"s3://bucket":              {"s3://bucket", ""},
		"/in/a.csv":                {"/in", "a.csv"},
		"a.csv":                    {".", "a.csv"},
		"file:///in/a.csv":         {"/in", "a.csv"},
	} {
		store, key, err := urlstore.Split(rawURL)
		if err != nil || store != want[0] || key != want[1] {
			t.Errorf("%q: %q, %q, %v, want %q", rawURL, store, key, err, want)
		}
	}
	if _, _, err := urlstore.Split("s3:///key"); err == nil {
		t.Error("a URL without a bucket was accepted")
	}
}
