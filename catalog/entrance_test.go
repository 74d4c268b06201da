package catalog

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/internal/objstore/faultstore"
	"github.com/tablectl/tablectl/internal/objstore/memstore"
	"github.com/tablectl/tablectl/manifest"
)

const tableUUID = "0b9e3a52-2f3c-4a6e-9d55-0a6f1f1c7e11"

// flips are the targets of n flips of one table, of which each matters to every entrance, and the files of each: odd ones show files
// a…, even ones files b…. The store holds the last manifest.
func flips(t *testing.T, s objstore.Store, n, files int) []Target {
	t.Helper()
	place := func(i int) string { return fmt.Sprintf("s3://memory/%d/_iceberg", i) }
	var out []Target
	var m *manifest.Manifest
	for i := 1; i <= n; i++ {
		w := manifest.Write{ID: fmt.Sprintf("%032x", i), At: manifest.Time(i), By: "test@test"}
		var err error
		if m == nil {
			m, err = manifest.New(manifest.Table{UUID: tableUUID, Location: place(i)}, w)
		} else {
			m, err = m.Relocate(place(i), nil, w)
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := m.Encode()
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, Target{URL: "s3://memory/table", Store: s, Manifest: m, Body: body, Snapshot: &manifest.Snapshot{}, Files: someFiles(i, files)})
	}
	hand(t, s, manifest.ObjectKey, out[n-1].Body)
	return out
}

func someFiles(flip, n int) func(context.Context, *manifest.Snapshot, func(manifest.File) error) error {
	return func(_ context.Context, _ *manifest.Snapshot, visit func(manifest.File) error) error {
		for i := range n {
			if err := visit(manifest.File{Key: fmt.Sprintf("version=%d/part-%d.parquet", 2-flip%2, i)}); err != nil {
				return err
			}
		}
		return nil
	}
}

// hand writes an object without a condition, as people do.
func hand(t *testing.T, s objstore.Store, key string, body []byte) {
	t.Helper()
	if _, err := s.Put(context.Background(), key, objstore.BytesBody(body), objstore.PutOptions{}); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, s objstore.Store, keys ...string) {
	t.Helper()
	if err := s.Delete(context.Background(), keys...); err != nil {
		t.Fatal(err)
	}
}

// looked is what an entrance shows, looked at from the last flip.
func looked(t *testing.T, e Entrance, target Target) State {
	t.Helper()
	state, err := e.Look(context.Background(), target)
	if err != nil {
		t.Fatal(err)
	}
	return state
}

func synced(t *testing.T, e Entrance, target Target) {
	t.Helper()
	if state, err := e.Sync(context.Background(), target); err != nil || state.Behind || state.Generation < target.generation() {
		t.Fatalf("sync to generation %d: %+v, %v", target.generation(), state, err)
	}
}

// growing is a store that checks of every write that an entrance does not go back.
type growing struct {
	objstore.Store
	t  *testing.T
	mu sync.Mutex
}

// Put checks the two objects that change.
func (g *growing) Put(ctx context.Context, key string, body objstore.Body, o objstore.PutOptions) (objstore.Info, error) {
	if key != HintKey && key != SymlinkKey {
		return g.Store.Put(ctx, key, body, o)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	before := shows(g.t, g.Store, key)
	info, err := g.Store.Put(ctx, key, body, o)
	if after := shows(g.t, g.Store, key); after < before {
		g.t.Errorf("%s went back from generation %d to %d", key, before, after)
	}
	return info, err
}

// Sleep waits by the inner store's clock.
func (g *growing) Sleep(ctx context.Context, d time.Duration) error {
	return objstore.Sleep(ctx, g.Store, d)
}

// shows is the generation that one of the two objects shows, 0 for none.
func shows(t *testing.T, s objstore.Store, key string) int64 {
	b, info, err := objstore.ReadAll(context.Background(), s, key, maxSmall)
	if err != nil {
		return 0
	}
	text := string(b)
	if key == SymlinkKey {
		text = info.Metadata[metaGeneration]
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Errorf("%s shows %q", key, text)
	}
	return n
}

// entrances are those that need nothing but the store, each with the object that says what it shows.
var entrances = map[string]Entrance{HintKey: hint{}, SymlinkKey: symlink{}}

// Sixteen syncers, each with the manifest of another flip, and with force too: the newest stays, and nothing ever goes back.
func TestSyncersRace(t *testing.T) {
	for key, e := range entrances {
		for seed := range uint64(20) {
			s := &growing{Store: memstore.New(memstore.Options{}), t: t}
			targets := flips(t, s, 16, 5)
			var all sync.WaitGroup
			order := rand.New(rand.NewPCG(seed, 1)).Perm(len(targets))
			for _, i := range order {
				target := targets[i]
				target.Force = i%2 == 0
				all.Go(func() {
					if _, err := e.Sync(context.Background(), target); err != nil {
						t.Errorf("%s: sync to generation %d: %v", key, target.generation(), err)
					}
				})
			}
			all.Wait()
			if state := looked(t, e, targets[15]); state.Behind || state.Generation != 16 || len(state.Foreign) > 0 {
				t.Errorf("%s: after the race: %+v", key, state)
			}
		}
	}
}

// Every request of a sync meets every fault; then another sync, of whoever comes next, mends it. What was delayed arrives after that.
func TestSyncMeetsFaults(t *testing.T) {
	for key, e := range entrances {
		cells := 0
		for _, kind := range faultstore.Kinds() {
			for n := 1; ; n++ {
				s := &growing{Store: memstore.New(memstore.Options{}), t: t}
				targets := flips(t, s, 2, 5)
				synced(t, e, targets[0])
				target := targets[1]
				f := faultstore.New(s, faultstore.Options{Plan: faultstore.At(n, faultstore.Fault{Do: kind})})
				target.Store = f
				state, err := e.Sync(context.Background(), target)
				if n > f.Count() {
					break
				}
				cells++
				if now := shows(t, s, key); err == nil && (state.Generation != 2 || now != 2) && kind != faultstore.Late {
					t.Errorf("%s: request %d, %v: synced to %+v, and it shows %d", key, n, kind, state, now)
				}
				synced(t, e, targets[1])
				f.Deliver()
				if state := looked(t, e, targets[1]); state.Behind || len(state.Foreign) > 0 {
					t.Errorf("%s: request %d, %v: afterwards %+v", key, n, kind, state)
				}
			}
		}
		if cells < 3*len(faultstore.Kinds()) {
			t.Errorf("%s: only %d faults", key, cells)
		}
	}
}

// What an entrance shows is what is there, not what was to be written.
func TestRefusedWriteLeavesTheOldState(t *testing.T) {
	for key, e := range entrances {
		s := memstore.New(memstore.Options{})
		targets := flips(t, s, 2, 5)
		synced(t, e, targets[0])
		target := targets[1]
		target.Store = faultstore.New(s, faultstore.Options{Plan: func(r faultstore.Request) faultstore.Fault {
			if r.Op == "put" && r.Key == key {
				return faultstore.Fault{Do: faultstore.Answer403}
			}
			return faultstore.Fault{}
		}})
		if state, err := e.Sync(context.Background(), target); err == nil || !state.Behind || state.Generation != 1 {
			t.Errorf("%s: %+v, %v", key, state, err)
		}
	}
}
