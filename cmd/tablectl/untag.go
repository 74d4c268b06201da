package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"
)

func (a *app) untag() *cobra.Command {
	var dryRun bool
	cmd := a.verb("untag TABLE NAME", "Forget the name of a version; the version stays", cobra.ExactArgs(2), textOrJSON(),
		func(ctx context.Context, args []string) error {
			t, err := a.open(ctx, args[0], nil)
			if err != nil {
				return err
			}
			err = t.Untag(ctx, args[1], dryRun)
			if undone(err) {
				return err
			}
			return errors.Join(a.change(changeDoc{Table: t.URL(), Status: "untagged", Tag: args[1]}, dryRun,
				args[1]+" is no name in "+t.URL()+" any more", "forget the name "+args[1]+" in "+t.URL()), err)
		})
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "only say what would be done")
	return cmd
}
