package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/parquet-go/parquet-go"
)

// flight is a row of the flights file.
type flight struct {
	Date        time.Time `parquet:"date,timestamp(millisecond)"`
	Delay       int64     `parquet:"delay"`
	Distance    int64     `parquet:"distance"`
	Origin      string    `parquet:"origin"`
	Destination string    `parquet:"destination"`
}

// flights are those of the first three months of 2001: 90 days.
func flights() ([]flight, error) {
	f, err := os.Open(filepath.Join("testdata", "flights", "flights-3m.parquet"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := parquet.NewGenericReader[flight](f)
	defer r.Close()
	end := time.Date(2001, 4, 1, 0, 0, 0, 0, time.UTC)
	var out []flight
	buf := make([]flight, 4096)
	for {
		n, err := r.Read(buf)
		for _, x := range buf[:n] {
			if x.Date.Before(end) {
				out = append(out, x)
			}
		}
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read flights: %w", err)
		}
	}
}

// csvFile is the input of ten columns, made once: as many rows as are asked for, by going through the flights again and again. The
// five columns that the flights do not have are computed from those that they have, so it is the same everywhere.
func (b *bench) csvFile() (string, error) {
	path := filepath.Join(b.cache, fmt.Sprintf("flights-%d.csv", b.rows))
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	all, err := flights()
	if err != nil {
		return "", err
	}
	f, err := os.Create(path + ".new")
	if err != nil {
		return "", err
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	w.WriteString("id,departed,day,origin,destination,distance,delay,carrier,fare,tail\n") // errors stay until Flush
	line := make([]byte, 0, 128)
	for i := range b.rows {
		line = appendFlight(line[:0], i, all[i%len(all)])
		w.Write(line)
	}
	if err := w.Flush(); err != nil {
		return "", err
	}
	return path, os.Rename(path+".new", path)
}

// carriers of 2001.
func carriers() []string { return []string{"AA", "AS", "CO", "DL", "HP", "NW", "TW", "UA", "US", "WN"} }

func appendFlight(line []byte, i int, f flight) []byte {
	mix := uint64(i) * 0x9E3779B97F4A7C15 >> 32
	line = strconv.AppendInt(line, int64(100_000_001+i), 10)
	line = f.Date.UTC().AppendFormat(append(line, ','), time.DateTime)
	line = f.Date.UTC().AppendFormat(append(line, ','), time.DateOnly)
	line = append(append(line, ','), f.Origin...)
	line = append(append(line, ','), f.Destination...)
	line = strconv.AppendInt(append(line, ','), f.Distance, 10)
	line = strconv.AppendInt(append(line, ','), f.Delay, 10)
	line = append(append(line, ','), carriers()[mix%10]...)
	line = strconv.AppendFloat(append(line, ','), float64(f.Distance)*0.11+float64(mix%20000)/100, 'f', 2, 64)
	line = fmt.Appendf(append(line, ','), "N%05d%s", mix%5000, carriers()[mix%10])
	return append(line, '\n')
}
