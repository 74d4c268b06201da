package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/tablectl/tablectl/table"
)

func (a *app) plan() *cobra.Command {
	var f *publishFlags
	out := ""
	cmd := a.verb("plan TABLE INPUT…", "Say what a publish would do, and keep that for apply", cobra.MinimumNArgs(1), textOrJSON(),
		func(ctx context.Context, args []string) error {
			o, err := f.options(a, args[1:])
			if err != nil {
				return err
			}
			t, err := a.open(ctx, args[0], a.progress())
			if err != nil {
				return err
			}
			p, err := t.Plan(ctx, o)
			if err != nil {
				return err
			}
			if err := savePlan(out, p); err != nil {
				return err
			}
			return a.printPlan(p, out)
		})
	cmd.Long = `Plan does all that publish does, reading back and validating too, but writes to a temporary directory instead of the table. It says
which partitions are replaced, with rows before and after, what the version would count, and what it costs in requests. apply does exactly
that, or refuses if the table has moved on or an input has changed.`
	cmd.Example = `  tablectl plan s3://bucket/flights 2001-04-15.csv --mode replace-partitions --out plan.json && tablectl apply plan.json`
	f = newPublishFlags(cmd.Flags())
	cmd.Flags().StringVar(&out, "out", "", "file for the plan, which apply takes")
	return cmd
}

func savePlan(path string, p *table.Plan) error {
	if path == "" {
		return nil
	}
	b, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return fmt.Errorf("encode plan: %w", err)
	}
	if err := os.WriteFile(path, append(b, '\n'), 0o600); err != nil {
		return fmt.Errorf("save plan: %w", err)
	}
	return nil
}

func (a *app) printPlan(p *table.Plan, path string) error {
	return a.result(p, func(w io.Writer) {
		fmt.Fprintln(w, a.would(fmt.Sprintf("publish to %s (now %s)", p.Table, versionName(p.Base))))
		planText(w, p)
		if path != "" {
			fmt.Fprintf(w, "`tablectl apply %s` does that\n", path)
		}
	})
}

// mostPartitions is how many partitions are printed.
const mostPartitions = 20

func planText(w io.Writer, p *table.Plan) {
	columns(w, func(line func(...any)) {
		line("  run", p.Run)
		line("  mode", p.Publish.Mode)
		line("  rows", rowsText(p.Rows))
		line("  files", filesText(p.Files))
		line("  written", bytesText(p.Files.BytesWritten))
		line("  requests", fmt.Sprintf("%s to write, %s to read", count(p.Requests.Put), count(p.Requests.Get)))
		for _, c := range p.SchemaChanges {
			line("  schema", c)
		}
		for i, e := range p.Partitions {
			if i == mostPartitions {
				line("", fmt.Sprintf("… %s more", plural(int64(len(p.Partitions)-i), "partition")))
				break
			}
			if e.Partition != "" {
				line("  "+e.Partition, fmt.Sprintf("%s rows → %s, %s → %d", count(e.RowsBefore), count(e.RowsAfter), plural(int64(e.FilesBefore), "file"), e.FilesAfter))
			}
		}
	})
}

func (a *app) apply() *cobra.Command {
	cmd := a.verb("apply PLAN", "Publish what was planned", cobra.ExactArgs(1), textOrJSON(),
		func(ctx context.Context, args []string) error {
			b, err := os.ReadFile(args[0])
			if err != nil {
				return fmt.Errorf("%w: read plan: %w", table.ErrNoInput, err)
			}
			p, err := table.ReadPlan(b)
			if err != nil {
				return err
			}
			t, err := a.open(ctx, p.Table, a.progress())
			if err != nil {
				return err
			}
			res, err := t.Apply(ctx, p)
			if err != nil {
				return a.published(res, &resumable{resume: commandLine(a.args), err: err})
			}
			a.notes(res.Notes)
			return a.printResult(res)
		})
	cmd.Long = `Apply publishes what plan has found, with the same run id. It refuses with exit code 6 if another version is current than then, if an
input has changed, or if the plan is of another table. A plan that was applied already is done.`
	return cmd
}
