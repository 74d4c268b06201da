package main

import (
	"cmp"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/tablectl/tablectl/internal/testserver"
)

// seen is one request as the proxy saw it.
type seen struct {
	what       string
	start, end time.Time
}

// proxy stands between tablectl and the server and writes down every request.
type proxy struct {
	mu   sync.Mutex
	seen []seen
	http.Handler
}

func newProxy(endpoint string) (*proxy, error) {
	target, err := url.Parse(endpoint)
	if err != nil {
		return nil, err
	}
	p := &proxy{}
	p.Handler = &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host // it is signed
	}}
	return p, nil
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s := seen{what: describe(r), start: time.Now()}
	p.Handler.ServeHTTP(w, r)
	s.end = time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen = append(p.seen, s)
}

// take gives what was seen since the last time, in order of start.
func (p *proxy) take() []seen {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := p.seen
	p.seen = nil
	slices.SortFunc(out, func(a, b seen) int { return a.start.Compare(b.start) })
	return out
}

// describe is the method, the object by its place in the table, and the condition.
func describe(r *http.Request) string {
	key := strings.TrimPrefix(r.URL.Path, "/"+testserver.Bucket+"/")
	if _, in, ok := strings.Cut(key, "/"); ok {
		key = in
	}
	words := r.Method + " " + key
	if r.URL.Query().Has("list-type") {
		words = "LIST"
	}
	for _, h := range []string{"If-Match", "If-None-Match", "Range"} {
		if v := r.Header.Get(h); v != "" && h != "If-Match" {
			words += " (" + h + ": " + v + ")"
		} else if v != "" {
			words += " (If-Match)"
		}
	}
	return words
}

// chain is the length of the longest chain of requests of which each began after the one before had ended.
func chain(rs []seen) int {
	byEnd := slices.Clone(rs)
	slices.SortFunc(byEnd, func(a, b seen) int { return cmp.Compare(a.end.UnixNano(), b.end.UnixNano()) })
	n, free := 0, time.Time{}
	for _, r := range byEnd {
		if !r.start.Before(free) {
			n, free = n+1, r.end
		}
	}
	return n
}

// requests lists what a publish of one file, a rollback and a look at the current version ask the store for.
func (b *bench) requests() error {
	s, err := testserver.Start("minio")
	if err != nil {
		return err
	}
	p, err := newProxy(s.Endpoint)
	if err != nil {
		return err
	}
	front := httptest.NewServer(p)
	defer front.Close()
	first, second := filepath.Join(b.work, "1.csv"), filepath.Join(b.work, "2.csv")
	for path, text := range map[string]string{first: "id,name\n1,Ann\n", second: "id,name\n2,Bob\n"} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	url := s.NewURL()
	for _, step := range []struct {
		label, target string
		args          []string
	}{
		{"first publish, one file (makes the table)", "", []string{"publish", url, first}},
		{"publish, one file", "≤ 16, ≤ 10 in a row", []string{"publish", url, second}},
		{"the same again", "", []string{"publish", url, second}},
		{"rollback", "≤ 4", []string{"rollback", url, "--to", "previous"}},
		{"the current version", "2 GETs", []string{"show", url}},
	} {
		cmd := command(b.ctx, b.bin, append(step.args, "-q")...)
		cmd.Env = append(append(os.Environ(), s.Env()...), "AWS_ENDPOINT_URL_S3="+front.URL)
		if _, err := measure(cmd); err != nil {
			return err
		}
		rs := p.take()
		b.report.line(step.label+" → MinIO", "requests", fmt.Sprintf("%d, %d in a row", len(rs), chain(rs)), "", "", step.target)
		b.report.note("\nRequests of: %s\n", step.label)
		for i, r := range rs {
			b.report.note("%d. `%s`", i+1, r.what)
		}
	}
	return nil
}
