package filelist

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"testing"

	"github.com/tablectl/tablectl/manifest"
)

// shelf keeps the lists of one table, and counts what is read and written.
type shelf struct {
	t             *testing.T
	lists         map[string][]manifest.File
	mu            sync.Mutex
	reads, writes int
}

func (s *shelf) load(_ context.Context, l manifest.FileList) ([]manifest.File, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads++
	files, ok := s.lists[l.Key]
	if !ok {
		return nil, fmt.Errorf("%s is not there", l.Key)
	}
	return files, nil
}

// grown is a table and what it should hold.
type grown struct {
	shelf
	snap *manifest.Snapshot
	want map[string]manifest.File
	seq  int
	lazy bool // only every 40th version is compared as a whole
}

// newGrown is an empty table partitioned by an int and a text, by an int, or not at all.
func newGrown(t *testing.T, fields int) *grown {
	g := &grown{shelf: shelf{t: t, lists: map[string][]manifest.File{}}, want: map[string]manifest.File{}}
	columns, _, err := manifest.ParseColumns("n int, s varchar")
	if err != nil {
		t.Fatal(err)
	}
	columns, _ = manifest.AssignIDs(columns, 0)
	g.snap = &manifest.Snapshot{
		Format: manifest.Format, TableUUID: "6f0c51d2-3b7e-4a46-9c1d-0d5a7d1f2b10", Run: "r", Attempt: "a", Mode: "append",
		Schema: manifest.Schema{Fields: columns},
	}
	for i, c := range columns[:fields] {
		g.snap.Spec.Fields = append(g.snap.Spec.Fields, manifest.PartitionField{SourceID: c.ID, FieldID: 1000 + i, Name: c.Name, Transform: "identity"})
	}
	return g
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// file is a new file of the next version. The number of the partition is n.
func (g *grown) file(n int) manifest.File {
	g.seq++
	v, sha := g.snap.Version+1, digest(fmt.Sprint("file", g.seq))
	f := manifest.File{Key: manifest.DataKey(v, "", g.seq, sha), Bytes: 100 + int64(n%7), Rows: 1 + int64(g.seq%3), RowGroups: 1, SHA256: sha, CRC64NVME: sha[:16],
		AddedBy: manifest.AddedBy{Version: v, Run: "r"}}
	values := []manifest.Value{manifest.Value(fmt.Sprint(n)), manifest.Value(fmt.Sprintf("%q", string(rune('a'+g.seq%3))))}
	if n%50 == 0 {
		values[0] = "" // null
	}
	f.Partition = values[:len(g.snap.Spec.Fields)]
	return f
}

// step makes the next version, checks it against what should be there, and says how many lists are new.
func (g *grown) step(c Change) int {
	g.t.Helper()
	next := *g.snap
	next.Version++
	before := g.snap.Lists
	set := NewSet(nil, nil)
	if g.snap.Version > 0 {
		set = NewSet(g.snap, g.load)
	}
	g.reads, g.writes = 0, 0
	out, err := set.Edit(context.Background(), next.PartitionOrder(), c, func(_ context.Context, files []manifest.File) (manifest.FileList, error) {
		g.writes++
		l := manifest.Summarize(next.PartitionOrder(), next.Version, files)
		l.SHA256, l.Bytes, l.ManifestBytes = digest(fmt.Sprint("list", next.Version, g.writes)), 1, 1
		l.Key, l.Manifest = manifest.FileListKey(next.Version, l.SHA256), manifest.IcebergKey(next.Version, digest(l.SHA256))
		g.lists[l.Key] = files
		return l, nil
	})
	if err != nil {
		g.t.Fatal(err)
	}
	for key := range c.Drop {
		delete(g.want, key)
	}
	for _, f := range c.Add {
		g.want[f.Key] = f
	}
	next.Files, next.Lists = out.Inline, out.Lists
	next.FileCounts = manifest.FileCounts{Kept: len(g.want), Total: len(g.want)}
	next.Rows = manifest.RowCounts{}
	for _, f := range g.want {
		next.FileCounts.BytesTotal += f.Bytes
		next.Rows.CarriedOver += f.Rows
		next.Rows.Total += f.Rows
	}
	g.snap = &next
	g.check(before)
	return g.writes
}

// check compares the version with what it should hold.
func (g *grown) check(before []manifest.FileList) {
	g.t.Helper()
	if (len(g.want) <= maxInline) != (len(g.snap.Lists) == 0) {
		g.t.Fatalf("%d files in %d lists", len(g.want), len(g.snap.Lists))
	}
	for _, l := range g.snap.Lists {
		if l.Version() < g.snap.Version && !slices.ContainsFunc(before, func(b manifest.FileList) bool { return reflect.DeepEqual(b, l) }) {
			g.t.Fatalf("a list of version %d that its parent has not: %+v", g.snap.Version, l)
		}
	}
	if g.lazy && g.snap.Version%40 != 0 {
		return
	}
	var all []manifest.File
	reads := g.reads
	err := NewSet(g.snap, g.load).Each(context.Background(), nil, func(f manifest.File) error {
		all = append(all, f)
		return nil
	})
	g.reads = reads
	if err != nil {
		g.t.Fatal(err)
	}
	if err := g.snap.Validate(all); err != nil {
		g.t.Fatal(err)
	}
	for _, f := range all {
		if !reflect.DeepEqual(f, g.want[f.Key]) {
			g.t.Fatalf("version %d holds %+v, want %+v", g.snap.Version, f, g.want[f.Key])
		}
	}
}

// TestEditRandomly walks random histories against a plain set of files.
func TestEditRandomly(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 5))
			g := newGrown(t, int(seed%3))
			partitions := 1 + r.IntN(400)
			for range 15 {
				var c Change
				keys := slices.Sorted(mapKeys(g.want))
				for range []int{0, 1, 5, 300, len(keys)}[r.IntN(5)] {
					if len(keys) == 0 {
						break
					}
					f := g.want[keys[r.IntN(len(keys))]]
					if c.Drop == nil {
						c.Drop = map[string]manifest.File{}
					}
					c.Drop[f.Key] = f
				}
				for range []int{0, 1, 20, 900, 2500}[r.IntN(5)] {
					c.Add = append(c.Add, g.file(r.IntN(partitions)))
				}
				g.step(c)
			}
		})
	}
}

