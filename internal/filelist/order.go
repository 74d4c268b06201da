package filelist

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/tablectl/tablectl/manifest"
)

// Files stand in lists by their partition spec, then by their partition. Those of one partition keep the order in which they came.

// place is where the files of one partition belong.
type place struct {
	spec      int
	partition []manifest.Value
}

func placeOf(f manifest.File) place { return place{f.SpecID, f.Partition} }

func (p place) equal(q place) bool {
	return p.spec == q.spec && slices.Equal(p.partition, q.partition)
}

// name is a text that tells a place from others.
func (p place) name() string {
	var b strings.Builder
	b.WriteString(strconv.Itoa(p.spec))
	for _, x := range p.partition {
		b.WriteByte(0) // no value has it: JSON escapes control characters
		b.WriteString(string(x))
	}
	return b.String()
}

// span is from the first to the last place of a list.
func span(l manifest.FileList) (first, last place) {
	from, to := l.Span()
	return place{l.SpecID, from}, place{l.SpecID, to}
}

func compare(o manifest.PartitionOrder, a, b place) int {
	if a.spec != b.spec {
		return cmp.Compare(a.spec, b.spec)
	}
	return o.Compare(a.spec, a.partition, b.partition)
}

// inOrder sorts files by their place. Places are compared once for each two of them and not for each two files.
func inOrder(o manifest.PartitionOrder, files []manifest.File) []manifest.File {
	groups := make([]group, 0)
	of := make([]int, len(files)) // the group of each file
	byName := map[string]int{}
	for i, f := range files {
		at := placeOf(f)
		if i > 0 && groups[of[i-1]].at.equal(at) {
			of[i] = of[i-1]
		} else {
			name := at.name()
			g, ok := byName[name]
			if !ok {
				g = len(groups)
				byName[name] = g
				groups = append(groups, group{at: at})
			}
			of[i] = g
		}
		groups[of[i]].files++
	}
	next := offsets(o, groups)
	out := make([]manifest.File, len(files))
	for i, f := range files {
		out[next[of[i]]] = f
		next[of[i]]++
	}
	return out
}

// group is how many files are of one place.
type group struct {
	at    place
	files int
}

// offsets is where the first file of each group comes to stand.
func offsets(o manifest.PartitionOrder, groups []group) []int {
	sorted := make([]int, len(groups))
	for i := range sorted {
		sorted[i] = i
	}
	slices.SortFunc(sorted, func(a, b int) int { return compare(o, groups[a].at, groups[b].at) })
	out := make([]int, len(groups))
	at := 0
	for _, g := range sorted {
		out[g] = at
		at += groups[g].files
	}
	return out
}
