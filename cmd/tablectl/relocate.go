package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/tablectl/tablectl/manifest"
)

type relocateDoc struct {
	SchemaVersion int                `json:"schema_version"`
	Table         string             `json:"table"`
	Status        string             `json:"status"` // "relocated", "in_place", "dry_run"
	From          string             `json:"from"`
	To            string             `json:"to"`
	Versions      []manifest.Version `json:"versions"`
}

func (a *app) relocate() *cobra.Command {
	var dryRun bool
	cmd := a.verb("relocate TABLE", "Settle a table that was copied or moved to here", cobra.ExactArgs(1), textOrJSON(),
		func(ctx context.Context, args []string) error {
			t, err := a.open(ctx, args[0], nil)
			if err != nil {
				return err
			}
			r, err := t.Relocate(ctx, dryRun)
			if undone(err) {
				return err
			}
			doc := relocateDoc{schemaVersion, t.URL(), "relocated", r.From, r.To, append([]manifest.Version{}, r.Versions...)}
			text := fmt.Sprintf("relocated %s from %s, %s", r.To, r.From, plural(int64(len(r.Versions)), "version"))
			switch {
			case r.From == r.To:
				doc.Status, text = "in_place", r.To+" is where it says it is; nothing to do"
			case dryRun:
				doc.Status, text = "dry_run", a.would(fmt.Sprintf("relocate %s from %s, %s", r.To, r.From, plural(int64(len(r.Versions)), "version")))
			}
			return errors.Join(a.result(doc, func(w io.Writer) { fmt.Fprintln(w, text) }), err)
		})
	cmd.Long = `Relocate makes a table that was copied or moved as a whole usable at its new place: Iceberg lists hold absolute addresses. It writes
the lists of all live versions anew and flips once. Until then the copy can be read with tablectl, and refuses writes.`
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "only say what would be done")
	return cmd
}
