package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/tablectl/tablectl/table"
)

// shownPartitions is how many partitions people are shown; JSON has all.
const shownPartitions = 50

// diffText is a diff for people.
func diffText(w io.Writer, d *table.Diff) {
	fmt.Fprintf(w, "version %d → %d of %s\n", d.A, d.B, printable(d.Table))
	columns(w, func(line func(...any)) {
		line("rows", change(d.RowsBefore, d.RowsAfter))
		f := d.Files
		line("files", fmt.Sprintf("%s removed, %s added, %s shared (%s)",
			count(int64(len(f.Removed))), count(int64(len(f.Added))), count(int64(f.Shared.Files)), bytesText(f.Shared.Bytes)))
		line("read", fmt.Sprintf("%s, %s", plural(int64(d.Read.Files), "file"), bytesText(d.Read.Bytes)))
	})
	if len(d.Schema) > 0 {
		fmt.Fprintln(w, "\nschema")
		columns(w, func(line func(...any)) {
			for _, c := range d.Schema {
				line("  "+c.Kind, orDash(c.Column), schemaChangeText(c))
			}
		})
	}
	if len(d.Partitions) > 0 {
		fmt.Fprintln(w, "\npartitions that differ")
		columns(w, func(line func(...any)) { partitionsText(line, d.Partitions) })
	}
	if len(d.Sums) > 0 && d.Read.Files > 0 {
		fmt.Fprintln(w, "\n"+sumsTitle(d))
		columns(w, func(line func(...any)) {
			line("  COLUMN", "BEFORE", "AFTER", "DIFFERENCE")
			for _, s := range d.Sums {
				line("  "+s.Name, s.Before.Total, s.After.Total, s.Difference)
			}
		})
	}
	if d.Rows != nil {
		rowCountsText(w, d.Rows)
	}
}

func schemaChangeText(c table.SchemaChange) string {
	switch {
	case c.Kind == table.ColumnAdded:
		return c.After
	case c.Kind == table.ColumnDropped:
		return c.Before
	}
	return fmt.Sprintf("%v → %v", orDash(c.Before), orDash(c.After))
}

func partitionsText(line func(...any), parts []table.PartitionDiff) {
	line("  PARTITION", "ROWS", "FILES")
	for i, p := range parts {
		if i == shownPartitions {
			line(fmt.Sprintf("  … and %s more (-o json has them)", count(int64(len(parts)-i))))
			return
		}
		line(fmt.Sprint("  ", orDash(p.Name)), change(p.Before.Rows, p.After.Rows), change(int64(p.Before.Files), int64(p.After.Files)))
	}
}

// sumsTitle says what was added up.
func sumsTitle(d *table.Diff) string {
	if d.Files.Shared.Files == 0 {
		return "sums"
	}
	return "sums of the files that differ"
}

// rowCountsText says how many rows differ, and what was compared.
func rowCountsText(w io.Writer, r *table.RowCounts) {
	how := "compared whole, there is no key"
	if len(r.Key) > 0 {
		how = "by " + strings.Join(r.Key, ", ")
	}
	fmt.Fprintf(w, "\nrows (%s): %s removed, %s added, %s changed\n", printable(how), count(r.Removed), count(r.Added), count(r.Changed))
	var in []string
	for _, name := range r.Compared {
		if n := r.Columns[name]; n > 0 {
			in = append(in, fmt.Sprintf("%s in %s", name, plural(n, "row")))
		}
	}
	if len(in) > 0 {
		fmt.Fprintln(w, "  changed: "+printable(strings.Join(in, ", ")))
	}
	if r.Repeated > 0 {
		fmt.Fprintf(w, "  %s with several rows that differ: those count as removed and added\n", plural(r.Repeated, "key"))
	}
	if i := slices.IndexFunc(r.Compared, func(name string) bool { return !slices.Contains(r.Key, name) }); i < 0 && len(r.Key) > 0 {
		fmt.Fprintln(w, "  the versions have no other columns in common")
	}
}

// change is "3 → 4 (+1)".
func change(before, after int64) string {
	if before == after {
		return count(after)
	}
	sign := ""
	if after > before {
		sign = "+"
	}
	return fmt.Sprintf("%s → %s (%s%s)", count(before), count(after), sign, count(after-before))
}
