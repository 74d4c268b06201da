package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

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
	Mode          table.Mode         `json:"mode"`
	Rows          manifest.RowCounts `json:"rows"`
	Files         filesDoc           `json:"files"`
	BytesWritten  int64              `json:"bytes_written"`
	Catalogs      map[string]string  `json:"catalogs"`
	Validation    string             `json:"validation,omitempty"`
	Notes         []string           `json:"notes"`
	Seconds       float64            `json:"seconds"`
	Plan          *table.Plan        `json:"plan,omitempty"` // of a dry run
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
		Run: r.Run, Mode: r.Mode, Rows: r.Rows, BytesWritten: r.Files.BytesWritten, Catalogs: catalogWords(r.Catalogs),
		Files: filesDoc{r.Files.Written, r.Files.Kept, r.Files.Total, r.Verbatim},
		Notes: append([]string{}, r.Notes...), Seconds: math.Round(r.Elapsed.Seconds()*1000) / 1000,
		Plan: r.Plan,
	}
	if r.Report != nil {
		doc.Validation = r.Report.Level
	}
	if r.Status != table.Published { // the version's counts; this run wrote nothing
		doc.BytesWritten, doc.Files.Written, doc.Files.Kept = 0, 0, r.Files.Total
	}
	return a.result(doc, func(w io.Writer) {
		fmt.Fprintln(w, a.headline(r))
		if r.Plan != nil {
			planText(w, r.Plan)
			return
		}
		columns(w, func(line func(...any)) {
			if r.Run != "" {
				line("  run", r.Run)
			}
			line("  rows", rowsText(r.Rows))
			line("  files", filesText(r.Files))
			if r.Verbatim > 0 {
				line("  verbatim", plural(int64(r.Verbatim), "file")+" taken byte for byte")
			}
			catalogLines(func(cells ...any) { line(append([]any{fmt.Sprint("  ", cells[0])}, cells[1:]...)...) }, r.Catalogs)
			if r.Elapsed > 0 {
				line("  time", fmt.Sprintf("%.1f s", r.Elapsed.Seconds()))
			}
		})
	})
}

// published prints a result that came with an error: it is done, and a catalog is behind.
func (a *app) published(r *table.Result, err error) error {
	if r == nil {
		return err
	}
	return errors.Join(a.printResult(r), err)
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

// rowsText is "1,000 (10 added, 20 updated, 5 deleted, 970 carried over)"; what is zero is left out.
func rowsText(r manifest.RowCounts) string {
	return withParts(count(r.Total), []part{{r.Added, "added"}, {r.Updated, "updated"}, {r.Deleted, "deleted"}, {r.CarriedOver, "carried over"}})
}

// filesText is "12 files, 13 MB (2 written, 10 kept, 1 removed)".
func filesText(f manifest.FileCounts) string {
	total := fmt.Sprintf("%s, %s", plural(int64(f.Total), "file"), bytesText(f.BytesTotal))
	return withParts(total, []part{{int64(f.Written), "written"}, {int64(f.Kept), "kept"}, {int64(f.Removed), "removed"}})
}

type part struct {
	n    int64
	what string
}

func withParts(total string, parts []part) string {
	var texts []string
	for _, p := range parts {
		if p.n != 0 {
			texts = append(texts, count(p.n)+" "+p.what)
		}
	}
	if len(texts) == 0 {
		return total
	}
	return total + " (" + strings.Join(texts, ", ") + ")"
}
