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

// measureTo runs a process as a whole.
func measureTo(cmd *exec.Cmd, out *bytes.Buffer) (sample, error) {
	var failed bytes.Buffer
	cmd.Stdout, cmd.Stderr = out, &failed
	started := time.Now()
	err := cmd.Run()
	s := sample{seconds: time.Since(started).Seconds()}
	if err != nil {
		return s, fmt.Errorf("%s: %w: %s", strings.Join(cmd.Args, " "), err, failed.String())
	}
	if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		s.rss = u.Maxrss
		if runtime.GOOS == "linux" {
			s.rss <<= 10
		}
	}
	return s, nil
}
