package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/table"
)

type catalogsDoc struct {
	SchemaVersion int          `json:"schema_version"`
	Table         string       `json:"table"`
	Catalogs      []catalogDoc `json:"catalogs"`
}

// catalogDoc is what one catalog shows, for scripts.
type catalogDoc struct {
	manifest.Catalog
	State      string           `json:"state"` // "current" or "behind"
	Version    manifest.Version `json:"version"`
	Generation int64            `json:"generation"`
	Lag        int64            `json:"lag"`
	Foreign    []string         `json:"foreign"`
	Error      string           `json:"error,omitempty"`
}

func catalogDocs(states []table.CatalogState) []catalogDoc {
	out := []catalogDoc{}
	for _, s := range states {
		d := catalogDoc{
			Catalog: s.Catalog, State: catalogState(s), Version: s.Version, Generation: s.Generation, Lag: s.Lag, Foreign: append([]string{}, s.Foreign...),
		}
		if s.Err != nil {
			d.Error = oneLine(s.Err.Error())
		}
		out = append(out, d)
	}
	return out
}

func catalogState(s table.CatalogState) string {
	if s.Current() {
		return "current"
	}
	return "behind"
}

// catalogWords is "current" or "behind" by name.
func catalogWords(states []table.CatalogState) map[string]string {
	out := map[string]string{}
	for _, s := range states {
		out[s.Catalog.Name] = catalogState(s)
	}
	return out
}

// catalogLines are the rows of status and catalog list.
func catalogLines(line func(...any), states []table.CatalogState) {
	for _, s := range states {
		text := catalogState(s) + ", shows " + versionName(s.Version)
		if s.Generation > 0 {
			text += fmt.Sprintf(" (generation %d)", s.Generation)
		}
		if s.Lag > 0 && !s.Current() {
			text += ", " + plural(s.Lag, "flip") + " behind"
		}
		line("catalog "+s.Catalog.Name, text)
		for _, f := range s.Foreign {
			line("", f)
		}
		if s.Err != nil && len(s.Foreign) == 0 {
			line("", oneLine(s.Err.Error()))
		}
	}
}

func (a *app) catalog() *cobra.Command {
	var c manifest.Catalog
	var dryRun bool
	cmd := a.verb("catalog TABLE add KIND | list | remove NAME", "Entrances for engines that cannot open the manifest", cobra.MinimumNArgs(2), textOrJSON(),
		func(ctx context.Context, args []string) error {
			t, err := a.open(ctx, args[0], nil)
			if err != nil {
				return err
			}
			switch word, rest := args[1], args[2:]; {
			case word == "add" && len(rest) == 1:
				c.Kind, c.Name = rest[0], cmp.Or(c.Name, rest[0])
				return a.addCatalog(ctx, t, c, dryRun)
			case word == "remove" && len(rest) == 1:
				if err = t.RemoveCatalog(ctx, rest[0], dryRun); undone(err) {
					return err
				}
				return errors.Join(a.change(changeDoc{Table: t.URL(), Status: "catalog_removed"}, dryRun, "removed catalog "+rest[0]+" of "+t.URL()+"; what it has put elsewhere stays",
					"remove catalog "+rest[0]+" of "+t.URL()), err)
			case word == "list" && len(rest) == 0:
				states, err := t.Catalogs(ctx)
				if err != nil {
					return err
				}
				return a.printCatalogs(t, states)
			}
			return usage("tablectl catalog TABLE add KIND | list | remove NAME")
		})
	cmd.Long = `Catalogs are derived from the manifest and brought up to date after each flip; ` + "`tablectl sync`" + ` mends one that is behind.

  hint     ClickHouse, and whatever opens an Iceberg table by its directory: TABLE/_iceberg
  symlink  Athena, Trino, Presto, Hive: TABLE/symlink as the location of an external table
  delta    Spark, Databricks, delta-rs, Polars, Trino, Athena, ClickHouse: TABLE as a Delta table
  glue     the AWS Glue Data Catalog (Athena, Trino, EMR), --as
             iceberg     the best entrance there
             symlink     a Hive table over symlink/manifest
             location    a Hive table over the directory of the current version; needs layout self-contained
             projection  the same, with partitions that engines work out from the table's parameters
             view        a view that selects one version of the Glue table of another catalog, --over; for Trino
                         say with --engine what it calls the Glue catalog`
	cmd.Example = `  tablectl catalog s3://bucket/flights add symlink
  tablectl catalog s3://bucket/flights add glue --as iceberg --database web --table flights
  tablectl catalog s3://bucket/flights add glue --name view --as view --over glue --database web --table flights_now`
	f := cmd.Flags()
	f.StringVar(&c.Name, "name", "", "of the catalog (default: its kind)")
	f.StringVar(&c.As, "as", "", "glue: "+strings.Join(manifest.AsKinds(), ", "))
	f.StringVar(&c.Database, "database", "", "glue: database, which must be there")
	f.StringVar(&c.Table, "table", "", "glue: table")
	f.StringVar(&c.Region, "glue-region", "", "glue: region (default: that of the environment)")
	f.StringVar(&c.CatalogID, "catalog-id", "", "glue: account (default: the caller's)")
	f.StringVar(&c.Over, "over", "", "view: the catalog, glue as iceberg, that it reads")
	f.StringVar(&c.Engine, "engine", "", "view: what engines call the Glue catalog (default: "+manifest.DefaultEngine+", as Athena does)")
	f.BoolVar(&dryRun, "dry-run", false, "only say what would be done")
	return cmd
}

func (a *app) addCatalog(ctx context.Context, t *table.Table, c manifest.Catalog, dryRun bool) error {
	if !slices.Contains(manifest.CatalogKinds(), c.Kind) {
		return usage("%q is no kind of catalog; there are %s", c.Kind, strings.Join(manifest.CatalogKinds(), ", "))
	}
	notes, err := t.AddCatalog(ctx, c, dryRun)
	if undone(err) {
		return err
	}
	a.notes(notes)
	return errors.Join(a.change(changeDoc{Table: t.URL(), Status: "catalog_added"}, dryRun, "added catalog "+c.Name+" to "+t.URL(), "add catalog "+c.Name+" to "+t.URL()), err)
}

func (a *app) printCatalogs(t *table.Table, states []table.CatalogState) error {
	return a.result(catalogsDoc{schemaVersion, t.URL(), catalogDocs(states)}, func(w io.Writer) {
		if len(states) == 0 {
			fmt.Fprintln(w, "no catalogs; the manifest itself is what DuckDB, Spark, PyIceberg and Polars open")
			return
		}
		columns(w, func(line func(...any)) { catalogLines(line, states) })
	})
}
