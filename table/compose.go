package table

import (
	"context"
	"fmt"

	"github.com/tablectl/tablectl/internal/filelist"
	"github.com/tablectl/tablectl/manifest"
)

// composition is what a version consists of: the files of its parent but for a change, and the counts that follow.
type composition struct {
	layout string // "self-contained", or "" for one that shares files
	copies []copying
	parent *filelist.Set            // nothing, where no file is carried over
	specs  []manifest.PartitionSpec // of files that are carried over, beside the version's own
	change filelist.Change
	rows   manifest.RowCounts
	files  manifest.FileCounts
}

// compose decides of which files the version consists if it is built on what is current now, and under which keys. No data is rewritten
// for that, but by an upsert or delete whose files have changed meanwhile.
func (p *publication) compose(ctx context.Context) (composition, error) {
	c, err := p.choose(ctx)
	if err == nil && p.base.m.Tablectl.Settings.SelfContained() {
		err = p.contain(ctx, &c)
	}
	return c, err
}

// choose is the composition of files where they are: own ones and those of the parent.
func (p *publication) choose(ctx context.Context) (composition, error) {
	if p.o.Mode == Replace {
		return p.replacement(), nil
	}
	on, err := p.parent(ctx)
	if err != nil {
		return composition{}, err
	}
	var drop []manifest.File
	switch p.o.Mode {
	case Append:
		if drop, err = p.filesOfRun(ctx, on); err == nil {
			err = p.keepUnique(ctx, on, drop)
		}
	case ReplacePartitions:
		if drop, err = p.filesOfPartitions(ctx, on); err == nil {
			err = p.keepUnique(ctx, on, drop)
		}
	case Upsert, Delete:
		drop, err = p.mergedFiles(ctx, on)
	case alteration:
		err = p.redesign(ctx)
	}
	if err != nil {
		return composition{}, err
	}
	c, err := p.carryOver(ctx, on, drop)
	if err != nil {
		return c, err
	}
	if p.merging != nil {
		m := p.merging.merged
		c.rows.Added, c.rows.Updated, c.rows.Deleted = m.Inserted, m.Updated, m.Deleted
		c.rows.CarriedOver = on.rows() - m.Updated - m.Deleted
	}
	if got := c.rows.Added + c.rows.Updated + c.rows.CarriedOver; got != c.rows.Total {
		return c, fmt.Errorf("%w: the files of version %d hold %d rows, %d added, %d updated and %d carried over make %d",
			ErrCorrupt, p.pending.Version, c.rows.Total, c.rows.Added, c.rows.Updated, c.rows.CarriedOver, got)
	}
	c.change.Restate = p.restatement(on)
	return c, nil
}

// replacement is a version without anything of its parent, which need not be read for that.
func (p *publication) replacement() composition {
	c := composition{parent: &filelist.Set{}, change: filelist.Change{Add: p.files}}
	for _, f := range p.files {
		c.rows.Added += f.Rows
		c.files.BytesWritten += f.Bytes
	}
	c.files.Written, c.files.Total, c.files.BytesTotal = len(p.files), len(p.files), c.files.BytesWritten
	c.rows.Total = c.rows.Added
	if e, ok := p.base.m.Current(); ok {
		c.rows.Deleted = summaryCount(e, manifest.SummaryRecords)
		c.files.Removed = int(summaryCount(e, manifest.SummaryFiles))
	}
	return c
}

// carryOver is a version with the files of its parent, without some and with those that this run wrote.
func (p *publication) carryOver(ctx context.Context, on *parent, drop []manifest.File) (composition, error) {
	c := composition{parent: on.files, specs: on.specsUnder(p.layout.spec), change: filelist.Change{Add: p.files, Drop: map[string]manifest.File{}}}
	if on.rows() == 0 && len(p.files) > 0 { // what an empty version has for its schema
		err := on.files.Each(ctx, nil, func(f manifest.File) error { drop = append(drop, f); return nil })
		if err != nil {
			return c, fmt.Errorf("read the files of version %d: %w", on.version, err)
		}
	}
	c.files.BytesTotal = on.bytes()
	for _, f := range drop {
		if c.change.Drops(f) {
			continue
		}
		c.change.Drop[f.Key] = f
		c.rows.Deleted += f.Rows
		c.files.BytesTotal -= f.Bytes
	}
	c.files.Removed = len(c.change.Drop)
	c.files.Kept = on.files.Len() - c.files.Removed
	if c.files.Kept == 0 && len(p.files) == 0 {
		blank, err := p.blankFile(ctx)
		if err != nil {
			return c, err
		}
		c.change.Add = []manifest.File{blank}
	}
	for _, f := range c.change.Add {
		c.rows.Added += f.Rows
		c.files.BytesWritten += f.Bytes
	}
	c.files.Written = len(c.change.Add)
	c.files.Total = c.files.Kept + c.files.Written
	c.files.BytesTotal += c.files.BytesWritten
	c.rows.CarriedOver = on.rows() - c.rows.Deleted
	c.rows.Total = c.rows.CarriedOver + c.rows.Added
	return c, nil
}
