package table

import (
	"context"
	"errors"
	"fmt"

	"github.com/tablectl/tablectl/internal/expr"
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer"
)

// UpsertOptions say what an upsert does where a key is there already, and what its input means.
type UpsertOptions struct {
	WhenMatched   string   // "update" (default), "ignore" or "error"
	UpdateColumns []string // columns that an update touches; none: all that the input has
	DeleteWhen    string   // boolean column of the input: where it is true, the row with that key goes
	OrderBy       string   // column of the input: of several rows with one key the greatest counts; "": such rows are refused
}

func (o UpsertOptions) set() bool {
	return o.WhenMatched != "" || len(o.UpdateColumns) > 0 || o.DeleteWhen != "" || o.OrderBy != ""
}

// merges bounds how often an upsert or delete starts over because others have changed the files that it read.
const merges = 5

// merging is what an upsert or delete looks for in the files of a version, and what it last made of one.
type merging struct {
	rows  *writer.Changes // by key
	where *expr.Expr      // by condition

	on      manifest.Version
	times   int
	older   []manifest.PartitionSpec // of files that are read, beside the table's own
	read    []manifest.File          // those that may hold such rows
	dropped []manifest.File          // under their keys in that version
	merged  writer.Merged
}

func (m *merging) close() error {
	if m.rows == nil {
		return nil
	}
	return m.rows.Close()
}

// mayTouch says whether a file can hold a row that is looked for.
func (m *merging) mayTouch(f manifest.File, spec manifest.PartitionSpec) bool {
	if m.where != nil {
		return f.Rows > 0 && m.where.MayMatch(f, spec)
	}
	return f.Rows > 0 && m.rows.MayTouch(f, spec)
}

// touched are the files of a version that may hold such rows.
func (m *merging) touched(ctx context.Context, on *parent) ([]manifest.File, error) {
	return on.in(ctx, nil, func(f manifest.File) bool { return m.mayTouch(f, on.specOf(f)) })
}

// holds says whether what was merged is what would be merged with another version: the files that may hold such rows are the same. If so,
// it goes on with the keys that they have there.
func (m *merging) holds(ctx context.Context, on *parent) (bool, error) {
	if m.on == on.version {
		return true, nil
	}
	files, err := m.touched(ctx, on)
	if err != nil || len(files) != len(m.read) {
		return false, err
	}
	left, gone := lookFor(m.read), lookFor(m.dropped)
	var dropped []manifest.File
	for _, f := range files {
		if !left.take(f) {
			return false, nil
		}
		if gone.take(f) {
			dropped = append(dropped, f)
		}
	}
	m.on, m.read, m.dropped = on.version, files, dropped
	return true, nil
}

// merge writes what an upsert or delete makes of a version, and validates it.
func (p *publication) merge(ctx context.Context, on *parent) error {
	m := p.merging
	if m.times++; m.times > merges {
		return fmt.Errorf("%w: others have changed the same files %d times while this publish merged with them; run it again", ErrConflict, merges)
	}
	base, err := m.touched(ctx, on)
	if err != nil {
		return err
	}
	m.older = on.specsOf(base, p.layout.spec)
	if m.merged, err = p.apply(ctx, base); err != nil {
		return mergeError(err)
	}
	m.on, m.read, m.dropped = on.version, base, nil
	gone := map[string]bool{}
	for _, key := range m.merged.Dropped {
		gone[key] = true
	}
	for _, f := range base {
		if gone[f.Key] {
			m.dropped = append(m.dropped, f)
		}
	}
	p.stray = p.stray || m.times > 1
	p.files, p.reports = m.merged.Files, nil
	p.t.opts.Logger.Info("merged", "run", p.run, "on", on.version, "read", len(base), "dropped", len(m.dropped), "written", len(p.files), "chunks copied", m.merged.Chunks)
	return p.validateFiles(ctx, p.files)
}

// apply merges with files, of which some may be of older partition specs: what they become has the spec that they had.
func (p *publication) apply(ctx context.Context, base []manifest.File) (writer.Merged, error) {
	m, o := p.merging, p.writerOptions()
	o.Older = m.older
	if m.rows != nil {
		out, err := m.rows.Apply(ctx, base, o)
		return out, misplaced(err)
	}
	var columns manifest.Schema
	for _, name := range m.where.Columns() {
		f, _ := p.layout.schema.Field(name)
		columns.Fields = append(columns.Fields, f)
	}
	return writer.DeleteWhere(ctx, base, columns, m.where.Eval, o)
}

// mergeError is an error of the writer in the words of this package.
func mergeError(err error) error {
	switch {
	case errors.Is(err, writer.ErrChanges):
		return fmt.Errorf("%w: %w", ErrInput, err)
	case errors.Is(err, writer.ErrKeyNotUnique):
		return fmt.Errorf("%w: %w; `alter set-key` or a publish without the surplus rows mends that", ErrInput, err)
	}
	return err
}

// mergedFiles are the files of the parent that an upsert or delete leaves out. If the files that it read have changed since, it is done
// again.
func (p *publication) mergedFiles(ctx context.Context, on *parent) ([]manifest.File, error) {
	ok, err := p.merging.holds(ctx, on)
	if err != nil {
		return nil, err
	}
	if !ok {
		err = p.leased(ctx, func(ctx context.Context) error { return p.merge(ctx, on) })
	}
	return p.merging.dropped, err
}

// stageMerge is P3 and P4 of an upsert or delete.
func (p *publication) stageMerge(ctx context.Context) error {
	if err := p.collect(ctx); err != nil {
		return err
	}
	on, err := p.parent(ctx)
	if err != nil {
		return err
	}
	return p.merge(ctx, on)
}
