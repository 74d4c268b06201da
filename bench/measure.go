package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// sample is one run of a process.
type sample struct {
	seconds float64
	rss     int64 // bytes at most in memory
}

// candidate is one of those that are compared.
type candidate struct {
	name string
	run  func() (sample, error)
}

// result is what came of a candidate.
type result struct {
	name    string
	samples []sample
}

// median of the seconds.
func (r result) median() float64 {
	s := make([]float64, len(r.samples))
	for i, x := range r.samples {
		s[i] = x.seconds
	}
	slices.Sort(s)
	if n := len(s); n%2 == 0 {
		return (s[n/2-1] + s[n/2]) / 2
	}
	return s[len(s)/2]
}

// peak is the largest of the memory peaks.
func (r result) peak() int64 {
	var p int64
	for _, x := range r.samples {
		p = max(p, x.rss)
	}
	return p
}

// interleave runs A B A B …, after one round that does not count.
func interleave(runs int, cs []candidate) ([]result, error) {
	out := make([]result, len(cs))
	for i := range runs + 1 {
		for j, c := range cs {
			s, err := c.run()
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.name, err)
			}
			fmt.Fprintf(os.Stderr, "  %-40s %7.2f s %6d MiB\n", c.name, s.seconds, s.rss>>20)
			out[j].name = c.name
			if i > 0 {
				out[j].samples = append(out[j].samples, s)
			}
		}
	}
	return out, nil
}

func command(ctx context.Context, name string, args ...string) *exec.Cmd {
	return exec.CommandContext(ctx, name, args...)
}

// measure runs a process. If its whole output is a number, that is the seconds of the work, which it measured itself.
func measure(cmd *exec.Cmd) (sample, error) {
	var out bytes.Buffer
	s, err := measureTo(cmd, &out)
	if own, err := strconv.ParseFloat(strings.TrimSpace(out.String()), 64); err == nil {
		s.seconds = own
	}
	return s, err
}

// measureTo runs a process as a whole, started by a small one: what a process is said to have needed at most begins with what the one
// that started it needs.
func measureTo(cmd *exec.Cmd, out *bytes.Buffer) (s sample, err error) {
	self, err := os.Executable()
	if err != nil {
		return s, err
	}
	r, w, err := os.Pipe()
	if err != nil {
		return s, err
	}
	defer r.Close()
	var failed bytes.Buffer
	words := cmd.Args
	cmd.Args, cmd.Path = append([]string{self, "role", measuredRole, cmd.Path}, words[1:]...), self
	cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = out, &failed, []*os.File{w}
	err = cmd.Run()
	w.Close() // the other end reads what is there
	if err != nil {
		return s, fmt.Errorf("%s: %w: %s", strings.Join(words, " "), err, failed.String())
	}
	_, err = fmt.Fscan(r, &s.seconds, &s.rss)
	return s, err
}

// measuredRole runs a command and writes to file 3 how many seconds it took and how many bytes it had in memory at most.
const measuredRole = "measured"

func measured(args []string) error {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	started := time.Now()
	err := cmd.Run()
	seconds, rss := time.Since(started).Seconds(), int64(0)
	if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		rss = u.Maxrss
		if runtime.GOOS == "linux" {
			rss <<= 10
		}
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(os.NewFile(3, "result"), seconds, rss)
	return err
}
