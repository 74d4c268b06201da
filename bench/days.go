package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// dayRows is how many rows a day has in the tables of days.
const dayRows = 100_000

// days measures the replacement of one day in a table of 90 and in one of 900: it should cost the day, and not the table.
func (b *bench) days() error {
	day, err := b.dayFile()
	if err != nil {
		return err
	}
	few, err := b.replaceDay(day, 90)
	if err != nil {
		return err
	}
	many, err := b.replaceDay(day, 900)
	if err != nil {
		return err
	}
	rs, err := interleave(2*b.runs, []candidate{many, few})
	if err != nil {
		return err
	}
	b.report.compare(fmt.Sprintf("replace one day of %d rows", dayRows), "≤ 1.10 of the table of 90 days", rs[0], rs[1:])
	return nil
}

// replaceDay makes a table of so many days, of one small file each but for one, which each run replaces.
func (b *bench) replaceDay(day string, days int) (candidate, error) {
	table, err := b.scratch(fmt.Sprint("days-", days))
	if err != nil {
		return candidate{}, err
	}
	all := filepath.Join(b.work, fmt.Sprintf("days-%d.csv", days))
	if err := writeFlights(all, 1, days); err != nil {
		return candidate{}, err
	}
	run := func(args ...string) (sample, error) {
		cmd := command(b.ctx, b.bin, append(args, "--quiet", "--concurrency", strconv.Itoa(b.threads))...)
		cmd.Env = append(os.Environ(), "GOMAXPROCS="+strconv.Itoa(b.threads))
		return measure(cmd)
	}
	if _, err := run("publish", table, all, "--mode", "replace-partitions", "--partition-by", "day"); err != nil {
		return candidate{}, err
	}
	n := 0
	return candidate{fmt.Sprintf("tablectl, a table of %d days", days), func() (sample, error) {
		n++
		return run("publish", table, day, "--mode", "replace-partitions", "--run-id", fmt.Sprint("bench-", n))
	}}, nil
}

// dayFile is one day of rows.
func (b *bench) dayFile() (string, error) {
	path := filepath.Join(b.work, "day.csv")
	return path, writeFlights(path, dayRows, 1)
}

// writeFlights writes rows for each of so many days from 2001 on, in the columns of csvFile.
func writeFlights(path string, rows, days int) error {
	all, err := flights()
	if err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	w.WriteString("id,departed,day,origin,destination,distance,delay,carrier,fare,tail\n") // errors stay until Flush
	first := time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)
	line := make([]byte, 0, 128)
	for i := range rows * days {
		x := all[i%len(all)]
		x.Date = first.AddDate(0, 0, i/rows)
		line = appendFlight(line[:0], i, x)
		w.Write(line)
	}
	return w.Flush()
}
