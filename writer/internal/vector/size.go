package vector

import "sort"

// Bytes is what the rows of b weigh: their values as they would lie in one row after the other. It is additive over rows and the
// same however they are batched.
func (b Batch) Bytes() int64 {
	n := int64(0)
	for i := range b.Cols {
		n += b.Cols[i].bytes(0, b.Cols[i].Len)
	}
	return n
}

// Fit is the number of rows of b, from the first on, that together weigh at most limit.
func (b Batch) Fit(limit int64) int {
	if b.Bytes() <= limit {
		return b.Rows
	}
	return sort.Search(b.Rows, func(i int) bool {
		n := int64(0)
		for c := range b.Cols {
			n += b.Cols[c].bytes(0, i+1)
		}
		return n > limit
	})
}

// Weight is what row i weighs.
func (v *Vector) Weight(i int) int64 { return v.bytes(i, i+1) }

// bytes is the weight of rows i to j.
func (v *Vector) bytes(i, j int) int64 {
	switch {
	case v.Width > 0:
		return int64(j-i) * int64(v.Width)
	case v.Offs != nil:
		a, b := int(v.Offs[i]), int(v.Offs[j])
		n := 4 * int64(j-i)
		if v.Kids == nil {
			return n + int64(b-a)
		}
		return n + v.kids(a, b)
	case v.Kids != nil:
		return v.kids(i, j)
	}
	return int64(j - i)
}

func (v *Vector) kids(i, j int) int64 {
	n := int64(0)
	for k := range v.Kids {
		n += v.Kids[k].bytes(i, j)
	}
	return n
}
