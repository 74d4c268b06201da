package table

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"golang.org/x/sync/errgroup"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/manifest"
)

// sealed is a snapshot that stands in the store, with everything it names, read back.
type sealed struct {
	snapshot *manifest.Snapshot
	key      string
	sha256   string
	parent   manifest.Version
}

// object is an immutable object that is about to be put.
type object struct {
	key    string
	bytes  []byte
	sha256 string
	typ    string
}

// seal is P5: the file lists, the Iceberg lists, the snapshot and the run marker, put and read back. Their names are digests, so
// all can be sent at once: nothing is visible before the flip.
func (p *publication) seal(ctx context.Context, c composition) (sealed, error) {
	s := p.describe()
	s.Layout, s.Rows, s.FileCounts, s.OlderSpecs = c.layout, c.rows, c.files, c.specs
	objects, err := p.t.derive(ctx, s, c.parent, c.change)
	if err != nil {
		return sealed{}, err
	}
	b, err := s.Encode()
	if err != nil {
		return sealed{}, fmt.Errorf("encode snapshot: %w", err)
	}
	sha := digest(b)
	out := sealed{snapshot: s, key: manifest.SnapshotKey(s.Version, sha), sha256: sha, parent: current(p.base.m)}
	objects = append(objects, object{out.key, b, sha, "application/json"})
	marker := runMarker{Run: p.run, Attempt: p.attempt, Version: s.Version, Fingerprint: p.in.fingerprint}
	return out, p.t.putAll(ctx, objects, marker)
}

// describe is the snapshot of this publication on what is current now, without files and counts.
func (p *publication) describe() *manifest.Snapshot {
	m := p.base.m
	s := &manifest.Snapshot{
		Format: manifest.Format, TableUUID: m.TableUUID, Version: p.pending.Version, Run: p.run, Attempt: p.attempt, Mode: string(p.o.Mode),
		Fingerprint: p.in.fingerprint, Inputs: p.in.list, Message: p.o.Message, Created: p.t.clock.now(), Writer: p.t.opts.Writer,
		Schema: p.layout.schema, Spec: p.layout.spec, SortOrder: p.layout.sort, Report: joinReports(p.level(), p.reports),
	}
	if e, ok := m.Current(); ok {
		s.Parent = &manifest.ParentRef{Version: e.SnapshotID, SHA256: e.Summary[manifest.SummarySHA256]}
	}
	return s
}

// summaryCount is a total in an Iceberg summary, which Validate has seen to be a number.
func summaryCount(e manifest.Entry, name string) int64 {
	n, err := strconv.ParseInt(e.Summary[name], 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// putAll puts objects and the marker side by side, then reads the objects back and compares their digests.
func (t *Table) putAll(ctx context.Context, objects []object, marker runMarker) error {
	marked := make(chan error, 1)
	go func() { marked <- t.putMarker(ctx, marker) }()
	err := t.putObjects(ctx, objects)
	if merr := <-marked; err == nil {
		err = merr
	}
	return err
}

// putObjects puts objects side by side, then reads them back and compares their digests.
func (t *Table) putObjects(ctx context.Context, objects []object) error {
	if err := t.each(ctx, objects, t.putObject); err != nil {
		return err
	}
	return t.each(ctx, objects, func(ctx context.Context, o object) error {
		if _, err := t.readVerified(ctx, o.key, o.sha256, int64(len(o.bytes))); err != nil {
			return fmt.Errorf("read back %s: %w", o.key, err)
		}
		return nil
	})
}

// each does something to every object, several at a time.
func (t *Table) each(ctx context.Context, objects []object, do func(context.Context, object) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(t.requests())
	for _, o := range objects {
		g.Go(func() error { return do(ctx, o) })
	}
	return g.Wait()
}

func (t *Table) putObject(ctx context.Context, o object) error {
	opt := objstore.PutOptions{ContentType: o.typ}
	if _, err := objstore.PutImmutable(ctx, t.store, o.key, objstore.BytesBody(o.bytes), opt); err != nil {
		return fmt.Errorf("put %s: %w", o.key, err)
	}
	return nil
}

// putFailedSnapshot keeps the description of a version that did not pass, for `show`. Its files are named, its lists are not made.
func (p *publication) putFailedSnapshot(ctx context.Context, r manifest.Report) (key, sha string, err error) {
	s := p.describe()
	c := p.replacement()
	s.Report, s.Rows, s.FileCounts = &r, c.rows, c.files
	if len(p.files) <= manifest.MaxInlineFiles {
		s.Files = p.files
	}
	b, err := s.Encode()
	if err != nil {
		return "", "", fmt.Errorf("encode snapshot: %w", err)
	}
	sha = digest(b)
	key = manifest.SnapshotKey(s.Version, sha)
	return key, sha, p.t.putObject(ctx, object{key, b, sha, "application/json"})
}

// requests is how many requests may be under way at once.
func (t *Table) requests() int { return max(4, t.opts.Concurrency) }

func isPrecondition(err error) bool { return errors.Is(err, objstore.ErrPrecondition) }
