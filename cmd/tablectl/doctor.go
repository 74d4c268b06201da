package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tablectl/tablectl/internal/objstore/probe"
	"github.com/tablectl/tablectl/table"
)

type doctorDoc struct {
	SchemaVersion int           `json:"schema_version"`
	Table         string        `json:"table"`
	Passed        bool          `json:"passed"`
	Checks        []probe.Check `json:"checks"`
}

func (a *app) doctor() *cobra.Command {
	cmd := a.verb("doctor URL", "Is this store fit for tables?", cobra.ExactArgs(1), textOrJSON(),
		func(ctx context.Context, args []string) error {
			t, err := a.open(ctx, args[0], nil)
			if err != nil {
				return err
			}
			checks, err := t.Doctor(ctx)
			if err != nil {
				return err
			}
			doc := doctorDoc{SchemaVersion: schemaVersion, Table: t.URL(), Passed: true, Checks: checks}
			for _, c := range checks {
				doc.Passed = doc.Passed && c.Passed
			}
			if err := a.result(doc, func(w io.Writer) { doctorText(w, checks) }); err != nil {
				return err
			}
			return diagnosis(checks)
		})
	cmd.Long = `Doctor looks whether tables are safe on a store: credentials, the clock, conditional writes (with writers that race), bucket
versioning, and lifecycle rules that would delete live data. It writes probe objects of its own, and removes them.`
	return cmd
}

// diagnosis is the error of checks that failed: a store that breaks conditions is worse than one that does not let us in.
func diagnosis(checks []probe.Check) error {
	var failed []string
	unsafe := false
	for _, c := range checks {
		if !c.Passed {
			failed = append(failed, c.Name)
			unsafe = unsafe || strings.HasPrefix(c.Name, "If-") || c.Name == "ETags"
		}
	}
	switch {
	case unsafe:
		return fmt.Errorf("%w: %s", table.ErrStoreNotAtomic, strings.Join(failed, ", "))
	case len(failed) > 0:
		return fmt.Errorf("no place for a table as it is: %s", strings.Join(failed, ", "))
	}
	return nil
}

func doctorText(w io.Writer, checks []probe.Check) {
	columns(w, func(line func(...any)) {
		for _, c := range checks {
			line(c.Status, c.Name, c.Detail)
			if c.Hint != "" {
				line("", "", "→ "+c.Hint)
			}
		}
	})
}
