//go:build engines

package engines

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path"
	"sync"
	"testing"
)

// fetched is what was read of objects of one kind.
type fetched struct {
	objects map[string]bool
	bytes   int64
}

// meter stands before an S3 server and counts what is read through it, by the endings of keys.
type meter struct {
	*httptest.Server
	mu   sync.Mutex
	read map[string]*fetched
}

func newMeter(t *testing.T, endpoint string) *meter {
	t.Helper()
	target, err := url.Parse(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	m := &meter{read: map[string]*fetched{}}
	m.Server = httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host // it is signed
		},
		ModifyResponse: m.count,
	})
	t.Cleanup(m.Close)
	return m
}

func (m *meter) count(r *http.Response) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := r.Request.URL.Path
	f := m.read[path.Ext(key)]
	if f == nil {
		f = &fetched{objects: map[string]bool{}}
		m.read[path.Ext(key)] = f
	}
	if r.Request.Method == http.MethodGet {
		f.objects[key] = true
		f.bytes += r.ContentLength
	}
	return nil
}

// take gives what was read since the last time.
func (m *meter) take() map[string]*fetched {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := m.read
	m.read = map[string]*fetched{}
	return out
}
