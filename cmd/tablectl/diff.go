package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/tablectl/tablectl/cmd/tablectl/internal/rows"
	"github.com/tablectl/tablectl/table"
)

type diffFlags struct {
	compare  table.DiffOptions
	limit    int64
	exitCode bool
}

// errDifferent is the exit code of `diff --exit-code`; there is nothing to report.
var errDifferent = errors.New("the versions differ")

func (a *app) diff() *cobra.Command {
	f := &diffFlags{}
	cmd := a.verb("diff TABLE [A [B]]", "How a version differs from another: schema, partitions, files, sums, rows", cobra.RangeArgs(1, 3),
		[]string{"text", "json", "table", "csv"},
		func(ctx context.Context, args []string) error { return a.runDiff(ctx, f, args) })
	cmd.Long = `Diff says how version B differs from version A: columns (by field id), key, partitioning, sort order; the partitions and files that
differ; row counts; and sums of the numeric columns, exact for integers and decimals. A and B are numbers, tags, times, previous or
current (default: previous and current). Files whose bytes both versions have are not read: sums are those of the other files, so
their difference is that of the versions.

--rows compares rows, too: those of equal key (--key, else the table's key) that differ are changed, others removed or added. Without
any key rows are compared whole. Where a key has several rows that the other version does not have, they are compared as
multisets: removed and added. Values are compared as SQL's IS NOT DISTINCT FROM does (null is null, NaN is NaN, -0 is 0, lists and maps by what is
in them), in the columns that both versions have. -o table and -o csv print only the rows, a changed one as two lines, before and after.`
	cmd.Example = `  tablectl diff s3://bucket/flights
  tablectl diff s3://bucket/flights 2026-q1 current --rows --key flight,day --limit 20
  tablectl diff s3://bucket/flights 3 4 -o csv > changes.csv`
	p := cmd.Flags()
	p.BoolVar(&f.compare.Rows, "rows", false, "compare rows (by itself with -o table and -o csv)")
	p.StringSliceVar(&f.compare.Key, "key", nil, "columns that tell which rows belong together (default: the table's key)")
	p.Int64Var(&f.limit, "limit", 0, "print at most so many rows (default: all); all are compared and counted")
	p.BoolVar(&f.compare.NoSums, "no-sums", false, "no sums; without --rows no data file is read then")
	p.BoolVar(&f.exitCode, "exit-code", false, "exit with 1 if the versions differ: in schema or files, with --rows in schema or rows")
	return cmd
}

func (a *app) runDiff(ctx context.Context, f *diffFlags, args []string) error {
	o := f.compare
	only := a.flags.output == "table" || a.flags.output == "csv"
	if only {
		o.Rows, o.NoSums = true, true
	}
	switch {
	case f.limit < 0:
		return usage("--limit: %d is less than nothing", f.limit)
	case len(o.Key) > 0 && !o.Rows:
		return usage("--key is for --rows")
	}
	t, err := a.open(ctx, args[0], a.progress())
	if err != nil {
		return err
	}
	refs := append(append([]string{}, args[1:]...), "", "")
	d, err := t.Diff(ctx, refs[0], refs[1], o)
	if err != nil {
		return err
	}
	defer d.Close() // temporary files, which are gone with the process in any case
	if !only {
		err = a.printDiff(ctx, d, f.limit)
	} else {
		err = a.printChanges(ctx, d, f.limit)
	}
	if err == nil && f.exitCode && d.Different() {
		return errDifferent
	}
	return err
}

// printDiff prints the summary and, if rows were compared, the rows.
func (a *app) printDiff(ctx context.Context, d *table.Diff, limit int64) error {
	if a.json() {
		return a.diffJSON(ctx, d, limit)
	}
	if err := a.result(nil, func(w io.Writer) { diffText(w, d) }); err != nil {
		return err
	}
	if r := d.Rows; r == nil || r.Removed+r.Added+r.Changed == 0 {
		return nil
	}
	fmt.Fprintln(a.stdout)
	return a.printChanges(ctx, d, limit)
}

// printChanges prints the rows that differ.
func (a *app) printChanges(ctx context.Context, d *table.Diff, limit int64) error {
	a.console.clear()
	w := rows.Table(a.stdout, d.RowSchema())
	if a.flags.output == "csv" {
		w = rows.CSV(a.stdout, d.RowSchema())
	}
	return writeChanges(ctx, w, d, limit)
}

func writeChanges(ctx context.Context, w rows.Writer, d *table.Diff, limit int64) error {
	for rec, err := range d.RowChanges(ctx, limit) {
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

// diffJSON prints one document; its last field, if rows were compared, is streamed.
func (a *app) diffJSON(ctx context.Context, d *table.Diff, limit int64) error {
	if d.Rows == nil {
		return a.result(diffDocOf(d), nil)
	}
	a.console.clear()
	b, err := json.Marshal(diffDocOf(d))
	if err != nil {
		return fmt.Errorf("encode result: %w", err)
	}
	b = append(b[:len(b)-1], `,"changes":[`...)
	if _, err := a.stdout.Write(b); err != nil {
		return fmt.Errorf("write rows: %w", err)
	}
	if err := writeChanges(ctx, rows.Changes(a.stdout, d.RowSchema(), len(d.Rows.Key)), d, limit); err != nil {
		return err
	}
	_, err = io.WriteString(a.stdout, "]}\n")
	return err
}
