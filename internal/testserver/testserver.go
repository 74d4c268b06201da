// Package testserver starts real S3 servers for tests: MinIO and versitygw, each once per test process, on a free port of the
// loopback, with random credentials and a directory of its own. What is not installed is built first, from internal/tools, once
// per machine. A server dies with the process that started it, however that ends.
package testserver

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/tablectl/tablectl/internal/objstore/s3store"
)

// Region is where the servers say they are.
const Region = "us-east-1"

// Bucket is made on every server.
const Bucket = "tables"

// Server is a running server.
type Server struct {
	Name      string // "minio" or "versitygw"
	Endpoint  string // "http://127.0.0.1:12345"
	AccessKey string
	SecretKey string
}

// The two servers of this process. These are not state but lazily made constants: a test process that never asks starts none.
var (
	minio     = sync.OnceValues(func() (*Server, error) { return start("minio") })
	versitygw = sync.OnceValues(func() (*Server, error) { return start("versitygw") })
)

// MinIO is this process's MinIO.
func MinIO(tb testing.TB) *Server { return must(tb, minio) }

// VersityGW is this process's versitygw.
func VersityGW(tb testing.TB) *Server { return must(tb, versitygw) }

// Each runs test as a sub-test against every server.
func Each(t *testing.T, test func(t *testing.T, s *Server)) {
	for _, get := range []func(testing.TB) *Server{MinIO, VersityGW} {
		s := get(t)
		t.Run(s.Name, func(t *testing.T) { test(t, s) })
	}
}

func must(tb testing.TB, get func() (*Server, error)) *Server {
	tb.Helper()
	s, err := get()
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// NewURL is a prefix of the bucket that nobody has used.
func (s *Server) NewURL() string { return "s3://" + Bucket + "/" + strings.ToLower(rand.Text()) }

// Options are what s3store needs to talk to the server.
func (s *Server) Options() s3store.Options {
	return s3store.Options{
		EndpointURL: s.Endpoint, Region: Region,
		Credentials: credentials.NewStaticCredentialsProvider(s.AccessKey, s.SecretKey, ""),
	}
}

// Env are the variables by which any AWS tool finds the server, for processes that a test starts.
func (s *Server) Env() []string {
	return []string{
		"AWS_ENDPOINT_URL_S3=" + s.Endpoint, "AWS_REGION=" + Region,
		"AWS_ACCESS_KEY_ID=" + s.AccessKey, "AWS_SECRET_ACCESS_KEY=" + s.SecretKey,
		"AWS_CONFIG_FILE=" + os.DevNull, "AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull, "AWS_EC2_METADATA_DISABLED=true",
	}
}

// Open is a new, empty store on the server. options change what Options says.
func (s *Server) Open(tb testing.TB, options ...func(*s3store.Options)) *s3store.Store {
	tb.Helper()
	o := s.Options()
	for _, change := range options {
		change(&o)
	}
	store, err := s3store.New(context.Background(), s.NewURL(), o)
	if err != nil {
		tb.Fatal(err)
	}
	return store
}

// Client is the SDK's own client, for what a Store cannot do.
func (s *Server) Client() *s3.Client {
	return s3.New(s3.Options{
		BaseEndpoint: &s.Endpoint, Region: Region, UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(s.AccessKey, s.SecretKey, ""),
	})
}

// start starts a server and waits until it has a bucket. A port that somebody else took meanwhile is worth another try.
func start(name string) (*Server, error) {
	binary, err := Binary(name)
	if err != nil {
		return nil, err
	}
	var failed error
	for range 3 {
		s, err := startOnce(name, binary)
		if err == nil {
			return s, nil
		}
		failed = errors.Join(failed, err)
	}
	return nil, fmt.Errorf("start %s: %w", name, failed)
}

func startOnce(name, binary string) (*Server, error) {
	addr, err := freePort()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "tablectl-"+name+"-")
	if err != nil {
		return nil, err
	}
	s := &Server{Name: name, Endpoint: "http://" + addr, AccessKey: rand.Text()[:20], SecretKey: rand.Text()}
	p, err := run(command(s, binary, addr, filepath.Join(dir, "data")), dir)
	if err != nil {
		return nil, err
	}
	if err := s.waitForBucket(p); err != nil {
		return nil, errors.Join(err, p.stop())
	}
	return s, nil
}

// line is how a server is started.
type line struct {
	args []string
	env  []string
	data string
}

func command(s *Server, binary, addr, data string) line {
	if s.Name == "minio" {
		return line{
			args: []string{binary, "server", "--quiet", "--address", addr, data},
			env:  []string{"MINIO_ROOT_USER=" + s.AccessKey, "MINIO_ROOT_PASSWORD=" + s.SecretKey, "MINIO_BROWSER=off", "MINIO_UPDATE=off"},
			data: data,
		}
	}
	return line{
		args: []string{binary, "--port", addr, "--quiet", "--keep-alive", "posix", data},
		env:  []string{"ROOT_ACCESS_KEY=" + s.AccessKey, "ROOT_SECRET_KEY=" + s.SecretKey},
		data: data,
	}
}

// waitForBucket asks for a bucket until there is one.
func (s *Server) waitForBucket(p *process) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	client := s.Client()
	for {
		if reachable(s.Endpoint) {
			_, err := client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String(Bucket)})
			if err == nil {
				return nil
			}
			if ctx.Err() != nil {
				return fmt.Errorf("make bucket: %w; the server says: %s", err, p.log())
			}
		}
		select {
		case <-p.done:
			return fmt.Errorf("server ended: %s", p.log())
		case <-ctx.Done():
			return fmt.Errorf("no answer at %s; the server says: %s", s.Endpoint, p.log())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func reachable(endpoint string) bool {
	u, err := url.Parse(endpoint)
	if err != nil {
		return false
	}
	conn, err := net.DialTimeout("tcp", u.Host, time.Second)
	if err != nil {
		return false
	}
	conn.Close() // only knocked
	resp, err := (&http.Client{Timeout: 5 * time.Second}).Get(endpoint)
	if err != nil {
		return false
	}
	resp.Body.Close() // any answer will do
	return true
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
