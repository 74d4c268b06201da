package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"
)

func (a *app) sync() *cobra.Command {
	var force bool
	cmd := a.verb("sync TABLE", "Bring every catalog to what the manifest says", cobra.ExactArgs(1), textOrJSON(),
		func(ctx context.Context, args []string) error {
			t, err := a.open(ctx, args[0], nil)
			if err != nil {
				return err
			}
			states, err := t.Sync(ctx, force)
			if undone(err) {
				return err
			}
			return errors.Join(a.printCatalogs(t, states), err)
		})
	cmd.Long = `Sync brings the catalogs up to date after something kept a publish or rollback from it. It can be repeated, and run beside publishers:
a catalog that shows something later is never turned back. What someone else has changed is reported and left alone. Iceberg lists that an engine
deleted when it dropped "its" table are put back: of all versions if those of the current one are gone, otherwise with --force.`
	cmd.Flags().BoolVar(&force, "force", false, "also overwrite what someone else has changed")
	return cmd
}