func mapKeys(m map[string]manifest.File) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// fill makes a table of n files, each partition of which has so many.
func (g *grown) fill(n, each int) {
	g.t.Helper()
	var c Change
	for i := range n {
		c.Add = append(c.Add, g.file(1+i/each))
	}
	g.step(c)
}

// TestReplacePartition: replacing a partition reads and writes the one list that it lies in, wherever it is; or the two of them, where its
// parts are partitions themselves.
func TestReplacePartition(t *testing.T) {
	for _, fields := range []int{1, 2} {
		g := newGrown(t, fields)
		g.fill(19_900, 100)
		for _, n := range []int{1, 77, 104, 199} {
			c := Change{Drop: map[string]manifest.File{}}
			for key, f := range g.want {
				if f.Partition[0] == manifest.Value(fmt.Sprint(n)) {
					c.Drop[key] = f
				}
			}
			for range 100 {
				c.Add = append(c.Add, g.file(n))
			}
			lists := len(g.snap.Lists)
			writes := g.step(c)
			if writes > fields || g.reads > fields || len(g.snap.Lists) != lists {
				t.Errorf("partition %d of %d fields: %d lists read, %d written, %d become %d", n, fields, g.reads, writes, lists, len(g.snap.Lists))
			}
		}
	}
}

// TestManyAppends: small appends, one after another, neither leave many short lists nor rewrite many.
func TestManyAppends(t *testing.T) {
	for name, c := range map[string]struct {
		fields, files int
		next          func(i int) int
	}{
		"unpartitioned":      {0, 1, func(int) int { return 0 }},
		"growing partitions": {1, 3, func(i int) int { return 1000 + i/5 }},
		"falling partitions": {1, 3, func(i int) int { return 100_000 - i }},
		"one partition":      {1, 1, func(int) int { return 10 }},
		"anywhere":           {1, 2, func(i int) int { return 1 + i*7919%199 }},
		"everywhere":         {1, 40, func(i int) int { return 1 + i*7919%199 }},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGrown(t, c.fields)
			g.fill(3000, 30)
			g.lazy = true
			n, most := 0, 0
			for range 100 {
				var change Change
				for range c.files {
					change.Add = append(change.Add, g.file(c.next(n)))
					n++
				}
				most = max(most, g.step(change))
			}
			if few := 2*len(g.want)/mostFiles(len(g.want)) + 2; len(g.snap.Lists) > few {
				t.Errorf("%d files are in %d lists", len(g.want), len(g.snap.Lists))
			}
			if most > 2*rewrites+1 {
				t.Errorf("%d lists were written at once", most)
			}
		})
	}
}

