package main

import (
	"context"
	"errors"

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
			err = t.Freeze(ctx, reason, dryRun)
			if undone(err) {
				return err
			}
			return errors.Join(a.change(changeDoc{Table: t.URL(), Status: "frozen", Reason: reason}, dryRun,
				t.URL()+" refuses publishes until unfreeze", "freeze "+t.URL()), err)
		})
	cmd.Flags().StringVar(&reason, "reason", "", "what to tell whoever publishes")
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "only say what would be done")
	return cmd
}
