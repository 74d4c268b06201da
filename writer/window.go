package writer

import (
	"context"
	"fmt"
	"io"
	"sync"
)

// window is the part of an object that is in memory, and its tail.
type window struct {
	tail *tailReader

	mu     sync.Mutex
	cond   chan struct{} // closed and replaced when something is dropped
	first  int64         // offset of pieces[0]
	pieces [][]byte
	held   map[int]int64 // row group: where it begins
	whole  io.ReaderAt   // instead of the pieces
}

func newWindow(t *tailReader) *window {
	return &window{tail: t, cond: make(chan struct{}), held: map[int]int64{}}
}

// add takes the next piece.
func (w *window) add(b []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pieces = append(w.pieces, b)
	return nil
}

// end is where the pieces end.
func (w *window) end() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.first + w.length()
}

func (w *window) length() (n int64) {
	for _, p := range w.pieces {
		n += int64(len(p))
	}
	return n
}

// hold keeps what is behind start in memory until drop.
func (w *window) hold(group int, start int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.held[group] = start
}

func (w *window) drop(group int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.held, group)
	close(w.cond)
	w.cond = make(chan struct{})
}

// wait lets go of pieces that no row group under way needs, until at most room bytes are held or only the row group that is being
// fetched needs them.
func (w *window) wait(ctx context.Context, room int64) error {
	for {
		w.mu.Lock()
		w.trim()
		if w.length() <= room || len(w.held) <= 1 {
			w.mu.Unlock()
			return nil
		}
		changed := w.cond
		w.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// trim drops pieces before the first row group that is under way.
func (w *window) trim() {
	low := w.first + w.length()
	for _, at := range w.held {
		low = min(low, at)
	}
	for len(w.pieces) > 0 && w.first+int64(len(w.pieces[0])) <= low {
		w.first += int64(len(w.pieces[0]))
		w.pieces = w.pieces[1:]
	}
}

// copyTo writes all pieces, of which none is dropped yet.
func (w *window) copyTo(to io.Writer) error {
	for _, p := range w.pieces {
		if _, err := to.Write(p); err != nil {
			return err
		}
	}
	return nil
}

// replace reads from r from now on.
func (w *window) replace(r io.ReaderAt) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.whole, w.pieces = r, nil
}

// ReadAt reads from the pieces, or from the tail what is not in them.
func (w *window) ReadAt(p []byte, off int64) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.whole != nil {
		return w.whole.ReadAt(p, off)
	}
	if off >= w.tail.from {
		return w.tail.ReadAt(p, off)
	}
	n, at := 0, w.first
	for _, piece := range w.pieces {
		if pos := off + int64(n); pos >= at && pos < at+int64(len(piece)) {
			n += copy(p[n:], piece[pos-at:])
		}
		at += int64(len(piece))
	}
	if n < len(p) && off+int64(n) >= w.tail.from {
		m, err := w.tail.ReadAt(p[n:], off+int64(n))
		return n + m, err
	}
	if n < len(p) {
		return n, fmt.Errorf("read object at %d: not in memory", off+int64(n))
	}
	return n, nil
}