// TestShrinking: lists that many changes have emptied are joined.
func TestShrinking(t *testing.T) {
	g := newGrown(t, 1)
	g.fill(5000, 100)
	g.lazy = true
	for n := 1; n <= 50; n++ {
		c := Change{Drop: map[string]manifest.File{}}
		for key, f := range g.want {
			if f.Partition[0] == manifest.Value(fmt.Sprint(n)) {
				c.Drop[key] = f
			}
		}
		for range 22 {
			c.Add = append(c.Add, g.file(n))
		}
		g.step(c)
	}
	if len(g.want) < 750 || len(g.snap.Lists) > 2*len(g.want)/mostFiles(len(g.want))+2 {
		t.Errorf("%d files are in %d lists", len(g.want), len(g.snap.Lists))
	}
}

// TestDropUnknown: a file that is not there cannot go.
func TestDropUnknown(t *testing.T) {
	g := newGrown(t, 1)
	g.fill(2000, 10)
	f := g.file(7)
	f.AddedBy.Version = 1
	for _, s := range []*Set{NewSet(g.snap, g.load), {}} {
		_, err := s.Edit(context.Background(), g.snap.PartitionOrder(), Change{Drop: map[string]manifest.File{f.Key: f}, Add: []manifest.File{f}}, nil)
		if !errors.Is(err, ErrNoFile) {
			t.Errorf("got %v", err)
		}
	}
}

// TestPruned: a reader that asks for one partition reads the list that holds it.
func TestPruned(t *testing.T) {
	g := newGrown(t, 2)
	g.fill(20_000, 100)
	o, found := g.snap.PartitionOrder(), 0
	want := []manifest.Value{"77", `"b"`}
	err := NewSet(g.snap, g.load).Each(context.Background(), func(l manifest.FileList) bool { return l.MayHold(o, want) }, func(f manifest.File) error {
		if slices.Equal(f.Partition, want) {
			found++
		}
		return nil
	})
	if err != nil || found < 30 || g.reads != 1 {
		t.Errorf("%d files found in %d lists, %v", found, g.reads, err)
	}
}

// TestLyingList: a list that holds other files than the snapshot says is refused, by readers and by changes.
func TestLyingList(t *testing.T) {
	g := newGrown(t, 1)
	g.fill(3000, 10)
	key := g.snap.Lists[1].Key
	right := g.lists[key]
	for name, wrong := range map[string][]manifest.File{
		"fewer":      right[1:],
		"none":       nil,
		"others":     g.lists[g.snap.Lists[0].Key],
		"more bytes": append([]manifest.File{func() manifest.File { f := right[0]; f.Bytes++; return f }()}, right[1:]...),
	} {
		t.Run(name, func(t *testing.T) {
			g.lists[key] = wrong
			set := NewSet(g.snap, g.load)
			if err := set.Each(context.Background(), nil, func(manifest.File) error { return nil }); !errors.Is(err, manifest.ErrInvalid) {
				t.Errorf("read: %v", err)
			}
			_, err := set.Edit(context.Background(), g.snap.PartitionOrder(), Change{Drop: map[string]manifest.File{right[5].Key: right[5]}}, nil)
			if !errors.Is(err, manifest.ErrInvalid) {
				t.Errorf("changed: %v", err)
			}
		})
	}
}

// TestReadEnds: an error of the visitor, of the store and of the context ends the visit.
func TestReadEnds(t *testing.T) {
	g := newGrown(t, 1)
	g.fill(20_000, 10)
	stop := errors.New("stop")
	set := NewSet(g.snap, g.load)
	if err := set.Each(context.Background(), nil, func(manifest.File) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	n := 0
	err := set.Each(ctx, nil, func(manifest.File) error { cancel(); n++; return nil })
	if !errors.Is(err, context.Canceled) || n > 10*MaxFiles {
		t.Errorf("%d files after the end, %v", n, err)
	}
	delete(g.lists, g.snap.Lists[15].Key)
	if err := set.Each(context.Background(), nil, func(manifest.File) error { return nil }); err == nil {
		t.Error("a lost list is not missed")
	}
}
