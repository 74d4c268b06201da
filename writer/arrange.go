package writer

import (
	"context"

	"github.com/tablectl/tablectl/writer/internal/spool"
	"github.com/tablectl/tablectl/writer/internal/vector"
)

// arranger brings rows into the order (partition, sort columns, input): it collects them by partition, moves them to disk when
// memory is full, and gives them out again partition by partition. Only the order of its output depends on the rows; how much of
// them went to disk does not show.
type arranger struct {
	plan  *plan
	parts *partitions
	spill *spill
	limit int64 // bytes of rows in memory
	held  int64
	free  []vector.Batch // blocks whose rows went to disk, to be used again
	moves []move
	cores int
}

// move is rows of the batch at hand that go to the end of a block.
type move struct {
	to   *vector.Batch
	rows []int32
}

func newArranger(o *Options, p *plan, spools *spool.Dir) *arranger {
	limit := o.Memory / 2
	if len(p.order) > 0 {
		limit = o.Memory / 3 // keys need room, too
	}
	return &arranger{
		plan: p, parts: newPartitions(p), limit: limit, cores: o.Concurrency,
		spill: &spill{spools: spools, fields: p.fields},
	}
}

func (r *arranger) close() { r.spill.close() }

// add takes the rows of a batch; it keeps no reference to them.
func (r *arranger) add(ctx context.Context, b vector.Batch) error {
	parts, rows, err := r.parts.split(b)
	if err != nil {
		return err
	}
	for at := 0; at < b.Rows; {
		at += r.place(parts, rows)
		vector.Parallel(r.cores, len(b.Cols), func(c int) {
			for _, m := range r.moves {
				m.to.Cols[c].Gather(&b.Cols[c], m.rows)
			}
		})
		for _, m := range r.moves {
			m.to.Rows += len(m.rows)
		}
	}
	r.held += b.Bytes() * 5 / 4 // what vectors allocate ahead
	if r.held > r.limit {
		return r.empty(ctx)
	}
	return nil
}

// place decides which rows go to which blocks: for every partition what the last block takes. It returns how many rows these are,
// and leaves in rows those that are to be placed next time.
func (r *arranger) place(parts []*partition, rows [][]int32) int {
	r.moves = r.moves[:0]
	placed := 0
	for i, p := range parts {
		if len(rows[i]) == 0 {
			continue
		}
		block := r.block(p)
		n := min(len(rows[i]), blockRows-block.Rows)
		r.moves = append(r.moves, move{block, rows[i][:n]})
		rows[i] = rows[i][n:]
		placed += n
	}
	return placed
}

// block is the block of a partition that takes more rows. The second one and those after it are made as large as they will be.
func (r *arranger) block(p *partition) *vector.Batch {
	last := len(p.rows) - 1
	if last >= 0 && p.rows[last].Rows < blockRows && p.rows[last].Bytes() < blockBytes {
		return &p.rows[last]
	}
	r.held += int64(len(r.plan.fields)) * 256
	if n := len(r.free); n > 0 {
		p.rows = append(p.rows, r.free[n-1])
		r.free = r.free[:n-1]
	} else {
		p.rows = append(p.rows, vector.Owned(r.plan.fields))
		if last >= 0 {
			for c := range r.plan.fields {
				p.rows[last+1].Cols[c].Reserve(blockRows)
			}
		}
	}
	return &p.rows[last+1]
}

// empty moves all rows in memory to disk.
func (r *arranger) empty(ctx context.Context) error {
	for _, p := range r.parts.all {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		if len(p.rows) == 0 {
			continue
		}
		seg, err := r.store(newRun(r.plan, p.rows, r.cores))
		if err != nil {
			return err
		}
		p.spill = append(p.spill, seg)
		for _, b := range p.rows {
			if b.Bytes() <= 2*blockBytes {
				b.Reset()
				r.free = append(r.free, b)
			}
		}
		p.rows = nil
	}
	r.held = 0
	return r.spill.flush()
}

// store writes the blocks of a stream.
func (r *arranger) store(s stream) (segment, error) {
	var seg segment
	for {
		b, err := s.next()
		if err != nil || b.Rows == 0 {
			return seg, err
		}
		ref, err := r.spill.write(b)
		if err != nil {
			return seg, err
		}
		seg = append(seg, ref)
	}
}

// emit gives out all rows.
func (r *arranger) emit(ctx context.Context, cut *cutter) error {
	r.free = nil
	if err := r.spill.flush(); err != nil {
		return err
	}
	for _, p := range r.parts.sorted() {
		if err := r.emitPart(ctx, p, cut); err != nil {
			return err
		}
		p.rows, p.spill = nil, nil
		if err := cut.flush(); err != nil {
			return err
		}
	}
	return nil
}

func (r *arranger) emitPart(ctx context.Context, p *partition, cut *cutter) error {
	s, err := r.stream(p)
	if err != nil {
		return err
	}
	for {
		b, err := s.next()
		if err != nil || b.Rows == 0 {
			return err
		}
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		if err := cut.add(p, b, nil); err != nil {
			return err
		}
	}
}

// stream is all rows of a partition in their final order.
func (r *arranger) stream(p *partition) (stream, error) {
	var inputs []stream
	for _, seg := range p.spill {
		inputs = append(inputs, &spilled{r.spill, seg})
	}
	if len(p.rows) > 0 {
		inputs = append(inputs, newRun(r.plan, p.rows, r.cores))
	}
	if len(r.plan.order) == 0 {
		return &chain{inputs}, nil
	}
	// Every input of a merge holds a block, its keys, and its part of what comes out.
	fanIn := max(8, int(r.limit/(4*blockBytes)))
	for len(inputs) > fanIn {
		merged, err := newMerge(r.plan, inputs[:fanIn], r.cores)
		if err != nil {
			return nil, err
		}
		seg, err := r.store(merged)
		if err != nil {
			return nil, err
		}
		if err := r.spill.flush(); err != nil {
			return nil, err
		}
		inputs = append([]stream{&spilled{r.spill, seg}}, inputs[fanIn:]...)
	}
	if len(inputs) == 1 {
		return inputs[0], nil
	}
	return newMerge(r.plan, inputs, r.cores)
}
