package filelist

import (
	"math"
	"slices"
	"sort"

	"github.com/tablectl/tablectl/manifest"
)

// What comes to a version is put among the files that it lies next to, for as much as few lists must be written anew for that: four
// and one more for every 64 files that come. What is left stands in lists of its own at the end, the rest, in the order of arrival: they
// are of many partitions, and a reader with a condition has to look into more of them.
const (
	rewrites      = 4
	filesARewrite = 64
)

// maxInline is how many files a version that is written names itself; a version of more has lists.
const maxInline = 100

// mostFiles is how many files a list of a version with so many files has at most: a change writes lists anew and names all of them, and
// both together are least where a list has as many files as there are lists. Not fewer than shortest, though: an engine fetches an Iceberg
// manifest for each list.
func mostFiles(total int) int {
	return min(max(shortest, int(math.Sqrt(float64(total)))), MaxFiles)
}

const shortest = 128

// least is how long a list is at least, if a list beside it has room: lists that many small changes leave are joined.
func least(most int) int { return most / 2 }

// plan says what becomes of the lists of a set.
type plan struct {
	order  manifest.PartitionOrder
	most   int // files in a list
	lists  []manifest.FileList
	run    int               // so many lists stand in the order of their partitions and do not overlap; behind them is the rest
	drops  []int             // how many files of a list go
	into   [][]manifest.File // files that come among those of a list
	behind [][]manifest.File // files that come before the first list of the run, and behind each of it
	last   []manifest.File   // files that come at the end
}

func newPlan(o manifest.PartitionOrder, lists []manifest.FileList, drops []int, add []manifest.File, most int) *plan {
	p := &plan{order: o, most: most, lists: lists, drops: drops, run: sortedRun(o, lists)}
	p.into = make([][]manifest.File, len(lists))
	p.behind = make([][]manifest.File, p.run+1)
	p.settle(p.homes(inOrder(o, add)), rewrites+len(add)/filesARewrite)
	return p
}

// sortedRun is how many lists from the first on are in order.
func sortedRun(o manifest.PartitionOrder, lists []manifest.FileList) int {
	for i := 1; i < len(lists); i++ {
		_, before := span(lists[i-1])
		if first, _ := span(lists[i]); compare(o, before, first) > 0 {
			return i
		}
	}
	return len(lists)
}

// home is where files come to lie: among those of a list of the run, or behind it (-1: before the first).
type home struct {
	list   int
	behind bool
	files  []manifest.File
}

// homes parts files, which are in order, by where they come to lie.
func (p *plan) homes(add []manifest.File) []home {
	var out []home
	for i, f := range add {
		if i > 0 && placeOf(add[i-1]).equal(placeOf(f)) {
			h := &out[len(out)-1]
			h.files = append(h.files, f)
			continue
		}
		list, behind := p.find(placeOf(f))
		if n := len(out); n > 0 && out[n-1].list == list && out[n-1].behind == behind {
			out[n-1].files = append(out[n-1].files, f)
			continue
		}
		out = append(out, home{list, behind, []manifest.File{f}})
	}
	return out
}

func (p *plan) find(at place) (list int, behind bool) {
	list = sort.Search(p.run, func(i int) bool {
		first, _ := span(p.lists[i])
		return compare(p.order, first, at) > 0
	}) - 1
	if list < 0 {
		return list, true
	}
	_, last := span(p.lists[list])
	return list, compare(p.order, at, last) >= 0
}

// settle sends files home, those first that many come with, as long as lists may be written anew for it.
func (p *plan) settle(homes []home, budget int) {
	var rest []int
	for _, i := range byLength(homes) {
		h := homes[i]
		switch cost := p.costs(h); {
		case cost && budget == 0:
			rest = append(rest, i)
			continue
		case cost:
			budget--
		}
		if h.behind {
			p.behind[h.list+1] = h.files
		} else {
			p.into[h.list] = h.files
		}
	}
	slices.Sort(rest)
	for _, i := range rest {
		p.last = append(p.last, homes[i].files...)
	}
}

// costs says whether a list that is not written anyway must be written to take the files.
func (p *plan) costs(h home) bool {
	if h.list >= 0 && p.drops[h.list] > 0 {
		return false
	}
	return !h.behind || len(h.files) < least(p.most)
}

// byLength are the indices of homes, those with most files first.
func byLength(homes []home) []int {
	out := make([]int, len(homes))
	for i := range out {
		out[i] = i
	}
	slices.SortStableFunc(out, func(a, b int) int { return len(homes[b].files) - len(homes[a].files) })
	return out
}
