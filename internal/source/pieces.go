package source

import (
	"context"
	"fmt"
	"hash/maphash"
	"io"
	"os"
	"sync"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/internal/source/blocks"
)

// piecesKept is how many pieces of a file a readerAt remembers.
const piecesKept = 24

// readerAt reads a local input anywhere, in the pieces of which the hashes are known, and compares them. It opens the file for each
// piece, so that ten thousand inputs need no ten thousand handles.
type readerAt struct {
	in   *input
	seed maphash.Seed

	mu   sync.Mutex
	kept map[int64][]byte
	age  []int64 // keys of kept, oldest first
}

// readerAt is for inputs whose pieces are known; of an object every request is bound to its ETag.
func (s *Source) readerAt(ctx context.Context, in *input) io.ReaderAt {
	if in.store != nil {
		return &remoteAt{in, objstore.RangeReaderAt(ctx, in.store, in.info)}
	}
	return &readerAt{in: in, seed: s.seed, kept: make(map[int64][]byte)}
}

// ReadAt reads len(p) bytes, fewer only at the end of the file, then with io.EOF.
func (r *readerAt) ReadAt(p []byte, off int64) (n int, err error) {
	if off < 0 {
		return 0, fmt.Errorf("read %s: negative offset %d", r.in.name, off)
	}
	for n < len(p) {
		at := off + int64(n)
		if at >= r.in.size {
			return n, io.EOF
		}
		b, err := r.piece(at / blocks.Size)
		if err != nil {
			return n, err
		}
		n += copy(p[n:], b[at%blocks.Size:])
	}
	return n, nil
}

func (r *readerAt) piece(i int64) ([]byte, error) {
	r.mu.Lock()
	b, ok := r.kept[i]
	r.mu.Unlock()
	if ok {
		return b, nil
	}
	b, err := r.load(i)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.kept[i]; !ok {
		r.kept[i] = b
		r.age = append(r.age, i)
		if len(r.age) > piecesKept {
			delete(r.kept, r.age[0])
			r.age = r.age[1:]
		}
	}
	return b, nil
}

func (r *readerAt) load(i int64) ([]byte, error) {
	f, err := os.Open(r.in.path)
	if os.IsNotExist(err) {
		return nil, r.in.changed()
	}
	if err != nil {
		return nil, fmt.Errorf("open input: %w", err)
	}
	defer f.Close() // only read
	b := make([]byte, min(blocks.Size, r.in.size-i*blocks.Size))
	n, err := f.ReadAt(b, i*blocks.Size)
	if err != nil && err != io.EOF {
		return nil, fmt.Errorf("read %s: %w", r.in.name, err)
	}
	if n < len(b) || maphash.Bytes(r.seed, b) != r.in.pieces[i] {
		return nil, r.in.changed()
	}
	return b, nil
}

// remoteAt reads an object anywhere.
type remoteAt struct {
	in *input
	at io.ReaderAt
}

func (r *remoteAt) ReadAt(p []byte, off int64) (int, error) {
	n, err := r.at.ReadAt(p, off)
	if err != nil && err != io.EOF {
		err = r.in.storeError(err)
	}
	return n, err
}
