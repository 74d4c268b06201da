package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/table"
)

// fileDoc is one data file, for scripts. Partition values are as text, null for null.
type fileDoc struct {
	Key       string             `json:"key"`
	URL       string             `json:"url"`
	Rows      int64              `json:"rows"`
	Bytes     int64              `json:"bytes"`
	SHA256    string             `json:"sha256"`
	Partition map[string]*string `json:"partition"`
	AddedBy   manifest.AddedBy   `json:"added_by"`
	Verbatim  bool               `json:"verbatim"`
}

type filesListDoc struct {
	SchemaVersion int              `json:"schema_version"`
	Table         string           `json:"table"`
	Version       manifest.Version `json:"version"`
	Files         []fileDoc        `json:"files"`
}

func (a *app) files() *cobra.Command {
	var where string
	cmd := a.verb("files TABLE [N]", "The data files of a version", cobra.RangeArgs(1, 2), []string{"text", "json", "paths"},
		func(ctx context.Context, args []string) error {
			t, err := a.open(ctx, args[0], nil)
			if err != nil {
				return err
			}
			v, err := t.At(ctx, refOf(args))
			if err != nil {
				return err
			}
			var files []manifest.File
			err = v.EachFile(ctx, where, func(f manifest.File) error {
				files = append(files, f)
				return nil
			})
			if err != nil {
				return err
			}
			return a.printFiles(t.URL(), v, files)
		})
	cmd.Long = "Files lists the data files of a version: the current one, or the one that a number, a tag, a time or previous names. " +
		"With --where it lists those that may hold a row for which the condition is true."
	cmd.Example = "  tablectl files s3://bucket/flights -o paths | xargs -n1 aws s3 ls\n  tablectl files ./flights --where \"date = '2026-04-15'\""
	cmd.Flags().StringVar(&where, "where", "", "a condition on the rows, as in cat")
	return cmd
}

// refOf is the version that [N] names, the current one without it.
func refOf(args []string) string {
	if len(args) > 1 {
		return args[1]
	}
	return "current"
}

func (a *app) printFiles(url string, v *table.View, files []manifest.File) error {
	s := v.Snapshot()
	doc := filesListDoc{SchemaVersion: schemaVersion, Table: url, Version: v.Version(), Files: []fileDoc{}}
	for _, f := range files {
		doc.Files = append(doc.Files, fileDoc{f.Key, v.FileURL(f.Key), f.Rows, f.Bytes, f.SHA256, table.PartitionOf(s, f), f.AddedBy, f.Verbatim})
	}
	return a.result(doc, func(w io.Writer) {
		if a.flags.output == "paths" {
			for _, f := range doc.Files {
				fmt.Fprintln(w, f.URL)
			}
			return
		}
		columns(w, func(line func(...any)) {
			line("ROWS", "SIZE", "ADDED BY", "KEY")
			for _, f := range doc.Files {
				line(count(f.Rows), bytesText(f.Bytes), fmt.Sprintf("%d", f.AddedBy.Version), f.Key)
			}
		})
	})
}
