package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/internal/objstore/probe"
	"github.com/tablectl/tablectl/table"
)

func TestSizes(t *testing.T) {
	for text, want := range map[string]int64{"512MiB": 512 << 20, "2GB": 2e9, "1024": 1024, "1.5 KiB": 1536} {
		var s size
		if err := s.Set(text); err != nil || int64(s) != want {
			t.Errorf("%q: %d, %v; want %d", text, s, err, want)
		}
	}
	for _, text := range []string{"", "-1", "lots", "5parsecs", "99999999EiB"} {
		if err := new(size).Set(text); err == nil {
			t.Errorf("%q was taken for a size", text)
		}
	}
}

func TestDurations(t *testing.T) {
	for text, want := range map[string]time.Duration{"90s": 90 * time.Second, "72h": 72 * time.Hour, "30d": 720 * time.Hour, "2w": 336 * time.Hour} {
		var d duration
		if err := d.Set(text); err != nil || time.Duration(d) != want {
			t.Errorf("%q: %v, %v; want %v", text, time.Duration(d), err, want)
		}
	}
	for _, text := range []string{"", "-5s", "soon", "d", "-3d"} {
		if err := new(duration).Set(text); err == nil {
			t.Errorf("%q was taken for a duration", text)
		}
	}
}

// Every exit code that is documented, each by an error as it comes from below.
func TestExitCodes(t *testing.T) {
	for _, c := range []struct {
		err  error
		exit int
		code string
	}{
		{errors.New("anything"), 1, "other"},
		{usage("wrong"), 2, "usage"},
		{table.ErrUsage, 2, "usage"},
		{&table.ValidationError{}, 3, "validation_failed"},
		{table.ErrInput, 3, "bad_input"},
		{table.ErrNoTable, 4, "no_table"},
		{table.ErrNoInput, 4, "no_input"},
		{table.ErrNoVersion, 4, "no_version"},
		{objstore.ErrNoBucket, 4, "no_bucket"},
		{objstore.ErrTemporary, 5, "temporary"},
		{table.ErrInputChanged, 5, "input_changed"},
		{table.ErrConflict, 6, "conflict"},
		{table.ErrFrozen, 6, "frozen"},
		{table.ErrFenced, 6, "fenced"},
		{table.ErrRolledBack, 6, "rolled_back"},
		{table.ErrRunReused, 7, "run_reused"},
		{table.ErrOutcomeUnknown, 8, "outcome_unknown"},
		{fmt.Errorf("%w (%w)", table.ErrOutcomeUnknown, objstore.ErrTemporary), 8, "outcome_unknown"},
		{table.ErrCorrupt, 9, "corrupt"},
		{fmt.Errorf("%w: %w", table.ErrCorrupt, objstore.ErrNotFound), 9, "corrupt"},
		{table.ErrStoreNotAtomic, 10, "store_not_atomic"},
		{objstore.ErrAccessDenied, 1, "access_denied"},
	} {
		v := classify(fmt.Errorf("publish: %w", c.err))
		if v.exit != c.exit || v.code != c.code {
			t.Errorf("%v: %d %s, want %d %s", c.err, v.exit, v.code, c.exit, c.code)
		}
	}
}

func TestConsoleKeepsSecrets(t *testing.T) {
	env := func(name string) (string, bool) {
		if name == "AWS_SECRET_ACCESS_KEY" {
			return "canary-canary", true
		}
		return "", false
	}
	var out bytes.Buffer
	newConsole(&out, env).note("%s", `get http://user:canary@host/x?X-Amz-Signature=canary&a=1: canary-canary was wrong`)
	if got := out.String(); strings.Contains(got, "canary") || !strings.Contains(got, "://***@host/x") || !strings.Contains(got, "&a=1") {
		t.Errorf("printed %s", got)
	}
}

