package table

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/internal/objstore/faultstore"
	"github.com/tablectl/tablectl/internal/objstore/filestore"
	"github.com/tablectl/tablectl/internal/testserver"
	"github.com/tablectl/tablectl/manifest"
)

// The sequential table: which version is current, and which was published last.
type sequential struct {
	current, last manifest.Version
}

type call struct {
	op  string // "publish", "rollback", "read"
	run string
	to  manifest.Version
}

type reply struct{ version manifest.Version }

// sequentialModel is the table on which the operations of a history were done. Published numbers grow, so a publish can only follow the one with
// the next lower number: said so, the search does not try all the others.
func sequentialModel(ops []porcupine.Operation) porcupine.Model {
	var published []manifest.Version
	for _, op := range ops {
		if op.Input.(call).op == "publish" {
			published = append(published, op.Output.(reply).version)
		}
	}
	before := predecessors(published)
	return porcupine.Model{
		Init: func() any { return sequential{} },
		Step: func(state, input, output any) (bool, any) {
			s, in, out := state.(sequential), input.(call), output.(reply)
			switch in.op {
			case "publish":
				return before[out.version] == s.last, sequential{current: out.version, last: out.version}
			case "rollback":
				return true, sequential{current: in.to, last: s.last}
			default:
				return out.version == s.current, s
			}
		},
	}
}

// predecessors gives, for every version, the one that was published before it. A number that was published twice has itself.
func predecessors(published []manifest.Version) map[manifest.Version]manifest.Version {
	slices.Sort(published)
	out := map[manifest.Version]manifest.Version{}
	last := manifest.Version(0)
	for _, v := range published {
		out[v], last = last, v
	}
	return out
}

// TestHistoriesAreLinearizable lets publishers, rollbacks and readers work on one table at once and asks porcupine whether their
// answers could have come from one table used by one after the other.
func TestHistoriesAreLinearizable(t *testing.T) {
	dir := t.TempDir()
	stores := map[string]func(t *testing.T) func() objstore.Store{
		"memory": func(t *testing.T) func() objstore.Store {
			w := newWorld(t, "")
			return func() objstore.Store { return w.check }
		},
		"memory with faults": func(t *testing.T) func() objstore.Store {
			w := newWorld(t, "")
			return func() objstore.Store {
				return faultstore.New(w.check, faultstore.Options{Plan: everySeventhAnswerLost()})
			}
		},
		"directory": func(t *testing.T) func() objstore.Store {
			root := filepath.Join(t.TempDir(), "table")
			return func() objstore.Store {
				s, err := filestore.New(root)
				if err != nil {
					t.Fatal(err)
				}
				return s
			}
		},
		"minio": func(t *testing.T) func() objstore.Store {
			s := testserver.MinIO(t).Open(t)
			return func() objstore.Store { return s }
		},
		"versitygw": func(t *testing.T) func() objstore.Store {
			s := testserver.VersityGW(t).Open(t)
			return func() objstore.Store { return s }
		},
	}
	for name, open := range stores {
		t.Run(name, func(t *testing.T) { linearize(t, open(t), dir) })
	}
}

// everySeventhAnswerLost loses the answer of every seventh manifest write that was applied.
func everySeventhAnswerLost() faultstore.Plan {
	var mu sync.Mutex
	n := 0
	return func(r faultstore.Request) faultstore.Fault {
		if r.Op != "put" || r.Key != manifest.ObjectKey {
			return faultstore.Fault{}
		}
		mu.Lock()
		defer mu.Unlock()
		if n++; n%7 == 0 {
			return faultstore.Fault{Do: faultstore.LostReset}
		}
		return faultstore.Fault{}
	}
}

const publishers = 16

func linearize(t *testing.T, open func() objstore.Store, dir string) {
	h := &history{start: time.Now()}
	var all sync.WaitGroup
	w := &world{t: t}
	first := w.open(open())
	h.publish(t, first, 0, input(t, dir, 0), "run-0")
	for i := 1; i <= publishers; i++ {
		all.Go(func() {
			tab := w.open(open())
			h.publish(t, tab, i, input(t, dir, i), fmt.Sprintf("run-%d", i))
			h.read(t, tab, i)
		})
	}
	for i := range 3 {
		all.Go(func() {
			tab := w.open(open())
			for range 4 {
				h.read(t, tab, publishers+1+i)
				h.rollback(t, tab, publishers+1+i)
			}
		})
	}
	all.Wait()
	h.read(t, first, 0)
	if res := porcupine.CheckOperationsTimeout(sequentialModel(h.ops), h.ops, time.Minute); res != porcupine.Ok {
		t.Errorf("is the history of %d operations linearizable? %s", len(h.ops), res)
	}
	published(t, first)
}

// published demands that every run is in the history once.
func published(t *testing.T, tab *Table) {
	events, err := tab.Log(context.Background(), 0)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, e := range events {
		if e.Op == manifest.OpPublish {
			seen[e.Run]++
		}
	}
	for i := range publishers + 1 {
		if n := seen[fmt.Sprintf("run-%d", i)]; n != 1 {
			t.Errorf("run-%d was published %d times", i, n)
		}
	}
}

func input(t *testing.T, dir string, i int) string {
	name := filepath.Join(dir, fmt.Sprintf("%d.csv", i))
	if err := os.WriteFile(name, fmt.Appendf(nil, "a\n%d\n", i), 0o600); err != nil {
		t.Error(err)
	}
	return name
}

// history collects what was asked and answered when.
type history struct {
	mu    sync.Mutex
	start time.Time
	ops   []porcupine.Operation
}

func (h *history) add(client int, in any, called time.Time, out any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ops = append(h.ops, porcupine.Operation{
		ClientId: client, Input: in, Call: called.Sub(h.start).Nanoseconds(), Output: out, Return: time.Since(h.start).Nanoseconds(),
	})
}

func (h *history) publish(t *testing.T, tab *Table, client int, input, run string) {
	called := time.Now()
	for {
		res, err := tab.Publish(context.Background(), PublishOptions{Inputs: []string{input}, RunID: run})
		if err == nil {
			h.add(client, call{op: "publish", run: run}, called, reply{version: res.Version})
			return
		}
		if !errors.Is(err, ErrOutcomeUnknown) {
			t.Errorf("publish %s: %v", run, err)
			return
		}
	}
}

func (h *history) rollback(t *testing.T, tab *Table, client int) {
	called := time.Now()
	if _, err := tab.Rollback(context.Background(), RollbackOptions{To: "1"}); err != nil {
		t.Errorf("rollback: %v", err)
		return
	}
	h.add(client, call{op: "rollback", to: 1}, called, reply{})
}

func (h *history) read(t *testing.T, tab *Table, client int) {
	called := time.Now()
	m, err := tab.Manifest(context.Background())
	if err != nil {
		t.Errorf("read: %v", err)
		return
	}
	h.add(client, call{op: "read"}, called, reply{version: current(m)})
}
