package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/tablectl/tablectl/internal/testserver"
)

// uploads compares the publish of conforming Parquet files with what any program must do that uploads, or uploads and checks, them.
func (b *bench) uploads() error {
	files, err := b.parquetFiles()
	if err != nil {
		return err
	}
	s, err := testserver.Start("minio")
	if err != nil {
		return err
	}
	for _, level := range []struct{ validate, role, label, target string }{
		{"footer", "upload", "plain multipart upload (AWS SDK)", "≤ 1.15"},
		{"full", "upload-read-decode", "upload, read back, decode (AWS SDK, Arrow)", "≤ 1.15"},
	} {
		rs, err := interleave(b.runs, []candidate{
			b.publishFiles(s, files, level.validate), b.plain(s, files, level.role, level.label),
		})
		if err != nil {
			return err
		}
		b.report.compare(fmt.Sprintf("%d MiB of conforming Parquet, %d files → MinIO, `--validate %s`", b.upload, len(files), level.validate),
			level.target, rs[0], rs[1:])
	}
	return nil
}

// parquetFiles are files as tablectl writes them, of values that do not compress, made once.
func (b *bench) parquetFiles() ([]string, error) {
	table := filepath.Join(b.cache, fmt.Sprintf("parquet-%d", b.upload))
	if _, err := os.Stat(filepath.Join(table, "done")); err != nil {
		if err := os.RemoveAll(table); err != nil {
			return nil, err
		}
		if err := os.MkdirAll(table, 0o755); err != nil {
			return nil, err
		}
		if err := writeParquet(b.ctx, table+"/table", int64(b.upload)<<20); err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(table, "done"), nil, 0o644); err != nil {
			return nil, err
		}
	}
	out, err := command(b.ctx, b.bin, "files", table+"/table", "-o", "paths").Output()
	return strings.Fields(string(out)), err
}

// publishFiles publishes the files to a new table in a bucket. They must all be taken byte for byte.
func (b *bench) publishFiles(s *testserver.Server, files []string, validate string) candidate {
	return candidate{"tablectl publish --validate " + validate, func() (sample, error) {
		args := append([]string{"publish", s.NewURL()}, files...)
		cmd := command(b.ctx, b.bin, append(args, "--validate", validate, "-q", "-o", "json")...)
		cmd.Env = append(append(os.Environ(), s.Env()...), "GOMAXPROCS="+strconv.Itoa(b.threads))
		var out bytes.Buffer
		m, err := measureTo(cmd, &out)
		if err != nil {
			return m, err
		}
		var res struct{ Files struct{ Verbatim int } }
		if err := json.Unmarshal(out.Bytes(), &res); err != nil {
			return m, err
		}
		if res.Files.Verbatim != len(files) {
			return m, fmt.Errorf("%d of %d files were taken byte for byte", res.Files.Verbatim, len(files))
		}
		return m, nil
	}}
}

// plain is a role of this program in a process of its own.
func (b *bench) plain(s *testserver.Server, files []string, role, label string) candidate {
	return candidate{label, func() (sample, error) {
		self, err := os.Executable()
		if err != nil {
			return sample{}, err
		}
		cmd := command(b.ctx, self, append([]string{"role", role, s.NewURL()}, files...)...)
		cmd.Env = append(append(os.Environ(), s.Env()...), "GOMAXPROCS="+strconv.Itoa(b.threads))
		return measure(cmd)
	}}
}