func TestProgressIsALineNowAndThen(t *testing.T) {
	var out bytes.Buffer
	now := time.Unix(0, 0)
	m := &meter{console: newConsole(&out, func(string) (string, bool) { return "", false }), now: func() time.Time { return now }, last: now}
	for range 110 { // eleven seconds
		now = now.Add(100 * time.Millisecond)
		m.update(table.Progress{Phase: "write", Rows: 1000, Bytes: 1 << 20, Total: 4 << 20, Files: 1})
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2 {
		t.Fatalf("%d lines in eleven seconds: %q", len(lines), lines)
	}
	if !strings.HasPrefix(lines[0], "write, 1.0 MiB of 4.0 MiB, 1,000 rows, 1 file, ") || !strings.HasSuffix(lines[0], " left") {
		t.Errorf("progress says %q", lines[0])
	}
}

func TestCommandLineCanBeTypedAgain(t *testing.T) {
	got := commandLine([]string{"publish", "s3://b/t", "a b.csv", "-m", "it's", ""})
	if want := `tablectl publish s3://b/t 'a b.csv' -m 'it'\''s' ''`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestDiagnosis(t *testing.T) {
	good := probe.Check{Name: "clock", Passed: true}
	for _, c := range []struct {
		failed string
		exit   int
	}{{"list", 1}, {"If-Match, racing", 10}, {"ETags", 10}} {
		err := diagnosis([]probe.Check{good, {Name: c.failed}})
		if err == nil || classify(err).exit != c.exit || !strings.Contains(err.Error(), c.failed) {
			t.Errorf("%s: %v, want exit code %d", c.failed, err, c.exit)
		}
	}
	if err := diagnosis([]probe.Check{good}); err != nil {
		t.Error(err)
	}
}

func TestProgressIsABarOnATerminal(t *testing.T) {
	var out bytes.Buffer
	c := newConsole(&out, func(string) (string, bool) { return "", false })
	c.terminal, c.width = true, 50
	now := time.Unix(0, 0)
	m := &meter{console: c, now: func() time.Time { return now }, last: now}
	now = now.Add(time.Second)
	m.update(table.Progress{Phase: "read", Rows: 1000, Bytes: 1 << 20, Total: 4 << 20})
	bar := "[#####...............] read, 1.0 MiB of 4.0 MiB, 1,000 rows"[:49]
	if out.String() != bar {
		t.Fatalf("drew %q, want %q", out.String(), bar)
	}
	out.Reset()
	c.note("a note")
	if want := "\r\x1b[Ka note\n" + bar; out.String() != want {
		t.Errorf("a note among the progress: %q, want %q", out.String(), want)
	}
	out.Reset()
	c.clear()
	if out.String() != "\r\x1b[K" {
		t.Errorf("cleared with %q", out.String())
	}
}

// TestMemoryLimit: --memory is also the collector's, unless the environment says what that is.
func TestMemoryLimit(t *testing.T) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(-1))
	for _, c := range []struct {
		goLimit string
		want    int64
	}{{"", 200<<20 - ownMemory}, {"300MiB", 300 << 20}} {
		env := func(name string) (string, bool) {
			if name != "GOMEMLIMIT" {
				return "", false
			}
			return c.goLimit, c.goLimit != ""
		}
		debug.SetMemoryLimit(300 << 20)
		a := newApp([]string{"version", "--memory", "200MiB"}, strings.NewReader(""), io.Discard, io.Discard, env)
		if err := a.root().Execute(); err != nil {
			t.Fatal(err)
		}
		if got := debug.SetMemoryLimit(-1); got != c.want {
			t.Errorf("GOMEMLIMIT=%s: %d, want %d", c.goLimit, got, c.want)
		}
	}
}

func TestRollbackAgainNamesTheVersion(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"rollback previous --to previous -q", "rollback previous --to 7 -q"},
		{"rollback t --to=previous", "rollback t --to=7"},
		{"rollback t", "rollback t --to 7"},
	} {
		if got := strings.Join(withVersion(strings.Fields(c.line), "previous", 7), " "); got != c.want {
			t.Errorf("%s: %s, want %s", c.line, got, c.want)
		}
	}
}
