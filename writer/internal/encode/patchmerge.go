package encode

import "slices"

// mergeValues puts the new values between the old ones, and says whether that changes any. scratch is memory.
func mergeValues[T uint32 | int32 | int64](p *patcher, pg *patchedPage, old, new []T, scratch *[]T) ([]T, bool) {
	if pg.present < pg.rows || slices.ContainsFunc(p.at[pg.a:pg.b], func(at int32) bool { return at < 0 }) {
		return mergeRows(p, pg, old, new, scratch)
	}
	changed := false
	for k := pg.a; k < pg.b; k++ {
		at, v := p.Rows[k]-pg.first, new[p.at[k]]
		changed = changed || old[at] != v
		old[at] = v
	}
	return old, changed
}

// mergeRows is mergeValues where there are nulls, before or after, or rows that go.
func mergeRows[T uint32 | int32 | int64](p *patcher, pg *patchedPage, old, new []T, scratch *[]T) ([]T, bool) {
	all := extendTo(scratch, pg.rows)
	if pg.valid == nil {
		copy(all, old)
	}
	for row, at := 0, 0; pg.valid != nil && row < pg.rows && at < len(old); row++ {
		all[row] = old[at]
		at += int(pg.valid[row>>3] >> (row & 7) & 1)
	}
	changed := false
	for k := pg.a; k < pg.b; k++ {
		row := int(p.Rows[k] - pg.first)
		was := pg.valid == nil || pg.valid[row>>3]>>(row&7)&1 != 0
		switch at := p.at[k]; at {
		case toNothing:
			changed = true
		case toNull:
			changed = changed || was
			pg.valid[row>>3] &^= 1 << (row & 7)
		default:
			changed = changed || !was || all[row] != new[at]
			all[row] = new[at]
			if pg.valid != nil {
				pg.valid[row>>3] |= 1 << (row & 7)
			}
		}
	}
	return compact(p, pg, all), changed
}

// compact drops what goes, and the nulls among the values.
func compact[T uint32 | int32 | int64](p *patcher, pg *patchedPage, all []T) []T {
	next, rows, n := pg.a, 0, 0
	for row := range pg.rows {
		if next < pg.b && int(p.Rows[next]-pg.first) == row {
			next++
			if p.at[next-1] == toNothing {
				continue
			}
		}
		is := byte(1)
		if pg.valid != nil {
			is = pg.valid[row>>3] >> (row & 7) & 1
			pg.valid[rows>>3] = pg.valid[rows>>3]&^(1<<(rows&7)) | is<<(rows&7)
		}
		all[n] = all[row]
		n += int(is)
		rows++
	}
	pg.rows, pg.present = rows, n
	return all[:n]
}

// extendTo makes scratch memory n long.
func extendTo[T any](scratch *[]T, n int) []T {
	if cap(*scratch) < n {
		*scratch = make([]T, n, n+n/8)
	}
	*scratch = (*scratch)[:n]
	return *scratch
}
