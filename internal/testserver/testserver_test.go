package testserver

import (
	"bufio"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tablectl/tablectl/internal/objstore"
)

// roleVar makes the test binary a process that starts a server and waits to be killed.
const roleVar = "TESTSERVER_TEST_ROLE"

func TestMain(m *testing.M) {
	name, ok := os.LookupEnv(roleVar)
	if !ok {
		os.Exit(m.Run())
	}
	s, err := start(name)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(s.Endpoint)
	select {}
}

func TestServers(t *testing.T) {
	Each(t, func(t *testing.T, s *Server) {
		if again := map[string]func(testing.TB) *Server{"minio": MinIO, "versitygw": VersityGW}[s.Name](t); again != s {
			t.Error("started twice")
		}
		one, two := s.Open(t), s.Open(t)
		if _, err := one.Put(t.Context(), "k", objstore.BytesBody(nil), objstore.PutOptions{}); err != nil {
			t.Fatal(err)
		}
		for range two.List(t.Context(), "") {
			t.Error("two stores share a prefix")
		}
		if env := strings.Join(s.Env(), "\n"); !strings.Contains(env, s.Endpoint) || !strings.Contains(env, s.SecretKey) {
			t.Error("environment is incomplete")
		}
	})
}

// TestServerDiesWithItsProcess kills a process that started a server: the server and its directory must go.
func TestServerDiesWithItsProcess(t *testing.T) {
	for name := range packages() {
		t.Run(name, func(t *testing.T) { testDies(t, name) })
	}
}

func testDies(t *testing.T, name string) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	tmp := t.TempDir()
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), roleVar+"="+name, "TMPDIR="+tmp)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	endpoint, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	endpoint = strings.TrimSpace(endpoint)
	if _, err := url.Parse(endpoint); err != nil || !reachable(endpoint) {
		t.Fatalf("no server at %q: %v", endpoint, err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait() // killed, as was wanted
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		left, err := filepath.Glob(filepath.Join(tmp, "tablectl-*"))
		if err != nil {
			t.Fatal(err)
		}
		if len(left) == 0 && !reachable(endpoint) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("still there: %q, reachable %v", left, reachable(endpoint))
		}
	}
}

func TestStartFails(t *testing.T) {
	dir := t.TempDir()
	p, err := run(line{args: []string{filepath.Join(dir, "no-such-server")}, data: filepath.Join(dir, "data")}, dir)
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Name: "none", Endpoint: "http://127.0.0.1:1"}
	if err := s.waitForBucket(p); err == nil || !strings.Contains(err.Error(), "no-such-server") {
		t.Errorf("error %v does not hold what the server said", err)
	}
	if err := p.stop(); err != nil {
		t.Error(err)
	}
}

// TestBinaryFromDirectory takes what it finds and builds nothing.
func TestBinaryFromDirectory(t *testing.T) {
	dir := t.TempDir()
	t.Setenv(DirVar, dir)
	want := filepath.Join(dir, "minio")
	if err := os.WriteFile(want, nil, 0o755); err != nil {
		t.Fatal(err)
	}
	if got, err := Binary("minio"); err != nil || got != want {
		t.Errorf("%q, %v, want %q", got, err, want)
	}
}
