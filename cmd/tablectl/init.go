package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"
)

func (a *app) create() *cobra.Command {
	var d definition
	var dryRun bool
	cmd := a.verb("init TABLE", "Create an empty table", cobra.ExactArgs(1), textOrJSON(),
		func(ctx context.Context, args []string) error {
			def, err := d.resolve()
			if err != nil {
				return err
			}
			t, err := a.open(ctx, args[0], nil)
			if err != nil {
				return err
			}
			m, err := t.Init(ctx, def, dryRun)
			if undone(err) {
				return err
			}
			return errors.Join(a.change(changeDoc{Table: t.URL(), Status: "created", UUID: m.TableUUID}, dryRun,
				"created the empty table "+t.URL(), "create the empty table "+t.URL()), err)
		})
	cmd.Long = `Init creates a table without a version, after a look whether the store honours conditional writes. Without a schema the names of
partition columns, sort order and key wait for the first publish. A publish to a path without a table does the same by itself.`
	cmd.Example = `  tablectl init s3://bucket/flights --schema "date timestamp, delay int, origin varchar" --partition-by origin
  tablectl init s3://bucket/flights --config flights.yaml
  tablectl init s3://bucket/flights --catalog symlink --catalog hint`
	d.register(cmd.Flags())
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "only say what would be done")
	return cmd
}
