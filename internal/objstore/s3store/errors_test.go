package s3store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/internal/objstore/s3store"
)

// Canaries: they must not be seen in any error or log line.
const (
	canaryKey     = "AKIACANARYACCESSKEY0"
	canarySecret  = "canary-secret-0123456789"
	canarySession = "canary-session-0123456789"
)

// at is a store whose server is h.
func at(t *testing.T, h http.HandlerFunc, options ...func(*s3store.Options)) *s3store.Store {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	o := s3store.Options{
		EndpointURL: server.URL, Region: "eu-west-1",
		Credentials: credentials.NewStaticCredentialsProvider(canaryKey, canarySecret, canarySession),
	}
	for _, change := range options {
		change(&o)
	}
	s, err := s3store.New(t.Context(), "s3://bucket/table", o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// said is what a server answers.
type said struct {
	status int
	code   string
	msg    string
	header map[string]string
}

func (a said) answer(w http.ResponseWriter, r *http.Request) {
	io.Copy(io.Discard, r.Body) // a server that answers early would reset the connection
	for k, v := range a.header {
		w.Header().Set(k, v)
	}
	w.WriteHeader(a.status)
	if a.code != "" && r.Method != http.MethodHead {
		fmt.Fprintf(w, "<?xml version=\"1.0\"?>\n<Error><Code>%s</Code><Message>%s</Message><RequestId>R1</RequestId></Error>", a.code, a.msg)
	}
}

// TestErrorsOfPut is what a conditional put makes of what the servers here never say.
func TestErrorsOfPut(t *testing.T) {
	for _, c := range []struct {
		said said
		want error
		hint string
	}{
		{said{status: 409, code: "ConditionalRequestConflict"}, objstore.ErrConflict, ""},
		{said{status: 409, code: "OperationAborted"}, objstore.ErrConflict, ""},
		{said{status: 409}, objstore.ErrConflict, ""},
		{said{status: 412, code: "PreconditionFailed"}, objstore.ErrPrecondition, ""},
		{said{status: 404, code: "NoSuchKey"}, objstore.ErrNotFound, ""},
		{said{status: 404, code: "NoSuchBucket"}, objstore.ErrNoBucket, "bucket bucket"},
		{said{status: 404}, objstore.ErrNotFound, ""},
		{said{status: 404, code: "XAdminUserNotFound"}, objstore.ErrCredentials, "AWS_PROFILE"},
		{said{status: 404, code: "SomethingNew", msg: "no such account"}, nil, "no such account"},
		{said{status: 403, code: "AccessDenied", msg: "no s3:PutObject for you"}, objstore.ErrAccessDenied, "no s3:PutObject for you"},
		{said{status: 403, code: "SomethingNew"}, objstore.ErrAccessDenied, "SomethingNew"},
		{said{status: 403, code: "InvalidAccessKeyId"}, objstore.ErrCredentials, "AWS_PROFILE"},
		{said{status: 403, code: "SignatureDoesNotMatch"}, objstore.ErrCredentials, "AWS_PROFILE"},
		{said{status: 400, code: "ExpiredToken"}, objstore.ErrCredentials, "log in again"},
		{said{status: 400, code: "InvalidToken"}, objstore.ErrCredentials, ""},
		{said{status: 401}, objstore.ErrCredentials, ""},
		{said{status: 403, code: "RequestTimeTooSkewed"}, objstore.ErrCredentials, "clock"},
		{said{status: 400, code: "AuthorizationHeaderMalformed", msg: "the region 'eu-west-1' is wrong; expecting 'us-west-2'"}, objstore.ErrWrongRegion, "us-west-2"},
		{said{status: 400, code: "AuthorizationHeaderMalformed", msg: "a non-empty Access Key must be provided"}, objstore.ErrCredentials, ""},
		{said{status: 301, code: "PermanentRedirect", header: map[string]string{"X-Amz-Bucket-Region": "us-west-2"}}, objstore.ErrWrongRegion, "is in region us-west-2"},
		{said{status: 301, header: map[string]string{"Location": "http://example.invalid/"}}, objstore.ErrWrongRegion, "set the region"},
		{said{status: 307, code: "TemporaryRedirect", header: map[string]string{"Location": "http://example.invalid/"}}, objstore.ErrTemporary, ""},
		{said{status: 400, code: "BadDigest"}, objstore.ErrChecksum, ""},
		{said{status: 400, code: "XAmzContentChecksumMismatch"}, objstore.ErrChecksum, ""},
		{said{status: 400, code: "RequestTimeout"}, objstore.ErrTemporary, ""},
		{said{status: 429}, objstore.ErrTemporary, ""},
		{said{status: 500, code: "InternalError"}, objstore.ErrTemporary, ""},
		{said{status: 502}, objstore.ErrTemporary, ""},
		{said{status: 503, code: "SlowDown"}, objstore.ErrTemporary, ""},
		{said{status: 504}, objstore.ErrTemporary, ""},
		{said{status: 501, code: "NotImplemented"}, objstore.ErrUnsupported, ""},
		{said{status: 405, code: "MethodNotAllowed"}, objstore.ErrUnsupported, ""},
		{said{status: 507, code: "XMinioStorageFull"}, objstore.ErrNoSpace, ""},
		{said{status: 200}, objstore.ErrTemporary, "without an ETag"},
		{said{status: 200, code: "InternalError"}, objstore.ErrTemporary, ""},
		{said{status: 200, header: map[string]string{"ETag": `"e"`, "X-Amz-Checksum-Crc64nvme": "AAAAAAAAAAA="}}, objstore.ErrChecksum, ""},
		{said{status: 400, code: "InvalidArgument", msg: "what?"}, nil, "what?"},
	} {
		t.Run(fmt.Sprintf("%d %s", c.said.status, c.said.code), func(t *testing.T) {
			var requests atomic.Int32
			s := at(t, func(w http.ResponseWriter, r *http.Request) {
				requests.Add(1)
				c.said.answer(w, r)
			})
			for _, o := range []objstore.PutOptions{{IfMatch: `"x"`, Once: true}, {IfNoneMatch: true}} {
				requests.Store(0)
				_, err := s.Put(t.Context(), "k", objstore.BytesBody([]byte("body")), o)
				var e *objstore.Error
				if !errors.As(err, &e) || e.Kind != c.want || e.Op != "put" || e.Key != "k" || e.Date.IsZero() {
					t.Errorf("%+v, want kind %v", err, c.want)
				}
				if err != nil && !strings.Contains(err.Error(), c.hint) {
					t.Errorf("%q does not say %q", err, c.hint)
				}
				if n := requests.Load(); n != 1 {
					t.Errorf("%d requests", n)
				}
			}
		})
	}
}

// TestErrorsOfHead has no body to tell one 403 or 404 from another, and a 403 is never "absent".
func TestErrorsOfHead(t *testing.T) {
	for _, c := range []struct {
		said said
		want error
	}{
		{said{status: 403}, objstore.ErrAccessDenied},
		{said{status: 404}, objstore.ErrNotFound},
		{said{status: 301, header: map[string]string{"X-Amz-Bucket-Region": "us-west-2"}}, objstore.ErrWrongRegion},
		{said{status: 400, header: map[string]string{"X-Amz-Bucket-Region": "us-west-2"}}, objstore.ErrWrongRegion},
		{said{status: 400}, nil},
		{said{status: 412}, objstore.ErrPrecondition},
		{said{status: 200}, objstore.ErrTemporary},
	} {
		_, err := at(t, c.said.answer).Head(t.Context(), "k")
		var e *objstore.Error
		if !errors.As(err, &e) || e.Kind != c.want || errors.Is(err, objstore.ErrNotFound) != (c.said.status == 404) {
			t.Errorf("head %d: %v, want kind %v", c.said.status, err, c.want)
		}
	}
}

func TestErrorsOfGet(t *testing.T) {
	body := map[string]string{"ETag": `"e"`, "Content-Length": "10"}
	s := at(t, func(w http.ResponseWriter, r *http.Request) {
		for k, v := range body {
			w.Header().Set(k, v)
		}
		io.WriteString(w, "01234") // half of it
	})
	o, err := s.Get(t.Context(), "k", objstore.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(o.Body); len(b) != 5 || !errors.Is(err, objstore.ErrTemporary) || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("short body: %q, %v", b, err)
	}
	body = map[string]string{"ETag": `"e"`, "X-Amz-Checksum-Crc64nvme": "AAAAAAAAAAA="}
	o, err = s.Get(t.Context(), "k", objstore.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(o.Body); !errors.Is(err, objstore.ErrChecksum) {
		t.Errorf("damaged body: %v", err)
	}
	if _, err := s.Get(t.Context(), "k", objstore.GetOptions{Offset: 3}); !errors.Is(err, objstore.ErrUnsupported) {
		t.Errorf("range that the server ignored: %v", err)
	}
}

func TestListOfSomethingElse(t *testing.T) {
	for _, body := range []string{"", "<html>log in first</html>", "<Error><Code>InternalError</Code></Error>"} {
		s := at(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, body) })
		var last error
		for _, last = range s.List(t.Context(), "") {
		}
		if last == nil {
			t.Errorf("%q was taken for an empty listing", body)
		}
	}
}

func TestDeleteSaysWhichKey(t *testing.T) {
	s := at(t, func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		io.WriteString(w, `<DeleteResult><Error><Key>table/gone</Key><Code>NoSuchKey</Code></Error>`+
			`<Error><Key>table/b</Key><Code>AccessDenied</Code><Message>no</Message></Error></DeleteResult>`)
	})
	err := s.Delete(t.Context(), "a", "b")
	var e *objstore.Error
	if !errors.As(err, &e) || e.Key != "b" || e.Kind != objstore.ErrAccessDenied {
		t.Errorf("%v", err)
	}
}

