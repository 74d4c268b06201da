// Command bench measures tablectl against its rivals: DuckDB and delta-rs on the same CSV, a plain multipart upload of the same
// bytes, and the number of requests against what was promised. Runs of one and the other alternate; medians and ratios are reported.
//
// Rivals are measured without the time that Python takes to start; tablectl is measured as a whole process.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// bench is what all measurements share.
type bench struct {
	ctx       context.Context
	rows      int
	upload    int // MiB
	bookings  int
	files     int // of the table with many
	publishes int // in a row
	runs      int
	threads   int
	cache     string // what is made once
	work      string // what a run leaves, removed in the end
	bin       string
	report    report
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "role" {
		exit(role(context.Background(), os.Args[2:]))
		return
	}
	b := &bench{}
	only := flag.String("only", "", "comma-separated: csv, partitioned, upload, requests, binary, upsert, upsert-part, days, grow, row (default: all)")
	write := flag.Bool("write", false, "put the results into bench/README.md")
	flag.IntVar(&b.rows, "rows", 6_000_000, "of the CSV")
	flag.IntVar(&b.bookings, "bookings", 10_000_000, "rows of the table into which is upserted")
	flag.IntVar(&b.upload, "upload", 1024, "MiB of Parquet that are uploaded")
	flag.IntVar(&b.files, "files", 1_000_000, "of the table that has many")
	flag.IntVar(&b.publishes, "publishes", 10_000, "in a row, 800 at least")
	flag.IntVar(&b.runs, "runs", 5, "of each candidate")
	flag.IntVar(&b.threads, "threads", runtime.NumCPU(), "of each candidate")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	b.ctx = ctx
	exit(b.run(*only, *write))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func (b *bench) run(only string, write bool) error {
	err := b.prepare()
	defer os.RemoveAll(b.work) // "" if it was not made
	if err != nil {
		return err
	}
	parts := []struct {
		name string
		do   func() error
	}{
		{"csv", b.csv}, {"partitioned", b.partitioned}, {"upload", b.uploads}, {"requests", b.requests}, {"binary", b.binary},
		{"upsert", b.upserts}, {"upsert-part", b.partUpserts}, {"days", b.days}, {"grow", b.grow}, {"row", b.row},
	}
	for _, p := range parts {
		if only != "" && !slices.Contains(strings.Split(only, ","), p.name) {
			continue
		}
		fmt.Fprintf(os.Stderr, "== %s\n", p.name)
		if err := p.do(); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	fmt.Print(b.report.markdown(b))
	if write {
		return b.report.save(filepath.Join("bench", "README.md"), b)
	}
	return nil
}

// prepare makes the directories and the program.
func (b *bench) prepare() error {
	cache, err := os.UserCacheDir()
	if err != nil {
		return err
	}
	b.cache = filepath.Join(cache, "tablectl-bench")
	if err := os.MkdirAll(b.cache, 0o755); err != nil {
		return err
	}
	if b.work, err = os.MkdirTemp(b.cache, "run-"); err != nil {
		return err
	}
	b.bin = filepath.Join(b.work, "tablectl")
	build := command(b.ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", b.bin, "./cmd/tablectl")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	_, err = measure(build)
	return err
}

// scratch is a path in the work directory that nothing is at.
func (b *bench) scratch(name string) (string, error) {
	path := filepath.Join(b.work, name)
	return path, os.RemoveAll(path)
}
