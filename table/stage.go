package table

import (
	"context"
	"errors"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/internal/source"
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer"
)

// stage is P3 and P4: the data files are in the store and have been read back. Nothing of it is visible.
func (p *publication) stage(ctx context.Context) error {
	if p.o.Mode.keyed() {
		return p.stageMerge(ctx)
	}
	if err := p.write(ctx); err != nil {
		return err
	}
	p.t.opts.Logger.Info("written", "run", p.run, "version", p.pending.Version, "files", len(p.files))
	if err := p.checkStated(); err != nil {
		return err
	}
	if err := p.validateFiles(ctx, p.files); err != nil {
		return err
	}
	p.setAside()
	return nil
}

// write puts the data files: Parquet inputs that fit as they are, everything else encoded.
func (p *publication) write(ctx context.Context) error {
	o := p.writerOptions()
	rest, err := p.takeVerbatim(ctx, &o)
	if err != nil || rest == nil {
		return err
	}
	rr, err := rest(ctx)
	if err != nil {
		return err
	}
	defer rr.Release()
	files, err := writer.Write(ctx, rr, o)
	if err != nil {
		return misplaced(err)
	}
	p.files = append(p.files, files...)
	return nil
}

// misplaced says of rows that no partition takes, or too many, that the input is wrong.
func misplaced(err error) error {
	if errors.Is(err, manifest.ErrValue) || errors.Is(err, writer.ErrTooManyPartitions) {
		return fmt.Errorf("%w: %w", ErrInput, err)
	}
	return err
}

func (p *publication) writerOptions() writer.Options {
	var reuse []manifest.Version // what an earlier attempt may have left
	if p.resumed {
		reuse = append([]manifest.Version{p.pending.Version}, p.pending.Holds...)
	}
	return writer.Options{
		Store: p.t.store, Version: p.pending.Version, Run: p.run, Reuse: reuse, Names: p.formerNames(),
		Schema: p.layout.schema, Spec: p.layout.spec, SortOrder: p.layout.sort, Settings: p.layout.settings,
		Memory: p.t.opts.Memory / 2, SpoolDir: p.t.opts.SpoolDir, Concurrency: p.t.opts.Concurrency, Logger: p.t.opts.Logger,
		Progress: p.meter().writing,
	}
}

// read gives all rows of the inputs in the wanted columns.
func (p *publication) read(ctx context.Context, want *arrow.Schema, allow source.Allow) (array.RecordReader, error) {
	if p.in.src == nil {
		return &castReader{RecordReader: p.in.reader, want: want, allow: allow}, nil
	}
	return p.in.src.Allowing(allow).Read(ctx, want)
}

// allow is in what the columns of the inputs may differ from the table's.
func (p *publication) allow() source.Allow { return source.Allow{Absent: p.o.AllowMissing} }

// opener opens the rows that are still to be written.
type opener func(context.Context) (array.RecordReader, error)

// takeVerbatim publishes the Parquet inputs that fit the table byte for byte, without decoding them, and returns how to read the
// others, nil if there are none. Their numbers come first, so that the names of files do not depend on how long anything takes.
func (p *publication) takeVerbatim(ctx context.Context, o *writer.Options) (opener, error) {
	want := columnar.ArrowSchema(p.layout.schema)
	if p.in.src == nil {
		return func(ctx context.Context) (array.RecordReader, error) { return p.read(ctx, want, p.allow()) }, nil
	}
	candidates := p.in.src.Parquet(ctx)
	var rest []source.ParquetInput
	for _, in := range candidates {
		f, reason, err := writer.Verbatim(ctx, writer.Input{Name: in.Name, ReaderAt: in.ReaderAt, Size: in.Size, SHA256: in.SHA256, CRC64NVME: in.CRC64NVME}, len(p.files), *o)
		switch {
		case err != nil:
			return nil, fmt.Errorf("take %s: %w", in.Name, err)
		case reason != "":
			p.t.opts.Logger.Info("not taken verbatim", "input", in.Name, "why", reason)
			rest = append(rest, in)
		default:
			p.files = append(p.files, f)
		}
	}
	o.FirstSeq = len(p.files)
	if len(candidates) > 0 && len(rest) == 0 {
		return nil, nil
	}
	src := p.in.src
	if len(rest) < len(candidates) {
		src = src.Only(rest)
	}
	return func(ctx context.Context) (array.RecordReader, error) { return src.Allowing(p.allow()).Read(ctx, want) }, nil
}

// validateFiles is P4. What does not pass is kept with its report and never becomes visible.
func (p *publication) validateFiles(ctx context.Context, files []manifest.File) error {
	report, err := writer.Validate(ctx, p.t.store, files, p.layout.schema, p.layout.spec, p.validateOptions())
	p.reports = append(p.reports, report)
	if err != nil {
		return fmt.Errorf("validate version %d: %w", p.pending.Version, err)
	}
	if !report.Passed {
		return &ValidationError{Version: p.pending.Version, Report: report}
	}
	return nil
}

// formerNames are names that columns of the version that is built on had before.
func (p *publication) formerNames() map[int][]string {
	return p.base.m.FormerNames(current(p.base.m))
}

func (p *publication) validateOptions() writer.ValidateOptions {
	var older []manifest.PartitionSpec
	if p.merging != nil {
		older = p.merging.older
	}
	return writer.ValidateOptions{
		Level: p.level(), Older: older, Names: p.formerNames(), Memory: p.t.opts.Memory / 2, SpoolDir: p.t.opts.SpoolDir,
		Concurrency: p.t.opts.Concurrency, Logger: p.t.opts.Logger, Progress: p.meter().validating,
	}
}

// level is how thoroughly is validated.
func (p *publication) level() string {
	if p.o.Validate == "" {
		return writer.LevelFull
	}
	return p.o.Validate
}
