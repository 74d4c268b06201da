package manyfiles

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/tablectl/tablectl/catalog"
	"github.com/tablectl/tablectl/internal/filelist"
	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/manifest"
)

// Make puts a table into an empty store: version 1, with so many files, more than are kept inline, in so many partitions. The same numbers
// give the same table.
func Make(ctx context.Context, store objstore.Store, files, partitions int) error {
	if files <= manifest.MaxInlineFiles || partitions < 1 || partitions > files {
		return errors.New("make a table of many files: that are not many")
	}
	m := &making{ctx: ctx, store: store, files: files, partitions: partitions}
	if err := m.all(); err != nil {
		return fmt.Errorf("make a table of many files: %w", err)
	}
	return nil
}

type making struct {
	ctx               context.Context
	store             objstore.Store
	files, partitions int
	table             *manifest.Manifest
	snap              *manifest.Snapshot
	builder           *catalog.Builder
}

// run and attempt name the publish that seems to have made the table.
const (
	run     = "load"
	attempt = "first"
	started = manifest.Time(1_750_000_000_000)
)

func (m *making) all() error {
	if err := m.begin(); err != nil {
		return err
	}
	if err := m.lists(); err != nil {
		return err
	}
	list, err := m.builder.List(m.snap.Lists)
	if err != nil {
		return err
	}
	m.snap.Iceberg.ManifestList = list.Key
	if err := m.put(list.Key, list.Bytes); err != nil {
		return err
	}
	return m.commit(list.Key)
}

// begin reserves version 1 of a new table.
func (m *making) begin() error {
	columns, _, err := manifest.ParseColumns(Columns)
	if err != nil {
		return err
	}
	first, err := manifest.New(manifest.Table{
		UUID: "6f0c51d2-3b7e-4a46-9c1d-0d5a7d1f2b10", Location: m.store.URL() + "/_iceberg", Schema: &manifest.Schema{Fields: columns}, PartitionBy: []string{"day"},
	}, manifest.Write{ID: id(1), At: started, By: "test"})
	if err != nil {
		return err
	}
	if m.table, _, err = first.Reserve(run, attempt, "replace", started+1, manifest.Write{ID: id(2), At: started, By: "test"}); err != nil {
		return err
	}
	m.snap = &manifest.Snapshot{
		Format: manifest.Format, TableUUID: m.table.TableUUID, Version: 1, Run: run, Attempt: attempt, Mode: "replace", Fingerprint: "f", Created: started,
		Writer: "test", Schema: m.table.Schema(), Spec: m.table.Spec(), SortOrder: m.table.SortOrder(),
		Report: &manifest.Report{Level: "footer", Passed: true, Checks: []manifest.Check{}},
	}
	m.builder, err = catalog.NewBuilder(m.snap, m.store.URL())
	return err
}

// lists puts the files, one list after the other.
func (m *making) lists() error {
	files := maker{random: rand.New(rand.NewPCG(1, 2)), schema: m.snap.Schema}
	var group []manifest.File
	for i := range m.files {
		group = append(group, files.file(i*m.partitions/m.files))
		if len(group) < filelist.MaxFiles && i < m.files-1 {
			continue
		}
		if err := m.list(group); err != nil {
			return err
		}
		group = group[:0]
	}
	return nil
}

func (m *making) list(files []manifest.File) error {
	l, iceberg, err := m.builder.Manifest(1, files)
	if err != nil {
		return err
	}
	if err := m.put(iceberg.Key, iceberg.Bytes); err != nil {
		return err
	}
	b, err := filelist.Encode(files)
	if err != nil {
		return err
	}
	l.Bytes, l.SHA256 = int64(len(b)), digest(b)
	l.Key = manifest.FileListKey(1, l.SHA256)
	m.snap.Lists = append(m.snap.Lists, l)
	m.snap.Rows.Added += l.Rows
	m.snap.Rows.Total += l.Rows
	m.snap.FileCounts.Written += l.Files
	m.snap.FileCounts.Total += l.Files
	m.snap.FileCounts.BytesWritten += l.DataBytes
	m.snap.FileCounts.BytesTotal += l.DataBytes
	return m.put(l.Key, b)
}

// commit puts the snapshot and the manifest that makes it current.
func (m *making) commit(list string) error {
	b, err := m.snap.Encode()
	if err != nil {
		return err
	}
	c := manifest.Commit{Run: run, Attempt: attempt, Snapshot: m.snap, SnapshotSHA256: digest(b), ManifestList: m.store.URL() + "/" + list}
	c.SnapshotKey = manifest.SnapshotKey(1, c.SnapshotSHA256)
	if err := m.put(c.SnapshotKey, b); err != nil {
		return err
	}
	next, err := m.table.Commit(c, manifest.Write{ID: id(3), At: started, By: "test"})
	if err != nil {
		return err
	}
	if b, err = next.Encode(); err != nil {
		return err
	}
	return m.put(manifest.ObjectKey, b)
}

func (m *making) put(key string, b []byte) error {
	_, err := m.store.Put(m.ctx, key, objstore.BytesBody(b), objstore.PutOptions{IfNoneMatch: true})
	return err
}

func id(n int) string { return fmt.Sprintf("%032x", n) }

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
