package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/table"
)

// changeDoc is what a small change of a table did, for scripts.
type changeDoc struct {
	SchemaVersion int              `json:"schema_version"`
	Table         string           `json:"table"`
	Status        string           `json:"status"`
	Tag           string           `json:"tag,omitempty"`
	Version       manifest.Version `json:"version,omitempty"`
	Reason        string           `json:"reason,omitempty"`
	UUID          string           `json:"table_uuid,omitempty"`
}

// change prints a change: what it was, or what it would be. Both are clauses after the table's name.
func (a *app) change(doc changeDoc, dryRun bool, did, would string) error {
	doc.SchemaVersion = schemaVersion
	if dryRun {
		doc.Status = "dry_run"
	}
	return a.result(doc, func(w io.Writer) {
		if dryRun {
			did = a.would(would)
		}
		fmt.Fprintln(w, did)
	})
}

// undone says whether an error means that a change did not take place. A catalog that is behind does not.
func undone(err error) bool { return err != nil && !errors.Is(err, table.ErrBehind) }
