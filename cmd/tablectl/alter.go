package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/table"
)

// alteration is one word of alter: what follows it, and the changes that this means.
type alteration struct {
	args    string
	least   int
	most    int // -1: any number
	changes func(args []string) ([]manifest.Change, error)
}

func alterations() map[string]alteration {
	one := func(c manifest.Change) ([]manifest.Change, error) { return []manifest.Change{c}, nil }
	required := func(yes bool) func([]string) ([]manifest.Change, error) {
		return func(names []string) ([]manifest.Change, error) {
			var out []manifest.Change
			for _, n := range names {
				out = append(out, manifest.SetRequired{Name: n, Required: yes})
			}
			return out, nil
		}
	}
	return map[string]alteration{
		"add-column":    {`"NAME TYPE[, …]"`, 1, 1, addColumns},
		"rename-column": {"NAME NEW", 2, 2, func(a []string) ([]manifest.Change, error) { return one(manifest.RenameColumn{Name: a[0], To: a[1]}) }},
		"drop-column":   {"NAME…", 1, -1, func(a []string) ([]manifest.Change, error) { return one(manifest.DropColumns{Names: a}) }},
		"widen":         {"NAME TYPE", 2, 2, widen},
		"set-required":  {"NAME…", 1, -1, required(true)},
		"set-optional":  {"NAME…", 1, -1, required(false)},
		"set-key":       {"[NAME…]", 0, -1, func(a []string) ([]manifest.Change, error) { return one(manifest.SetKey{Columns: a}) }},
		"set-partition": {`[NAME | "day(NAME)" | "bucket(16, NAME)" …]`, 0, -1, func(a []string) ([]manifest.Change, error) { return one(manifest.SetPartition{By: a}) }},
		"set-sort":      {`[NAME | "NAME desc" …]`, 0, -1, func(a []string) ([]manifest.Change, error) { return one(manifest.SetSort{By: a}) }},
	}
}

func addColumns(a []string) ([]manifest.Change, error) {
	fields, key, err := manifest.ParseColumns(a[0])
	if err != nil {
		return nil, err
	}
	if len(key) > 0 {
		return nil, fmt.Errorf("a new column is null in the rows that are there and cannot be part of the key")
	}
	return []manifest.Change{manifest.AddColumns{Columns: fields}}, nil
}

func widen(a []string) ([]manifest.Change, error) {
	t, err := manifest.ParseType(a[1])
	if err != nil {
		return nil, err
	}
	return []manifest.Change{manifest.WidenColumn{Name: a[0], To: t}}, nil
}

const setSetting = "set-setting"

func (a *app) alter() *cobra.Command {
	o := table.AlterOptions{}
	expect := int64(0)
	var p *pflag.FlagSet
	cmd := a.verb("alter TABLE CHANGE [ARG…]", "Change columns, key, partitioning, sort order or settings", cobra.MinimumNArgs(2), textOrJSON(),
		func(ctx context.Context, args []string) error {
			if p.Changed("expect-version") {
				o.ExpectVersion = new(manifest.Version(expect))
			}
			return a.runAlter(ctx, o, args[0], args[1], args[2:])
		})
	p = cmd.Flags()
	p.StringVar(&o.RunID, "run-id", "", "name of this change, which makes a repeat known for one")
	p.StringVarP(&o.Message, "message", "m", "", "for the log")
	p.Int64Var(&expect, "expect-version", 0, "refuse unless this version is current; 0: unless nothing is published")
	p.BoolVar(&o.DryRun, "dry-run", false, "only say what would be done")
	known := alterations()
	var lines []string
	for _, word := range slices.Sorted(maps.Keys(known)) {
		lines = append(lines, "  "+word+" "+known[word].args)
	}
	cmd.Long = `Alter changes how the table is described, by field id, as Iceberg allows. No file is touched: files that are there are read through
their ids (a column that they lack is null), and a new partitioning or sort order holds for what is written from then on. Every change
but a setting is a version, which shows in the log and can be rolled back. With layout=self-contained every version that is published from
then on holds all of its files in its own prefix, those of its parent as server-side copies (hard links in a directory); that costs requests
in proportion to all files, and on S3 the storage. Versions that are there stay as they are.

` + strings.Join(append(lines, "  "+setSetting+" NAME=VALUE…   layout, target_file_bytes, row_group_rows, compression, keep_versions, or an Iceberg property"), "\n")
	cmd.Example = `  tablectl alter s3://bucket/flights add-column "carrier varchar, seats int"
  tablectl alter s3://bucket/flights set-partition "month(date)" origin`
	return cmd
}

func (a *app) runAlter(ctx context.Context, o table.AlterOptions, url, word string, args []string) error {
	t, err := a.open(ctx, url, nil)
	if err != nil {
		return err
	}
	if word == setSetting {
		return a.runSet(ctx, t, args, o.DryRun)
	}
	known := alterations()
	w, ok := known[word]
	if !ok {
		return usage("%q is no change; known are %s, %s", word, strings.Join(slices.Sorted(maps.Keys(known)), ", "), setSetting)
	}
	if len(args) < w.least || w.most >= 0 && len(args) > w.most {
		return usage("wrong number of arguments: tablectl alter TABLE %s %s", word, w.args)
	}
	if o.Changes, err = w.changes(args); err != nil {
		return usage("%s: %w", word, err)
	}
	res, err := t.Alter(ctx, o)
	if err != nil {
		return a.published(res, &resumable{resume: commandLine(a.args), err: err})
	}
	a.notes(res.Notes)
	return a.printResult(res)
}

// runSet changes settings: a flip without a version.
func (a *app) runSet(ctx context.Context, t *table.Table, args []string, dryRun bool) error {
	if len(args) == 0 {
		return usage("%s needs NAME=VALUE", setSetting)
	}
	c := manifest.SettingsChange{Properties: map[string]*string{}}
	for _, arg := range args {
		name, value, ok := strings.Cut(arg, "=")
		if !ok || name == "" {
			return usage("%s: %q is not NAME=VALUE", setSetting, arg)
		}
		if err := setOne(&c, name, value); err != nil {
			return usage("%s %s: %w", setSetting, name, err)
		}
	}
	err := t.Set(ctx, c, dryRun)
	if undone(err) {
		return err
	}
	set := "set " + strings.Join(args, " ")
	return errors.Join(a.change(changeDoc{Table: t.URL(), Status: "set"}, dryRun, set+" of "+t.URL(), set+" of "+t.URL()), err)
}

func setOne(c *manifest.SettingsChange, name, value string) error {
	switch name {
	case "target_file_bytes":
		var s size
		if err := s.Set(value); err != nil {
			return err
		}
		c.TargetFileBytes = new(int64(s))
	case "row_group_rows":
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil || n < 0 {
			return fmt.Errorf("%q is not a number of rows", value)
		}
		c.RowGroupRows = &n
	case "keep_versions":
		n, err := strconv.Atoi(value)
		if err != nil {
			return fmt.Errorf("%q is not a number of versions", value)
		}
		c.KeepVersions = &n
	case "compression":
		c.Compression = &value
	case "layout":
		c.Layout = &value
	default:
		if value == "" {
			c.Properties[name] = nil
			return nil
		}
		c.Properties[name] = &value
	}
	return nil
}
