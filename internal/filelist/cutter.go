package filelist

import (
	"github.com/tablectl/tablectl/manifest"
)

// cutter cuts a known number of files, in their order, into lists of at most so many and of one spec. It cuts between partitions where
// that makes lists neither much shorter nor longer.
type cutter struct {
	left int  // files that are not yet in a list, also those to come
	most int  // files in a list
	full bool // fill lists instead of making them of one length: nothing will come between them
	emit func([]manifest.File) error

	pending []manifest.File
}

func (c *cutter) add(f manifest.File) error {
	if n := len(c.pending); n > 0 && c.pending[n-1].SpecID != f.SpecID {
		if err := c.cut(n); err != nil {
			return err
		}
	}
	c.pending = append(c.pending, f)
	if want := c.length(); c.left > c.most && len(c.pending) > c.longest(want) {
		return c.cut(c.near(want))
	}
	return nil
}

// end makes a list of what is left.
func (c *cutter) end() error {
	if len(c.pending) == 0 {
		return nil
	}
	return c.cut(len(c.pending))
}

// length is how long the next list should be.
func (c *cutter) length() int {
	if c.full {
		return c.most
	}
	lists := (c.left + c.most - 1) / c.most
	return (c.left + lists - 1) / lists
}

// longest is how long a list of that length may become for the sake of a partition; half of it is how short.
func (c *cutter) longest(want int) int { return min(c.most, want+want/4) }

// near is the number of files next to want before which a partition ends.
func (c *cutter) near(want int) int {
	for d := range want / 2 {
		for _, n := range []int{want - d, want + d} {
			if n <= c.longest(want) && !placeOf(c.pending[n-1]).equal(placeOf(c.pending[n])) {
				return n
			}
		}
	}
	return want
}

// cut makes a list of the first n files.
func (c *cutter) cut(n int) error {
	out := c.pending[:n:n]
	c.pending = append([]manifest.File(nil), c.pending[n:]...)
	c.left -= n
	return c.emit(out)
}
