package main

import (
	"context"
	"crypto/rand"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/table"
)

// publishFlags are those of publish and of plan.
type publishFlags struct {
	definition
	input         inputFlags
	mode          choice
	partitions    []string
	expectParts   int
	upsert        table.UpsertOptions
	whenMatched   choice
	where         string
	schemaMode    choice
	allowMissing  []string
	runID         string
	rerun         bool
	expectVersion int64
	message       string
	validate      choice
	set           func(name string) bool
}

func newPublishFlags(p *pflag.FlagSet) *publishFlags {
	f := &publishFlags{validate: choice{"full", []string{"full", "footer"}}, mode: choice{string(table.Replace), modeWords()}, set: p.Changed,
		whenMatched: choice{"update", []string{"update", "ignore", "error"}},
		schemaMode:  choice{table.SchemaStrict, []string{table.SchemaStrict, table.SchemaEvolve}}}
	f.definition.register(p)
	f.input.register(p)
	p.Var(&f.mode, "mode", "what becomes of the rows that are there")
	p.StringArrayVar(&f.partitions, "partitions", nil, "with replace-partitions: what is replaced, like day=2026-04-15 or day=2026-04-01..2026-04-30; repeatable (default: the partitions of the input)")
	p.IntVar(&f.expectParts, "expect-partitions", 0, "with replace-partitions: refuse if more partitions than that are replaced")
	p.Var(&f.whenMatched, "when-matched", "with upsert: what is done with a row whose key is in the input")
	p.StringSliceVar(&f.upsert.UpdateColumns, "update-columns", nil, "with upsert: the columns that a matched row gets from the input (default: all)")
	p.StringVar(&f.upsert.DeleteWhen, "delete-when", "", "with upsert: boolean column of the input; where it is true, the row with that key goes")
	p.StringVar(&f.upsert.OrderBy, "order-by", "", "with upsert: column of the input by which the last of several rows with one key wins (default: such rows are refused)")
	p.StringVar(&f.where, "where", "", "with delete, instead of inputs: the rows for which this condition is true go")
	p.Var(&f.schemaMode, "schema-mode", "inputs with other columns: refuse them (strict), or add new columns and widen types (evolve)")
	p.StringSliceVar(&f.allowMissing, "allow-missing", nil, "columns that the input may lack: null there")
	p.StringVar(&f.runID, "run-id", "", "name of this batch (default: a digest of inputs and options)")
	p.BoolVar(&f.rerun, "rerun", false, "publish although this run was published or rolled back before; an append replaces what the run added")
	p.Int64Var(&f.expectVersion, "expect-version", 0, "refuse unless this version is current; 0: unless nothing is published")
	p.StringVarP(&f.message, "message", "m", "", "for the log")
	p.Var(&f.validate, "validate", "how much is read back before the version becomes current")
	return f
}

// options is the publish that the flags describe.
func (f *publishFlags) options(a *app, inputs []string) (table.PublishOptions, error) {
	if f.runID == "" && f.set("run-id") {
		return table.PublishOptions{}, usage("--run-id is empty: leave it out, or give the batch a name")
	}
	d, err := f.definition.resolve()
	if err != nil {
		return table.PublishOptions{}, err
	}
	src, err := f.input.options(a.stdin)
	if err != nil {
		return table.PublishOptions{}, err
	}
	o := table.PublishOptions{
		Inputs: inputs, Mode: table.Mode(f.mode.value), Source: src, Definition: d, RunID: f.runID, Rerun: f.rerun, Message: f.message,
		Validate: f.validate.value, Partitions: f.partitions, AllowMissing: f.allowMissing, SchemaMode: f.schemaMode.value,
	}
	o.Upsert, o.Where = f.upsert, f.where
	if f.set("when-matched") {
		o.Upsert.WhenMatched = f.whenMatched.value
	}
	if f.set("expect-partitions") {
		o.ExpectPartitions = &f.expectParts
	}
	if f.set("expect-version") {
		o.ExpectVersion = new(manifest.Version(f.expectVersion))
	}
	return o, nil
}

func modeWords() []string {
	var words []string
	for _, m := range table.Modes() {
		words = append(words, string(m))
	}
	return words
}

func (a *app) publish() *cobra.Command {
	var f *publishFlags
	dryRun := false
	cmd := a.verb("publish TABLE INPUT…", "Write, validate and make current a new version", cobra.MinimumNArgs(1), textOrJSON(),
		func(ctx context.Context, args []string) error { return a.runPublish(ctx, f, dryRun, args[0], args[1:]) })
	cmd.Long = `Publish writes a new version with the rows of the inputs, reads it back, validates it, and makes it current in one write. Readers see
the old version or the new one, nothing between. The same command again does nothing if it was done, and continues if it was not.

INPUT is a file, a directory, a glob, s3://bucket/prefix, or - for standard input: CSV, NDJSON, Parquet or Arrow IPC, by extension
(.gz and .zst too) or --format. The first publish creates the table: with --schema, or with what the input holds.

Modes: replace (the rows of the inputs and nothing else), replace-partitions (the partitions of the inputs are replaced whole, all
others stay), append (rows are added), upsert (rows with a key of the inputs are replaced, the other rows of the inputs are added), delete
(rows with a key of the inputs go, or those for which --where is true). Files that no row touches are shared with the version before, never copied.`
	cmd.Example = `  tablectl publish s3://bucket/flights flights-2001-*.csv
  tablectl publish s3://bucket/flights flights.parquet --partition-by origin --run-id nightly-2001-04-15
  tablectl publish s3://bucket/flights 2001-04-15.csv --mode replace-partitions --partitions date=2001-04-15
  tablectl publish s3://bucket/customers changes.ndjson --mode upsert --order-by changed_at --delete-when gone
  tablectl publish s3://bucket/customers --mode delete --where "country = 'AT'"`
	f = newPublishFlags(cmd.Flags())
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "do it all but writing to the table, and say what would be done")
	return cmd
}

func (a *app) runPublish(ctx context.Context, f *publishFlags, dryRun bool, url string, inputs []string) error {
	resume := a.args
	if slices.Contains(inputs, "-") && f.runID == "" {
		f.runID = "stdin-" + time.Now().UTC().Format("20060102T150405Z") + "-" + rand.Text()[:8]
		resume = append(slices.Clone(a.args), "--run-id", f.runID)
		a.console.note("warning: standard input has no name of its own, so a repeat cannot be recognised; this is run %s (--run-id names it)", f.runID)
	}
	o, err := f.options(a, inputs)
	if err != nil {
		return err
	}
	o.DryRun = dryRun
	t, err := a.open(ctx, url, a.progress())
	if err != nil {
		return err
	}
	res, err := t.Publish(ctx, o)
	if err != nil {
		return a.published(res, &resumable{resume: commandLine(resume), err: err})
	}
	a.notes(res.Notes)
	return a.printResult(res)
}
