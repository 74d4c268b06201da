package writer

import (
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer/internal/vector"
)

// part is rows of changes in memory: all of them, or those whose keys' hashes fall into one range.
type part struct {
	blocks []vector.Batch
	refs   []vector.Ref // per row
	keyIndex
	dead  []uint64 // bitmap of rows that another one with the same key outdoes
	live  int64
	twice []pair // rows with the same key, where nothing says which one counts
}

// pair is two rows with the same key.
type pair struct{ first, second int32 }

func (c *Changes) newPart(blocks []vector.Batch) *part {
	p := &part{blocks: blocks}
	n := 0
	for _, b := range blocks {
		n += b.Rows
	}
	keys := make([]key16, 0, n)
	p.refs = make([]vector.Ref, 0, n)
	var some []key16
	for i, b := range blocks {
		some = c.keys.digests(some, b)
		keys = append(keys, some...)
		for row := range b.Rows {
			p.refs = append(p.refs, vector.Ref{Batch: int32(i), Row: int32(row)})
		}
	}
	p.keyIndex = newKeyIndex(keys)
	p.dead = make([]uint64, (n+63)/64)
	for i, k := range keys {
		p.insert(c, int32(i), k)
	}
	return p
}

// insert decides between a row and the one that has its key.
func (p *part) insert(c *Changes, i int32, k key16) {
	h := k.hash()
	p.note(h)
	slot := p.slot(k, h)
	if *slot == 0 {
		*slot = uint32(i) + 1
		p.live++
		return
	}
	before := int32(*slot) - 1
	switch {
	case c.layout.order >= 0:
		if c.newer(p, i, before) {
			*slot = uint32(i) + 1
			p.bury(before)
			return
		}
	case !c.o.Delete && len(p.twice) < manyKeys:
		p.twice = append(p.twice, pair{before, i})
	}
	p.bury(i)
}

func (p *part) bury(i int32)        { p.dead[i>>6] |= 1 << (i & 63) }
func (p *part) buried(i int32) bool { return p.dead[i>>6]>>(i&63)&1 != 0 }
func (p *part) block(i int32) (vector.Batch, int) {
	return p.blocks[p.refs[i].Batch], int(p.refs[i].Row)
}

// newer says whether row i, which came after row j, counts instead of it.
func (c *Changes) newer(p *part, i, j int32) bool {
	t := c.layout.fields[c.layout.order].Type
	value := func(i int32) any {
		b, row := p.block(i)
		return b.Cols[c.layout.order].Value(t, row)
	}
	return manifest.Compare(t, value(i), value(j)) >= 0
}
