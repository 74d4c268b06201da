package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/table"
)

// definition are the flags that say what a table shall be: of init, and of a first publish.
type definition struct {
	schema      string
	partitionBy clauses
	sortBy      []string
	key         []string
	fileSize    size
	groupRows   int64
	compression choice
	layout      choice
	properties  []string
	catalogs    []string
	config      string
}

func (d *definition) register(f *pflag.FlagSet) {
	d.compression.words = []string{"zstd", "snappy"}
	d.layout.words = []string{manifest.LayoutShared, manifest.LayoutSelfContained}
	f.StringVar(&d.schema, "schema", "", `columns as in CREATE TABLE, "a bigint not null, b varchar", or @FILE with them`)
	f.Var(&d.partitionBy, "partition-by", `columns whose values split the table into directories; also "day(ts)", "month(ts)", "bucket(16, id)", "truncate(4, city)"`)
	f.StringSliceVar(&d.sortBy, "sort-by", nil, `columns that order the rows of a file, each with "desc" if so`)
	f.StringSliceVar(&d.key, "key", nil, "columns that together identify a row")
	f.Var(&d.fileSize, "target-file-size", "at which a data file is closed (default 256MiB)")
	f.Int64Var(&d.groupRows, "row-group-rows", 0, "at most in a row group (default: by size)")
	f.Var(&d.compression, "compression", "of data files (default zstd)")
	f.Var(&d.layout, "layout", "shared: versions share files (default); self-contained: each version's prefix holds all of its files, for readers that list it")
	f.StringArrayVar(&d.properties, "property", nil, "NAME=VALUE, an Iceberg table property; repeatable")
	f.StringSliceVar(&d.catalogs, "catalog", nil, "kind of a catalog that needs no more than its name; repeatable (\"tablectl catalog\" adds all kinds)")
	f.StringVar(&d.config, "config", "", "YAML file with schema, partition_by, sort_by, key, target_file_bytes, row_group_rows, compression, layout, properties, catalogs")
}

// resolve is the definition that the flags give, on top of the file's.
func (d *definition) resolve() (table.Definition, error) {
	out := table.Definition{Properties: map[string]string{}}
	if d.config != "" {
		if err := readDefinition(d.config, &out); err != nil {
			return out, err
		}
	}
	if d.schema != "" {
		if err := setSchema(&out, d.schema); err != nil {
			return out, usage("--schema: %w", err)
		}
	}
	if len(d.key) > 0 {
		if err := setKey(&out, d.key); err != nil {
			return out, usage("--key: %w", err)
		}
	}
	override(&out.PartitionBy, d.partitionBy)
	override(&out.SortBy, d.sortBy)
	if d.fileSize > 0 {
		out.TargetFileBytes = int64(d.fileSize)
	}
	if d.groupRows != 0 {
		out.RowGroupRows = d.groupRows
	}
	if d.compression.value != "" {
		out.Compression = d.compression.value
	}
	if d.layout.value != "" {
		out.Layout = d.layout.value
	}
	for _, p := range d.properties {
		name, value, ok := strings.Cut(p, "=")
		if !ok || name == "" {
			return out, usage("--property: %q is not NAME=VALUE", p)
		}
		out.Properties[name] = value
	}
	for _, kind := range d.catalogs {
		if err := addKind(&out, kind); err != nil {
			return out, usage("--catalog: %w", err)
		}
	}
	return out, nil
}

func override(to *[]string, with []string) {
	if len(with) > 0 {
		*to = with
	}
}

// setSchema takes a column list, or the file that @FILE names. PRIMARY KEY in it is the key.
func setSchema(d *table.Definition, text string) error {
	if path, ok := strings.CutPrefix(text, "@"); ok {
		b, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("read schema: %w", err)
		}
		text = string(b)
	}
	fields, key, err := manifest.ParseColumns(text)
	if err != nil {
		return err
	}
	d.Columns = fields
	if len(key) > 0 {
		return setKey(d, key)
	}
	return nil
}

// setKey sets the key unless the columns name another one.
func setKey(d *table.Definition, key []string) error {
	if len(d.Key) > 0 && !slices.Equal(d.Key, key) {
		return fmt.Errorf("key %s, but the schema or the file says %s", strings.Join(key, ","), strings.Join(d.Key, ","))
	}
	d.Key = key
	return nil
}

// readDefinition reads the file of --config.
func readDefinition(path string, d *table.Definition) error {
	top, err := readYAML(path)
	if err != nil {
		return usage("--config: %w", err)
	}
	err = eachKey(path, top, func(key, value *yaml.Node) error {
		if err := setDefinition(d, key.Value, value); err != nil {
			return fmt.Errorf("%s:%d: %s: %w", path, key.Line, key.Value, err)
		}
		return nil
	})
	if err != nil {
		return usage("%w", err)
	}
	return nil
}

func setDefinition(d *table.Definition, key string, value *yaml.Node) error {
	list := func(to *[]string) error {
		if value.Kind == yaml.ScalarNode {
			*to = []string{value.Value}
			return nil
		}
		return value.Decode(to)
	}
	switch key {
	case "schema":
		return setSchema(d, value.Value)
	case "partition_by":
		return list(&d.PartitionBy)
	case "sort_by":
		return list(&d.SortBy)
	case "key":
		var names []string
		if err := list(&names); err != nil {
			return err
		}
		return setKey(d, names)
	case "target_file_bytes":
		var s size
		err := s.Set(value.Value)
		d.TargetFileBytes = int64(s)
		return err
	case "row_group_rows":
		return value.Decode(&d.RowGroupRows)
	case "compression":
		return value.Decode(&d.Compression)
	case "layout":
		return value.Decode(&d.Layout)
	case "properties":
		return value.Decode(&d.Properties)
	case "catalogs":
		return setCatalogs(d, value)
	}
	return fmt.Errorf("unknown key; known are schema, partition_by, sort_by, key, target_file_bytes, row_group_rows, compression, layout, properties, catalogs")
}
