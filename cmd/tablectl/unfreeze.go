package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"
)

func (a *app) unfreeze() *cobra.Command {
	var dryRun bool
	cmd := a.verb("unfreeze TABLE", "Allow publishes again", cobra.ExactArgs(1), textOrJSON(),
		func(ctx context.Context, args []string) error {
			t, err := a.open(ctx, args[0], nil)
			if err != nil {
				return err
			}
			err = t.Unfreeze(ctx, dryRun)
			if undone(err) {
				return err
			}
			return errors.Join(a.change(changeDoc{Table: t.URL(), Status: "unfrozen"}, dryRun, t.URL()+" takes publishes again", "unfreeze "+t.URL()), err)
		})
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "only say what would be done")
	return cmd
}
