package filelist

import (
	"slices"
	"sort"

	"github.com/tablectl/tablectl/manifest"
)

// Places are the partitions in which some files lie.
type Places struct {
	order manifest.PartitionOrder
	all   []place // in order
}

// PlacesOf are the partitions of files; o is the order of their version.
func PlacesOf(o manifest.PartitionOrder, files []manifest.File) Places {
	p := Places{order: o}
	seen := map[string]bool{}
	for _, f := range files {
		at := placeOf(f)
		if name := at.name(); !seen[name] {
			seen[name] = true
			p.all = append(p.all, at)
		}
	}
	slices.SortFunc(p.all, func(a, b place) int { return compare(o, a, b) })
	return p
}

// MayLieIn says whether a file of the list may lie in one of the partitions. False is certain, if the list has their spec.
func (p Places) MayLieIn(l manifest.FileList) bool {
	from, to := within(p.order, l, len(p.all), func(i int) place { return p.all[i] })
	return slices.ContainsFunc(p.all[from:to], func(at place) bool { return at.spec == l.SpecID && l.MayHold(p.order, at.partition) })
}

// within is which of n places, which are in order, are not outside of what a list spans.
func within(o manifest.PartitionOrder, l manifest.FileList, n int, at func(int) place) (from, to int) {
	first, last := span(l)
	from = sort.Search(n, func(i int) bool { return compare(o, at(i), first) >= 0 })
	return from, max(from, sort.Search(n, func(i int) bool { return compare(o, at(i), last) > 0 }))
}
