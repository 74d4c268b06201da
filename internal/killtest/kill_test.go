// Package killtest kills the real binary at random moments, on a local directory and on a real S3 server, and runs the same command
// again: nothing may be lost, nothing may be there twice.
package killtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tablectl/tablectl/internal/testserver"
)

// kills is how many processes are killed on each store; TABLECTL_KILLS changes it.
const kills = 250

func howMany(t *testing.T) int {
	text := os.Getenv("TABLECTL_KILLS")
	if text == "" {
		return kills
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("TABLECTL_KILLS: %v", err)
	}
	return n
}

func TestKillOnDirectory(t *testing.T) {
	run(t, filepath.Join(t.TempDir(), "table"), nil)
}

func TestKillOnMinIO(t *testing.T) {
	s := testserver.MinIO(t)
	run(t, s.NewURL(), s.Env())
}

// victim is a binary, a table and the environment in which it runs.
type victim struct {
	t     *testing.T
	bin   string
	table string
	env   []string
	dir   string
}

func run(t *testing.T, table string, env []string) {
	v := &victim{t: t, bin: filepath.Join(t.TempDir(), "tablectl"), table: table, env: env, dir: t.TempDir()}
	build := exec.Command("go", "build", "-o", v.bin, "github.com/tablectl/tablectl/cmd/tablectl")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	usual := v.usual()
	killed := 0
	for i := 1; killed < howMany(t); i++ {
		if v.kill(i, time.Duration(rnd.Int64N(int64(usual)*5/4))) {
			killed++
		}
		v.mustPublish(i)
		if i%25 == 0 {
			v.current(i)
		}
		if i%100 == 0 {
			v.everything(i)
		}
	}
	t.Logf("%d processes killed", killed)
}

// usual is how long a publish takes here.
func (v *victim) usual() time.Duration {
	start := time.Now()
	v.mustPublish(0)
	return time.Since(start)
}

// publish is the command that loads batch i: ten rows whose amounts add up to 10 × i.
func (v *victim) publish(i int) *exec.Cmd {
	input := filepath.Join(v.dir, fmt.Sprintf("batch-%d.csv", i))
	var b strings.Builder
	b.WriteString("batch,amount\n")
	for range 10 {
		fmt.Fprintf(&b, "%d,%d\n", i, i)
	}
	if err := os.WriteFile(input, []byte(b.String()), 0o600); err != nil {
		v.t.Fatal(err)
	}
	return v.command("publish", v.table, input, "--run-id", fmt.Sprintf("batch-%d", i), "-o", "json")
}

func (v *victim) command(args ...string) *exec.Cmd {
	cmd := exec.Command(v.bin, args...)
	cmd.Env = append(os.Environ(), v.env...)
	return cmd
}

// kill starts the publish of batch i and kills it after a while. It says whether the process was still alive.
func (v *victim) kill(i int, after time.Duration) bool {
	cmd := v.publish(i)
	if err := cmd.Start(); err != nil {
		v.t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	select {
	case <-done:
		return false
	case <-time.After(after):
		_ = cmd.Process.Kill() // it may have ended in between; Wait tells
		return (<-done) != nil
	}
}

func (v *victim) output(args ...string) []byte {
	v.t.Helper()
	cmd := v.command(args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		v.t.Fatalf("tablectl %s: %v\n%s", strings.Join(args, " "), err, stderr.Bytes())
	}
	return out
}

func (v *victim) mustPublish(i int) {
	v.t.Helper()
	cmd := v.publish(i)
	if out, err := cmd.CombinedOutput(); err != nil {
		v.t.Fatalf("batch %d, again: %v\n%s", i, err, out)
	}
}

// current demands that the current version is batch i, whole.
func (v *victim) current(i int) {
	v.t.Helper()
	v.holds(strconv.Itoa(i), v.output("cat", v.table, "-o", "csv"))
}

func (v *victim) holds(batch string, csv []byte) {
	v.t.Helper()
	want := "batch,amount\n" + strings.Repeat(batch+","+batch+"\n", 10)
	if string(csv) != want {
		v.t.Fatalf("batch %s: got\n%s", batch, csv)
	}
}

// everything demands that the history holds each batch up to i exactly once, and that each version is whole.
func (v *victim) everything(i int) {
	v.t.Helper()
	var log struct {
		Events []struct {
			Op      string `json:"op"`
			Run     string `json:"run"`
			Version int64  `json:"version"`
		} `json:"events"`
	}
	if err := json.Unmarshal(v.output("log", v.table, "-o", "json"), &log); err != nil {
		v.t.Fatal(err)
	}
	version := map[string]int64{}
	for _, e := range log.Events {
		if e.Op != "publish" {
			continue
		}
		if old, twice := version[e.Run]; twice {
			v.t.Fatalf("run %s published as %d and %d", e.Run, old, e.Version)
		}
		version[e.Run] = e.Version
	}
	for n := 0; n <= i; n++ {
		id := version[fmt.Sprintf("batch-%d", n)]
		if id == 0 {
			v.t.Fatalf("batch %d is lost", n)
		}
		if n > i-20 {
			v.holds(strconv.Itoa(n), v.output("cat", v.table, "--version", strconv.FormatInt(id, 10), "-o", "csv"))
		}
	}
}
