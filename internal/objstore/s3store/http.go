package s3store

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

// transport sets up connections: HTTP/1.1 only, since HTTP/2 may replay a request. HTTP/1.1 replays only reads, and what had no
// body or of which nothing had been written. (The SDK adds the certificates of AWS_CA_BUNDLE.)
func transport(o Options) *awshttp.BuildableClient {
	return awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		t.Protocols = new(http.Protocols)
		t.Protocols.SetHTTP1(true)
		t.ForceAttemptHTTP2 = false
		t.MaxIdleConnsPerHost = 2*o.Concurrency + 16
		t.IdleConnTimeout = 30 * time.Second
		t.ResponseHeaderTimeout = 2 * time.Minute
		t.DisableCompression = true
		t.WriteBufferSize = 128 << 10
		t.ReadBufferSize = 128 << 10
	})
}

// httpClient follows no redirects: where a bucket is elsewhere, the caller is told.
func httpClient(t http.RoundTripper, o Options) *http.Client {
	if o.Transport != nil {
		t = o.Transport(t)
	}
	return &http.Client{
		Transport:     traced{t, o.Logger},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// traced writes one line per request. Headers and queries, where secrets travel, stay out of it.
type traced struct {
	next http.RoundTripper
	log  *slog.Logger
}

// RoundTrip sends the request.
func (l traced) RoundTrip(r *http.Request) (*http.Response, error) {
	if !l.log.Enabled(r.Context(), slog.LevelDebug) {
		return l.next.RoundTrip(r)
	}
	start := time.Now()
	resp, err := l.next.RoundTrip(r)
	status := 0
	if resp != nil {
		status = resp.StatusCode
	}
	l.log.LogAttrs(context.WithoutCancel(r.Context()), slog.LevelDebug, "s3 request",
		slog.String("method", r.Method), slog.String("host", r.URL.Host), slog.String("path", r.URL.Path),
		slog.Int("status", status), slog.Duration("took", time.Since(start)), slog.Bool("failed", err != nil))
	return resp, err
}
