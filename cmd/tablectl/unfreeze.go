package main

import (
	"context"

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
			if err := t.Unfreeze(ctx, dryRun); err != nil {
				return err
			}
			return a.change(changeDoc{Table: t.URL(), Status: "unfrozen"}, dryRun, t.URL()+" takes publishes again", "unfreeze "+t.URL())
		})
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "only say what would be done")
	return cmd
}
