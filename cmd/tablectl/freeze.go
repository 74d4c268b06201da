package main

import (
	"context"

	"github.com/spf13/cobra"
)

func (a *app) freeze() *cobra.Command {
	var reason string
	var dryRun bool
	cmd := a.verb("freeze TABLE --reason TEXT", "Refuse publishes until unfreeze", cobra.ExactArgs(1), textOrJSON(),
		func(ctx context.Context, args []string) error {
			if reason == "" {
				return usage("freeze needs --reason: what to tell whoever publishes")
			}
			t, err := a.open(ctx, args[0], nil)
			if err != nil {
				return err
			}
			if err := t.Freeze(ctx, reason, dryRun); err != nil {
				return err
			}
			return a.change(changeDoc{Table: t.URL(), Status: "frozen", Reason: reason}, dryRun,
				t.URL()+" refuses publishes until unfreeze", "freeze "+t.URL())
		})
	cmd.Flags().StringVar(&reason, "reason", "", "what to tell whoever publishes")
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "only say what would be done")
	return cmd
}
