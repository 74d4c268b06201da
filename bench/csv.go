package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// publishTo is a publish of the CSV to a new local table.
func (b *bench) publishTo(csv string, flags ...string) candidate {
	return candidate{"tablectl publish (full validation)", func() (sample, error) {
		table, err := b.scratch("table")
		if err != nil {
			return sample{}, err
		}
		args := append([]string{"publish", table, csv, "--quiet", "--concurrency", strconv.Itoa(b.threads)}, flags...)
		cmd := command(b.ctx, b.bin, args...)
		cmd.Env = append(os.Environ(), "GOMAXPROCS="+strconv.Itoa(b.threads))
		return measure(cmd)
	}}
}

// rival is one of rivals.py.
func (b *bench) rival(label, name, csv, out string) candidate {
	return candidate{label, func() (sample, error) {
		python, err := b.python()
		if err != nil {
			return sample{}, err
		}
		path, err := b.scratch(out)
		if err != nil {
			return sample{}, err
		}
		return measure(command(b.ctx, python, filepath.Join("bench", "rivals.py"), name, strconv.Itoa(b.threads), csv, path))
	}}
}

// python is that of an environment with the rivals, made once.
func (b *bench) python() (string, error) {
	want, err := os.ReadFile(filepath.Join("bench", "requirements.txt"))
	if err != nil {
		return "", err
	}
	dir := filepath.Join(b.cache, "venv")
	python, stamp := filepath.Join(dir, "bin", "python"), filepath.Join(dir, "requirements.txt")
	if have, err := os.ReadFile(stamp); err == nil && string(have) == string(want) {
		return python, nil
	}
	if _, err := measure(command(b.ctx, "python3", "-m", "venv", "--clear", dir)); err != nil {
		return "", err
	}
	if _, err := measure(command(b.ctx, python, "-m", "pip", "install", "--quiet", "-r", filepath.Join("bench", "requirements.txt"))); err != nil {
		return "", err
	}
	return python, os.WriteFile(stamp, want, 0o644)
}

func (b *bench) csv() error {
	csv, err := b.csvFile()
	if err != nil {
		return err
	}
	rs, err := interleave(b.runs, []candidate{
		b.publishTo(csv),
		b.rival("DuckDB COPY … TO parquet (validates nothing)", "duckdb", csv, "out.parquet"),
	})
	if err != nil {
		return err
	}
	b.report.compare(b.size(csv)+" of CSV → local version, zstd", "≤ 1.2, ≤ 512 MiB", rs[0], rs[1:])
	return nil
}

func (b *bench) partitioned() error {
	csv, err := b.csvFile()
	if err != nil {
		return err
	}
	rs, err := interleave(b.runs, []candidate{
		b.publishTo(csv, "--partition-by", "day"),
		b.rival("DuckDB PARTITION_BY", "duckdb-partitioned", csv, "parts"),
		b.rival("delta-rs write_deltalake", "deltalake-partitioned", csv, "delta"),
	})
	if err != nil {
		return err
	}
	b.report.compare(b.size(csv)+" of CSV → 90 partitions", "≤ 1.0 of the faster, ≤ 512 MiB", rs[0], rs[1:])
	return nil
}

// size says how large the input is.
func (b *bench) size(path string) string {
	info, err := os.Stat(path)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%.1f M rows, %d MB", float64(b.rows)/1e6, info.Size()/1e6)
}
