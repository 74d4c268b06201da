package main

import (
	"context"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

type sqlDoc struct {
	SchemaVersion int    `json:"schema_version"`
	Table         string `json:"table"`
	Engine        string `json:"engine"`
	Statements    string `json:"statements"`
}

func (a *app) sql() *cobra.Command {
	engine := choice{"", []string{"duckdb", "python", "polars", "spark", "athena", "trino", "clickhouse"}}
	var ref string
	cmd := a.verb("sql TABLE --for duckdb|python|polars|spark|athena|trino|clickhouse", "The statements with which an engine reads the table", cobra.ExactArgs(1), textOrJSON(),
		func(ctx context.Context, args []string) error {
			if engine.value == "" {
				return usage("sql needs --for: %s", strings.Join(engine.words, ", "))
			}
			t, err := a.open(ctx, args[0], nil)
			if err != nil {
				return err
			}
			text, err := t.SQL(ctx, engine.value, ref)
			if err != nil {
				return err
			}
			return a.result(sqlDoc{schemaVersion, t.URL(), engine.value, text}, func(w io.Writer) {
				io.WriteString(w, strings.TrimRight(text, "\n")+"\n")
			})
		})
	cmd.Flags().Var(&engine, "for", "the engine")
	cmd.Flags().StringVar(&ref, "version", "", "number or tag (default: whatever is current when the statement runs)")
	return cmd
}
