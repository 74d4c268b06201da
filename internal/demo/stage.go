package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// stage is where the demonstration plays. The first step that fails ends it; later ones do nothing.
type stage struct {
	ctx    context.Context
	dir    string
	table  string
	bin    string
	env    []string
	failed error
}

func (s *stage) say(format string, args ...any) {
	if s.failed == nil {
		fmt.Printf("\n"+format+"\n", args...)
	}
}

func (s *stage) file(name string) string { return filepath.Join(s.dir, name) }

// build makes the program from the sources here.
func (s *stage) build() error {
	s.say("Building tablectl …")
	s.bin = s.file("tablectl")
	if runtime.GOOS == "windows" {
		s.bin += ".exe"
	}
	cmd := exec.CommandContext(s.ctx, "go", "build", "-o", s.bin, "./cmd/tablectl")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("build tablectl: %w", err)
	}
	return nil
}

// exec runs tablectl and shows the command. The output goes to standard output, or to out.
func (s *stage) exec(out io.Writer, suffix string, args ...string) int {
	if s.failed != nil {
		return 0
	}
	fmt.Printf("\n$ tablectl %s%s\n", typed(args), suffix)
	cmd := exec.CommandContext(s.ctx, s.bin, args...)
	cmd.Dir, cmd.Env = s.dir, append(os.Environ(), s.env...)
	cmd.Stdout, cmd.Stderr = out, os.Stdout
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		s.failed = fmt.Errorf("run tablectl: %w", err)
	}
	return cmd.ProcessState.ExitCode()
}

// run is a command that must succeed.
func (s *stage) run(args ...string) {
	s.check(0, s.exec(os.Stdout, "", args...), args)
}

// save is a command whose output becomes a file.
func (s *stage) save(name string, args ...string) {
	f, err := os.Create(s.file(name))
	if err != nil {
		s.failed = errors.Join(s.failed, err)
		return
	}
	s.check(0, s.exec(f, " > "+name, args...), args)
	if err := f.Close(); err != nil {
		s.failed = errors.Join(s.failed, err)
	}
}

// refused is a command that must end with this exit code.
func (s *stage) refused(code int, args ...string) {
	s.check(code, s.exec(os.Stdout, "", args...), args)
	s.say("(exit code %d)", code)
}

// query looks up how far it is from Los Angeles to New York, and what it says must be what is expected.
func (s *stage) query(miles string) {
	args := []string{"cat", s.table, "--columns", "date,origin,destination,distance", "--where", "origin = 'LAX' and destination = 'JFK'", "--limit", "3"}
	var out bytes.Buffer
	s.check(0, s.exec(io.MultiWriter(os.Stdout, &out), "", args...), args)
	rows, err := csv.NewReader(&out).ReadAll()
	if s.failed != nil {
		return
	}
	if err != nil || len(rows) != 4 {
		s.failed = fmt.Errorf("the query gave %d lines, 4 were expected (%v)", len(rows), err)
		return
	}
	for _, r := range rows[1:] {
		if r[3] != miles {
			s.failed = fmt.Errorf("the query says %s miles, %s were expected", r[3], miles)
		}
	}
}

func (s *stage) check(want, got int, args []string) {
	if s.failed == nil && got != want {
		s.failed = fmt.Errorf("tablectl %s ended with exit code %d, %d was expected", args[0], got, want)
	}
}

func (s *stage) remove(name string) {
	if err := os.RemoveAll(s.file(name)); err != nil {
		s.failed = errors.Join(s.failed, err)
	}
}

// bring copies the flights to where the demonstration plays.
func (s *stage) bring(name string) {
	b, err := os.ReadFile(filepath.Join("testdata", "flights", name))
	if err == nil {
		err = os.WriteFile(s.file(name), b, 0o644)
	}
	s.failed = errors.Join(s.failed, err)
}

// double writes the rows of the inputs to one file, with every distance doubled.
func (s *stage) double(to string, inputs ...string) {
	if s.failed != nil {
		return
	}
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	for i, name := range inputs {
		b, err := os.ReadFile(s.file(name))
		if err != nil {
			s.failed = err
			return
		}
		rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
		if err != nil {
			s.failed = err
			return
		}
		for j, r := range rows {
			if j == 0 && i > 0 {
				continue // one header is enough
			}
			if miles, err := strconv.Atoi(r[2]); err == nil {
				r[2] = strconv.Itoa(2 * miles)
			}
			w.Write(r) // into memory
		}
	}
	w.Flush()
	s.failed = os.WriteFile(s.file(to), out.Bytes(), 0o644)
}

// typed is how one would type the arguments.
func typed(args []string) string {
	words := make([]string, len(args))
	for i, a := range args {
		words[i] = a
		if strings.ContainsAny(a, " '<>") {
			words[i] = `"` + a + `"`
		}
	}
	return strings.Join(words, " ")
}
