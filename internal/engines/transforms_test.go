//go:build engines

package engines

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tablectl/tablectl/table"
)

const transformedDDL = `id bigint not null, i int, l bigint, dec decimal(9, 2), big decimal(38, 4), s varchar, raw binary, d date, ts timestamp, tz timestamptz, ok boolean`

// transformed are, by column, all transforms that are defined for it, and conditions in SQL and in PyIceberg's words. The first is on one
// value, which is in one partition.
var transformed = []struct {
	column, transforms string
	conditions         [][2]string
}{
	{"i", "identity bucket truncate", [][2]string{{"i = -3", "i == -3"}, {"i < -2", "i < -2"}, {"i >= 3", "i >= 3"}, {"i IS NULL", "i is null"}}},
	{"l", "identity bucket truncate", [][2]string{{"l = -30000000000", "l == -30000000000"}, {"l < -20000000000", "l < -20000000000"}}},
	{"dec", "identity bucket truncate", [][2]string{{"dec = -3.25", "dec == -3.25"}, {"dec < -2.00", "dec < -2.00"}, {"dec = 3.25", "dec == 3.25"}, {"dec > 3.25", "dec > 3.25"}}},
	{"big", "identity bucket truncate", [][2]string{{"big = -3.2500", "big == -3.2500"}, {"big < -2.0000", "big < -2.0000"}, {"big >= 2.2500", "big >= 2.2500"}}},
	{"s", "identity bucket truncate", [][2]string{{"s = 'ab'", "s == 'ab'"}, {"s = '日本語'", "s == '日本語'"}, {"s >= 'éa' AND s < '日'", "s >= 'éa' and s < '日'"}, {"s LIKE '日本%'", "s like '日本%'"}}},
	{"raw", "identity bucket truncate", [][2]string{{"raw IS NULL", "raw is null"}}},
	{"d", "identity year month day bucket", [][2]string{{"d = DATE '1969-10-18'", "d == '1969-10-18'"}, {"d < DATE '1970-01-01'", "d < '1970-01-01'"}, {"d >= DATE '1969-12-31'", "d >= '1969-12-31'"}}},
	{"ts", "identity year month day hour bucket", [][2]string{{"ts = TIMESTAMP '1969-10-17 20:59:59.999999'", "ts == '1969-10-17T20:59:59.999999'"},
		{"ts < TIMESTAMP '1970-01-01 00:00:00'", "ts < '1970-01-01T00:00:00'"}, {"ts > TIMESTAMP '1969-12-31 23:59:59.999998'", "ts > '1969-12-31T23:59:59.999998'"}}},
	{"tz", "identity year month day hour bucket", [][2]string{{"tz = TIMESTAMPTZ '1969-10-17 20:59:59.999999+00:00'", "tz == '1969-10-17T20:59:59.999999+00:00'"},
		{"tz < TIMESTAMPTZ '1970-01-01 00:00:00+00:00'", "tz < '1970-01-01T00:00:00+00:00'"}}},
	{"ok", "identity", [][2]string{{"ok = true", "ok == true"}}},
}

// transformedRows have, before and after 1970 and zero, twelve values in every column, and null. In a bucket lie values far apart, so that
// bounds alone leave out little.
func transformedRows() []string {
	texts := []string{"", "a", "ab", "abc", "b", "éa", "éab", "éb", "日本", "日本語", "日本x", "😀z"}
	var out []string
	for id := range 52 {
		if id%13 == 12 {
			out = append(out, fmt.Sprintf(`{"id": %d}`, id))
			continue
		}
		v := id*5%12 - 6
		day := time.Unix(0, 0).UTC().AddDate(0, 0, 25*v)
		at := day.Add(time.Duration(v)*time.Hour - time.Microsecond).Format("2006-01-02 15:04:05.999999")
		out = append(out, fmt.Sprintf(`{"id": %d, "i": %d, "l": %d0000000000, "dec": "%d.25", "big": "%d.2500", "s": %q, "raw": %q, "d": %q, "ts": %q, "tz": %q, "ok": %t}`,
			id, v, v, v, v, texts[v+6], base64.StdEncoding.EncodeToString([]byte{byte(v+6) / 4, 0xff, byte(v)}), day.Format(time.DateOnly), at, at+"Z", v%2 == 0))
	}
	return out
}

// clauses are a column's transforms in the words of --partition-by.
func clauses(column, transforms string) []string {
	var out []string
	for _, t := range strings.Fields(transforms) {
		switch t {
		case "identity":
			out = append(out, column)
		case "bucket":
			out = append(out, "bucket(4, "+column+")")
		case "truncate":
			out = append(out, "truncate(2, "+column+")")
		default:
			out = append(out, t+"("+column+")")
		}
	}
	return out
}

// Partitions by every transform of every type: all rows are there, conditions give the rows that they give without partitions, and the files
// of other partitions are not read.
func TestTransforms(t *testing.T) {
	p := local(t)
	sessions := p.sessions(t)
	plain := p.partitioned(t)
	want := scanned(t, at(t, plain, ""))
	for _, c := range transformed {
		for _, clause := range clauses(c.column, c.transforms) {
			t.Run(clause, func(t *testing.T) {
				tb := p.partitioned(t, clause)
				for name, e := range sessions {
					same(t, name, e.run(statements(t, tb, name, "1"))[0], want)
				}
				for i, words := range c.conditions {
					f := filter{plain: plain, tb: tb, clause: clause, sql: words[0], python: words[1]}
					f.check(t, sessions["duckdb"], sessions["python"], i == 0)
				}
			})
		}
	}
}

// partitioned is a table of transformedRows below p.
func (p place) partitioned(t *testing.T, by ...string) *table.Table {
	t.Helper()
	p.url += " " + strings.Join(by, "")
	tb := p.open(t)
	publish(t, tb, table.Definition{Columns: columns(t, transformedDDL), PartitionBy: by}, "run-1", transformedRows()...)
	return tb
}
