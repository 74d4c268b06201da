package pq

import (
	"io"
	"math"
)

// Batch is a run of rows of one column. Its memory grows with use and is reused after Reset.
type Batch struct {
	Rows   int
	Levels int    // with nulls and empty lists; equal to Rows where MaxRep is 0
	Valid  []byte // bitmap, where Read was asked for no levels and MaxDef is 1
	Def    []uint8
	Rep    []uint8
	Values Values
}

// Reset empties b and keeps its memory.
func (b *Batch) Reset() {
	b.Rows, b.Levels = 0, 0
	b.Valid, b.Def, b.Rep = b.Valid[:0], b.Def[:0], b.Rep[:0]
	b.Values.Reset()
}

const (
	step      = 4096    // levels decoded at once
	maxLevels = 8 << 20 // of a batch that must end with a row, beyond the size of the file
)

// Read appends at most rows rows to b, at least one, and stops early once the values take limit bytes. It returns io.EOF when
// there are no more. With levels, Def and (where MaxRep > 0) Rep are filled; without, which only works where MaxDef <= 1 and
// MaxRep is 0, Valid.
func (c *Column) Read(rows, limit int, levels bool, b *Batch) (err error) {
	defer guard(&err)
	if c.leaf.MaxRep > 0 {
		err = c.readNested(rows, limit, b)
	} else {
		err = c.readFlat(rows, limit, levels, b)
	}
	if err == nil && len(b.Values.Data) > math.MaxInt32 {
		return unsupported("the values of one batch of column %q take more than 2 GiB", c.leaf)
	}
	return err
}

func (c *Column) readFlat(rows, limit int, levels bool, b *Batch) error {
	for until := b.Rows + rows; b.Rows < until && len(b.Values.Data) < limit; {
		if c.left == 0 {
			if err := c.nextPage(); err == io.EOF && b.Rows > until-rows {
				return nil
			} else if err != nil {
				return err
			}
		}
		n := c.clamp(min(until-b.Rows, c.left), limit-len(b.Values.Data))
		present, err := c.present(n, levels, b)
		if err != nil {
			return err
		}
		if err := c.values.into(present, &b.Values); err != nil {
			return err
		}
		c.left -= n
		b.Rows += n
		b.Levels += n
	}
	return nil
}

// clamp lessens n where single values may be long, so that a batch cannot grow far beyond its limit.
func (c *Column) clamp(n, room int) int {
	if long := c.values.longest(); long > 0 {
		return min(n, max(1, room/long))
	}
	return n
}

// present decodes the next n definition levels and returns how many of them are values.
func (c *Column) present(n int, levels bool, b *Batch) (int, error) {
	switch {
	case levels:
		def := grow(&b.Def, n)
		if c.leaf.MaxDef == 0 {
			clear(def)
			return n, nil
		}
		if err := decode(&c.def, def); err != nil {
			return 0, err
		}
		return count(def, uint8(c.leaf.MaxDef))
	case c.leaf.MaxDef == 0:
		return n, nil
	default:
		return c.def.bitmap(growBits(&b.Valid, b.Rows, n), b.Rows, n)
	}
}

// count is how many levels are the highest.
func count(levels []uint8, highest uint8) (n int, err error) {
	for _, l := range levels {
		if l == highest {
			n++
		} else if l > highest {
			return 0, corrupt("a level of %d where %d is the highest", l, highest)
		}
	}
	return n, nil
}

func (c *Column) readNested(rows, limit int, b *Batch) error {
	until := b.Rows + rows
	for len(b.Values.Data) < limit || b.Rows == until-rows {
		if len(c.pendingRep) == 0 {
			if err := c.fill(); err == io.EOF && b.Rows > until-rows {
				return nil
			} else if err != nil {
				return err
			}
		}
		n, whole := c.upTo(until-b.Rows, c.clamp(len(c.pendingRep), limit-len(b.Values.Data)), b)
		if err := c.give(n, b); err != nil {
			return err
		}
		if whole {
			return nil
		}
	}
	return c.finishRow(b)
}

// finishRow appends the rest of the row that the limit of bytes cut.
func (c *Column) finishRow(b *Batch) error {
	for {
		if len(c.pendingRep) == 0 {
			if err := c.fill(); err == io.EOF {
				return nil
			} else if err != nil {
				return err
			}
		}
		n, whole := c.upTo(0, len(c.pendingRep), b)
		if err := c.give(n, b); err != nil || whole {
			return err
		}
	}
}

// upTo counts the pending levels, at most n, that belong to this row and the next rows ones, and adds these to b. whole: the
// row after them has begun.
func (c *Column) upTo(rows, n int, b *Batch) (levels int, whole bool) {
	for i, r := range c.pendingRep[:n] {
		if r == 0 {
			if rows == 0 {
				return i, true
			}
			rows--
			b.Rows++
		}
	}
	return n, false
}

// give moves n pending levels and their values to b.
func (c *Column) give(n int, b *Batch) error {
	def := c.pendingDef[:n]
	b.Def = append(b.Def, def...)
	b.Rep = append(b.Rep, c.pendingRep[:n]...)
	b.Levels += n
	if b.Levels > maxLevels+int(c.file.size) {
		return unsupported("column %q has more than %d elements in one row", c.leaf, maxLevels)
	}
	c.pendingDef, c.pendingRep = c.pendingDef[n:], c.pendingRep[n:]
	present, err := count(def, uint8(c.leaf.MaxDef))
	if err != nil {
		return err
	}
	return c.values.into(present, &b.Values)
}

// fill decodes more levels of the current page, or of the next one.
func (c *Column) fill() error {
	if c.left == 0 {
		if err := c.nextPage(); err == io.EOF && c.rows != c.total {
			return corrupt("column %q has %d rows, its row group %d", c.leaf, c.rows, c.total)
		} else if err != nil {
			return err
		}
	}
	n := min(step, c.left)
	if c.levelMemory == nil {
		c.levelMemory = make([]uint8, 2*step)
	}
	c.pendingDef, c.pendingRep = c.levelMemory[:n], c.levelMemory[step:step+n]
	if err := decode(&c.rep, c.pendingRep); err != nil {
		return err
	}
	if err := decode(&c.def, c.pendingDef); err != nil {
		return err
	}
	if c.rows == 0 && c.pendingRep[0] != 0 {
		return corrupt("column %q begins inside a row", c.leaf)
	}
	for _, r := range c.pendingRep {
		if r == 0 {
			c.rows++
		} else if int(r) > c.leaf.MaxRep {
			return corrupt("a repetition level of %d where %d is the highest", r, c.leaf.MaxRep)
		}
	}
	if c.rows > c.total {
		return corrupt("column %q has more rows than its row group (%d)", c.leaf, c.total)
	}
	c.left -= n
	return nil
}
