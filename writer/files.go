package writer

import (
	"context"
	"fmt"

	"github.com/parquet-go/parquet-go/format"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer/internal/encode"
	"github.com/tablectl/tablectl/writer/internal/spool"
)

// assembler puts encoded row groups together to files, in order.
type assembler struct {
	o       *Options
	pool    *pool
	spools  *spool.Dir
	sender  *sender
	sorting []encode.Sorting
	seq     int
	open    *openFile

	mayBeNone bool // no rows give no file
}

// openFile is a file that may still get row groups.
type openFile struct {
	part  *partition
	spool *spool.Spool
	file  *encode.File
	stats []encode.Stats // per leaf
}

// run takes groups until there are no more.
func (a *assembler) run(ctx context.Context) error {
	defer a.drop()
	for {
		select {
		case e, ok := <-a.pool.order:
			if !ok {
				return a.last(ctx)
			}
			select {
			case <-e.ready:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
			if err := a.add(ctx, e); err != nil {
				return err
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// add appends a group, to a new file where it belongs to another partition or the open file is full: when it would be further from
// the target with the group than without.
func (a *assembler) add(ctx context.Context, e *encoded) error {
	size := int64(0)
	for _, c := range e.chunks {
		size += int64(len(c.Data))
	}
	if f := a.open; f != nil && (f.part != e.part || f.file.Size()+size/2 > a.o.Settings.TargetFileBytes) {
		if err := a.finish(ctx); err != nil {
			return err
		}
	}
	if a.open == nil {
		sorting := a.sorting
		if e.again {
			sorting = e.group.sorting
		}
		if err := a.begin(e.part, sorting); err != nil {
			return err
		}
	}
	a.open.spool.Grow(size + footerRoom)
	if err := a.open.file.RowGroup(e.chunks); err != nil {
		return fmt.Errorf("write row group: %w", err)
	}
	for i, c := range e.chunks {
		a.open.stats[i].Merge(a.pool.schema.Leaves[i].Type, c.Stats)
	}
	a.sender.progress(e.rows, 0, 0)
	a.pool.recycle(e)
	return nil
}

// footerRoom is about what a small file has beside its pages.
const footerRoom = 8 << 10

func (a *assembler) begin(part *partition, sorting []encode.Sorting) error {
	s := a.spools.New()
	f, err := encode.NewFile(s, a.pool.schema, createdBy, sorting)
	if err != nil {
		s.Close() // the error is what matters
		return fmt.Errorf("begin file: %w", err)
	}
	a.open = &openFile{part: part, spool: s, file: f, stats: make([]encode.Stats, len(a.pool.schema.Leaves))}
	return nil
}

// last ends the open file; without any rows it is one with a schema only.
func (a *assembler) last(ctx context.Context) error {
	if a.open == nil && (a.seq > a.o.FirstSeq || a.mayBeNone) {
		return nil
	}
	if a.open == nil {
		if err := a.begin(nil, a.sorting); err != nil {
			return err
		}
	}
	return a.finish(ctx)
}

// finish writes the footer and hands the file to the sender.
func (a *assembler) finish(ctx context.Context) error {
	f := a.open
	if err := f.file.Close(footerKeys(a.pool.schema, f.stats)); err != nil {
		return fmt.Errorf("write footer: %w", err)
	}
	out, err := a.describe(f)
	if err != nil {
		return err
	}
	a.open = nil
	a.seq++
	return a.sender.send(ctx, f.spool, out)
}

// describe is the file's entry in the snapshot. Its key is complete but for the version.
func (a *assembler) describe(f *openFile) (pendingFile, error) {
	out := pendingFile{seq: a.seq, file: manifest.File{
		Bytes: f.spool.Size(), Rows: f.file.Rows(), RowGroups: f.file.RowGroups(),
		SHA256: f.spool.SHA256(), CRC64NVME: fmt.Sprintf("%016x", f.spool.CRC64NVME()),
		Columns: map[int]manifest.ColumnStats{},
		SpecID:  a.o.Spec.ID, AddedBy: manifest.AddedBy{Version: a.o.Version, Run: a.o.Run},
	}}
	if f.part != nil {
		out.dir, out.file.SpecID, out.file.Partition = f.part.dir, f.part.spec, f.part.values
	} else if len(a.o.Spec.Fields) > 0 {
		out.file.Partition = make([]manifest.Value, len(a.o.Spec.Fields)) // a file without rows: Iceberg wants a value a field
	}
	for i, s := range f.stats {
		leaf := &a.pool.schema.Leaves[i]
		stats, err := columnStats(leaf.Type, s)
		if err != nil {
			return out, fmt.Errorf("statistics of column %q: %w", leaf.Path[0], err)
		}
		out.file.Columns[leaf.ID] = stats
	}
	return out, nil
}

// columnStats are statistics as the manifest has them.
func columnStats(t manifest.Type, s encode.Stats) (manifest.ColumnStats, error) {
	out := manifest.ColumnStats{Values: s.Values, Nulls: s.Nulls, NaNs: s.NaNs, Bytes: s.Bytes}
	if !s.Bound {
		return out, nil
	}
	upper, ok := manifest.UpperBound(t, s.Upper)
	if !ok {
		return out, nil
	}
	var err error
	if out.Lower, err = manifest.EncodeValue(t, manifest.LowerBound(t, s.Lower)); err != nil {
		return out, err
	}
	if out.Upper, err = manifest.EncodeValue(t, upper); err != nil {
		return out, err
	}
	out.Bound = true
	return out, nil
}

func (a *assembler) drop() {
	if a.open != nil {
		a.open.spool.Close() // the error that led here is what matters
		a.open = nil
	}
}

// Values before which Spark 3 refuses to guess which calendar a file was written with, unless the file says so.
const (
	gregorian = -141_427               // 1582-10-15 in days since 1970
	rebased   = -2_208_988_800_000_000 // 1900-01-01 in microseconds since 1970
)

const sparkVersionKey = "org.apache.spark.version"

// footerKeys says "proleptic Gregorian calendar" in Spark's way where a value is old enough to need it: with a version of 3 and no
// org.apache.spark.legacyDateTime, Spark reads dates and timestamps as they stand.
func footerKeys(s *encode.Schema, stats []encode.Stats) []format.KeyValue {
	for i, st := range stats {
		if !st.Bound {
			continue
		}
		old := false
		switch s.Leaves[i].Type.Kind {
		case manifest.Date:
			old = st.Lower.(int32) < gregorian
		case manifest.Timestamp, manifest.TimestampTZ:
			old = st.Lower.(int64) < rebased
		}
		if old {
			return []format.KeyValue{{Key: sparkVersionKey, Value: "3.5.0"}}
		}
	}
	return nil
}
