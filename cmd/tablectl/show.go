package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/table"
)

// showDoc is a version for scripts: the snapshot in the form of the format, without its files.
type showDoc struct {
	SchemaVersion int                     `json:"schema_version"`
	Table         string                  `json:"table"`
	Version       manifest.Version        `json:"version"`
	State         string                  `json:"state"`
	Tags          []string                `json:"tags"`
	Created       string                  `json:"created"`
	Parent        manifest.Version        `json:"parent"`
	Run           string                  `json:"run"`
	Mode          string                  `json:"mode"`
	Message       string                  `json:"message"`
	Writer        string                  `json:"writer"`
	Rows          manifest.RowCounts      `json:"rows"`
	Files         manifest.FileCounts     `json:"files"`
	Verbatim      []string                `json:"verbatim"` // keys of files taken byte for byte
	Inputs        []manifest.Input        `json:"inputs"`
	Schema        *manifest.Schema        `json:"schema"`
	PartitionSpec *manifest.PartitionSpec `json:"partition_spec"`
	SortOrder     *manifest.SortOrder     `json:"sort_order"`
	Report        *manifest.Report        `json:"report"`
}

func (a *app) show() *cobra.Command {
	cmd := a.verb("show TABLE [N]", "One version: schema, counts, inputs, validation report", cobra.RangeArgs(1, 2), textOrJSON(),
		func(ctx context.Context, args []string) error {
			t, err := a.open(ctx, args[0], nil)
			if err != nil {
				return err
			}
			s, err := t.Show(ctx, refOf(args))
			if err != nil {
				return err
			}
			doc := showDocOf(t.URL(), s)
			return a.result(doc, func(w io.Writer) { showText(w, doc) })
		})
	cmd.Long = `Show describes a version: the current one, or the one that a number, a tag, a time or previous names. A version that failed its
validation, and so was never visible, is found by its number.`
	return cmd
}

func showDocOf(url string, s *table.Shown) showDoc {
	doc := showDoc{
		SchemaVersion: schemaVersion, Table: url, Version: s.Version, State: s.State, Tags: append([]string{}, s.Tags...),
		Verbatim: []string{}, Inputs: []manifest.Input{},
	}
	if e := s.Event; e != nil {
		doc.Created, doc.Run, doc.Message, doc.Parent = e.At.String(), e.Run, e.Message, e.From
	}
	for _, f := range s.Files {
		if f.Verbatim {
			doc.Verbatim = append(doc.Verbatim, f.Key)
		}
	}
	n := s.Snapshot
	if n == nil {
		return doc
	}
	doc.Created, doc.Run, doc.Mode, doc.Message, doc.Writer = n.Created.String(), n.Run, n.Mode, n.Message, n.Writer
	doc.Rows, doc.Files, doc.Inputs = n.Rows, n.FileCounts, append(doc.Inputs, n.Inputs...)
	doc.Schema, doc.PartitionSpec, doc.SortOrder, doc.Report = &n.Schema, &n.Spec, &n.SortOrder, n.Report
	if n.Parent != nil {
		doc.Parent = n.Parent.Version
	}
	return doc
}

func showText(w io.Writer, d showDoc) {
	columns(w, func(line func(...any)) {
		line("version", fmt.Sprintf("%d (%s)", d.Version, d.State))
		line("table", d.Table)
		if len(d.Tags) > 0 {
			line("tags", strings.Join(d.Tags, ", "))
		}
		line("created", d.Created)
		line("parent", orDash(d.Parent))
		line("run", d.Run)
		line("mode", orDash(d.Mode))
		if d.Message != "" {
			line("message", d.Message)
		}
		line("rows", rowsText(d.Rows))
		line("files", filesText(d.Files))
		for _, i := range d.Inputs {
			line("input", fmt.Sprintf("%s (%s, %s)", i.Name, bytesText(i.Bytes), i.Identity))
		}
		for _, key := range d.Verbatim {
			line("verbatim", key)
		}
	})
	if d.Schema != nil {
		fmt.Fprintln(w, "\ncolumns")
		columns(w, func(line func(...any)) { schemaText(line, d) })
	}
	if d.Report != nil {
		fmt.Fprintf(w, "\nvalidation (%s): %s\n", d.Report.Level, passed(d.Report.Passed))
		columns(w, func(line func(...any)) {
			for _, c := range d.Report.Checks {
				line("  "+c.Name, passed(c.Passed), count(c.Count), strings.TrimSpace(c.File+" "+c.Detail))
			}
		})
	}
}

// schemaText lists the columns and the part that each plays.
func schemaText(line func(...any), d showDoc) {
	for _, f := range d.Schema.Fields {
		var roles []string
		if f.Required {
			roles = append(roles, "not null")
		}
		if slices.Contains(d.Schema.IdentifierFieldIDs, f.ID) {
			roles = append(roles, "key")
		}
		for _, p := range d.PartitionSpec.Fields {
			if p.SourceID == f.ID {
				roles = append(roles, "partition")
			}
		}
		for i, s := range d.SortOrder.Fields {
			if s.SourceID == f.ID {
				roles = append(roles, fmt.Sprintf("sort %d %s", i+1, s.Direction))
			}
		}
		line("  "+f.Name, f.Type.String(), strings.Join(roles, ", "))
	}
}

func passed(ok bool) string {
	if ok {
		return "passed"
	}
	return "FAILED"
}
