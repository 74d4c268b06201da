package main

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/table"
)

// addKind adds the catalog that a kind alone describes, and has the kind's name. One that is there already may be said again.
func addKind(d *table.Definition, kind string) error {
	switch {
	case !slices.Contains(manifest.CatalogKinds(), kind):
		return fmt.Errorf("%q is no kind of catalog; there are %s", kind, strings.Join(manifest.CatalogKinds(), ", "))
	case kind == manifest.CatalogGlue:
		return fmt.Errorf("glue needs a database and a table: say them in `catalogs:` of --config, or to `tablectl catalog`")
	}
	same := func(c manifest.Catalog) bool { return c.Name == kind && c.Kind == kind }
	if !slices.ContainsFunc(d.Catalogs, same) {
		d.Catalogs = append(d.Catalogs, manifest.Catalog{Name: kind, Kind: kind})
	}
	return nil
}

// setCatalogs takes a list of kinds, or of mappings with the properties of a catalog; its name is its kind if it has none.
func setCatalogs(d *table.Definition, list *yaml.Node) error {
	if list.Kind != yaml.SequenceNode {
		return fmt.Errorf("expected a list, of kinds or of mappings")
	}
	for _, entry := range list.Content {
		if entry.Kind == yaml.ScalarNode {
			if err := addKind(d, entry.Value); err != nil {
				return err
			}
			continue
		}
		c, err := catalogOf(entry)
		if err != nil {
			return err
		}
		d.Catalogs = append(d.Catalogs, c)
	}
	return nil
}

// catalogOf reads one mapping, whose keys are those of the manifest.
func catalogOf(entry *yaml.Node) (manifest.Catalog, error) {
	var c manifest.Catalog
	if entry.Kind != yaml.MappingNode {
		return c, fmt.Errorf("line %d: expected a kind, or a mapping with kind, name and the like", entry.Line)
	}
	to := map[string]any{
		"name": &c.Name, "kind": &c.Kind, "as": &c.As, "database": &c.Database, "table": &c.Table, "region": &c.Region, "catalog_id": &c.CatalogID, "over": &c.Over, "engine": &c.Engine,
	}
	for i := 0; i+1 < len(entry.Content); i += 2 {
		key, value := entry.Content[i], entry.Content[i+1]
		field, known := to[key.Value]
		if !known {
			return c, fmt.Errorf("line %d: unknown key %q; known are name, kind, as, database, table, region, catalog_id, over, engine", key.Line, key.Value)
		}
		if err := value.Decode(field); err != nil {
			return c, fmt.Errorf("line %d: %s: %w", key.Line, key.Value, err)
		}
	}
	if c.Name == "" {
		c.Name = c.Kind
	}
	return c, nil
}