func TestNobodyThere(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	endpoint := "http://" + l.Addr().String()
	l.Close()
	s := at(t, nil, func(o *s3store.Options) { o.EndpointURL = endpoint })
	_, err = s.Put(t.Context(), "k", objstore.BytesBody(nil), objstore.PutOptions{Once: true})
	if !errors.Is(err, objstore.ErrTemporary) || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("put: %v", err)
	}
}

func TestNoCredentials(t *testing.T) {
	for k, v := range map[string]string{
		"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_CONTAINER_CREDENTIALS_FULL_URI": "", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "", "AWS_WEB_IDENTITY_TOKEN_FILE": "",
	} {
		t.Setenv(k, v)
	}
	asked := false
	s := at(t, func(http.ResponseWriter, *http.Request) { asked = true }, func(o *s3store.Options) { o.Credentials = nil })
	_, err := s.Get(t.Context(), "k", objstore.GetOptions{})
	if !errors.Is(err, objstore.ErrCredentials) || !strings.Contains(err.Error(), "AWS_PROFILE") || asked {
		t.Errorf("get: %v, asked %v", err, asked)
	}
	if _, err := s3store.New(t.Context(), "s3://b", s3store.Options{Profile: "none such"}); !errors.Is(err, objstore.ErrCredentials) {
		t.Errorf("unknown profile: %v", err)
	}
}

