//go:build unix

package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// publishing is a publish that reads from a pipe that nobody closes.
type publishing struct {
	cmd   *exec.Cmd
	stdin io.WriteCloser
	err   *bufio.Reader
	seen  strings.Builder
}

func startPublishing(t *testing.T, table string) *publishing {
	t.Helper()
	cmd := exec.Command("tablectl", "publish", table, "-", "--format", "csv", "-m", "it's late")
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
	p := &publishing{cmd: cmd}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.err = bufio.NewReader(stderr)
	if p.stdin, err = cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); p.stdin.Close() }) // it may have ended long ago
	return p
}

// until reads standard error up to a line that holds text.
func (p *publishing) until(t *testing.T, text string) {
	t.Helper()
	for !strings.Contains(p.seen.String(), text) {
		line, err := p.err.ReadString('\n')
		p.seen.WriteString(line)
		if err != nil {
			t.Fatalf("ended (%v) before it said %q:\n%s", err, text, p.seen.String())
		}
	}
}

func (p *publishing) exit(t *testing.T) int {
	t.Helper()
	rest, err := io.ReadAll(p.err)
	if err != nil {
		t.Fatal(err)
	}
	p.seen.Write(rest)
	p.cmd.Wait() // its exit code is what counts
	return p.cmd.ProcessState.ExitCode()
}

func TestFirstSignalStopsCleanlyAndSaysHowToResume(t *testing.T) {
	for sig, want := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143} {
		table := filepath.Join(t.TempDir(), "table")
		p := startPublishing(t, table)
		p.until(t, "warning: standard input")
		p.cmd.Process.Signal(sig)
		p.until(t, "stopping")
		p.stdin.Close() // the input ends, as it does when a whole pipeline is interrupted
		if got := p.exit(t); got != want {
			t.Errorf("%v: exit code %d, want %d\n%s", sig, got, want, p.seen.String())
		}
		resume := regexp.MustCompile(`(?m)^hint: .*: tablectl publish \S+ - --format csv -m 'it'\\''s late' --run-id stdin-\S+$`)
		if !resume.MatchString(p.seen.String()) {
			t.Errorf("%v: no command that resumes:\n%s", sig, p.seen.String())
		}
		if _, err := os.Stat(filepath.Join(table, "_manifest.metadata.json")); err == nil {
			if out, err := exec.Command("tablectl", "cat", table).CombinedOutput(); err == nil {
				t.Errorf("%v: something was published: %s", sig, out)
			}
		}
	}
}

func TestSecondSignalStopsAtOnce(t *testing.T) {
	p := startPublishing(t, filepath.Join(t.TempDir(), "table"))
	p.until(t, "warning: standard input")
	p.cmd.Process.Signal(syscall.SIGINT)
	p.until(t, "stopping")
	p.cmd.Process.Signal(syscall.SIGINT)
	if got := p.exit(t); got != 130 {
		t.Errorf("exit code %d, want 130\n%s", got, p.seen.String())
	}
}
