package rowdiff

import (
	"context"
	"iter"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/manifest"
)

// The first two columns of the records, and what the first one says: a changed row is two lines, before and after.
const (
	ChangeColumn  = "_change"
	ColumnsColumn = "_columns"

	RemovedLine = "removed"
	AddedLine   = "added"
	BeforeLine  = "before"
	AfterLine   = "after"
)

// A record is given out when it has about so much in it.
const (
	recordRows  = 4096
	recordBytes = 4 << 20
)

// Schema is that of the records: how the row differs, in which columns (null where it is not a change), and the columns.
func Schema(fields []manifest.Field) *arrow.Schema {
	out := []arrow.Field{
		{Name: ChangeColumn, Type: arrow.BinaryTypes.String},
		{Name: ColumnsColumn, Type: arrow.ListOf(arrow.BinaryTypes.String), Nullable: true},
	}
	for _, f := range fields {
		out = append(out, columnar.ArrowField(f))
	}
	return arrow.NewSchema(out, nil)
}

// Records yields the rows that differ, by key and then by value, nulls first. The two lines of a changed row follow each other in one
// record. At most limit rows are given, a change counting as one; 0 is all of them. A record is valid until the next step.
func (s *Set) Records(ctx context.Context, limit int64) iter.Seq2[arrow.Record, error] {
	return func(yield func(arrow.Record, error) bool) {
		b := s.newBuilder()
		defer b.to.Release()
		more, left := true, limit
		_, err := s.changes(ctx, func(c change) (bool, error) {
			b.change(c)
			if b.rows >= recordRows || b.bytes >= recordBytes {
				more = b.flush(yield)
			}
			left--
			return more && left != 0, nil
		})
		switch {
		case err != nil:
			yield(nil, err)
		case more && b.rows > 0:
			b.flush(yield)
		}
	}
}

// builder makes records of changes.
type builder struct {
	set   *Set
	to    *array.RecordBuilder
	rows  int
	bytes int
}

func (s *Set) newBuilder() *builder {
	return &builder{set: s, to: array.NewRecordBuilder(memory.DefaultAllocator, Schema(s.o.Fields))}
}

func (b *builder) flush(yield func(arrow.Record, error) bool) bool {
	rec := b.to.NewRecord()
	defer rec.Release()
	b.rows, b.bytes = 0, 0
	return yield(rec, nil)
}

func (b *builder) change(c change) {
	switch c.kind {
	case Removed:
		b.line(RemovedLine, nil, c.old)
	case Added:
		b.line(AddedLine, nil, c.new)
	case Changed:
		names := []string{}
		b.set.differing(c, func(i int) { names = append(names, b.set.o.Fields[i].Name) })
		b.line(BeforeLine, names, c.old)
		b.line(AfterLine, names, c.new)
	}
}

func (b *builder) line(what string, columns []string, r row) {
	b.to.Field(0).(*array.StringBuilder).Append(what)
	list := b.to.Field(1).(*array.ListBuilder)
	list.Append(columns != nil)
	for _, name := range columns {
		list.ValueBuilder().(*array.StringBuilder).Append(name)
	}
	rest := r.patched()
	for i, f := range b.set.o.Fields {
		rest = build(b.to.Field(2+i), f.Type, rest)
	}
	b.rows++
	b.bytes += len(r.bytes)
}