// TestNoSecrets looks for the canaries in everything that is said, at level debug.
func TestNoSecrets(t *testing.T) {
	var log bytes.Buffer
	var text strings.Builder
	for _, a := range []said{{status: 200}, {status: 403, code: "SignatureDoesNotMatch"}, {status: 500}, {status: 301}, {status: 404, code: "NoSuchUpload"}} {
		s := at(t, a.answer, func(o *s3store.Options) {
			o.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		})
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		for _, o := range []objstore.PutOptions{{Once: true}, {ForceMultipart: true, Resume: true}} {
			_, err := s.Put(ctx, "k", objstore.BytesBody([]byte("x")), o)
			fmt.Fprintf(&text, "%v %+v %#v\n", err, err, err)
		}
		_, err := s.Head(ctx, "k")
		fmt.Fprintf(&text, "%v %+v %#v\n", err, err, err)
		cancel()
	}
	if !strings.Contains(log.String(), "method=PUT") {
		t.Errorf("nothing was logged: %s", log.String())
	}
	for _, canary := range []string{canaryKey, canarySecret, canarySession, "X-Amz-Signature", "Signature="} {
		if strings.Contains(log.String()+text.String(), canary) {
			t.Errorf("%s was said:\n%s\n%s", canary, log.String(), text.String())
		}
	}
}

func TestURLs(t *testing.T) {
	for _, url := range []string{"", "s3:/b", "s3a://b", "s3://", "s3:///k", "s3://user:secret@b/k", "s3://b?x=1", "s3://b/a//b", "s3://b/../c", "/dir"} {
		if s, err := s3store.New(t.Context(), url, s3store.Options{}); err == nil {
			t.Errorf("%q was accepted as %s", url, s.URL())
		}
	}
	for url, want := range map[string]string{"s3://b": "s3://b", "s3://b/": "s3://b", "s3://b/a/b": "s3://b/a/b", "s3://b/a/b/": "s3://b/a/b"} {
		s, err := s3store.New(t.Context(), url, s3store.Options{})
		if err != nil || s.URL() != want {
			t.Errorf("%q: %v, want %s", url, err, want)
		}
	}
}
