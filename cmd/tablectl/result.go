package main

import (
	"fmt"
	"io"
	"math"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/table"
)

// resultDoc is what publish and rollback did, for scripts.
type resultDoc struct {
	SchemaVersion int                `json:"schema_version"`
	Table         string             `json:"table"`
	Status        table.Status       `json:"status"`
	Version       manifest.Version   `json:"version"`
	Previous      manifest.Version   `json:"previous"`
	Current       manifest.Version   `json:"current"`
	Run           string             `json:"run"`
	Mode          string             `json:"mode"`
	Rows          manifest.RowCounts `json:"rows"`
	Files         filesDoc           `json:"files"`
	BytesWritten  int64              `json:"bytes_written"`
	Catalogs      map[string]string  `json:"catalogs"`
	Validation    string             `json:"validation,omitempty"`
	Notes         []string           `json:"notes"`
	Seconds       float64            `json:"seconds"`
}

type filesDoc struct {
	Written  int `json:"written"`
	Kept     int `json:"kept"`
	Total    int `json:"total"`
	Verbatim int `json:"verbatim"`
}

func (a *app) printResult(r *table.Result) error {
	doc := resultDoc{
		SchemaVersion: schemaVersion, Table: r.Table, Status: r.Status, Version: r.Version, Previous: r.Previous, Current: r.Current,
		Run: r.Run, Mode: r.Mode, Rows: r.Rows, BytesWritten: r.Files.BytesWritten, Catalogs: map[string]string{},
		Files: filesDoc{r.Files.Written, r.Files.Kept, r.Files.Total, r.Verbatim},
		Notes: append([]string{}, r.Notes...), Seconds: math.Round(r.Elapsed.Seconds()*1000) / 1000,
	}
	if r.Report != nil {
		doc.Validation = r.Report.Level
	}
	if r.Status != table.Published { // the version's counts; this run wrote nothing
		doc.BytesWritten, doc.Files.Written, doc.Files.Kept = 0, 0, r.Files.Total
	}
	return a.result(doc, func(w io.Writer) {
		fmt.Fprintln(w, a.headline(r))
		columns(w, func(line func(...any)) {
			if r.Run != "" {
				line("  run", r.Run)
			}
			line("  rows", count(r.Rows.Total))
			line("  files", fmt.Sprintf("%s, %s", plural(int64(r.Files.Total), "file"), bytesText(r.Files.BytesTotal)))
			if r.Verbatim > 0 {
				line("  verbatim", plural(int64(r.Verbatim), "file")+" taken byte for byte")
			}
			if r.Elapsed > 0 {
				line("  time", fmt.Sprintf("%.1f s", r.Elapsed.Seconds()))
			}
		})
	})
}

// headline says in one line how it ended.
func (a *app) headline(r *table.Result) string {
	switch r.Status {
	case table.AlreadyPublished:
		return fmt.Sprintf("already published as version %d of %s (current is %s)", r.Version, r.Table, versionName(r.Current))
	case table.RolledBack:
		return fmt.Sprintf("rolled %s back to version %d (was %s)", r.Table, r.Version, versionName(r.Previous))
	case table.DryRun:
		return a.would(fmt.Sprintf("make version %d of %s current (now %s)", r.Version, r.Table, versionName(r.Previous)))
	}
	return fmt.Sprintf("published version %d of %s (was %s)", r.Version, r.Table, versionName(r.Previous))
}
