package table

import "github.com/tablectl/tablectl/manifest"

// identity tells a file from others in whichever versions have it. Its key does not: self-contained versions have it under keys of their
// own. Files of one version with the same bytes are told apart by nothing, and need not be.
type identity struct {
	sha256 string
	added  manifest.Version
}

func identityOf(f manifest.File) identity { return identity{f.SHA256, f.AddedBy.Version} }

// filesLeft are files that are looked for in another version.
type filesLeft map[identity][]manifest.File

func lookFor(files []manifest.File) filesLeft {
	out := filesLeft{}
	for _, f := range files {
		out.add(f)
	}
	return out
}

func (l filesLeft) add(f manifest.File) { l[identityOf(f)] = append(l[identityOf(f)], f) }

// take says whether a file is one of those that are left, and takes it out.
func (l filesLeft) take(f manifest.File) bool {
	id := identityOf(f)
	same := l[id]
	switch len(same) {
	case 0:
		return false
	case 1:
		delete(l, id)
	default:
		l[id] = same[1:]
	}
	return true
}

// any is one of the files that are left, if there are any: the first by key.
func (l filesLeft) any() (first manifest.File, ok bool) {
	for _, same := range l {
		for _, f := range same {
			if !ok || f.Key < first.Key {
				first, ok = f, true
			}
		}
	}
	return first, ok
}
