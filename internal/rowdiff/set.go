package rowdiff

import (
	"bytes"
	"context"
	"fmt"
	"hash/maphash"
	"slices"

	"github.com/tablectl/tablectl/manifest"
)

// Side is one of the two multisets that are compared.
type Side int64

// The sides. A row that only Old has was removed, one that only New has was added.
const (
	Old Side = -1
	New Side = 1
)

// Options say what is compared, and with what.
type Options struct {
	Fields   []manifest.Field // the columns, those of the key first
	Key      int              // how many columns are the key; 0: rows are compared whole, none is a change of another
	Memory   int64            // bytes that rows may take in memory
	SpoolDir string           // for runs; "" is the system's temporary directory
}

// Set is the rows that only one side has, of those that have been added so far. It is not safe for concurrent use.
type Set struct {
	o       Options
	seed    maphash.Seed
	index   map[uint64]int32 // by hash of the values: the first entry, plus one
	entries []entry
	rows    arena
	used    int64 // bytes of entries
	dead    int64 // of those that have cancelled out
	runs    [][]*run
}

// entry is a row and how often New has it more than Old.
type entry struct {
	row
	count int64
	hash  uint64
	next  int32 // entry with the same hash, plus one
}

const (
	entryBytes = 160 // of an entry and its place in the index, with what they allocate ahead
	compactAt  = 8 << 20
	fanIn      = 64 // runs that are read at once, on each level
)

// NewSet is a set without rows.
func NewSet(o Options) *Set {
	return &Set{o: o, seed: maphash.MakeSeed(), index: map[uint64]int32{}}
}

// Encoder encodes rows for Add.
func (s *Set) Encoder() *Encoder { return &Encoder{key: s.o.Key, seed: s.seed} }

// Add takes rows of one side. Rows that the other side has too cancel out; it is cheapest to add rows that are likely to be equal
// soon after each other.
func (s *Set) Add(side Side, rows *Rows) error {
	for i := range rows.rows {
		s.add(rows.row(i), rows.rows[i].hash, int64(side))
		if err := s.makeRoom(); err != nil {
			return err
		}
	}
	return nil
}

func (s *Set) add(r row, hash uint64, n int64) {
	first := s.index[hash]
	for at := first; at > 0; at = s.entries[at-1].next {
		e := &s.entries[at-1]
		if !bytes.Equal(e.values(), r.values()) {
			continue
		}
		if e.count == 0 {
			s.dead -= e.cost()
		}
		if e.count += n; e.count == 0 {
			s.dead += e.cost()
		}
		return
	}
	e := entry{row: row{s.rows.put(r.bytes), r.key, r.canon}, count: n, hash: hash, next: first}
	s.entries = append(s.entries, e)
	s.index[hash] = int32(len(s.entries))
	s.used += e.cost()
}

func (e *entry) cost() int64 { return entryBytes + int64(len(e.bytes)) }

// makeRoom forgets rows that have cancelled out when they are many, and moves the others to disk when they are too many.
func (s *Set) makeRoom() error {
	if s.dead > s.used/2 && s.dead > min(compactAt, s.o.Memory/4) {
		s.compact()
	}
	if s.used <= s.o.Memory {
		return nil
	}
	return s.spill()
}

// compact keeps the entries that count.
func (s *Set) compact() {
	old, rows := s.entries, s.rows
	s.rows = arena{free: rows.free}
	s.forget()
	for _, e := range old {
		if e.count != 0 {
			s.add(e.row, e.hash, e.count)
		}
	}
	clear(old[len(s.entries):])
	rows.free = s.rows.free
	rows.reset()
	s.rows.free = rows.free
}

// forget empties the index. Entries are appended to where they were: never before the one that is being read.
func (s *Set) forget() {
	s.entries = s.entries[:0]
	s.used, s.dead = 0, 0
	clear(s.index)
}

// spill writes what is in memory as a sorted run.
func (s *Set) spill() error {
	r, err := s.write(s.sorted())
	if err != nil {
		return err
	}
	clear(s.entries)
	s.forget()
	s.rows.reset()
	return s.keep(r, 0)
}

// keep adds a run to a level, and makes one of the next level when there are too many to be read at once.
func (s *Set) keep(r *run, level int) error {
	if level == len(s.runs) {
		s.runs = append(s.runs, nil)
	}
	s.runs[level] = append(s.runs[level], r)
	if len(s.runs[level]) < fanIn {
		return nil
	}
	full := s.runs[level]
	s.runs[level] = nil
	merged, err := s.write(merge(cursors(full)))
	for _, r := range full {
		r.close()
	}
	if err != nil {
		return err
	}
	return s.keep(merged, level+1)
}

// sorted walks the entries that count in the order of their values.
func (s *Set) sorted() cursor {
	live := make([]int32, 0, len(s.entries))
	for i := range s.entries {
		if s.entries[i].count != 0 {
			live = append(live, int32(i))
		}
	}
	slices.SortFunc(live, func(a, b int32) int { return bytes.Compare(s.entries[a].values(), s.entries[b].values()) })
	return &memoryCursor{s.entries, live}
}

// all walks the rows of one side only, in the order of their values.
func (s *Set) all(ctx context.Context) cursor {
	in := []cursor{s.sorted()}
	for _, level := range s.runs {
		in = append(in, cursors(level)...)
	}
	return &stoppable{ctx: ctx, cursor: merge(in)}
}

// Close removes what is on disk. The set is void then.
func (s *Set) Close() error {
	for _, level := range s.runs {
		for _, r := range level {
			r.close()
		}
	}
	s.runs = nil
	s.entries, s.index, s.rows = nil, nil, arena{}
	return nil
}

// stoppable ends with its context.
type stoppable struct {
	cursor
	ctx context.Context
}

func (s *stoppable) next() (record, bool, error) {
	if err := s.ctx.Err(); err != nil {
		return record{}, false, fmt.Errorf("compare rows: %w", context.Cause(s.ctx))
	}
	return s.cursor.next()
}
