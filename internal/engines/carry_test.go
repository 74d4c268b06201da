//go:build engines

package engines

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"testing"
	"time"

	"github.com/tablectl/tablectl/catalog"
	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/internal/objstore/urlstore"
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/table"
)

// A version that shares files with the versions before it, in a manifest for each file, is read whole: files that it wrote itself
// and, under the numbers of the versions that added them, files that it carries over.
func TestCarriedOverFiles(t *testing.T) {
	everywhere(t, func(t *testing.T, p place) {
		sessions, tb := p.sessions(t), p.open(t)
		def := table.Definition{Columns: columns(t, typesDDL)}
		publish(t, tb, def, "run-1", typeRows[:3]...)
		publish(t, tb, def, "run-2", typeRows[3:5]...)
		publish(t, tb, def, "run-3", typeRows[5:]...)
		p.publishTogether(t, tb, "1", "2", "3")
		want := scanned(t, at(t, tb, ""))
		if len(want) != len(typeRows) {
			t.Fatalf("the version has %d rows, want %d", len(want), len(typeRows))
		}
		for _, name := range engineNames {
			same(t, name, sessions[name].run(statements(t, tb, name, "4"))[0], want)
		}
	})
}

// publishTogether publishes by hand, as no mode does yet, a version with the files of other versions: those of the last one are
// copied into its own prefix, the others are carried over.
func (p place) publishTogether(t *testing.T, tb *table.Table, refs ...string) {
	t.Helper()
	h := hand{t: t, store: p.store(t), run: "together", attempt: hexID()}
	m := h.flip(func(m *manifest.Manifest, w manifest.Write) (*manifest.Manifest, error) {
		next, pending, err := m.Reserve(h.run, h.attempt, "append", w.At+3_600_000, w)
		h.version = pending.Version
		return next, err
	})
	current, _ := m.Current()
	s := *at(t, tb, "").Snapshot()
	s.Version, s.Run, s.Attempt, s.Mode = h.version, h.run, h.attempt, "append"
	s.Parent = &manifest.ParentRef{Version: current.SnapshotID, SHA256: current.Summary[manifest.SummarySHA256]}
	s.Files, s.Rows, s.FileCounts = nil, manifest.RowCounts{}, manifest.FileCounts{}
	var groups [][]manifest.File
	for i, ref := range refs {
		for _, f := range at(t, tb, ref).Snapshot().Files {
			if i == len(refs)-1 {
				f = h.copy(f, &s)
			} else {
				s.Rows.CarriedOver += f.Rows
				s.FileCounts.Kept++
			}
			s.Files = append(s.Files, f)
			s.Rows.Total += f.Rows
			s.FileCounts.Total++
			s.FileCounts.BytesTotal += f.Bytes
			groups = append(groups, []manifest.File{f})
		}
	}
	h.commit(&s, groups)
}

// hand publishes without the table package.
type hand struct {
	t            *testing.T
	store        objstore.Store
	run, attempt string
	version      manifest.Version
}

func (p place) store(t *testing.T) objstore.Store {
	t.Helper()
	s, err := storeOf(p)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func storeOf(p place) (objstore.Store, error) {
	return urlstore.Open(context.Background(), p.url, p.opts.Stores)
}

// copy copies a file into the version's own prefix.
func (h hand) copy(f manifest.File, s *manifest.Snapshot) manifest.File {
	body, _ := h.get(f.Key)
	f.Key, f.AddedBy = manifest.DataKey(h.version, "", len(s.Files), f.SHA256), manifest.AddedBy{Version: h.version, Run: h.run}
	h.put(f.Key, body)
	s.Rows.Added += f.Rows
	s.FileCounts.Written++
	s.FileCounts.BytesWritten += f.Bytes
	return f
}

func (h hand) commit(s *manifest.Snapshot, groups [][]manifest.File) {
	h.t.Helper()
	lists, err := catalog.BuildIceberg(s, groups, h.store.URL())
	if err != nil {
		h.t.Fatal(err)
	}
	s.Iceberg = lists.Keys()
	for _, o := range append(lists.Manifests, lists.ManifestList) {
		h.put(o.Key, o.Bytes)
	}
	b, err := s.Encode()
	if err != nil {
		h.t.Fatal(err)
	}
	sum := sha256.Sum256(b)
	digest := hex.EncodeToString(sum[:])
	c := manifest.Commit{Run: h.run, Attempt: h.attempt, Snapshot: s, SnapshotKey: manifest.SnapshotKey(h.version, digest),
		SnapshotSHA256: digest, ManifestList: h.store.URL() + "/" + lists.ManifestList.Key}
	h.put(c.SnapshotKey, b)
	h.flip(func(m *manifest.Manifest, w manifest.Write) (*manifest.Manifest, error) { return m.Commit(c, w) })
}

func (h hand) flip(change func(*manifest.Manifest, manifest.Write) (*manifest.Manifest, error)) *manifest.Manifest {
	h.t.Helper()
	b, etag := h.get(manifest.ObjectKey)
	m, err := manifest.Decode(b)
	if err != nil {
		h.t.Fatal(err)
	}
	next, err := change(m, manifest.Write{ID: hexID(), At: manifest.Time(time.Now().UnixMilli()), By: "test"})
	if err != nil {
		h.t.Fatal(err)
	}
	if b, err = next.Encode(); err != nil {
		h.t.Fatal(err)
	}
	if _, err := h.store.Put(context.Background(), manifest.ObjectKey, objstore.BytesBody(b), objstore.PutOptions{IfMatch: etag, Once: true}); err != nil {
		h.t.Fatal(err)
	}
	return next
}

func (h hand) put(key string, b []byte) {
	h.t.Helper()
	if _, err := h.store.Put(context.Background(), key, objstore.BytesBody(b), objstore.PutOptions{IfNoneMatch: true}); err != nil {
		h.t.Fatal(err)
	}
}

func (h hand) get(key string) ([]byte, string) {
	h.t.Helper()
	o, err := h.store.Get(context.Background(), key, objstore.GetOptions{})
	if err != nil {
		h.t.Fatal(err)
	}
	defer o.Body.Close()
	var b bytes.Buffer
	if _, err := io.Copy(&b, o.Body); err != nil {
		h.t.Fatal(err)
	}
	return b.Bytes(), o.ETag
}

func hexID() string {
	var b [16]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}
