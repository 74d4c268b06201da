package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/internal/source/blocks"
	"github.com/tablectl/tablectl/internal/source/csv"
)

// CSVOptions are the dialect of CSV inputs. The zero value is the usual one.
type CSVOptions = csv.Dialect

// DefaultMemory is Options.Memory where it is not set.
const DefaultMemory = 128 << 20

// Options say how inputs are to be understood and what may be used for it. The zero value is good for local files.
type Options struct {
	Format      string // "csv", "tsv", "ndjson", "parquet", "arrow"; "": by the extension of each name
	CSV         CSVOptions
	Allow       Allow     `json:"-"` // in what the columns of the inputs may differ from those that Read wants
	Stdin       io.Reader `json:"-"` // what the input "-" is; Format is needed for it
	SpoolDir    string    `json:"-"` // for standard input; "": the system's
	Concurrency int       `json:"-"` // goroutines that parse; 0: as many as there are cores
	Memory      int64     `json:"-"` // bytes; 0: DefaultMemory

	// Open gives the store and the key for an s3:// URL.
	Open func(ctx context.Context, url string) (objstore.Store, string, error) `json:"-"`

	Progress func(Progress) `json:"-"` // called often, from any goroutine; may be nil
	Logger   *slog.Logger   `json:"-"` // may be nil
}

// Progress says how far a pass over the input is.
type Progress struct {
	Pass  string // "scan": fingerprint and schema; "read"
	Bytes int64  // read of the files as they are, compressed or not
	Total int64
}

// maxRecord is the largest record in bytes. Until it is a row of a file a record is in memory several times over: as it was read, as a
// value, as a page, and again when it is read back.
func (o Options) maxRecord() int { return int(min(blocks.MaxRecord, o.Memory/4)) }

func (o Options) defaults() (Options, error) {
	if o.Concurrency <= 0 {
		o.Concurrency = runtime.GOMAXPROCS(0)
	}
	if o.Memory <= 0 {
		o.Memory = DefaultMemory
	}
	if o.SpoolDir == "" {
		o.SpoolDir = os.TempDir()
	}
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Open == nil {
		o.Open = func(context.Context, string) (objstore.Store, string, error) {
			return nil, "", errors.New("no object store is set up")
		}
	}
	if o.Format != "" && !known(format(o.Format)) {
		return o, fmt.Errorf("%w: format %q is none of csv, tsv, ndjson, parquet, arrow", ErrUsage, o.Format)
	}
	if err := o.CSV.Check(); err != nil {
		return o, fmt.Errorf("%w: csv: %w", ErrUsage, err)
	}
	return o, nil
}
