package rowdiff

import (
	"bytes"
	"context"
)

// Kind says how a row differs.
type Kind uint8

// The kinds. A row has changed when exactly one row of its key is left on each side; where a key has more of them, they are
// compared as multisets: removed and added.
const (
	Removed Kind = iota
	Added
	Changed
)

// change is a row that one side has, or two that belong together.
type change struct {
	kind     Kind
	old, new row
}

// Counts are how many rows differ.
type Counts struct {
	Removed, Added, Changed int64
	Columns                 []int64 // in how many of the changed rows each column differs
	Repeated                int64   // keys of which more than one row is left on a side
}

// grouper tells changed rows from added and removed ones: it holds back the rows of a key until there is no other.
type grouper struct {
	keyed    bool
	yield    func(change) (bool, error)
	held     []record // at most one of each side
	key      []byte
	many     bool // more than that
	repeated int64
}

// changes calls yield for everything that differs, in the order of the rows, until it says false.
func (s *Set) changes(ctx context.Context, yield func(change) (bool, error)) (repeated int64, err error) {
	g := &grouper{keyed: s.o.Key > 0, yield: yield}
	for c := s.all(ctx); ; {
		rec, ok, err := c.next()
		if err != nil {
			return 0, err
		}
		if !ok {
			_, err := g.flush()
			return g.repeated, err
		}
		if more, err := g.take(rec); err != nil || !more {
			return g.repeated, err
		}
	}
}

func (g *grouper) take(rec record) (bool, error) {
	if !g.keyed {
		return g.alone(rec)
	}
	if !bytes.Equal(rec.keys(), g.key) {
		if more, err := g.flush(); err != nil || !more {
			return false, err
		}
		g.key, g.many = append(g.key[:0], rec.keys()...), false
	}
	if !g.many && (rec.count == 1 || rec.count == -1) && (len(g.held) == 0 || len(g.held) == 1 && g.held[0].count != rec.count) {
		rec.bytes = bytes.Clone(rec.bytes)
		g.held = append(g.held, rec)
		return true, nil
	}
	if !g.many {
		g.many = true
		g.repeated++
	}
	if more, err := g.release(); err != nil || !more {
		return false, err
	}
	return g.alone(rec)
}

// flush ends a key.
func (g *grouper) flush() (bool, error) {
	if len(g.held) < 2 {
		return g.release()
	}
	a, b := g.held[0], g.held[1]
	g.held = g.held[:0]
	if a.count > 0 {
		a, b = b, a
	}
	return g.yield(change{Changed, a.row, b.row})
}

// release gives out what is held back, each row for itself.
func (g *grouper) release() (bool, error) {
	for i, rec := range g.held {
		if more, err := g.alone(rec); err != nil || !more {
			g.held = g.held[i:]
			return false, err
		}
	}
	g.held = g.held[:0]
	return true, nil
}

// alone gives out a row that only one side has, as often as it has it.
func (g *grouper) alone(rec record) (bool, error) {
	c := change{kind: Added, new: rec.row}
	if rec.count < 0 {
		c = change{kind: Removed, old: rec.row}
		rec.count = -rec.count
	}
	for range rec.count {
		if more, err := g.yield(c); err != nil || !more {
			return false, err
		}
	}
	return true, nil
}

// Count tells how many rows differ. It reads what is on disk once.
func (s *Set) Count(ctx context.Context) (Counts, error) {
	n := Counts{Columns: make([]int64, len(s.o.Fields))}
	var err error
	n.Repeated, err = s.changes(ctx, func(c change) (bool, error) {
		switch c.kind {
		case Removed:
			n.Removed++
		case Added:
			n.Added++
		case Changed:
			n.Changed++
			s.differing(c, func(column int) { n.Columns[column]++ })
		}
		return true, nil
	})
	return n, err
}

// differing calls found for every column in which the rows of a change differ.
func (s *Set) differing(c change, found func(column int)) {
	a, b := c.old.values(), c.new.values()
	for i, f := range s.o.Fields {
		restA, restB := skip(f.Type, a), skip(f.Type, b)
		if !bytes.Equal(a[:len(a)-len(restA)], b[:len(b)-len(restB)]) {
			found(i)
		}
		a, b = restA, restB
	}
}
