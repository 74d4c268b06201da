package columnar

import (
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// Filter gives the rows of rec for which keep is true, in their order. keep has one element a row.
func Filter(rec arrow.Record, keep []bool) (arrow.Record, error) {
	runs := runsOf(keep)
	if len(runs) == 0 {
		return rec.NewSlice(0, 0), nil
	}
	if len(runs) == 1 {
		return rec.NewSlice(runs[0].from, runs[0].to), nil
	}
	rows := int64(0)
	for _, r := range runs {
		rows += r.to - r.from
	}
	cols := make([]arrow.Array, rec.NumCols())
	pieces := make([]arrow.Array, len(runs))
	for i := range cols {
		for j, r := range runs {
			pieces[j] = array.NewSlice(rec.Column(i), r.from, r.to)
		}
		var err error
		if cols[i], err = array.Concatenate(pieces, memory.DefaultAllocator); err != nil {
			return nil, fmt.Errorf("filter column %q: %w", rec.ColumnName(i), err)
		}
	}
	return array.NewRecord(rec.Schema(), cols, rows), nil
}

type rowRun struct{ from, to int64 }

// runsOf are the stretches of true.
func runsOf(keep []bool) []rowRun {
	var runs []rowRun
	for i := 0; i < len(keep); {
		if !keep[i] {
			i++
			continue
		}
		from := i
		for i < len(keep) && keep[i] {
			i++
		}
		runs = append(runs, rowRun{int64(from), int64(i)})
	}
	return runs
}
