package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/tablectl/tablectl/manifest"
)

// eventDoc is one line of the history, for scripts.
type eventDoc struct {
	Generation int64            `json:"generation"`
	Op         string           `json:"op"`
	Version    manifest.Version `json:"version"`
	From       manifest.Version `json:"from"`
	Run        string           `json:"run"`
	Tag        string           `json:"tag,omitempty"`
	At         string           `json:"at"`
	By         string           `json:"by"`
	Message    string           `json:"message"`
}

type logDoc struct {
	SchemaVersion int        `json:"schema_version"`
	Table         string     `json:"table"`
	Events        []eventDoc `json:"events"`
}

func (a *app) history() *cobra.Command {
	var limit int
	cmd := a.verb("log TABLE", "What happened, newest first", cobra.ExactArgs(1), textOrJSON(),
		func(ctx context.Context, args []string) error {
			if limit < 0 {
				return usage("--limit: %d is less than nothing", limit)
			}
			t, err := a.open(ctx, args[0], nil)
			if err != nil {
				return err
			}
			events, err := t.Log(ctx, limit)
			if err != nil {
				return err
			}
			return a.printLog(t.URL(), events)
		})
	cmd.Flags().IntVarP(&limit, "limit", "n", 0, "at most so many events (default: all)")
	return cmd
}

func (a *app) printLog(url string, events []manifest.Event) error {
	doc := logDoc{SchemaVersion: schemaVersion, Table: url, Events: []eventDoc{}}
	for _, e := range events {
		doc.Events = append(doc.Events, eventDoc{e.Generation, e.Op, e.Version, e.From, e.Run, e.Tag, e.At.String(), e.By, e.Message})
	}
	return a.result(doc, func(w io.Writer) {
		columns(w, func(line func(...any)) {
			line("AT", "OP", "VERSION", "FROM", "RUN", "BY", "MESSAGE")
			for _, e := range doc.Events {
				op := e.Op
				if e.Tag != "" {
					op += " " + e.Tag
				}
				line(e.At, op, orDash(e.Version), orDash(e.From), orDash(e.Run), e.By, e.Message)
			}
		})
	})
}

// orDash shows the absence of a value.
func orDash[T comparable](v T) any {
	var zero T
	if v == zero {
		return "-"
	}
	return v
}
