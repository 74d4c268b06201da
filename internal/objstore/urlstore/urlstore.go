// Package urlstore chooses the store that a URL names: "s3://bucket/prefix", "file:///directory" or a plain path.
package urlstore

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/internal/objstore/filestore"
	"github.com/tablectl/tablectl/internal/objstore/s3store"
)

// ErrScheme is for URLs of a kind that there is no store for.
var ErrScheme = errors.New("unsupported URL")

// Options are those of the stores.
type Options struct {
	S3 s3store.Options
}

// Open is the store at rawURL. Nothing is sent and no directory is made.
func Open(ctx context.Context, rawURL string, o Options) (objstore.Store, error) {
	scheme, err := schemeOf(rawURL)
	if err != nil {
		return nil, fmt.Errorf("open %q: %w", rawURL, err)
	}
	if scheme == "s3" {
		return s3store.New(ctx, rawURL, o.S3)
	}
	dir, err := localPath(scheme, rawURL)
	if err != nil {
		return nil, fmt.Errorf("open %q: %w", rawURL, err)
	}
	return filestore.New(dir)
}

// Split takes the URL of an object, or of a prefix or pattern of objects, apart: into the URL of a store and a key in it. What
// follows the bucket stays as it is, with a slash at its end if there is one.
func Split(rawURL string) (store, key string, err error) {
	scheme, err := schemeOf(rawURL)
	if err != nil {
		return "", "", err
	}
	if scheme == "s3" {
		bucket, key, _ := strings.Cut(strings.TrimPrefix(rawURL, "s3://"), "/")
		if _, _, err := s3store.Split("s3://" + bucket); err != nil {
			return "", "", err
		}
		return "s3://" + bucket, key, nil
	}
	name, err := localPath(scheme, rawURL)
	if err != nil {
		return "", "", err
	}
	return filepath.Dir(name), filepath.Base(name), nil
}

// withScheme leaves drive letters alone: a scheme has two letters or more.
var withScheme = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9+.-]+):/`)

// schemeOf is "s3", "file", or "" for a path.
func schemeOf(rawURL string) (string, error) {
	if rawURL == "" {
		return "", fmt.Errorf("%w: empty; want s3://bucket/prefix or a directory", ErrScheme)
	}
	m := withScheme.FindStringSubmatch(rawURL)
	if m == nil {
		return "", nil
	}
	scheme := m[1]
	known := scheme == "s3" || scheme == "file"
	if known && strings.HasPrefix(rawURL, scheme+"://") {
		return scheme, nil
	}
	rest := strings.TrimLeft(rawURL[len(scheme)+1:], "/")
	return "", fmt.Errorf("%w: %s: %s", ErrScheme, scheme, hint(strings.ToLower(scheme), rest))
}

// hint says what to write instead.
func hint(scheme, rest string) string {
	switch scheme {
	case "s3", "s3a", "s3n":
		return "write s3://" + rest
	case "file":
		return "write file:///" + rest + ", or the path"
	case "http", "https":
		return "write s3://bucket/prefix, and give the server with --endpoint-url"
	case "gs", "gcs", "az", "abfs", "abfss", "wasb", "wasbs", "hdfs":
		return "only s3:// and local directories; a service that speaks S3 works with --endpoint-url"
	}
	return "only s3://bucket/prefix, file:///directory and paths"
}

// localPath is the path of a file URL, or the path that it is already.
func localPath(scheme, rawURL string) (string, error) {
	if scheme == "" {
		return rawURL, nil
	}
	u, err := url.Parse(rawURL)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrScheme, err)
	}
	if u.Host != "" && u.Host != "localhost" || u.RawQuery != "" || u.Fragment != "" || u.Path == "" {
		return "", fmt.Errorf("%w: %s: want file:///directory", ErrScheme, rawURL)
	}
	if runtime.GOOS == "windows" {
		return filepath.FromSlash(strings.TrimPrefix(u.Path, "/")), nil
	}
	return u.Path, nil
}
