package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// made is an input that make.py makes once.
func (b *bench) made(kind string) (string, error) {
	path := filepath.Join(b.cache, fmt.Sprintf("%s-%d.parquet", kind, b.bookings))
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	python, err := b.python()
	if err != nil {
		return "", err
	}
	fresh := filepath.Join(b.cache, "new-"+filepath.Base(path))
	flights := filepath.Join("testdata", "flights", "flights-3m.parquet")
	if _, err := measure(command(b.ctx, python, filepath.Join("bench", "make.py"), kind, strconv.Itoa(b.bookings), flights, fresh)); err != nil {
		return "", err
	}
	return path, os.Rename(fresh, path)
}

// upserts measures a merge of changed and new rows into a large table.
func (b *bench) upserts() error {
	base, err := b.made("bookings")
	if err != nil {
		return err
	}
	changes, err := b.made("changes")
	if err != nil {
		return err
	}
	ours, err := b.upsertInto(base, changes, "--key", "id")
	if err != nil {
		return err
	}
	delta, err := b.mergeInto("delta-rs MERGE", "delta-merge", base, changes)
	if err != nil {
		return err
	}
	rs, err := interleave(b.runs, []candidate{ours, delta, b.rewrite(base, changes)})
	if err != nil {
		return err
	}
	b.report.compare(b.upsertWork(base, "one row in a hundred, spread over all row groups"), "≤ 1.0 of delta-rs, ≤ ¼ of its memory", rs[0], rs[1:])
	return nil
}

// partUpserts is the same with all keys in one partition of thirty.
func (b *bench) partUpserts() error {
	base, err := b.made("bookings")
	if err != nil {
		return err
	}
	changes, err := b.made("changes-part")
	if err != nil {
		return err
	}
	ours, err := b.upsertInto(base, changes, "--key", "part,id", "--partition-by", "part")
	if err != nil {
		return err
	}
	delta, err := b.mergeInto("delta-rs MERGE, partition in the predicate", "delta-merge-part", base, changes)
	if err != nil {
		return err
	}
	byKey, err := b.mergeInto("delta-rs MERGE, by the key alone", "delta-merge-key", base, changes)
	if err != nil {
		return err
	}
	rs, err := interleave(b.runs, []candidate{ours, delta, byKey})
	if err != nil {
		return err
	}
	b.report.compare(b.upsertWork(base, "all keys in one partition of 30"), "≤ 0.2 of delta-rs", rs[0], rs[1:])
	return nil
}

func (b *bench) upsertWork(base, what string) string {
	info, err := os.Stat(base)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("upsert into %.0f M rows × 11 columns (%d MB zstd): %s", float64(b.bookings)/1e6, info.Size()/1e6, what)
}

// upsertInto publishes the base once; each run is an upsert into that version, to which the table is rolled back before.
func (b *bench) upsertInto(base, changes string, flags ...string) (candidate, error) {
	table, err := b.scratch("upsert-table")
	if err != nil {
		return candidate{}, err
	}
	run := func(args ...string) (sample, error) {
		cmd := command(b.ctx, b.bin, append(args, "--quiet", "--concurrency", strconv.Itoa(b.threads))...)
		cmd.Env = append(os.Environ(), "GOMAXPROCS="+strconv.Itoa(b.threads))
		return measure(cmd)
	}
	if _, err := run(append([]string{"publish", table, base, "--validate", "footer"}, flags...)...); err != nil {
		return candidate{}, err
	}
	n := 0
	return candidate{"tablectl upsert (full validation)", func() (sample, error) {
		if n++; n > 1 {
			if _, err := run("rollback", table, "--to", "1"); err != nil {
				return sample{}, err
			}
		}
		return run("publish", table, changes, "--mode", "upsert", "--run-id", fmt.Sprint("bench-", n))
	}}, nil
}

// mergeInto writes the base as a Delta table once; each run is a merge into its first version.
func (b *bench) mergeInto(label, name, base, changes string) (candidate, error) {
	python, err := b.python()
	if err != nil {
		return candidate{}, err
	}
	table, err := b.scratch(name)
	if err != nil {
		return candidate{}, err
	}
	rivals := filepath.Join("bench", "rivals.py")
	if _, err := measure(command(b.ctx, python, rivals, name+"-base", strconv.Itoa(b.threads), base, table)); err != nil {
		return candidate{}, err
	}
	return candidate{label, func() (sample, error) {
		if _, err := measure(command(b.ctx, python, rivals, "delta-restore", strconv.Itoa(b.threads), changes, table)); err != nil {
			return sample{}, err
		}
		return measure(command(b.ctx, python, rivals, name, strconv.Itoa(b.threads), changes, table))
	}}, nil
}

// rewrite is what one does with DuckDB: a new file of the rows that do not change and of those that do.
func (b *bench) rewrite(base, changes string) candidate {
	return candidate{"DuckDB, anti-join to a new file", func() (sample, error) {
		python, err := b.python()
		if err != nil {
			return sample{}, err
		}
		out, err := b.scratch("rewritten.parquet")
		if err != nil {
			return sample{}, err
		}
		return measure(command(b.ctx, python, filepath.Join("bench", "rivals.py"), "duckdb-rewrite", strconv.Itoa(b.threads), base+"+"+changes, out))
	}}
}
