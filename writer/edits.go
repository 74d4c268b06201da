package writer

import (
	"slices"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer/internal/encode"
	"github.com/tablectl/tablectl/writer/internal/vector"
)

// edits are what happens to the rows of a row group.
type edits struct {
	rows    []int32        // that are replaced or removed, in ascending order
	refs    []vector.Ref   // by what, per row: a row of blocks, nowhere where it is removed
	blocks  []vector.Batch // as changeLayout has them
	removed int
	moved   []movedRow // of those removed: what comes back with other values
}

// movedRow is a row that leaves its place, and what changes of it.
type movedRow struct {
	row int32
	ref vector.Ref
}

// nowhere is the ref of a row that is removed.
var nowhere = vector.Ref{Batch: -1}

// add appends an edit; sort brings them into order.
func (e *edits) add(row int32, what action, ref vector.Ref) {
	if what == actMove {
		e.moved = append(e.moved, movedRow{row, ref})
	}
	if what != actReplace {
		ref = nowhere
		e.removed++
	}
	e.rows, e.refs = append(e.rows, row), append(e.refs, ref)
}

// sort orders the edits by row.
func (e *edits) sort() {
	if slices.IsSorted(e.rows) {
		return
	}
	order := make([]int, len(e.rows))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return int(e.rows[a]) - int(e.rows[b]) })
	rows, refs := make([]int32, len(order)), make([]vector.Ref, len(order))
	for i, at := range order {
		rows[i], refs[i] = e.rows[at], e.refs[at]
	}
	e.rows, e.refs = rows, refs
	slices.SortFunc(e.moved, func(a, b movedRow) int { return int(a.row) - int(b.row) })
}

// bytes is what the new values weigh. sources are the columns of the blocks that replace others, where they are not -1.
func (e *edits) bytes(sources []int) int64 {
	n := int64(0)
	for _, r := range e.refs {
		if r == nowhere {
			continue
		}
		for _, c := range sources {
			if c >= 0 {
				n += e.blocks[r.Batch].Cols[c].Weight(int(r.Row))
			}
		}
	}
	return n
}

// within are the edits of n rows from first on.
func (e *edits) within(first, n int) edits {
	i, _ := slices.BinarySearch(e.rows, int32(first))
	j, _ := slices.BinarySearch(e.rows, int32(first+n))
	out := edits{refs: e.refs[i:j], blocks: e.blocks, rows: make([]int32, j-i)}
	for k := range out.rows {
		out.rows[k] = e.rows[i+k] - int32(first)
		if out.refs[k] == nowhere {
			out.removed++
		}
	}
	return out
}

// changes are what changes of a column. source is the column of the blocks that replaces it, or -1 if only rows go.
func (e *edits) changes(t manifest.Type, source int) encode.Changes {
	out := encode.Changes{Values: vector.New(t), Rows: make([]int32, 0, len(e.rows))}
	var refs []vector.Ref
	for i, row := range e.rows {
		gone := e.refs[i] == nowhere
		if !gone && source < 0 {
			continue
		}
		out.Rows = append(out.Rows, row)
		if e.removed > 0 {
			out.Gone = append(out.Gone, gone)
		}
		if !gone {
			refs = append(refs, e.refs[i])
		}
	}
	if len(refs) == 0 {
		return out
	}
	from := make([]vector.Batch, len(e.blocks))
	for i := range e.blocks {
		from[i] = vector.Batch{Rows: e.blocks[i].Rows, Cols: e.blocks[i].Cols[source : source+1]}
	}
	b := vector.Owned([]manifest.Field{{Type: t}})
	b.Pick(from, refs, 1)
	out.Values = b.Cols[0]
	return out
}

// same says whether replacing by column source of the blocks changes none of the values, which are in pieces.
func (e *edits) same(pieces []vector.Vector, t manifest.Type, source int) bool {
	if t.Nested() {
		return false
	}
	at, base := 0, int32(0)
	for k, row := range e.rows {
		for row >= base+int32(pieces[at].Len) {
			base += int32(pieces[at].Len)
			at++
		}
		if r := e.refs[k]; r != nowhere && !pieces[at].Equal(int(row-base), &e.blocks[r.Batch].Cols[source], int(r.Row)) {
			return false
		}
	}
	return true
}

// apply gives a column with the edits done. source is the column of the blocks that replaces it, or -1 if only rows go.
func (e *edits) apply(pieces []vector.Vector, t manifest.Type, source int) []vector.Vector {
	rows := 0
	for i := range pieces {
		rows += pieces[i].Len
	}
	if len(e.rows) > rows/16 {
		return e.pick(pieces, t, source, rows)
	}
	s := splicer{pieces: pieces}
	for k, row := range e.rows {
		r := e.refs[k]
		if r != nowhere && source < 0 {
			continue
		}
		s.copyTo(int(row))
		s.at++
		if r != nowhere {
			s.out = append(s.out, e.blocks[r.Batch].Cols[source].Slice(int(r.Row), int(r.Row)+1))
		}
	}
	s.copyTo(rows)
	return s.out
}

// splicer cuts pieces where something is put between.
type splicer struct {
	pieces []vector.Vector
	base   int // row that the first piece begins with
	at     int // row that is next
	out    []vector.Vector
}

// copyTo takes the rows before row to.
func (s *splicer) copyTo(to int) {
	for s.at < to {
		p := &s.pieces[0]
		if s.at >= s.base+p.Len {
			s.base += p.Len
			s.pieces = s.pieces[1:]
			continue
		}
		end := min(to, s.base+p.Len)
		s.out = append(s.out, p.Slice(s.at-s.base, end-s.base))
		s.at = end
	}
}

// pick is apply for many edits: it moves every row by itself.
func (e *edits) pick(pieces []vector.Vector, t manifest.Type, source, rows int) []vector.Vector {
	var from []vector.Batch
	for i := range pieces {
		from = append(from, vector.Batch{Rows: pieces[i].Len, Cols: pieces[i : i+1]})
	}
	shift := int32(len(from))
	if source >= 0 {
		for i := range e.blocks {
			from = append(from, vector.Batch{Rows: e.blocks[i].Rows, Cols: e.blocks[i].Cols[source : source+1]})
		}
	}
	refs := make([]vector.Ref, 0, rows)
	next, row := 0, int32(0)
	for i := range pieces {
		for k := range int32(pieces[i].Len) {
			r := vector.Ref{Batch: int32(i), Row: k}
			if next < len(e.rows) && e.rows[next] == row {
				if e.refs[next] == nowhere {
					r = nowhere
				} else if source >= 0 {
					r = vector.Ref{Batch: e.refs[next].Batch + shift, Row: e.refs[next].Row}
				}
				next++
			}
			if r != nowhere {
				refs = append(refs, r)
			}
			row++
		}
	}
	out := vector.Owned([]manifest.Field{{Type: t}})
	out.Pick(from, refs, 1)
	return out.Cols
}
