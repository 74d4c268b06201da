package source

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// BenchmarkCSV reads a file as a first publish does: fingerprint and schema in one pass, then the rows.
func BenchmarkCSV(b *testing.B) {
	path := filepath.Join(b.TempDir(), "flights.csv")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriter(f)
	fmt.Fprintln(w, "id,day,at,origin,carrier,distance,delay,air_time,price,share")
	for i := range 1_000_000 {
		fmt.Fprintf(w, "%d,2024-%02d-%02d,2024-%02d-%02d %02d:%02d:%02d,%c%c%c,AA,%d,%d,%d,%d.%02d,0.%06d\n", 1_000_000+i, i/90_000+1, i/3000%28+1, i/90_000+1,
			i/3000%28+1, i*7%24, i*13%60, i*11%60, 'A'+i%26, 'A'+i/7%26, 'A'+i/31%26, 100+i*17%4000, i*31%200-40, 20+i*19%400, i*7%1000, i%100, i*7919%1_000_000)
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	info, err := f.Stat()
	if err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	ctx := context.Background()
	run := func(name string, do func(*Source) error) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(info.Size())
			for b.Loop() {
				s, err := Open(ctx, []string{path}, Options{})
				if err != nil {
					b.Fatal(err)
				}
				if err := do(s); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	read := func(s *Source) error {
		r, err := s.Read(ctx, nil)
		if err != nil {
			return err
		}
		defer r.Release()
		n := int64(0)
		for r.Next() {
			n += r.Record().NumRows()
		}
		if r.Err() == nil && n != 1_000_000 {
			return fmt.Errorf("%d rows", n)
		}
		return r.Err()
	}
	run("fingerprint", func(s *Source) error { return s.Prepare(ctx, false) })
	run("fingerprint+schema", func(s *Source) error { return s.Prepare(ctx, true) })
	run("all", read)
}
