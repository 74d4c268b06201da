package writer

import (
	"context"
)

// action is what happens to a row of the base whose key is in the changes.
type action uint8

const (
	actNothing action = iota
	actReplace        // it gets new values in its place
	actRemove         // it goes
	actMove           // it goes and comes back with new values in another place
	actRefuse         // it should not be there
)

// match is a row of a row group and the row of the changes with its key.
type match struct {
	row, change int32
	what        action
}

// match finds the rows of the base that are changed, and gives the arranger all new rows whose values the changes have.
func (a *application) match(ctx context.Context) error {
	if a.c.spilt != nil {
		return a.matchSpilt(ctx)
	}
	p := a.c.part
	if err := a.eachKey(ctx, func(s scanned) error { return a.probe(s, p) }); err != nil {
		return err
	}
	st := newSettling(a, p)
	for _, f := range a.files {
		for g := range f.groups {
			matches := f.groups[g].matches[:0]
			for _, m := range f.groups[g].matches {
				if m.what = st.settle(f, f.groups[g].first+int64(m.row), m.change, m.what == actMove); m.what != actNothing {
					matches = append(matches, m)
				}
			}
			f.groups[g].matches = matches
		}
	}
	if err := st.arrivals(ctx); err != nil {
		return err
	}
	return a.found.refusal(a)
}

// probe notes the rows of a batch whose keys are in p.
func (a *application) probe(s scanned, p *part) error {
	keys := a.c.keys.digests(nil, s.Batch)
	to := &s.file.groups[s.group].matches
	for i, k := range keys {
		j := p.find(k)
		if j < 0 {
			continue
		}
		m := match{row: int32(s.row + i), change: j}
		if len(a.scan.anchors) > 0 {
			b, row := p.block(j)
			if a.scan.moved(s.Batch, i, b, row) {
				m.what = actMove
			}
		}
		*to = append(*to, m)
	}
	return nil
}

// settling decides what happens to the matches of a part, and finds the rows that match nothing.
type settling struct {
	a    *application
	p    *part
	seen []int64 // per row of the changes: the row of the base with its key, +1
	move []bool  // per row of the changes: it has all values of a row that moves
}

func newSettling(a *application, p *part) *settling {
	return &settling{a: a, p: p, seen: make([]int64, len(p.keys)), move: make([]bool, len(p.keys))}
}

// settle decides about a row of the base.
func (s *settling) settle(f *baseRows, row int64, change int32, moved bool) action {
	where := f.first + row
	if before := s.seen[change]; before > 0 {
		s.a.found.twice(s.a.c, s.p, change, before-1, where)
		return actNothing
	}
	s.seen[change] = where + 1
	what := s.a.c.decide(s.p, change, moved)
	switch what {
	case actRefuse:
		s.a.found.there(s.a.c, s.p, change)
		return actNothing
	case actNothing:
		return actNothing
	case actRemove:
		s.a.deleted++
		f.gone++
	case actMove:
		s.a.updated++
		f.gone++
		f.moves++
		s.move[change] = s.a.covers
	case actReplace:
		s.a.updated++
	}
	f.edited++
	return what
}

// decide says what happens to a row of the base that has the key of a row of the changes.
func (c *Changes) decide(p *part, change int32, moved bool) action {
	b, row := p.block(change)
	switch {
	case c.o.Delete || c.layout.deletes(b, row):
		return actRemove
	case c.o.WhenMatched == MatchedIgnore:
		return actNothing
	case c.o.WhenMatched == MatchedError:
		return actRefuse
	case moved:
		return actMove
	}
	return actReplace
}

// arrivals gives the arranger the rows that match nothing and, if the changes have all their values, those that move.
func (s *settling) arrivals(ctx context.Context) error {
	a, l := s.a, &s.a.c.layout
	if a.c.o.Delete || a.found.any() {
		return nil
	}
	idx := make([]int32, 0, changeBlock)
	i := int32(0)
	for _, b := range s.p.blocks {
		idx = idx[:0]
		for row := range b.Rows {
			switch {
			case s.p.buried(i):
			case s.seen[i] == 0 && !l.deletes(b, row):
				a.inserted++
				idx = append(idx, int32(row))
			case s.move[i]:
				idx = append(idx, int32(row))
			}
			i++
		}
		if err := a.arriveRows(ctx, b, idx); err != nil {
			return err
		}
	}
	return nil
}
