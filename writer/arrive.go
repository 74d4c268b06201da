package writer

import (
	"context"
	"fmt"

	"github.com/tablectl/tablectl/writer/internal/vector"
)

// arriveRows gives the arranger rows of the changes, as rows of the table. Columns that the input lacks are null.
func (a *application) arriveRows(ctx context.Context, b vector.Batch, idx []int32) error {
	if len(idx) == 0 {
		return nil
	}
	out := vector.Batch{Rows: len(idx)}
	for c, f := range a.o.Schema.Fields {
		source := a.c.layout.table[c]
		if source < 0 && f.Required {
			return fmt.Errorf("%w: the input has rows that are new and lacks the column %q, which must have a value", ErrChanges, f.Name)
		}
		if source < 0 {
			out.Cols = append(out.Cols, vector.NullsOf(f.Type, len(idx)))
			continue
		}
		v := vector.New(f.Type)
		v.Gather(&b.Cols[source], idx)
		out.Cols = append(out.Cols, v)
	}
	return a.arrive.add(ctx, a.numbered(out, b, idx))
}

// numbered adds the numbers of rows of the changes to a batch.
func (a *application) numbered(out vector.Batch, b vector.Batch, idx []int32) vector.Batch {
	v := vector.New(rowNumber.Type)
	v.Gather(&b.Cols[len(a.c.layout.fields)-1], idx)
	out.Cols = append(out.Cols, v)
	return out
}

// arriveMoved gives the arranger the rows of a row group that move, with the values of the base where the changes have none.
func (a *application) arriveMoved(ctx context.Context, b *baseFile, group int, e *edits) error {
	first, at := 0, 0
	return eachBatch(ctx, b, a.o.Schema, group, columnarBatches(a.o), func(batch vector.Batch) error {
		var rows []int32
		from := at
		for ; at < len(e.moved) && int(e.moved[at].row) < first+batch.Rows; at++ {
			rows = append(rows, e.moved[at].row-int32(first))
		}
		first += batch.Rows
		if len(rows) == 0 {
			return nil
		}
		return a.arrive.add(ctx, a.combine(batch, rows, e, e.moved[from:at]))
	})
}

// combine makes rows of the table out of rows of the base and what changes of them.
func (a *application) combine(base vector.Batch, rows []int32, e *edits, moved []movedRow) vector.Batch {
	refs := make([]vector.Ref, len(moved))
	for i, m := range moved {
		refs[i] = m.ref
	}
	fields := append(append(a.plan.fields[:0:0], a.plan.fields...), rowNumber)
	out := vector.Batch{Rows: len(rows)}
	for c, f := range fields {
		source := len(a.c.layout.fields) - 1 // the row's number
		if c < len(a.plan.fields) {
			source = a.c.layout.update[c]
		}
		if source < 0 {
			v := vector.New(f.Type)
			v.Gather(&base.Cols[c], rows)
			out.Cols = append(out.Cols, v)
			continue
		}
		one := vector.Owned(fields[c : c+1])
		from := make([]vector.Batch, len(e.blocks))
		for i := range e.blocks {
			from[i] = vector.Batch{Rows: e.blocks[i].Rows, Cols: e.blocks[i].Cols[source : source+1]}
		}
		one.Pick(from, refs, 1)
		out.Cols = append(out.Cols, one.Cols[0])
	}
	return out
}
