package table

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/internal/objstore/faultstore"
	"github.com/tablectl/tablectl/internal/objstore/filestore"
	"github.com/tablectl/tablectl/manifest"
)

// contents is a sequential table with its rows: what every version holds, by id, as "partition,n".
type contents struct {
	current, last manifest.Version
	versions      map[manifest.Version]map[int]string
}

// change is what a publish does to rows.
type change struct {
	mode Mode
	part int         // of all rows
	rows map[int]int // n by id
}

func (c change) text() string {
	var b strings.Builder
	b.WriteString("p,id,n\n")
	for _, id := range slices.Sorted(maps.Keys(c.rows)) {
		fmt.Fprintf(&b, "%d,%d,%d\n", c.part, id, c.rows[id])
	}
	return b.String()
}

func (c change) apply(rows map[int]string) map[int]string {
	out := map[int]string{}
	for id, row := range rows {
		if c.mode != ReplacePartitions || !strings.HasPrefix(row, fmt.Sprintf("%d,", c.part)) {
			out[id] = row
		}
	}
	for id, n := range c.rows {
		out[id] = fmt.Sprintf("%d,%d", c.part, n)
	}
	return out
}

// seen is what a read saw.
type seen struct {
	version manifest.Version
	rows    map[int]string
}

// contentsModel is like sequentialModel, with rows.
func contentsModel(ops []porcupine.Operation) porcupine.Model {
	var published []manifest.Version
	for _, op := range ops {
		if _, ok := op.Input.(change); ok {
			published = append(published, op.Output.(manifest.Version))
		}
	}
	before := predecessors(published)
	return porcupine.Model{
		Init: func() any { return contents{versions: map[manifest.Version]map[int]string{}} },
		Step: func(state, input, output any) (bool, any) {
			s := state.(contents)
			switch in := input.(type) {
			case change:
				v := output.(manifest.Version)
				if before[v] != s.last {
					return false, s
				}
				next := contents{current: v, last: v, versions: maps.Clone(s.versions)}
				next.versions[v] = in.apply(s.versions[s.current])
				return true, next
			case manifest.Version: // rollback
				_, live := s.versions[in]
				return live, contents{current: in, last: s.last, versions: s.versions}
			default:
				out := output.(seen)
				return out.version == s.current && maps.Equal(out.rows, s.versions[s.current]), s
			}
		},
		Equal: func(a, b any) bool {
			x, y := a.(contents), b.(contents)
			return x.current == y.current && x.last == y.last && maps.EqualFunc(x.versions, y.versions, maps.Equal[map[int]string, map[int]string])
		},
	}
}

// TestModesAreLinearizable lets sixteen publishers append to, replace and upsert into a partition each, while others roll back and read,
// and asks porcupine whether the rows that were seen, at the end too, could come from one after the other.
func TestModesAreLinearizable(t *testing.T) {
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
	}
	for name, open := range stores {
		t.Run(name, func(t *testing.T) { linearizeModes(t, open(t)) })
	}
}

func linearizeModes(t *testing.T, open func() objstore.Store) {
	h := &history{start: time.Now()}
	w := &world{t: t}
	first := change{mode: Replace, rows: map[int]int{}}
	for i := range publishers {
		first.rows[i] = 0 // all in partition 0; each goes to the partition of its publisher when that upserts it
	}
	tab := w.open(open())
	h.publishChange(w, tab, publishers, first, "first")
	var all sync.WaitGroup
	for i := range publishers {
		all.Go(func() {
			tab := w.open(open())
			part := 100 + i
			for n, c := range []change{
				{mode: Append, part: part, rows: map[int]int{1000 * part: 1, 1000*part + 1: 2}},
				{mode: Upsert, part: part, rows: map[int]int{i: 3, 1000*part + 2: 4}},
				{mode: ReplacePartitions, part: part, rows: map[int]int{1000*part + 3: 5}},
				{mode: Append, part: part, rows: map[int]int{1000*part + 4: 6}},
			} {
				h.publishChange(w, tab, i, c, fmt.Sprintf("run-%d-%d", i, n))
			}
			h.readRows(t, tab, i)
		})
	}
	for i := range 2 {
		all.Go(func() {
			tab := w.open(open())
			for range 3 {
				h.rollbackTo(t, tab, publishers+1+i, h.readRows(t, tab, publishers+1+i))
			}
		})
	}
	all.Wait()
	h.readRows(t, tab, publishers)
	if res := porcupine.CheckOperationsTimeout(contentsModel(h.ops), h.ops, time.Minute); res != porcupine.Ok {
		t.Errorf("is the history of %d operations linearizable? %s", len(h.ops), res)
	}
	published := 0
	for _, op := range h.ops {
		if _, ok := op.Input.(change); ok {
			published++
		}
	}
	t.Logf("%d operations, %d publishes", len(h.ops), published)
}

// publishChange publishes until the outcome is known. A conflict leaves the table as it is; between publishers of different partitions
// only a rollback makes one.
func (h *history) publishChange(w *world, tab *Table, client int, c change, run string) {
	o := PublishOptions{Mode: c.mode, RunID: run, Inputs: []string{w.write(c.text())}}
	if c.mode == Replace {
		o.Definition = Definition{Key: []string{"id"}, PartitionBy: []string{"p"}}
	}
	called := time.Now()
	for {
		res, err := tab.Publish(context.Background(), o)
		switch {
		case err == nil:
			h.add(client, c, called, res.Version)
		case errors.Is(err, ErrOutcomeUnknown):
			continue
		case !errors.Is(err, ErrConflict) && !errors.Is(err, ErrRolledBack):
			w.t.Errorf("%s of %s: %v", c.mode, run, err)
		}
		return
	}
}

func (h *history) rollbackTo(t *testing.T, tab *Table, client int, seen manifest.Version) {
	to := max(1, seen-2)
	called := time.Now()
	_, err := tab.Rollback(context.Background(), RollbackOptions{To: fmt.Sprint(to)})
	switch {
	case err == nil || errors.Is(err, ErrNothingToDo):
		h.add(client, to, called, nil)
	case !errors.Is(err, ErrNoVersion): // that number was never published
		t.Errorf("rollback: %v", err)
	}
}

// readRows reads what is current, in whole, and says which version that is.
func (h *history) readRows(t *testing.T, tab *Table, client int) manifest.Version {
	called := time.Now()
	v, err := tab.Current(context.Background())
	if err != nil {
		t.Errorf("read: %v", err)
		return 0
	}
	out := seen{version: v.Version(), rows: map[int]string{}}
	for _, line := range strings.Split(strings.TrimSpace(rowsOfView(t, v)), "\n") {
		var p, id, n int
		if _, err := fmt.Sscanf(line, "%d,%d,%d", &p, &id, &n); err != nil {
			t.Errorf("row %q: %v", line, err)
		}
		if _, twice := out.rows[id]; twice {
			t.Errorf("version %d has the key %d twice", out.version, id)
		}
		out.rows[id] = fmt.Sprintf("%d,%d", p, n)
	}
	h.add(client, nil, called, out)
	return out.version
}
