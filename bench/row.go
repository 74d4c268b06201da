package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/table"
)

// row measures many publishes one after the other: whether the last ones take longer than the first. Each replaces one partition of 30
// with a row, in this process; keep_versions bounds how many versions are live.
func (b *bench) row() error {
	dir, err := b.scratch("row")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	t, err := table.Open(b.ctx, filepath.Join(dir, "table"), table.Options{})
	if err != nil {
		return err
	}
	took := make([]time.Duration, b.publishes)
	keep := 200
	for i := range took {
		input := filepath.Join(dir, "day.csv")
		if err := os.WriteFile(input, fmt.Appendf(nil, "day,n\n2026-01-%02d,%d\n", 1+i%30, i), 0o600); err != nil {
			return err
		}
		began := time.Now()
		if _, err := t.Publish(b.ctx, table.PublishOptions{
			Inputs: []string{input}, Mode: table.ReplacePartitions, Definition: table.Definition{PartitionBy: []string{"day"}},
		}); err != nil {
			return err
		}
		if took[i] = time.Since(began); i == 0 {
			if err := t.Set(b.ctx, manifest.SettingsChange{KeepVersions: &keep}, false); err != nil {
				return err
			}
		}
	}
	// A hundred publishes each: the ones around the full number of live versions, and the last ones.
	first, last := middle(took[min(300, len(took)/2):][:100]), middle(took[len(took)-100:])
	work := fmt.Sprintf("%d publishes in a row, %d versions live", len(took), keep)
	b.report.line(work, "the 300th to 400th", fmt.Sprintf("%.1f ms", first), "", "", "")
	b.report.line("", "the last 100", fmt.Sprintf("%.1f ms", last), "", fmt.Sprintf("%.2f", last/first), "as fast")
	return nil
}

// middle is the median in milliseconds.
func middle(d []time.Duration) float64 {
	d = slices.Sorted(slices.Values(d))
	return float64(d[len(d)/2].Microseconds()) / 1000
}
