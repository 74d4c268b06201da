package writer

import (
	"context"
	"sync"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer/internal/vector"
)

// Changes that memory has no room for are matched a part at a time: keys of the base that may be among theirs are put on the heaps of
// the parts first, and the rows of the changes that match on the heaps of the base's row groups then. Everything is read and written
// in order, whatever the sizes.

// candidateFields are a key of the base and where it is; the columns that may move a row come after them.
var candidateFields = []manifest.Field{
	{Name: "hi", Type: manifest.Type{Kind: manifest.Long}}, {Name: "lo", Type: manifest.Type{Kind: manifest.Long}},
	{Name: "file", Type: manifest.Type{Kind: manifest.Long}}, {Name: "group", Type: manifest.Type{Kind: manifest.Long}},
	{Name: "row", Type: manifest.Type{Kind: manifest.Long}},
}

// matchSpilt is match for changes on disk.
func (a *application) matchSpilt(ctx context.Context) error {
	room := min(a.c.limit, max(a.o.Memory, MinMemory)/8)
	fields := append(append([]manifest.Field{}, candidateFields...), a.scan.schema.Fields[len(a.c.o.Key):]...)
	candidates := newShuffle(a.spools, fields, room)
	defer candidates.close()
	if err := a.gather(ctx, candidates); err != nil {
		return err
	}
	if err := candidates.empty(); err != nil {
		return err
	}
	l := &a.c.layout
	long := manifest.Type{Kind: manifest.Long}
	a.moves = newShuffle(a.spools, append(append([]manifest.Field{}, l.fields...), manifest.Field{Name: "at", Type: long}, manifest.Field{Name: "what", Type: long}), room)
	err := a.c.eachPart(ctx, func(n int, p *part) error {
		blocks, err := candidates.load(n)
		if err != nil {
			return err
		}
		return a.settlePart(ctx, p, blocks)
	})
	if err != nil {
		return err
	}
	if err := a.found.refusal(a); err != nil {
		return err
	}
	return a.moves.empty()
}

// gather puts the keys of the base that may be in the changes on heaps.
func (a *application) gather(ctx context.Context, to *shuffle) error {
	numbers := map[*baseRows]uint64{}
	for i, f := range a.files {
		numbers[f] = uint64(i)
	}
	var mu sync.Mutex
	return a.eachKey(ctx, func(s scanned) error {
		var words [5][]uint64
		var idx, heaps []int32
		for i, k := range a.c.keys.digests(nil, s.Batch) {
			if !a.c.filter.may(k.hash()) {
				continue
			}
			idx, heaps = append(idx, int32(i)), append(heaps, int32(k.bucket()))
			for w, x := range [5]uint64{k.hi, k.lo, numbers[s.file], uint64(s.group), uint64(s.row + i)} {
				words[w] = append(words[w], x)
			}
		}
		if len(idx) == 0 {
			return nil
		}
		b := vector.Batch{Rows: len(idx)}
		for _, w := range words {
			b.Cols = append(b.Cols, vector.Vector{Len: len(w), Width: 8, Data: vector.Raw(w)})
		}
		for _, x := range a.scan.anchors {
			v := vector.New(x.base.Type)
			v.Gather(&s.Cols[x.base.Column], idx)
			b.Cols = append(b.Cols, v)
		}
		mu.Lock()
		defer mu.Unlock()
		return to.add(b, heaps)
	})
}

// settlePart matches one part of the changes with its candidates.
func (a *application) settlePart(ctx context.Context, p *part, candidates []vector.Batch) error {
	st := newSettling(a, p)
	moves := keyScan{anchors: make([]anchor, len(a.scan.anchors))}
	for i, x := range a.scan.anchors {
		moves.anchors[i] = x
		moves.anchors[i].base.Column = len(candidateFields) + i
	}
	hits := hits{a: a, p: p}
	for _, b := range candidates {
		var words [5][]uint64
		for w := range words {
			words[w] = vector.Fixed[uint64](&b.Cols[w])
		}
		for i := range b.Rows {
			j := p.find(key16{words[0][i], words[1][i]})
			if j < 0 {
				continue
			}
			f, group, row := a.files[words[2][i]], int(words[3][i]), int64(words[4][i])
			block, at := p.block(j)
			moved := moves.moved(b, i, block, at)
			what := st.settle(f, f.groups[group].first+row, j, moved)
			if what == actNothing {
				continue
			}
			if err := hits.add(f.group0+group, row, what, p.refs[j]); err != nil {
				return err
			}
		}
	}
	if err := hits.flush(); err != nil {
		return err
	}
	return st.arrivals(ctx)
}

// hits are matches on their way to the heaps of their row groups.
type hits struct {
	a     *application
	p     *part
	refs  []vector.Ref
	heaps []int32
	at    []uint64
	what  []uint64
}

func (h *hits) add(heap int, row int64, what action, ref vector.Ref) error {
	h.heaps, h.refs = append(h.heaps, int32(heap)), append(h.refs, ref)
	h.at, h.what = append(h.at, uint64(row)), append(h.what, uint64(what))
	if len(h.refs) < blockRows {
		return nil
	}
	return h.flush()
}

func (h *hits) flush() error {
	if len(h.refs) == 0 {
		return nil
	}
	b := vector.Owned(h.a.c.layout.fields)
	b.Pick(h.p.blocks, h.refs, 1)
	for _, w := range [][]uint64{h.at, h.what} {
		b.Cols = append(b.Cols, vector.Vector{Len: len(w), Width: 8, Data: vector.Raw(w)})
	}
	if err := h.a.moves.add(b, h.heaps); err != nil {
		return err
	}
	h.refs, h.heaps, h.at, h.what = h.refs[:0], h.heaps[:0], h.at[:0], h.what[:0]
	return nil
}

// spiltEdits are the edits of a row group.
func (a *application) spiltEdits(f *baseRows, g int) (*edits, error) {
	blocks, err := a.moves.load(f.group0 + g)
	if err != nil {
		return nil, err
	}
	e := &edits{blocks: blocks}
	n := len(a.c.layout.fields)
	for i, b := range blocks {
		what := vector.Fixed[uint64](&b.Cols[n+1])
		for row, at := range vector.Fixed[uint64](&b.Cols[n]) {
			e.add(int32(at), action(what[row]), vector.Ref{Batch: int32(i), Row: int32(row)})
		}
	}
	e.sort()
	return e, nil
}
