// Package s3store is an object store on S3: AWS, MinIO, versitygw and whatever else speaks the protocol.
//
// A write that carries a condition is one HTTP request and is never sent again by the SDK or the transport: what the store
// answered is what the caller gets. Reads, listings, deletions and the parts of an upload are retried. Whole objects are written
// with a CRC64NVME checksum that the store compares, and compared with it when they are read. No upload is ever aborted.
package s3store

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/logging"

	"github.com/tablectl/tablectl/internal/objstore"
)

// Options say where the store is and how to talk to it. The zero value is AWS as every AWS tool finds it: environment, profiles,
// instance roles; AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, AWS_PROFILE, AWS_REGION.
type Options struct {
	EndpointURL string
	Region      string // us-east-1 if nothing names one
	Profile     string
	PathStyle   *bool                   // bucket in the path instead of the host name; nil: for localhost and IP addresses
	Credentials aws.CredentialsProvider // nil: the SDK's default chain

	SSE         string // server-side encryption: AES256, aws:kms or aws:kms:dsse
	SSEKMSKeyID string

	Concurrency int   // parts sent at the same time, over all uploads; 0: 8
	PartSize    int64 // bytes, at least 5 MiB; 0: 16 MiB. Grows where an object would have more than 10,000 parts

	Logger    *slog.Logger                              // one line per request at level debug, without headers and queries
	Transport func(http.RoundTripper) http.RoundTripper // wraps the transport, to inject faults or count requests
}

const (
	defaultConcurrency = 8
	defaultPartSize    = 16 << 20
	minPartSize        = 5 << 20
)

// Store is a prefix of a bucket. It is safe for concurrent use.
type Store struct {
	url, bucket string
	prefix      string // "" or with a trailing slash
	o           Options
	client      *s3.Client
	unsigned    bool          // payloads need no signature: TLS or the loopback, and a signed checksum, protect them
	slots       chan struct{} // for parts under way
	dead        sync.Map      // upload IDs that cannot be completed
}

// New is the store at rawURL, "s3://bucket" or "s3://bucket/prefix". It sends nothing, but may read configuration files.
func New(ctx context.Context, rawURL string, o Options) (*Store, error) {
	bucket, prefix, err := Split(rawURL)
	if err != nil {
		return nil, err
	}
	if o.Concurrency <= 0 {
		o.Concurrency = defaultConcurrency
	}
	if o.PartSize == 0 {
		o.PartSize = defaultPartSize
	}
	o.PartSize = max(o.PartSize, minPartSize)
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Store{url: "s3://" + bucket, bucket: bucket, o: o, slots: make(chan struct{}, o.Concurrency)}
	if prefix != "" {
		s.url += "/" + prefix
		s.prefix = prefix + "/"
	}
	cfg, err := loadConfig(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", s.url, err)
	}
	s.client = s3.NewFromConfig(cfg, s.configure)
	if base := s.client.Options().BaseEndpoint; base != nil && !isHTTP(*base) {
		return nil, fmt.Errorf("open %s: the endpoint %q is not an http:// or https:// URL", s.url, *base)
	}
	return s, nil
}

// Split takes "s3://bucket/key" apart. The key may be empty; one slash at its end is dropped.
func Split(rawURL string) (bucket, key string, err error) {
	rest, ok := strings.CutPrefix(rawURL, "s3://")
	if !ok {
		return "", "", fmt.Errorf("open %s: not an s3:// URL", rawURL)
	}
	bucket, key, _ = strings.Cut(rest, "/")
	key = strings.TrimSuffix(key, "/")
	if bucket == "" || strings.ContainsAny(bucket, "@:?#% ") {
		return "", "", fmt.Errorf("open %s: no bucket in the URL, want s3://bucket/prefix", rawURL)
	}
	if strings.ContainsAny(key, "?#") {
		return "", "", fmt.Errorf("open %s: engines cannot read a prefix with ? or #", rawURL)
	}
	if key != "" {
		if err := objstore.CheckKey("open", key); err != nil {
			return "", "", err
		}
	}
	return bucket, key, nil
}

func loadConfig(ctx context.Context, o Options) (aws.Config, error) {
	// What matters comes back as an error; the SDK's own lines could hold anything, and those of the credentials providers too.
	load := []func(*config.LoadOptions) error{config.WithHTTPClient(transport(o)), config.WithLogger(logging.Nop{})}
	if o.Region != "" {
		load = append(load, config.WithRegion(o.Region))
	}
	if o.Profile != "" {
		load = append(load, config.WithSharedConfigProfile(o.Profile))
	}
	if o.Credentials != nil {
		load = append(load, config.WithCredentialsProvider(o.Credentials))
	}
	cfg, err := config.LoadDefaultConfig(ctx, load...)
	if err != nil {
		return cfg, fmt.Errorf("%w: %w", objstore.ErrCredentials, err)
	}
	if cfg.Region == "" {
		cfg.Region = "us-east-1"
	}
	cfg.Credentials = namedCredentials{cfg.Credentials}
	return cfg, nil
}

// Config is how other AWS services are reached by the same credentials. An empty region is the one of o, or of the environment. The
// endpoint of S3 is not theirs: the SDK finds one of their own (AWS_ENDPOINT_URL_GLUE, say).
func (o Options) Config(ctx context.Context, region string) (aws.Config, error) {
	if region != "" {
		o.Region = region
	}
	return loadConfig(ctx, o)
}

// configure sets what the SDK would decide otherwise.
func (s *Store) configure(o *s3.Options) {
	if s.o.EndpointURL != "" {
		o.BaseEndpoint = &s.o.EndpointURL
	}
	local, secure := endpoint(o.BaseEndpoint)
	o.UsePathStyle = local
	if s.o.PathStyle != nil {
		o.UsePathStyle = *s.o.PathStyle
	}
	s.unsigned = secure
	if b, ok := o.HTTPClient.(*awshttp.BuildableClient); ok {
		o.HTTPClient = httpClient(b.GetTransport(), s.o)
	}
	// Checksums are ours: CRC64NVME over the whole object, not the SDK's CRC32 over each request.
	o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
	o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
	o.Retryer = retry.NewStandard(func(r *retry.StandardOptions) {
		r.MaxAttempts = 5
		r.MaxBackoff = 5 * time.Second
	})
}

func isHTTP(endpoint string) bool {
	u, err := url.Parse(endpoint)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

// endpoint says whether a bucket's name cannot be part of the endpoint's host name, and whether bodies are safe on the way there.
func endpoint(base *string) (local, secure bool) {
	if base == nil {
		return false, true // AWS
	}
	u, err := url.Parse(*base)
	if err != nil {
		return false, false // the SDK refuses it with the first request
	}
	host := u.Hostname()
	ip := net.ParseIP(host)
	loopback := host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
	return loopback || ip != nil, loopback || u.Scheme == "https"
}

// once turns every retry of the SDK off.
func once(o *s3.Options) { o.Retryer = aws.NopRetryer{} }

// payload chooses whether the body is signed.
func (s *Store) payload(o *s3.Options) {
	if s.unsigned {
		o.APIOptions = append(o.APIOptions, v4.SwapComputePayloadSHA256ForUnsignedPayloadMiddleware)
	}
}

// URL is the one given to New, without a slash at its end.
func (s *Store) URL() string { return s.url }

// key is the whole key of ours.
func (s *Store) key(key string) *string { return aws.String(s.prefix + key) }
