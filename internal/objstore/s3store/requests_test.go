package s3store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/internal/objstore/faultstore"
	"github.com/tablectl/tablectl/internal/objstore/s3store"
	"github.com/tablectl/tablectl/internal/testserver"
)

// counted is a store whose requests are counted by method and meet faults.
func counted(t *testing.T, server *testserver.Server, plan faultstore.Plan) (*s3store.Store, *faultstore.Transport) {
	t.Helper()
	var tr *faultstore.Transport
	s := server.Open(t, smallParts, func(o *s3store.Options) {
		o.Transport = func(next http.RoundTripper) http.RoundTripper {
			tr = faultstore.NewTransport(next, faultstore.Options{Plan: plan})
			return tr
		}
	})
	return s, tr
}

func methods(tr *faultstore.Transport, from int) string {
	var out []string
	for _, e := range tr.Trace()[from:] {
		out = append(out, e.Op)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// TestOnce answers a conditional put with every fault: one request, whatever comes back.
func TestOnce(t *testing.T) {
	testserver.Each(t, func(t *testing.T, server *testserver.Server) {
		for _, k := range faultstore.Kinds() {
			s, tr := counted(t, server, faultstore.At(1, faultstore.Fault{Do: k}))
			_, err := s.Put(t.Context(), "k", objstore.BytesBody([]byte("x")), objstore.PutOptions{Once: true, IfNoneMatch: true})
			if n := tr.Count(); n != 1 || err == nil && k != faultstore.TwiceFirst {
				t.Errorf("%v: %d requests, %v", k, n, err)
			}
		}
	})
}

// TestReadsAreRetried meets faults that pass.
func TestReadsAreRetried(t *testing.T) {
	for _, k := range []faultstore.Kind{faultstore.Answer500, faultstore.Answer503, faultstore.AnswerReset, faultstore.AnswerTimeout, faultstore.Refused} {
		s, tr := counted(t, testserver.MinIO(t), faultstore.At(2, faultstore.Fault{Do: k}))
		if _, err := s.Put(t.Context(), "k", objstore.BytesBody([]byte("x")), objstore.PutOptions{}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Head(t.Context(), "k"); err != nil || tr.Count() != 3 {
			t.Errorf("%v: %v after %d requests", k, err, tr.Count())
		}
	}
}

// TestResumeSendsWhatIsMissing kills the client after some parts, and lets another one finish.
func TestResumeSendsWhatIsMissing(t *testing.T) {
	const parts = 6
	content := bytes.Repeat([]byte("0123456789abcdef"), parts*5<<20/16)
	testserver.Each(t, func(t *testing.T, server *testserver.Server) {
		url := server.NewURL()
		open := func(plan faultstore.Plan) (*s3store.Store, *faultstore.Transport) {
			var tr *faultstore.Transport
			o := server.Options()
			smallParts(&o)
			o.Concurrency = 1
			o.Transport = func(next http.RoundTripper) http.RoundTripper {
				tr = faultstore.NewTransport(next, faultstore.Options{Plan: plan})
				return tr
			}
			s, err := s3store.New(t.Context(), url, o)
			if err != nil {
				t.Fatal(err)
			}
			return s, tr
		}
		o := objstore.PutOptions{IfNoneMatch: true, Resume: true}
		s, tr := open(faultstore.At(6, faultstore.Fault{Do: faultstore.KillAfter})) // list, create, 4 parts
		if _, err := s.Put(t.Context(), "big", objstore.BytesBody(content), o); !errors.Is(err, faultstore.ErrKilled) {
			t.Fatal(err)
		}
		if got := methods(tr, 0); !strings.HasPrefix(got, "get post put put put put") {
			t.Fatalf("first attempt: %s", got)
		}
		s, tr = open(nil)
		if _, err := s.Put(t.Context(), "big", objstore.BytesBody(content), o); err != nil {
			t.Fatal(err)
		}
		if got := methods(tr, 0); got != "get get post put put" { // list uploads, list parts, complete, 2 parts
			t.Errorf("second attempt: %s", got)
		}
		if b, _, err := objstore.ReadAll(t.Context(), s, "big", 1<<30); err != nil || !bytes.Equal(b, content) {
			t.Errorf("%d bytes, %v", len(b), err)
		}
		from := tr.Count()
		if _, err := objstore.PutImmutable(t.Context(), s, "big", objstore.BytesBody(content), o); err != nil {
			t.Errorf("again: %v", err)
		}
		if strings.Contains(methods(tr, from), "delete") {
			t.Error("something was deleted or aborted")
		}
	})
}

// TestConflictBeginsAnewUpload answers 409 when an upload is completed: S3 wants a new one then.
func TestConflictBeginsANewUpload(t *testing.T) {
	for _, k := range []faultstore.Kind{faultstore.Answer409, faultstore.LostReset, faultstore.LostErrorBody, faultstore.AnswerErrorBody, faultstore.Late} {
		testserver.Each(t, func(t *testing.T, server *testserver.Server) {
			s, tr := counted(t, server, func(r faultstore.Request) faultstore.Fault {
				if r.N == 3 { // create, part, complete
					return faultstore.Fault{Do: k}
				}
				return faultstore.Fault{}
			})
			body := objstore.BytesBody([]byte("content"))
			if _, err := objstore.PutImmutable(t.Context(), s, "k", body, objstore.PutOptions{ForceMultipart: true}); err != nil {
				t.Errorf("%v: %v", k, err)
			}
			tr.Deliver()
			b, _, err := objstore.ReadAll(t.Context(), s, "k", 100)
			if err != nil || string(b) != "content" {
				t.Errorf("%v: %q, %v", k, b, err)
			}
			if creates := strings.Count(methods(tr, 0), "post"); k == faultstore.Answer409 && creates != 4 {
				t.Errorf("%v: %s, want two uploads created and completed", k, methods(tr, 0))
			}
		})
	}
}

// TestPages lists, and deletes, more than one request can.
func TestPages(t *testing.T) {
	const n = 1003
	testserver.Each(t, func(t *testing.T, server *testserver.Server) {
		s := server.Open(t)
		var want []string
		var wg sync.WaitGroup
		slots := make(chan struct{}, 8)
		for i := range n {
			key := fmt.Sprintf("d%02d/k%04d", i%7, i)
			want = append(want, key)
			slots <- struct{}{}
			wg.Go(func() {
				defer func() { <-slots }()
				if _, err := s.Put(t.Context(), key, objstore.BytesBody(nil), objstore.PutOptions{}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		slices.Sort(want)
		list := func() (got []string) {
			for info, err := range s.List(t.Context(), "d") {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, info.Key)
			}
			return got
		}
		if got := list(); !slices.Equal(got, want) {
			t.Errorf("%d keys listed, want %d", len(got), len(want))
		}
		if err := s.Delete(t.Context(), want...); err != nil {
			t.Fatal(err)
		}
		if got := list(); len(got) != 0 {
			t.Errorf("%d keys left", len(got))
		}
	})
}

// endless is a body of any size that costs no memory: zeros.
type endless struct{}

func (endless) ReadAt(p []byte, _ int64) (int, error) {
	clear(p)
	return len(p), nil
}

// TestMemoryIsBounded uploads four times as much as the heap may hold.
func TestMemoryIsBounded(t *testing.T) {
	const size = 256 << 20
	var mu sync.Mutex
	var peak uint64
	sink := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		if err != nil {
			t.Error(err)
		}
		if r.Method == http.MethodPut {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			mu.Lock()
			peak = max(peak, m.HeapInuse)
			mu.Unlock()
			w.Header().Set("ETag", fmt.Sprintf("%q", fmt.Sprint(n)))
			return
		}
		if r.URL.Query().Has("uploads") {
			io.WriteString(w, "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>")
			return
		}
		io.WriteString(w, `<CompleteMultipartUploadResult><ETag>"done"</ETag></CompleteMultipartUploadResult>`)
	}))
	defer sink.Close()
	s := at(t, nil, func(o *s3store.Options) { o.EndpointURL, o.Concurrency = sink.URL, 4 })
	sum := uint64(1) // not compared by this server
	body := objstore.Body{ReaderAt: endless{}, Size: size, CRC64NVME: &sum}
	runtime.GC() // what other tests have left is not what the upload needs
	if _, err := s.Put(context.Background(), "k", body, objstore.PutOptions{}); err != nil {
		t.Fatal(err)
	}
	t.Logf("heap in use at most %d MiB", peak>>20)
	if peak > 64<<20 {
		t.Errorf("heap in use at most %d MiB for an upload of %d MiB", peak>>20, size>>20)
	}
}
