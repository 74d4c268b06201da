package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/tablectl/tablectl/internal/manyfiles"
	"github.com/tablectl/tablectl/internal/objstore/filestore"
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/table"
)

// partitions are those of the table of many files.
const partitions = 10_000

// grow measures what a table of very many files costs: its metadata is there, its data files are not.
func (b *bench) grow() error {
	dir, err := b.scratch("grown")
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "  making the metadata of %d files\n", b.files)
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if _, err := measure(command(b.ctx, self, "role", manyFilesRole, dir, strconv.Itoa(b.files))); err != nil {
		return err
	}
	day := 17
	next := func(verb, mode string) func() (sample, error) {
		return func() (sample, error) {
			day += 373
			return measure(command(b.ctx, b.bin, verb, dir, b.growInput(day), "--mode", mode, "-q"))
		}
	}
	ask := func(args ...string) func() (sample, error) {
		return func() (sample, error) { return measure(command(b.ctx, b.bin, append(args, "-q")...)) }
	}
	work := fmt.Sprintf("table of %d files in %d partitions", b.files, partitions)
	results, err := interleave(b.runs, []candidate{
		{"replace one partition", next("publish", "replace-partitions")},
		{"append one file", next("publish", "append")},
		{"the current version", ask("show", dir)},
		{"files of one partition", ask("files", dir, "--where", "day = '"+manyfiles.Day(77)+"'")},
	})
	if err != nil {
		return err
	}
	for i, target := range []string{"≤ 2 s, ≤ 60 MiB", "≤ 2 s", "", ""} {
		b.report.line(work, results[i].name, fmt.Sprintf("%.2f s", results[i].median()), mib(results[i].peak()), "", target)
		work = ""
	}
	return b.growRequests(dir)
}

// manyFilesRole makes the table in a process of its own: what a process is said to have needed at most begins with what the one that
// started it needs.
const manyFilesRole = "many-files"

func makeManyFiles(ctx context.Context, dir, files string) error {
	n, err := strconv.Atoi(files)
	if err != nil {
		return err
	}
	store, err := filestore.New(dir)
	if err != nil {
		return err
	}
	return manyfiles.Make(ctx, store, n, partitions)
}

// growInput is a file with 1,000 rows of one day.
func (b *bench) growInput(day int) string {
	path := filepath.Join(b.work, fmt.Sprintf("day-%d.csv", day))
	text := []byte("day,id,customer,city,amount,quantity,price,at,paid,note\n")
	for i := range 1000 {
		text = fmt.Appendf(text, "%s,%d,customer %d,Köln,%d.50,1,2.5,%s 10:00:00,true,\n", manyfiles.Day(day), i, i%97, i, manyfiles.Day(day))
	}
	_ = os.WriteFile(path, text, 0o600) // whoever reads it says what is wrong
	return path
}

// growRequests counts requests, in this process.
func (b *bench) growRequests(dir string) error {
	for _, step := range []struct {
		label, target string
		do            func(*table.Table) error
	}{
		{"replace one partition", "≤ 2 MB", b.growPublish(5001, table.ReplacePartitions)},
		{"append one file", "", b.growPublish(6003, table.Append)},
		{"the current version", "≤ 3 GETs", func(t *table.Table) error { _, err := t.Current(b.ctx); return err }},
		{"files of one partition", "≤ 1 % of the lists", func(t *table.Table) error {
			v, err := t.Current(b.ctx)
			if err != nil {
				return err
			}
			return v.EachFile(b.ctx, "day = '"+manyfiles.Day(77)+"'", func(manifest.File) error { return nil })
		}},
	} {
		store, err := filestore.New(dir)
		if err != nil {
			return err
		}
		c := &counter{Store: store}
		t, err := table.Open(b.ctx, dir, table.Options{Store: c})
		if err != nil {
			return err
		}
		if err := step.do(t); err != nil {
			return fmt.Errorf("%s: %w", step.label, err)
		}
		b.report.line("", step.label, fmt.Sprintf("%d GETs, %d of lists; %.2f MB of metadata written", c.gets, c.lists, float64(c.wrote)/1e6), "", "", step.target)
	}
	return nil
}

func (b *bench) growPublish(day int, mode table.Mode) func(*table.Table) error {
	return func(t *table.Table) error {
		_, err := t.Publish(b.ctx, table.PublishOptions{Inputs: []string{b.growInput(day)}, Mode: mode})
		return err
	}
}
