//go:build engines

package engines

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tablectl/tablectl/internal/testserver"
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/table"
)

// manyDays are more partitions than a snapshot has files inline.
const manyDays = 1300

func day(i int) string { return time.Unix(0, 0).UTC().AddDate(0, 0, i-650).Format(time.DateOnly) }

// manyFiles makes a table of a file a day, of which some were replaced since, one was emptied, and some came in front and behind.
func manyFiles(t *testing.T, p place) *table.Table {
	t.Helper()
	tb := p.open(t)
	var lines []string
	for i := range manyDays {
		lines = append(lines, fmt.Sprintf(`{"id": %d, "day": %q, "text": %q}`, i, day(i), strings.Repeat(day(i), 20)))
	}
	publish(t, tb, table.Definition{Columns: columns(t, "id bigint not null, day date, text varchar"), PartitionBy: []string{"day"}}, "run-1", lines...)
	for n, days := range [][]int{{700, 701, 5}, {701, 1299, manyDays, manyDays + 1}, {-1, 300, 701}} {
		lines = lines[:0]
		for _, i := range days {
			lines = append(lines, fmt.Sprintf(`{"id": %d, "day": %q, "text": "of run %d"}`, i, day(i), n+2), fmt.Sprintf(`{"id": %d, "day": %q}`, 10000+i, day(i)))
		}
		add(t, tb, table.ReplacePartitions, nil, lines...)
	}
	addWith(t, tb, table.PublishOptions{Mode: table.ReplacePartitions, Partitions: []string{"day=" + day(900)}}, at(t, tb, "").Schema().Fields)
	return tb
}

// A table of more files than a snapshot holds, in lists that versions share, has the same rows in every engine, at every version; a day is
// looked for in its own file.
func TestManyFiles(t *testing.T) {
	p := local(t)
	sessions := p.sessions(t)
	tb := manyFiles(t, p)
	v := at(t, tb, "")
	if s := v.Snapshot(); s.FileCounts.Total != manyDays+2 || s.FileCounts.Written != 0 || len(s.Lists) < 2 || s.Rows.Total != manyDays+10 {
		t.Fatalf("%d files, %d written, %d lists, %d rows", s.FileCounts.Total, s.FileCounts.Written, len(s.Lists), s.Rows.Total)
	}
	for _, ref := range []string{"5", "2"} {
		want := scanned(t, at(t, tb, ref))
		for name, e := range sessions {
			same(t, name+" version "+ref, e.run(statements(t, tb, name, ref))[0], want)
		}
	}
	metadata := p.url + "/" + manifest.ObjectKey
	for _, c := range []struct {
		sql, python string
		rows, files int
	}{
		{"day = DATE '" + day(701) + "'", "day == '" + day(701) + "'", 2, 1},
		{"day = DATE '" + day(702) + "'", "day == '" + day(702) + "'", 1, 1},
		{"day = DATE '" + day(900) + "'", "day == '" + day(900) + "'", 0, 0},
		{"day > DATE '" + day(1298) + "'", "day > '" + day(1298) + "'", 6, 3},
	} {
		query := "SELECT id FROM iceberg_scan(" + quoted(metadata) + ") WHERE " + c.sql
		if rows := sessions["duckdb"].run(query)[0]; len(rows) != c.rows {
			t.Errorf("duckdb: %s gives %v, want %d rows", c.sql, rows, c.rows)
		}
		if n := sessions["duckdb"].files(query); n != c.files {
			t.Errorf("duckdb: %s reads %d files, want %d", c.sql, n, c.files)
		}
		if n := sessions["python"].files([]any{metadata, 5, c.python, map[string]string{}}); n != c.files {
			t.Errorf("python: %s reads %d files, want %d", c.python, n, c.files)
		}
	}
}

// Of a table of many files on S3, engines fetch for one day its file and, of the Iceberg manifests, only the one that may name it. DuckDB
// 1.5.5 reads all manifests before it looks at the condition (duckdb/duckdb-iceberg#995), but only one data file.
func TestManyFilesOnS3(t *testing.T) {
	s := testserver.MinIO(t)
	p := place{url: s.NewURL() + "/many"}
	p.opts.Stores.S3 = s.Options()
	v := at(t, manyFiles(t, p), "")
	m := newMeter(t, s.Endpoint)
	p.opts.Stores.S3.EndpointURL = m.URL
	all := strings.TrimSuffix(strings.TrimSpace(statements(t, p.open(t), "duckdb", "5")), ";")
	read := func(query string, rows int) map[string]*fetched {
		duckdb := start(t, "duckdb", s.Env()...) // a session keeps what it has read
		m.take()
		if got := duckdb.run(query)[0]; len(got) != rows {
			t.Errorf("%d rows, want %d", len(got), rows)
		}
		return m.take()
	}
	whole, one := read(all, int(v.Snapshot().Rows.Total)), read(all+" WHERE day = DATE '"+day(702)+"'", 1)
	for ext, f := range whole {
		t.Logf("%-8s  all: %4d objects, %7d bytes    one day: %d objects, %d bytes", ext, len(f.objects), f.bytes, len(one[ext].objects), one[ext].bytes)
	}
	if n := len(whole[".parquet"].objects); n != v.Snapshot().FileCounts.Total {
		t.Errorf("%d data files for all rows", n)
	}
	if n := len(one[".parquet"].objects); n != 1 {
		t.Errorf("%d data files for one day", n)
	}
	python := start(t, "python", s.Env()...)
	m.take()
	python.files([]any{p.url + "/" + manifest.ObjectKey, 5, "day == '" + day(702) + "'", map[string]string{"s3.endpoint": m.URL, "s3.region": testserver.Region}})
	if n := len(m.take()[".avro"].objects); n != 2 || len(whole[".avro"].objects) < 3 {
		t.Errorf("python reads %d Iceberg lists for one day, want the manifest list and a manifest", n)
	}
}
