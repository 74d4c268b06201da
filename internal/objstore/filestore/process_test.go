package filestore

import (
	"bufio"
	"bytes"
	"context"
	crand "crypto/rand"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tablectl/tablectl/internal/objstore"
)

// The test binary runs itself as other processes: with childVar set to a role, TestMain plays it instead of testing.
const (
	childVar = "FILESTORE_TEST_ROLE"
	dirVar   = "FILESTORE_TEST_DIR"
)

func TestMain(m *testing.M) {
	role, ok := os.LookupEnv(childVar)
	if !ok {
		os.Exit(m.Run())
	}
	s, err := New(os.Getenv(dirVar))
	if err == nil {
		err = roles()[role](context.Background(), s)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func roles() map[string]func(context.Context, *Store) error {
	return map[string]func(context.Context, *Store) error{"count": count, "write": writeForever, "fill": fillDisk}
}

func child(t *testing.T, role, dir string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe)
	cmd.Env = append(os.Environ(), childVar+"="+role, dirVar+"="+dir)
	cmd.Stderr = os.Stderr
	return cmd
}

const increments = 40

// count adds one to a number, increments times, each time by compare and swap.
func count(ctx context.Context, s *Store) error {
	for done := 0; done < increments; {
		b, info, err := objstore.ReadAll(ctx, s, "counter", 100)
		if err != nil {
			return err
		}
		n, err := strconv.Atoi(string(b))
		if err != nil {
			return err
		}
		_, err = s.Put(ctx, "counter", objstore.BytesBody([]byte(strconv.Itoa(n+1))), objstore.PutOptions{IfMatch: info.ETag})
		switch {
		case err == nil:
			done++
		case !errors.Is(err, objstore.ErrPrecondition):
			return err
		}
	}
	return nil
}

func TestProcessesLoseNoUpdate(t *testing.T) {
	const processes = 4
	s := open(t, t.TempDir())
	if _, err := s.Put(t.Context(), "counter", objstore.BytesBody([]byte("0")), objstore.PutOptions{IfNoneMatch: true}); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range processes {
		cmd := child(t, "count", s.URL())
		wg.Go(func() {
			if err := cmd.Run(); err != nil {
				t.Errorf("child: %v", err)
			}
		})
	}
	wg.Wait()
	b, _, err := objstore.ReadAll(t.Context(), s, "counter", 100)
	if want := strconv.Itoa(processes * increments); err != nil || string(b) != want {
		t.Errorf("counter is %s, %v, want %s", b, err, want)
	}
}

// writeForever overwrites one object and creates others, and says on standard output what it was told is done.
func writeForever(ctx context.Context, s *Store) error {
	for {
		id := crand.Text()
		body := objstore.BytesBody(bytes.Repeat([]byte(id), 1000+rand.IntN(10_000)))
		if _, err := s.Put(ctx, "version=1/"+id, body, objstore.PutOptions{IfNoneMatch: true}); err != nil {
			return err
		}
		fmt.Println(id, body.Size)
		if _, err := s.Put(ctx, "m", body, objstore.PutOptions{}); err != nil {
			return err
		}
	}
}

// TestKilled kills two writing processes at random moments, again and again. Whatever was acknowledged is there, whatever is there
// is whole, and the next writer is never locked out.
func TestKilled(t *testing.T) {
	s := open(t, t.TempDir())
	acknowledged := map[string]int64{}
	for range 30 {
		for id, size := range killed(t, s) {
			acknowledged[id] = size
		}
		if _, err := s.Put(t.Context(), "after", objstore.BytesBody([]byte("x")), objstore.PutOptions{}); err != nil {
			t.Fatalf("put after the kill: %v", err)
		}
	}
	if len(acknowledged) == 0 {
		t.Fatal("nothing was ever written")
	}
	there := map[string]bool{}
	for _, key := range keysIn(t, s) {
		there[key] = true
		checkWhole(t, s, key)
	}
	for id := range acknowledged {
		if !there["version=1/"+id] {
			t.Errorf("version=1/%s was acknowledged and is gone", id)
		}
	}
	t.Logf("%d writes acknowledged, %d objects", len(acknowledged), len(there))
}

// killed runs two writers, kills them after a random while, and returns what they said.
func killed(t *testing.T, s *Store) map[string]int64 {
	t.Helper()
	said := map[string]int64{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	started := make(chan struct{}, 2)
	var cmds []*exec.Cmd
	for range 2 {
		cmd := child(t, "write", s.URL())
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		cmds = append(cmds, cmd)
		wg.Go(func() {
			lines := bufio.NewScanner(out)
			for first := true; lines.Scan(); first = false {
				if first {
					started <- struct{}{}
				}
				id, size, _ := strings.Cut(lines.Text(), " ")
				n, err := strconv.ParseInt(size, 10, 64)
				if err != nil {
					continue // the line that the kill cut
				}
				mu.Lock()
				said[id] = n
				mu.Unlock()
			}
		})
	}
	<-started // so that the moment is random in the writing, not in the start of the process
	time.Sleep(rand.N(20 * time.Millisecond))
	for _, cmd := range cmds {
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
	}
	wg.Wait()
	for _, cmd := range cmds {
		cmd.Wait() // killed, as was wanted
	}
	return said
}

// checkWhole fails unless an object is one id, repeated.
func checkWhole(t *testing.T, s *Store, key string) {
	t.Helper()
	if key == "after" {
		return
	}
	o, err := s.Get(t.Context(), key, objstore.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Body.Close()
	b, err := io.ReadAll(o.Body)
	if err != nil || int64(len(b)) != o.Size {
		t.Fatalf("%s: %d bytes of %d, %v", key, len(b), o.Size, err)
	}
	id := b[:26]
	if !bytes.Equal(b, bytes.Repeat(id, len(b)/len(id))) || key != "m" && key != "version=1/"+string(id) {
		t.Errorf("%s is not whole", key)
	}
}
