package main

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/table"
)

// withVersion is the command line that means the same when it is run again: --to names the version by its number.
func withVersion(args []string, to string, v manifest.Version) []string {
	args, number := slices.Clone(args), strconv.FormatInt(int64(v), 10)
	for i, arg := range args {
		switch {
		case arg == "--to="+to:
			args[i] = "--to=" + number
			return args
		case arg == to && i > 0 && args[i-1] == "--to":
			args[i] = number
			return args
		}
	}
	return append(args, "--to", number) // it came from the environment or a file
}

func (a *app) rollback() *cobra.Command {
	var o table.RollbackOptions
	cmd := a.verb("rollback TABLE --to N|TAG|TIME|previous", "Make an earlier version current again, in one write", cobra.ExactArgs(1), textOrJSON(),
		func(ctx context.Context, args []string) error {
			if o.To == "" {
				return usage("rollback needs --to: a version, a tag, a time, or previous")
			}
			t, err := a.open(ctx, args[0], nil)
			if err != nil {
				return err
			}
			res, err := t.Rollback(ctx, o)
			var undone *table.RollbackError
			if errors.As(err, &undone) {
				return &resumable{resume: commandLine(withVersion(a.args, o.To, undone.To)), err: err}
			}
			if err != nil {
				return a.published(res, err)
			}
			a.notes(res.Notes)
			return a.printResult(res)
		})
	cmd.Long = `Rollback re-points the table: no data moves, later versions stay, and it can itself be rolled back. A publish that was rolled back
is not published again by repeating its command; --freeze refuses all publishes until unfreeze.`
	cmd.Example = `  tablectl rollback s3://bucket/flights --to previous --freeze "amounts are doubled, see ticket 4711"
  tablectl rollback s3://bucket/flights --to 2001-04-15T06:00:00Z`
	f := cmd.Flags()
	f.StringVar(&o.To, "to", "", "version number, tag, time or previous")
	f.StringVar(&o.Freeze, "freeze", "", "refuse publishes afterwards, for this reason")
	f.StringVarP(&o.Message, "message", "m", "", "for the log")
	f.BoolVar(&o.CheckFiles, "check-files", false, "look for every file of that version first")
	f.BoolVar(&o.DryRun, "dry-run", false, "only say what would be done")
	return cmd
}
