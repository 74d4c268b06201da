package filelist

import (
	"slices"

	"github.com/tablectl/tablectl/manifest"
)

// dropped are the files of one place that go.
type dropped struct {
	at       place
	versions []manifest.Version // that added them
}

// holders are the lists in which a file that goes may be.
func (e *editor) holders() []int {
	groups := e.byPlace()
	var out []int
	for i, l := range e.set.lists {
		from, to := within(e.order, l, len(groups), func(i int) place { return groups[i].at })
		if slices.ContainsFunc(groups[from:to], func(d dropped) bool { return d.mayBeIn(l, e.order) }) ||
			len(groups) > 0 && len(groups[0].at.partition) == 0 && groups[0].mayBeIn(l, e.order) { // in no partition
			out = append(out, i)
		}
	}
	return out
}

// mayBeIn says whether one of the files may be in a list.
func (d dropped) mayBeIn(l manifest.FileList, o manifest.PartitionOrder) bool {
	return d.at.spec == l.SpecID && l.MayHold(o, d.at.partition) && slices.ContainsFunc(d.versions, func(v manifest.Version) bool {
		return l.MinVersion <= v && v <= l.Version()
	})
}

// byPlace are the files that go, by their place.
func (e *editor) byPlace() []dropped {
	byName := map[string]*dropped{}
	for _, f := range e.change.Drop {
		name := placeOf(f).name()
		if byName[name] == nil {
			byName[name] = &dropped{at: placeOf(f)}
		}
		byName[name].versions = append(byName[name].versions, f.AddedBy.Version)
	}
	out := make([]dropped, 0, len(byName))
	for _, d := range byName {
		out = append(out, *d)
	}
	slices.SortFunc(out, func(a, b dropped) int { return compare(e.order, a.at, b.at) })
	return out
}
