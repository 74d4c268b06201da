package pq

import "io"

const readAhead = 1 << 20 // bytes asked of the storage at once

// window reads a range of a file front to back.
type window struct {
	r        io.ReaderAt
	next     int64 // where the storage is read next
	end      int64
	buf      []byte // what was read and not taken
	ahead    int
	inMemory []byte
}

func newWindow(r io.ReaderAt, start, end int64) window {
	return window{r: r, next: start, end: end, ahead: readAhead}
}

// left is how many bytes the range still has.
func (w *window) left() int64 { return int64(len(w.buf)) + w.end - w.next }

// peek gives at least n bytes, or all that are left, without taking them.
func (w *window) peek(n int) ([]byte, error) {
	if n <= len(w.buf) || w.next == w.end {
		return w.buf, nil
	}
	more := int(min(int64(max(n-len(w.buf), w.ahead)), w.end-w.next))
	size := len(w.buf) + more
	if cap(w.inMemory) < size {
		w.inMemory = make([]byte, size)
	}
	// The rest of the old buffer moves to the front: pages that were handed out before are done with.
	fresh := w.inMemory[:size]
	kept := copy(fresh, w.buf)
	if err := readAt(w.r, fresh[kept:], w.next); err != nil {
		return nil, err
	}
	w.buf = fresh
	w.next += int64(more)
	return w.buf, nil
}

// take gives the next n bytes, valid until the next call. The caller has checked left.
func (w *window) take(n int) ([]byte, error) {
	b, err := w.peek(n)
	if err != nil {
		return nil, err
	}
	if len(b) < n {
		return nil, corrupt("a page ends outside its column chunk")
	}
	w.buf = b[n:]
	return b[:n:n], nil
}
