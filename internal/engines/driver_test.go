//go:build engines

package engines

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// engineNames are the words of `tablectl sql --for` that have a driver.
var engineNames = []string{"duckdb", "python", "polars"}

// python is the interpreter of the pinned environment, which is made when it is missing.
var python = sync.OnceValues(func() (string, error) {
	cmd := exec.Command("sh", "./venv.sh")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	return strings.TrimSpace(string(out)), err
})

// row is a row by column, its values as plain() in driver.py and plain here make them.
type row map[string]any

// engine is a session of an engine in a process of its own.
type engine struct {
	t      *testing.T
	name   string
	in     io.Writer
	out    *bufio.Reader
	stderr *bytes.Buffer
}

// start begins a session, which ends with the test. env is added to the environment of the process.
func start(t *testing.T, name string, env ...string) *engine {
	t.Helper()
	return startScript(t, name, "driver.py", env...)
}

func startScript(t *testing.T, name, script string, env ...string) *engine {
	t.Helper()
	interpreter, err := python()
	if err != nil {
		t.Fatalf("make the Python environment: %v", err)
	}
	cmd := exec.Command(interpreter, script, name)
	cmd.Env = append(os.Environ(), append([]string{"PYTHONUTF8=1"}, env...)...)
	e := &engine{t: t, name: name, stderr: &bytes.Buffer{}}
	cmd.Stderr = e.stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close() // the driver ends at the end of its input
		if err := cmd.Wait(); err != nil {
			t.Errorf("%s driver: %v\n%s", name, err, e.stderr)
		}
	})
	e.in, e.out = in, bufio.NewReader(out)
	return e
}

// answer is what a driver says to a command.
type answer struct {
	Results [][]row `json:"results"`
	Files   int     `json:"files"`
	Error   string  `json:"error"`
}

func (e *engine) ask(op string, argument any) answer {
	e.t.Helper()
	command, err := json.Marshal(map[string]any{op: argument})
	if err != nil {
		e.t.Fatal(err)
	}
	var a answer
	e.exchange(command, &a)
	return a
}

// exchange sends a command and takes the answer.
func (e *engine) exchange(command []byte, a any) {
	e.t.Helper()
	if _, err := e.in.Write(append(command, '\n')); err != nil {
		e.t.Fatalf("%s driver: %v\n%s", e.name, err, e.stderr)
	}
	line, err := e.out.ReadBytes('\n')
	if err != nil {
		e.t.Fatalf("%s driver: %v\n%s", e.name, err, e.stderr)
	}
	if err := json.Unmarshal(line, a); err != nil {
		e.t.Fatalf("%s driver: %v", e.name, err)
	}
}

// run runs statements and gives the rows of every one that has some.
func (e *engine) run(statements string) [][]row {
	e.t.Helper()
	a := e.ask("run", statements)
	if a.Error != "" {
		e.t.Fatalf("%s: %s\n%s", e.name, a.Error, statements)
	}
	return a.Results
}

// files counts the files that a query reads: of DuckDB an SQL statement, of PyIceberg the arguments of a scan.
func (e *engine) files(query any) int {
	e.t.Helper()
	a := e.ask("files", query)
	if a.Error != "" {
		e.t.Fatalf("%s: %s\n%v", e.name, a.Error, query)
	}
	return a.Files
}
