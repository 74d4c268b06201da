package table

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"golang.org/x/sync/errgroup"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/manifest"
)

// copying is a file that a self-contained version has under a key of its own.
type copying struct {
	file manifest.File // with the key where it is
	to   string
}

// contain gives every file of the version a key in its own prefix: those that are carried over, and those that this run wrote under a
// number that it had before. Nothing is copied yet. The same composition gives the same keys.
func (p *publication) contain(ctx context.Context, c *composition) error {
	c.layout = manifest.LayoutSelfContained
	h := home{version: p.pending.Version, taken: map[string]bool{}, keys: map[string]string{}}
	c.change.Add = slices.Clone(c.change.Add) // the run's own list keeps the keys under which it wrote
	for _, f := range c.change.Add {
		h.stay(f)
	}
	for i, f := range c.change.Add {
		c.change.Add[i].Key = h.move(f)
	}
	err := c.parent.Each(ctx, nil, func(f manifest.File) error {
		if !c.change.Drops(f) {
			h.move(f)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read the files of version %d: %w", current(p.base.m), err)
	}
	restate := c.change.Restate
	c.change.Restate = func(f manifest.File) (manifest.File, error) {
		f.Key = h.keys[f.Key]
		if restate == nil {
			return f, nil
		}
		return restate(f)
	}
	c.copies = h.copies
	return nil
}

// givesUpPrefix says whether the version needs a prefix into which nothing was written yet: those who list a self-contained version must
// find no rows of another attempt, not even of one whose requests arrive late.
func (p *publication) givesUpPrefix() bool {
	return p.stray && p.base.m.Tablectl.Settings.SelfContained()
}

// home is the keys in the prefix of a version.
type home struct {
	version manifest.Version
	taken   map[string]bool
	keys    map[string]string // of files, by where they are
	copies  []copying
}

// stay takes the key of a file that is in the prefix already.
func (h *home) stay(f manifest.File) {
	if v, _ := manifest.KeyVersion(f.Key); v == h.version {
		h.taken[f.Key], h.keys[f.Key] = true, f.Key
	}
}

// move is the key that a file has in the version.
func (h *home) move(f manifest.File) string {
	if key, ok := h.keys[f.Key]; ok {
		return key
	}
	key := manifest.DataKeyIn(h.version, f.Key, func(key string) bool { return h.taken[key] })
	h.taken[key], h.keys[f.Key] = true, key
	h.copies = append(h.copies, copying{f, key})
	return key
}

// copiesAtOnce is how many copies are under way at once: each is a few requests without bytes.
const copiesAtOnce = 16

// copyFiles makes the copies inside the store, while the lease is kept. What an earlier attempt has copied is not copied again.
func (p *publication) copyFiles(ctx context.Context, copies []copying) error {
	if len(copies) == 0 {
		return nil
	}
	return p.leased(ctx, func(ctx context.Context) error {
		g, copying := errgroup.WithContext(ctx)
		g.SetLimit(max(copiesAtOnce, p.t.opts.Concurrency))
		for _, c := range copies {
			if copying.Err() != nil {
				break // one has failed
			}
			g.Go(func() error { return p.t.copyFile(copying, c) })
		}
		if err := g.Wait(); err != nil {
			return p.t.missing(ctx, current(p.base.m), err)
		}
		p.t.opts.Logger.Info("copied", "run", p.run, "version", p.pending.Version, "files", len(copies))
		return context.Cause(ctx)
	})
}

// copyFile copies one file. ErrCorrupt if it is not what its version says of it.
func (t *Table) copyFile(ctx context.Context, c copying) error {
	crc, err := strconv.ParseUint(c.file.CRC64NVME, 16, 64)
	if err != nil {
		return fmt.Errorf("%w: checksum of %s: %w", ErrCorrupt, c.file.Key, err)
	}
	o := objstore.CopyOptions{Size: c.file.Bytes, CRC64NVME: &crc, ContentType: "application/vnd.apache.parquet"}
	_, err = objstore.CopyImmutable(ctx, t.store, c.file.Key, c.to, o)
	switch {
	case errors.Is(err, objstore.ErrChecksum):
		return fmt.Errorf("%w: copy %s: %w", ErrCorrupt, c.file.Key, err)
	case err != nil:
		return fmt.Errorf("copy %s: %w", c.file.Key, err)
	}
	return nil
}
