package rowdiff

import "bytes"

// chunkBytes is how much memory an arena asks for at once.
const chunkBytes = 256 << 10

// arena keeps byte strings in large pieces, which are used again.
type arena struct {
	full, free [][]byte
	last       []byte
}

// put copies b.
func (a *arena) put(b []byte) []byte {
	if len(b) > chunkBytes/4 {
		return bytes.Clone(b)
	}
	if cap(a.last)-len(a.last) < len(b) {
		a.full = append(a.full, a.last)
		if k := len(a.free); k > 0 {
			a.last, a.free = a.free[k-1], a.free[:k-1]
		} else {
			a.last = make([]byte, 0, chunkBytes)
		}
	}
	at := len(a.last)
	a.last = append(a.last, b...)
	return a.last[at:len(a.last):len(a.last)]
}

// reset empties the arena. What put gave is void.
func (a *arena) reset() {
	for _, c := range append(a.full, a.last) {
		if cap(c) > 0 {
			a.free = append(a.free, c[:0])
		}
	}
	a.full, a.last = a.full[:0], nil
}
