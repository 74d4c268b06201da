package writer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer/internal/encode"
	"github.com/tablectl/tablectl/writer/internal/spool"
)

// The levels of validation.
const (
	// LevelFull reads every byte once: sizes, checksums, and every page decoded; keys are unique.
	LevelFull = "full"
	// LevelFooter reads the ends of the files: sizes, footers, schemas, counts, and statistics as the footers state them.
	LevelFooter = "footer"
)

// ValidateOptions say how thoroughly to look, and with what. Zero values mean the defaults of Options.
type ValidateOptions struct {
	Level       string // default LevelFull
	Memory      int64
	SpoolDir    string
	Concurrency int                      // columns decoded at once
	Older       []manifest.PartitionSpec // with which files may have been written, beside spec
	Names       map[int][]string         // that columns had before, by field id: for CheckKeys of files without ids
	Progress    func(Progress)
	Logger      *slog.Logger
}

func (o ValidateOptions) withDefaults() (ValidateOptions, error) {
	switch o.Level {
	case "":
		o.Level = LevelFull
	case LevelFull, LevelFooter:
	default:
		return o, fmt.Errorf("%w: validation level %q is neither %q nor %q", ErrOptions, o.Level, LevelFull, LevelFooter)
	}
	if o.Memory == 0 {
		o.Memory = DefaultMemory
	}
	o.Memory = max(o.Memory, MinMemory)
	if o.Concurrency <= 0 {
		o.Concurrency = runtime.GOMAXPROCS(0)
	}
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o, nil
}

// Validate looks whether the files are in the store as they are described and fit the schema. An error means that it could not look;
// what it found wrong is in the report, whose checks are those that the level has: "size", "checksum", "footer", "schema", "rows",
// "pages", "required", "bounds", "partition" and "key". At LevelFooter there is no "pages" and no "key", "checksum" compares what the
// store keeps (absent if it keeps nothing), and the others believe the footer.
func Validate(ctx context.Context, store objstore.Store, files []manifest.File, schema manifest.Schema, spec manifest.PartitionSpec, o ValidateOptions) (report manifest.Report, err error) {
	o, err = o.withDefaults()
	if err != nil {
		return report, err
	}
	v := &validator{o: &o, store: store, schema: schema, parts: map[int][]partLeaf{}, slots: make(chan struct{}, o.Concurrency), budget: newBudget(o.Memory)}
	if v.layout, err = encode.NewSchema(schema); err != nil {
		return report, err
	}
	for _, spec := range append([]manifest.PartitionSpec{spec}, o.Older...) {
		if v.parts[spec.ID], err = partitionLeaves(v.layout, schema, spec); err != nil {
			return report, err
		}
	}
	v.spools = spool.Open(o.SpoolDir, 0)
	defer func() { err = errors.Join(err, v.spools.Close()) }()
	if o.Level == LevelFull && len(schema.IdentifierFieldIDs) > 0 {
		if v.keys, err = newKeySet(schema, v.spools, o.Memory/4); err != nil {
			return report, err
		}
		defer v.keys.close()
		v.budget = newBudget(o.Memory - o.Memory/4)
	}
	return v.run(ctx, files)
}

// validator looks at the files of one version.
type validator struct {
	o      *ValidateOptions
	store  objstore.Store
	schema manifest.Schema
	layout *encode.Schema
	parts  map[int][]partLeaf // by id of the spec
	keys   *keySet
	spools *spool.Dir
	budget *budget
	slots  chan struct{} // decoders at work

	mu   sync.Mutex
	done Progress
}

// run looks at several files at once.
func (v *validator) run(ctx context.Context, files []manifest.File) (manifest.Report, error) {
	results := make([]*findings, len(files))
	g, inner := errgroup.WithContext(ctx)
	g.SetLimit(max(4, 2*v.o.Concurrency))
	for i := range files {
		if inner.Err() != nil {
			break
		}
		g.Go(func() error {
			results[i] = &findings{}
			cost := v.cost(&files[i])
			if err := v.budget.acquire(inner, cost); err != nil {
				return err
			}
			defer v.budget.release(cost)
			if err := v.file(inner, &files[i], results[i]); err != nil {
				return fmt.Errorf("validate %s: %w", files[i].Key, err)
			}
			v.progress(files[i].Rows, files[i].Bytes)
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return manifest.Report{}, err
	}
	if err := ctx.Err(); err != nil {
		return manifest.Report{}, context.Cause(ctx)
	}
	keys := &findings{}
	if v.keys != nil {
		if err := v.keys.check(ctx, v, files, keys); err != nil {
			return manifest.Report{}, fmt.Errorf("validate keys: %w", err)
		}
	}
	return report(v.o.Level, files, append(results, keys)), nil
}

func (v *validator) progress(rows, bytes int64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.done.Rows += rows
	v.done.Bytes += bytes
	v.done.Files++
	v.o.Progress(v.done)
}
