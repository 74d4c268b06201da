package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/spf13/cobra"

	"github.com/tablectl/tablectl/cmd/tablectl/internal/rows"
	"github.com/tablectl/tablectl/table"
)

type catFlags struct {
	scan          table.ScanOptions
	version, asOf string
}

func (a *app) cat() *cobra.Command {
	f := &catFlags{}
	cmd := a.verb("cat TABLE", "The rows of a version", cobra.ExactArgs(1), []string{"", "table", "csv", "json", "parquet"},
		func(ctx context.Context, args []string) error { return a.runCat(ctx, f, args[0]) })
	cmd.Long = `Cat prints rows: as a table on a terminal, else as CSV; -o json prints one object a line (NDJSON), -o parquet one Parquet file.
--where takes comparisons of columns with constants, IN, BETWEEN, LIKE, IS NULL, AND, OR, NOT; files that cannot match are not read.`
	cmd.Example = `  tablectl cat s3://bucket/flights --columns origin,delay --where "delay > 60 and origin in ('LAX', 'SFO')" --limit 10
  tablectl cat s3://bucket/flights --as-of 2001-04-15T06:00:00Z -o parquet > flights.parquet`
	p := cmd.Flags()
	p.StringSliceVar(&f.scan.Columns, "columns", nil, "which columns, in this order (default: all)")
	p.StringVar(&f.scan.Where, "where", "", "condition that rows must meet")
	p.Int64Var(&f.scan.Limit, "limit", 0, "at most so many rows (default: all)")
	p.StringVar(&f.version, "version", "", "version number, tag or previous (default: current)")
	p.StringVar(&f.asOf, "as-of", "", "the version that was current at this time")
	return cmd
}

// ref is the version that the flags name.
func (f *catFlags) ref() (string, error) {
	_, number := strconv.ParseInt(f.asOf, 10, 64)
	switch {
	case f.version != "" && f.asOf != "":
		return "", usage("--version and --as-of both name a version; give one")
	case f.scan.Limit < 0:
		return "", usage("--limit: %d is less than nothing", f.scan.Limit)
	case f.asOf != "" && number == nil:
		return "", usage("--as-of: %q is not a time; --version takes numbers", f.asOf)
	case f.asOf != "":
		return f.asOf, nil
	case f.version != "":
		return f.version, nil
	}
	return "current", nil
}

func (a *app) runCat(ctx context.Context, f *catFlags, url string) error {
	ref, err := f.ref()
	if err != nil {
		return err
	}
	_, onTerminal := terminal(a.stdout)
	if a.flags.output == "parquet" && onTerminal {
		return usage("Parquet is not for terminals; redirect standard output to a file")
	}
	t, err := a.open(ctx, url, nil)
	if err != nil {
		return err
	}
	v, err := t.At(ctx, ref)
	if err != nil {
		return err
	}
	schema, err := v.ScanSchema(f.scan)
	if err != nil {
		return err
	}
	if a.flags.output == "parquet" {
		return a.catParquet(ctx, v, f.scan)
	}
	w := a.rowWriter(schema, onTerminal)
	for rec, err := range v.Scan(ctx, f.scan) {
		if err != nil {
			return err
		}
		if err := w.Write(rec); err != nil {
			return fmt.Errorf("write rows: %w", err)
		}
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("write rows: %w", err)
	}
	return nil
}

// rowWriter is what -o asks for; without it a table for people, and CSV for programs.
func (a *app) rowWriter(schema *arrow.Schema, onTerminal bool) rows.Writer {
	switch {
	case a.flags.output == "json":
		return rows.JSON(a.stdout, schema)
	case a.flags.output == "table" || a.flags.output == "" && onTerminal:
		return rows.Table(a.stdout, schema)
	}
	return rows.CSV(a.stdout, schema)
}
