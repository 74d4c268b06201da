package filelist

import "github.com/tablectl/tablectl/manifest"

// item is a list with what comes to it, or files that come between lists.
type item struct {
	list  int // -1: none
	rest  bool
	files []manifest.File // those that come
	drops int
	size  int // files in the end
	spec  int
	anew  bool // written anew in any case
}

// stays says whether the item is a list that can stay as it is.
func (t item) stays() bool { return t.list >= 0 && t.drops == 0 && len(t.files) == 0 && !t.anew }

// items are the lists and what comes, in order.
func (p *plan) items() []item {
	var out []item
	come := func(files []manifest.File, rest bool) {
		if len(files) > 0 {
			out = append(out, item{list: -1, rest: rest, files: files, size: len(files), spec: files[0].SpecID})
		}
	}
	come(p.behind[0], false)
	for i, l := range p.lists {
		out = append(out, item{list: i, rest: i >= p.run, files: p.into[i], drops: p.drops[i],
			size: l.Files - p.drops[i] + len(p.into[i]), spec: l.SpecID})
		if i < p.run {
			come(p.behind[i+1], false)
		}
	}
	come(p.last, true)
	return out
}

// segment is a stretch of items that are written anew together, [from, to).
type segment struct {
	from, to int
	size     int // files in the end
	longest  int // of the lists that it has
}

// segments are the stretches that change, in order. The run and the rest are kept apart.
func segments(items []item, most int) []segment {
	var out []segment
	free := 0 // the first item that is in no segment
	for i := 0; i < len(items); i++ {
		if items[i].stays() {
			continue
		}
		s := segment{from: i, to: i}
		for s.to < len(items) && !items[s.to].stays() && items[s.to].rest == items[i].rest {
			s.size += items[s.to].size
			if items[s.to].list >= 0 {
				s.longest = max(s.longest, items[s.to].size-len(items[s.to].files)+items[s.to].drops)
			}
			s.to++
		}
		s = s.joined(items, free, most)
		out = append(out, s)
		free, i = s.to, s.to-1
	}
	return out
}

// joined takes a list beside the segment into it, the shorter one of the two, if the segment would else be too short a list.
func (s segment) joined(items []item, free, most int) segment {
	if s.size == 0 || s.size >= least(most) {
		return s
	}
	fits := func(i, beside int) bool {
		return i >= free && i < len(items) && items[i].stays() && items[i].rest == items[beside].rest && items[i].spec == items[beside].spec &&
			items[i].size+s.size <= most
	}
	left, right := fits(s.from-1, s.from), fits(s.to, s.to-1)
	switch {
	case left && (!right || items[s.from-1].size <= items[s.to].size):
		s.from--
		s.size += items[s.from].size
	case right:
		s.size += items[s.to].size
		s.to++
	}
	return s
}

// most is how many files a list of the segment has at most. Lists of a table that was much larger once, or that was written with longer ones,
// are not cut into many short ones by the first change that touches them.
func (s segment) most(usual int) int {
	if s.longest > 2*usual {
		return MaxFiles
	}
	return usual
}

// fresh says whether the segment has no list, so that nothing will come between its files soon.
func (s segment) fresh(items []item) bool {
	for _, t := range items[s.from:s.to] {
		if t.list >= 0 {
			return false
		}
	}
	return true
}
