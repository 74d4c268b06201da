package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
)

func (a *app) tag() *cobra.Command {
	var force, dryRun bool
	cmd := a.verb("tag TABLE NAME [N]", "Name a version", cobra.RangeArgs(2, 3), textOrJSON(),
		func(ctx context.Context, args []string) error {
			t, err := a.open(ctx, args[0], nil)
			if err != nil {
				return err
			}
			ref := ""
			if len(args) == 3 {
				ref = args[2]
			}
			v, err := t.Tag(ctx, args[1], ref, force, dryRun)
			if undone(err) {
				return err
			}
			return errors.Join(a.change(changeDoc{Table: t.URL(), Status: "tagged", Tag: args[1], Version: v}, dryRun,
				fmt.Sprintf("%s is version %d of %s", args[1], v, t.URL()), fmt.Sprintf("name version %d of %s %s", v, t.URL(), args[1])), err)
		})
	cmd.Long = "Tag names a version, the current one if none is given. Engines that read the table as Iceberg know the name, too."
	cmd.Flags().BoolVar(&force, "force", false, "move a tag that exists")
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "only say what would be done")
	return cmd
}
