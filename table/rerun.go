package table

import (
	"context"
	"fmt"

	"github.com/tablectl/tablectl/manifest"
)

// filesOfRun are the files of the parent that this run added before: those that a rerun of an append replaces. It is refused where a
// later version has rewritten rows of the run, because then they can no longer be told from others.
func (p *publication) filesOfRun(ctx context.Context, on *parent) ([]manifest.File, error) {
	if !p.o.Rerun {
		return nil, nil
	}
	before, err := p.addedBefore(ctx)
	if err != nil || len(before) == 0 {
		return nil, err
	}
	var out []manifest.File
	err = on.files.Each(ctx, nil, func(f manifest.File) error {
		if before.take(f) {
			out = append(out, f)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the files of version %d: %w", on.version, err)
	}
	if f, ok := before.any(); ok {
		return nil, fmt.Errorf("%w: what run %s added can no longer be replaced: a later version has rewritten %s; roll back, or append under another run id",
			ErrConflict, p.run, f.Key)
	}
	return out, nil
}

// addedBefore are the files with which the latest version that this run published, and that is current or an ancestor of
// what is current, holds rows of the run.
func (p *publication) addedBefore(ctx context.Context) (filesLeft, error) {
	m := p.base.m
	events, err := p.t.events(ctx, m, p.run)
	if err != nil {
		return nil, err
	}
	v, ok := m.LatestOfRun(events, p.run)
	if !ok {
		return nil, nil
	}
	entry, live := m.Live(v)
	if !live {
		return nil, fmt.Errorf("%w: what run %s added with version %d can no longer be replaced, because that version has expired", ErrConflict, p.run, v)
	}
	s, err := p.t.snapshot(ctx, entry)
	if err != nil {
		return nil, p.t.missing(ctx, v, err)
	}
	if s.Mode != string(Append) {
		return nil, fmt.Errorf("%w: run %s published version %d in mode %s; only what an append added can be replaced by another", ErrConflict, p.run, v, s.Mode)
	}
	files := filesLeft{}
	for f, err := range p.t.eachFile(ctx, s) {
		if err != nil {
			return nil, err
		}
		if f.AddedBy.Run == p.run && f.Rows > 0 {
			files.add(f)
		}
	}
	return files, nil
}
