package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/internal/objstore/urlstore"
	"github.com/tablectl/tablectl/table"
)

// app is one run of the command line.
type app struct {
	args    []string
	stdin   io.Reader
	stdout  io.Writer
	console *console
	env     lookup
	log     *slog.Logger
	flags   globals
	table   string // the table's name as it was given, for hints
	started bool   // the command line was understood
}

// lookup is os.LookupEnv.
type lookup func(name string) (string, bool)

// globals are the flags that every command takes.
type globals struct {
	output      string
	quiet       bool
	logLevel    choice
	logFormat   choice
	endpointURL string
	region      string
	profile     string
	pathStyle   maybe
	sse         choice
	sseKMSKeyID string
	concurrency int
	memory      size
	spoolDir    string
	deadline    duration
}

func newApp(args []string, stdin io.Reader, stdout, stderr io.Writer, env lookup) *app {
	return &app{
		args: args, stdin: stdin, stdout: stdout, console: newConsole(stderr, env), env: env,
		log: slog.New(slog.DiscardHandler),
		flags: globals{
			logLevel:  choice{"warn", []string{"debug", "info", "warn", "error"}},
			logFormat: choice{"text", []string{"text", "json"}},
			sse:       choice{"", []string{"AES256", "aws:kms", "aws:kms:dsse"}},
			memory:    table.DefaultMemory,
			deadline:  duration(table.DefaultDeadline),
		},
	}
}

// command is what a verb does once its flags are known.
type command func(ctx context.Context, args []string) error

// verb makes a command of a verb. Outputs are what -o takes, the first one being the default.
func (a *app) verb(use, short string, nargs cobra.PositionalArgs, outputs []string, run command) *cobra.Command {
	cmd := &cobra.Command{Use: use, Short: short, DisableFlagsInUseLine: true}
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if err := nargs(cmd, args); err != nil {
			return fmt.Errorf("%w: tablectl %s", err, use)
		}
		return nil
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := a.fill(cmd); err != nil {
			return err
		}
		if err := a.chooseOutput(outputs); err != nil {
			return err
		}
		if a.flags.concurrency < 0 {
			return fmt.Errorf("--concurrency: %d is less than nothing; 0 is by the number of cores", a.flags.concurrency)
		}
		a.startLog()
		a.limitMemory()
		a.started = true
		return run(cmd.Context(), args)
	}
	return cmd
}

// chooseOutput checks -o. "text" stands for what a person wants, whatever a command calls it.
func (a *app) chooseOutput(outputs []string) error {
	if a.flags.output == "" || a.flags.output == "text" {
		a.flags.output = outputs[0]
		return nil
	}
	for _, o := range outputs {
		if o == a.flags.output {
			return nil
		}
	}
	return fmt.Errorf("--output: %q is none of text, %s", a.flags.output, strings.Join(outputs[1:], ", "))
}

// json says whether errors and results are JSON documents. Where the command line could not be understood, what it seems to ask
// for counts.
func (a *app) json() bool {
	if a.started {
		return a.flags.output == "json"
	}
	fromEnv, _ := a.env("TABLECTL_OUTPUT")
	line := strings.Join(a.args, " ") + " "
	return fromEnv == "json" || strings.Contains(line, "-o json ") || strings.Contains(line, "-ojson ") ||
		strings.Contains(line, "--output json ") || strings.Contains(line, "--output=json ")
}

// ownMemory is about what the program takes before it has anything to do: its code, and what the runtime does not count.
const ownMemory = 24 << 20

// garbage is how much memory that is not in use any more may lie about, in percent of what is in use.
const garbage = 40

// limitMemory has the garbage collector work harder, and yet harder when the process comes near to --memory. What is in use is bounded
// elsewhere; this is about what is not in use any more. Whoever sets GOGC or GOMEMLIMIT has said it already.
func (a *app) limitMemory() {
	if _, set := a.env("GOGC"); !set {
		debug.SetGCPercent(garbage)
	}
	if _, set := a.env("GOMEMLIMIT"); !set && a.flags.memory >= table.MinMemory {
		debug.SetMemoryLimit(int64(a.flags.memory) - ownMemory)
	}
}

// startLog makes the logger that --log-level and --log-format ask for.
func (a *app) startLog() {
	var level slog.Level
	_ = level.UnmarshalText([]byte(a.flags.logLevel.value)) // one of four words, all known
	o := &slog.HandlerOptions{Level: level}
	if a.flags.logFormat.value == "json" {
		a.log = slog.New(slog.NewJSONHandler(a.console, o))
		return
	}
	a.log = slog.New(slog.NewTextHandler(a.console, o))
}

// open names the table of a command. No request is sent.
func (a *app) open(ctx context.Context, url string, progress func(table.Progress)) (*table.Table, error) {
	a.table = url
	f := &a.flags
	t, err := table.Open(ctx, url, table.Options{
		Stores:      a.stores(),
		Logger:      a.log,
		Memory:      int64(f.memory),
		SpoolDir:    f.spoolDir,
		Concurrency: f.concurrency,
		Deadline:    time.Duration(f.deadline),
		Writer:      "tablectl " + versionOf().Version,
		Progress:    progress,
	})
	if err != nil && !errors.Is(err, objstore.ErrCredentials) { // nothing was asked yet: the command line is wrong
		err = usage("%w", err)
	}
	return t, err
}

func (a *app) stores() urlstore.Options {
	f := &a.flags
	var o urlstore.Options
	o.S3.EndpointURL, o.S3.Region, o.S3.Profile, o.S3.PathStyle = f.endpointURL, f.region, f.profile, f.pathStyle.value
	o.S3.SSE, o.S3.SSEKMSKeyID = f.sse.value, f.sseKMSKeyID
	o.S3.Concurrency, o.S3.Logger = f.concurrency, a.log
	return o
}

// textOrJSON is what -o takes in most commands.
func textOrJSON() []string { return []string{"text", "json"} }
