package writer

import (
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer/internal/spool"
	"github.com/tablectl/tablectl/writer/internal/vector"
)

// shuffle puts rows on numbered heaps, in memory as far as it may, else on disk, and gives each heap back: the rows of a heap keep
// the order in which they came. It is not safe for concurrent use but for load.
type shuffle struct {
	spill *spill
	heaps map[int]*heapOfRows
	limit int64 // bytes of rows in memory
	held  int64
}

// heapOfRows is what lies on one heap: on disk, and after that in memory.
type heapOfRows struct {
	spilt  segment
	blocks []vector.Batch
	rows   []int32 // of the batch at hand
}

func newShuffle(spools *spool.Dir, fields []manifest.Field, limit int64) *shuffle {
	return &shuffle{spill: &spill{spools: spools, fields: fields}, heaps: map[int]*heapOfRows{}, limit: limit}
}

func (s *shuffle) close() { s.spill.close() }

// add puts every row of b on the heap that to names. It keeps no reference to b.
func (s *shuffle) add(b vector.Batch, to []int32) error {
	var touched []*heapOfRows
	for i, n := range to {
		h := s.heaps[int(n)]
		if h == nil {
			h = &heapOfRows{}
			s.heaps[int(n)] = h
		}
		if len(h.rows) == 0 {
			touched = append(touched, h)
		}
		h.rows = append(h.rows, int32(i))
	}
	for _, h := range touched {
		s.place(h, b)
		h.rows = h.rows[:0]
	}
	s.held += b.Bytes() * 5 / 4 // what vectors allocate ahead
	if s.held > s.limit {
		return s.empty()
	}
	return nil
}

// place moves the rows that h is to get.
func (s *shuffle) place(h *heapOfRows, b vector.Batch) {
	for rows := h.rows; len(rows) > 0; {
		last := len(h.blocks) - 1
		if last < 0 || h.blocks[last].Rows >= blockRows || h.blocks[last].Bytes() >= blockBytes {
			h.blocks = append(h.blocks, vector.Owned(s.spill.fields))
			s.held += int64(len(s.spill.fields)) * 256
			last++
		}
		n := min(len(rows), blockRows-h.blocks[last].Rows)
		h.blocks[last].Gather(b, rows[:n])
		rows = rows[n:]
	}
}

// empty moves all rows in memory to disk.
func (s *shuffle) empty() error {
	for _, h := range s.heaps {
		for _, b := range h.blocks {
			ref, err := s.spill.write(b)
			if err != nil {
				return err
			}
			h.spilt = append(h.spilt, ref)
		}
		h.blocks = nil
	}
	s.held = 0
	return s.spill.flush()
}

// load gives the rows of a heap.
func (s *shuffle) load(n int) ([]vector.Batch, error) {
	h := s.heaps[n]
	if h == nil {
		return nil, nil
	}
	out := make([]vector.Batch, 0, len(h.spilt)+len(h.blocks))
	for _, ref := range h.spilt {
		b, err := s.spill.read(ref)
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return append(out, h.blocks...), nil
}
