// Command demo shows what tablectl is for: real flights are published, a second month follows, then a wrong delivery with every
// distance doubled; the log and a query show it, a rollback undoes it, and repeating the wrong delivery is refused. Everything is
// done by the program itself, in a temporary directory, or with -minio on a MinIO that is built and started for it.
//
// It fails if any step does not do what it says.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"
)

func main() {
	minio := flag.Bool("minio", false, "on a MinIO instead of a directory")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := demo(ctx, *minio)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func demo(ctx context.Context, minio bool) error {
	started := time.Now()
	dir, err := os.MkdirTemp("", "tablectl-demo-")
	if err != nil {
		return fmt.Errorf("make a directory: %w", err)
	}
	s := &stage{ctx: ctx, dir: dir, table: "flights"}
	if err := s.build(); err != nil {
		return err
	}
	if minio {
		defer os.RemoveAll(dir) // nothing of it can be read once the server is gone
		if err := s.startMinIO(); err != nil {
			return err
		}
	}
	s.play()
	if s.failed != nil {
		return s.failed
	}
	s.say("Done in %.0f seconds.", time.Since(started).Seconds())
	if !minio {
		s.say("The table stays at %s, for you to look at; delete it when you like.", s.file(s.table))
	}
	return nil
}

// flights is the input.
const flights = "flights-3m.parquet"

// play is the demonstration.
func (s *stage) play() {
	s.say("Three million flights of 2001, as Parquet. First, two months of them as CSV, as a supplier would send them:")
	const all, january, february, wrong = "all", "2001-01.csv", "2001-02.csv", "corrected.csv"
	s.bring(flights)
	s.run("publish", all, flights)
	s.save(january, "cat", all, "--where", "date < '2001-02-01'")
	s.save(february, "cat", all, "--where", "date >= '2001-02-01' and date < '2001-03-01'")
	s.remove(all)
	s.remove(flights)

	s.say("1. The first month becomes version 1. It is visible once every byte of it has been read back and checked.")
	s.run("publish", s.table, january, "-m", "January")
	s.say("2. With the second month there is version 2. Whoever reads version 1 is not disturbed.")
	s.run("publish", s.table, january, february, "-m", "January and February")
	s.say("The same command again does nothing, and says so. So a job that is repeated, or killed and repeated, does no harm:")
	s.run("publish", s.table, january, february, "-m", "January and February")

	s.say("3. Then a wrong delivery: every distance doubled. It is well-formed, so nothing stops it.")
	s.double(wrong, january, february)
	s.run("publish", s.table, wrong, "-m", "corrected distances, they said")
	s.say("From Los Angeles to New York it is 2475 miles. Now the table says:")
	s.query("4950")
	s.run("log", s.table)

	s.say("4. Back to what was right, in one write. No data moves:")
	s.run("rollback", s.table, "--to", "previous", "-m", "distances were doubled")
	s.query("2475")

	s.say("5. The scheduler repeats the bad job. It is refused, so that nobody undoes the rollback by accident:")
	s.refused(6, "publish", s.table, wrong, "-m", "corrected distances, they said")
	s.query("2475")
	s.run("log", s.table)

	s.say("DuckDB reads the same table, at every moment one whole version of it, with:")
	s.run("sql", s.table, "--for", "duckdb")
}
