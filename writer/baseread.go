package writer

import (
	"context"
	"fmt"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer/internal/vector"
)

// hold reads a row group into memory, in one request, until drop.
func (b *baseFile) hold(group int) error {
	start, end, _ := b.origin.Group(group)
	p, err := b.read(start, end-start)
	if err != nil {
		return fmt.Errorf("read row group %d of %s: %w", group, b.Key, err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.held[group] = piece{start, p}
	return nil
}

func (b *baseFile) drop(group int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.held, group)
}

// inMemory is a part of the file, if a row group or the end that is held has all of it.
func (b *baseFile) inMemory(off, n int64) ([]byte, bool) {
	if off >= b.tail.from && off+n <= b.tail.info.Size {
		return b.tail.b[off-b.tail.from:][:n:n], true
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	for _, s := range b.held {
		if off >= s.start && off+n <= s.start+int64(len(s.b)) {
			return s.b[off-s.start:][:n:n], true
		}
	}
	return nil, false
}

// part gives a part of the file, from memory without copying it.
func (b *baseFile) part(from, n int64) ([]byte, error) {
	if from >= 0 && n >= 0 {
		if p, ok := b.inMemory(from, n); ok {
			return p, nil
		}
	}
	return b.read(from, n)
}

// ReadAt reads from what is in memory, or else from the store.
func (b *baseFile) ReadAt(p []byte, off int64) (int, error) {
	if s, ok := b.inMemory(off, int64(len(p))); ok {
		return copy(p, s), nil
	}
	if off >= b.tail.from || off == 0 && len(p) <= len(parquetMagic) {
		return b.tail.ReadAt(p, off)
	}
	return b.rest.ReadAt(p, off)
}

// maxIndex is the largest page index that is taken over.
const maxIndex = 32 << 20

// holdIndex reads the page index into memory, if it is not at the end that is there anyway.
func (b *baseFile) holdIndex() error {
	from, to := b.origin.Index()
	if to-from > maxIndex || from >= b.tail.from || from < 0 || to > b.tail.info.Size {
		return nil
	}
	p, err := b.read(from, to-from)
	if err != nil {
		return fmt.Errorf("read page index of %s: %w", b.Key, err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.held[-1] = piece{from, p}
	return nil
}

// eachBatch reads columns of a row group.
func eachBatch(ctx context.Context, b *baseFile, want manifest.Schema, group int, o columnar.ReadOptions, take func(vector.Batch) error) error {
	o.RowGroups = []int{group}
	r, err := b.file.Read(ctx, want, o)
	if err != nil {
		return fmt.Errorf("read %s: %w", b.Key, err)
	}
	defer r.Release()
	for r.Next() {
		batch, err := vector.FromRecord(r.Record())
		if err == nil {
			err = take(batch)
		}
		if err != nil {
			return err
		}
	}
	if err := r.Err(); err != nil {
		return fmt.Errorf("read %s: %w", b.Key, err)
	}
	return nil
}
