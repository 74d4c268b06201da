package killtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// Total is what a table must hold.
type Total struct {
	Cents int64 // the sum of column amount
	Rows  int   // all with different values of column id
}

// Loop publishes batches in all modes to a table that does not exist, kills so many processes while they do, and runs each again. After
// every one the table holds what it must. env is added to the environment of the processes.
func Loop(t testing.TB, table string, env []string, kills int) Total {
	t.Helper()
	v := &victim{t: t, bin: filepath.Join(t.TempDir(), "tablectl"), table: table, env: env, dir: t.TempDir(), ledger: ledger{}, texts: map[int64]string{}}
	build := exec.Command("go", "build", "-o", v.bin, "github.com/tablectl/tablectl/cmd/tablectl")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	v.output("init", table, "--schema", "id bigint not null, day date, amount decimal(12, 2)", "--key", "id", "--partition-by", "day")
	start := time.Now()
	v.again(0, batchOf(0))
	usual := time.Since(start)
	killed := 0
	for i := 1; killed < kills; i++ {
		b := batchOf(i)
		if v.kill(b, time.Duration(r.Int64N(int64(usual)*5/4))) {
			killed++
		}
		v.again(i, b)
		if i%100 == 0 {
			v.everything()
		}
	}
	v.everything()
	t.Logf("%d processes killed, %d batches, %d rows, %s", killed, len(v.texts), len(v.ledger), cents(v.ledger.sum()))
	return Total{Cents: v.ledger.sum(), Rows: len(v.ledger)}
}

// victim is a binary, a table and the environment in which it runs.
type victim struct {
	t      testing.TB
	bin    string
	table  string
	env    []string
	dir    string
	ledger ledger
	texts  map[int64]string // what each version must hold
	runs   []string         // that were published once
}

func (v *victim) command(args ...string) *exec.Cmd {
	cmd := exec.Command(v.bin, args...)
	cmd.Env = append(os.Environ(), v.env...)
	return cmd
}

// publish is the command of a batch.
func (v *victim) publish(b batch) *exec.Cmd {
	args := []string{"publish", v.table}
	if b.csv != "" {
		input := filepath.Join(v.dir, "input.csv")
		if err := os.WriteFile(input, []byte(b.csv), 0o600); err != nil {
			v.t.Fatal(err)
		}
		args = append(args, input)
	}
	return v.command(append(append(args, "--run-id", b.run, "-o", "json"), b.flags...)...)
}

// kill starts a batch and kills it after a while. It says whether the process was still alive.
func (v *victim) kill(b batch, after time.Duration) bool {
	cmd := v.publish(b)
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

// again runs a batch that may have been killed, and demands that the table holds what it must.
func (v *victim) again(i int, b batch) {
	v.t.Helper()
	out := v.run(v.publish(b))
	var res struct {
		Version int64 `json:"version"`
		Rows    struct {
			Total int `json:"total"`
		} `json:"rows"`
	}
	if err := json.Unmarshal(out, &res); err != nil {
		v.t.Fatalf("batch %d: %v\n%s", i, err, out)
	}
	b.apply(v.ledger)
	if b.again {
		v.runs = slices.DeleteFunc(v.runs, func(run string) bool { return run == b.run })
	} else {
		v.runs = append(v.runs, b.run)
	}
	if res.Rows.Total != len(v.ledger) {
		v.t.Fatalf("batch %d, %q: version %d has %d rows, want %d", i, b.flags, res.Version, res.Rows.Total, len(v.ledger))
	}
	v.texts[res.Version] = v.ledger.text()
	v.holds(fmt.Sprintf("batch %d, %q", i, b.flags), v.texts[res.Version])
}

// holds compares a version, by default the current one, with what it must hold.
func (v *victim) holds(what, want string, args ...string) {
	v.t.Helper()
	lines := strings.Split(strings.TrimSpace(string(v.output(append([]string{"cat", v.table, "-o", "csv"}, args...)...))), "\n")[1:]
	for i, line := range lines {
		lines[i] = exact(line)
	}
	wanted := strings.Split(want, "\n")
	for _, line := range lines {
		if i := slices.Index(wanted, line); i >= 0 {
			wanted = slices.Delete(wanted, i, i+1)
		} else {
			v.t.Fatalf("%s: has %s, which it must not", what, line)
		}
	}
	if len(wanted) > 0 && want != "" {
		v.t.Fatalf("%s: lacks %q", what, wanted)
	}
}

// exact is a line of `cat` with all cents of its amount: 12.5 is 12.50.
func exact(line string) string {
	whole, part, _ := strings.Cut(line, ".")
	return whole + "." + (part + "00")[:2]
}

func (v *victim) output(args ...string) []byte {
	v.t.Helper()
	return v.run(v.command(args...))
}

func (v *victim) run(cmd *exec.Cmd) []byte {
	v.t.Helper()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		v.t.Fatalf("%q: %v\n%s", cmd.Args, err, stderr.Bytes())
	}
	return out
}

// everything demands that the history holds each run once, but for those that were run anew, and that the latest versions are whole.
func (v *victim) everything() {
	v.t.Helper()
	var log struct {
		Events []struct {
			Op  string `json:"op"`
			Run string `json:"run"`
		} `json:"events"`
	}
	if err := json.Unmarshal(v.output("log", v.table, "-o", "json"), &log); err != nil {
		v.t.Fatal(err)
	}
	times := map[string]int{}
	for _, e := range log.Events {
		if e.Op == "publish" {
			times[e.Run]++
		}
	}
	for _, run := range v.runs {
		if times[run] != 1 {
			v.t.Fatalf("%s was published %d times", run, times[run])
		}
	}
	versions := slices.Sorted(func(yield func(int64) bool) {
		for n := range v.texts {
			if !yield(n) {
				return
			}
		}
	})
	for _, n := range versions[max(0, len(versions)-20):] {
		v.holds(fmt.Sprintf("version %d", n), v.texts[n], "--version", fmt.Sprint(n))
	}
}
