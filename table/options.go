package table

import (
	"log/slog"
	"os"
	"os/user"
	"time"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/internal/objstore/urlstore"
)

// Options are what a program says once for all its work on a table. The zero value is usable.
type Options struct {
	Stores      urlstore.Options // endpoint, region, profile, encryption, …
	Store       objstore.Store   // used instead of what the URL names, if set
	Logger      *slog.Logger
	By          string        // who writes, for the history; default user@host
	Memory      int64         // bytes in use at most while publishing or scanning, default DefaultMemory
	SpoolDir    string        // for files that are not yet uploaded; default the system's temporary directory
	Concurrency int           // requests and encoders at once, default the number of cores (at least 4 requests)
	Deadline    time.Duration // how long an undecided write of the manifest is pursued, default DefaultDeadline
	Lease       time.Duration // how long a reservation is good without renewal, default DefaultLease
	Writer      string        // recorded in snapshots: program and version
	Progress    func(Progress)
}

// Defaults of Options.
const (
	DefaultMemory   = 512 << 20
	MinMemory       = 64 << 20
	DefaultDeadline = 2 * time.Minute
	DefaultLease    = time.Hour
)

// Progress is what a publish reports from time to time.
type Progress struct {
	Phase string // "read": fingerprint and columns; "write"; "validate"
	Rows  int64  // written or validated
	Bytes int64  // read of the input where Total is known, else of data files
	Total int64  // bytes of the input, 0 if unknown or if files are read back
	Files int
}

func (o Options) withDefaults() Options {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.By == "" {
		o.By = whoami()
	}
	if o.Memory == 0 {
		o.Memory = DefaultMemory
	}
	if o.SpoolDir == "" {
		o.SpoolDir = os.TempDir()
	}
	if o.Deadline == 0 {
		o.Deadline = DefaultDeadline
	}
	if o.Lease == 0 {
		o.Lease = DefaultLease
	}
	if o.Writer == "" {
		o.Writer = "tablectl"
	}
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	return o
}

// whoami is user@host for the history; either part may be unknown.
func whoami() string {
	name, host := "unknown", "unknown"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	if h, err := os.Hostname(); err == nil {
		host = h
	}
	return name + "@" + host
}
