package main

import (
	"context"
	"crypto/rand"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/table"
)

// publishFlags are those of publish, beside the definition.
type publishFlags struct {
	definition
	input         inputFlags
	mode          choice
	partitions    []string
	expectParts   int
	allowMissing  []string
	runID         string
	named         func() bool
	rerun         bool
	expectVersion int64
	expects       func() bool
	message       string
	validate      choice
	dryRun        bool
}

func (a *app) publish() *cobra.Command {
	f := &publishFlags{validate: choice{"full", []string{"full", "footer"}}, mode: choice{string(table.Replace), modeWords()}}
	cmd := a.verb("publish TABLE INPUT…", "Write, validate and make current a new version", cobra.MinimumNArgs(2), textOrJSON(),
		func(ctx context.Context, args []string) error { return a.runPublish(ctx, f, args[0], args[1:]) })
	cmd.Long = `Publish writes a new version with the rows of the inputs, reads it back, validates it, and makes it current in one write. Readers see
the old version or the new one, nothing between. The same command again does nothing if it was done, and continues if it was not.

INPUT is a file, a directory, a glob, s3://bucket/prefix, or - for standard input: CSV, NDJSON, Parquet or Arrow IPC, by extension
(.gz and .zst too) or --format. The first publish creates the table: with --schema, or with what the input holds.`
	cmd.Example = `  tablectl publish s3://bucket/flights flights-2001-*.csv
  tablectl publish s3://bucket/flights flights.parquet --partition-by origin --run-id nightly-2001-04-15`
	p := cmd.Flags()
	f.definition.register(p)
	f.input.register(p)
	p.Var(&f.mode, "mode", "what becomes of the rows that are there")
	p.StringArrayVar(&f.partitions, "partitions", nil, "with replace-partitions: what is replaced, like day=2026-04-15 or day=2026-04-01..2026-04-30; repeatable (default: the partitions of the input)")
	p.IntVar(&f.expectParts, "expect-partitions", 0, "with replace-partitions: refuse if more partitions than that are replaced")
	p.StringSliceVar(&f.allowMissing, "allow-missing", nil, "columns that the input may lack: null there")
	p.StringVar(&f.runID, "run-id", "", "name of this batch (default: a digest of inputs and options)")
	p.BoolVar(&f.rerun, "rerun", false, "publish although this run was published or rolled back before")
	p.Int64Var(&f.expectVersion, "expect-version", 0, "refuse unless this version is current; 0: unless nothing is published")
	p.StringVarP(&f.message, "message", "m", "", "for the log")
	p.Var(&f.validate, "validate", "how much is read back before the version becomes current")
	p.BoolVar(&f.dryRun, "dry-run", false, "only say what would be done")
	f.expects = func() bool { return p.Changed("expect-version") }
	f.named = func() bool { return p.Changed("run-id") }
	return cmd
}

func (a *app) runPublish(ctx context.Context, f *publishFlags, url string, inputs []string) error {
	if f.runID == "" && f.named() {
		return usage("--run-id is empty: leave it out, or give the batch a name")
	}
	d, err := f.definition.resolve()
	if err != nil {
		return err
	}
	src, err := f.input.options(a.stdin)
	if err != nil {
		return err
	}
	resume := a.args
	if slices.Contains(inputs, "-") && f.runID == "" {
		f.runID = "stdin-" + time.Now().UTC().Format("20060102T150405Z") + "-" + rand.Text()[:8]
		resume = append(slices.Clone(a.args), "--run-id", f.runID)
		a.console.note("warning: standard input has no name of its own, so a repeat cannot be recognised; this is run %s (--run-id names it)", f.runID)
	}
	t, err := a.open(ctx, url, a.progress())
	if err != nil {
		return err
	}
	o := table.PublishOptions{
		Inputs: inputs, Mode: table.Mode(f.mode.value), Source: src, Definition: d, RunID: f.runID, Rerun: f.rerun, Message: f.message,
		Validate: f.validate.value, DryRun: f.dryRun, Partitions: f.partitions, AllowMissing: f.allowMissing,
	}
	if f.expectParts > 0 {
		o.ExpectPartitions = &f.expectParts
	}
	if f.expects() {
		o.ExpectVersion = new(manifest.Version(f.expectVersion))
	}
	res, err := t.Publish(ctx, o)
	if err != nil {
		return &resumable{resume: commandLine(resume), err: err}
	}
	a.notes(res.Notes)
	return a.printResult(res)
}

func modeWords() []string {
	var words []string
	for _, m := range table.Modes() {
		words = append(words, string(m))
	}
	return words
}
