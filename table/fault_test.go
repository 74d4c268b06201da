package table

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/tablectl/tablectl/internal/objstore/faultstore"
	"github.com/tablectl/tablectl/manifest"
)

// faultOperation is a command of the fault table: what must be there before, the command, and what must hold after the command was run
// again without faults.
type faultOperation struct {
	name   string
	before func(*world)
	do     func(*world) func(context.Context, *Table) error
	after  func(*world)
	reruns bool // the command publishes again what is published
	few    bool // requests that other operations have too, in another order: not every fault
}

// operations are those of the whole table; modeOperations are the others.
var operations = []faultOperation{
	{
		name:   "init",
		before: func(*world) {},
		do: func(*world) func(context.Context, *Table) error {
			return func(ctx context.Context, t *Table) error {
				_, err := t.Init(ctx, Definition{Key: []string{"id"}}, false)
				if isAny(err, ErrTableExists) {
					return nil // it is there, which is what was wanted
				}
				return err
			}
		},
		after: func(w *world) { w.publish("one.csv"); w.has("current", "one.csv") },
	},
	{
		name:   "first publish",
		before: func(*world) {},
		do:     publishing("one.csv", PublishOptions{Definition: Definition{Key: []string{"id"}}}),
		after:  func(w *world) { w.has("current", "one.csv") },
	},
	{
		name:   "publish",
		before: func(w *world) { w.publish("one.csv") },
		do:     publishing("two.csv", PublishOptions{}),
		after:  func(w *world) { w.has("current", "two.csv"); w.has("1", "one.csv") },
	},
	{
		name: "publish of a crashed run",
		before: func(w *world) {
			w.publish("one.csv")
			w.crashed("two.csv")
		},
		do:    publishing("two.csv", PublishOptions{}),
		after: func(w *world) { w.has("current", "two.csv") },
	},
	{
		name: "publish overtaken by a higher number",
		before: func(w *world) {
			w.publish("one.csv")
			w.crashed("two.csv")
			w.publish("three.csv")
		},
		do:    publishing("two.csv", PublishOptions{}),
		after: func(w *world) { w.has("current", "two.csv"); w.has("3", "three.csv") },
	},
	{
		name: "publish into a full log",
		before: func(w *world) {
			w.publish("one.csv")
			for w.events() < 96 {
				w.tag(fmt.Sprintf("t%d", w.events()))
			}
		},
		do:    publishing("two.csv", PublishOptions{}),
		after: func(w *world) { w.has("current", "two.csv"); w.logIsWhole() },
	},
	{
		name:   "rollback",
		before: func(w *world) { w.publish("one.csv"); w.publish("two.csv") },
		do: func(*world) func(context.Context, *Table) error {
			return func(ctx context.Context, t *Table) error {
				_, err := t.Rollback(ctx, RollbackOptions{To: "1", Freeze: "looking", CheckFiles: true})
				return err
			}
		},
		after: func(w *world) { w.has("current", "one.csv"); w.has("2", "two.csv") },
	},
	{
		name:   "tag",
		before: func(w *world) { w.publish("one.csv") },
		do: func(*world) func(context.Context, *Table) error {
			return func(ctx context.Context, t *Table) error {
				_, err := t.Tag(ctx, "gold", "1", false, false)
				return err
			}
		},
		after: func(w *world) { w.publish("two.csv"); w.has("gold", "one.csv") },
	},
}

func publishing(name string, o PublishOptions) func(*world) func(context.Context, *Table) error {
	return func(w *world) func(context.Context, *Table) error {
		o := o
		o.Inputs = []string{w.input(name)}
		return func(ctx context.Context, t *Table) error {
			_, err := t.Publish(ctx, o)
			return err
		}
	}
}

// has demands that a version holds the rows of an input.
func (w *world) has(ref, name string) {
	w.t.Helper()
	if got := w.rows(ref); got != rowsOf[name] {
		w.t.Errorf("version %s: rows\n%swant those of %s", ref, got, name)
	}
}

// crashed leaves a publish that died just before its flip.
func (w *world) crashed(name string) {
	w.t.Helper()
	puts := 0
	plan := func(r faultstore.Request) faultstore.Fault {
		if r.Op == "put" && r.Key == manifest.ObjectKey {
			if puts++; puts == 2 {
				return faultstore.Fault{Do: faultstore.KillBefore}
			}
		}
		return faultstore.Fault{}
	}
	if _, err := w.faulty(plan, publishing(name, PublishOptions{})(w)); err == nil {
		w.t.Fatalf("publish of %s did not crash", name)
	}
}

func (w *world) events() int { return len(w.check.Manifest().Tablectl.Recent) }

func (w *world) tag(name string) {
	w.t.Helper()
	if _, err := w.table().Tag(context.Background(), name, "1", false, false); err != nil {
		w.t.Fatal(err)
	}
}

// logIsWhole compares the log that a reader sees with every event that took place.
func (w *world) logIsWhole() {
	w.t.Helper()
	log, err := w.table().Log(context.Background(), 0)
	if err != nil {
		w.t.Fatal(err)
	}
	all := w.check.Events()
	if len(log) != len(all) {
		w.t.Fatalf("log has %d events, %d took place", len(log), len(all))
	}
	for i, e := range all {
		if got := log[len(log)-1-i]; got.Generation != e.Generation || got.Op != e.Op {
			w.t.Errorf("log says %v, it was %v", got, e)
		}
	}
}

// deliveries are the moments at which a request that was given up arrives after all.
var deliveries = []int{1, 2, 4, 0}

// TestEveryFaultAtEveryRequest is the fault table: every request of every operation meets every fault, then the same command runs
// again. The store checks the invariants all the while.
func TestEveryFaultAtEveryRequest(t *testing.T) {
	dir := inputsDir(t)
	for _, op := range slices.Concat(modeOperations(), containedOperations(), operations) {
		t.Run(op.name, func(t *testing.T) {
			t.Parallel()
			before := newWorld(t, dir)
			op.before(before)
			w := before.clone(t)
			clean, err := w.faulty(nil, op.do(w))
			if err != nil {
				t.Fatal(err)
			}
			op.after(w)
			cells := 0
			for n := 1; n <= clean.Count(); n++ {
				for _, kind := range kindsFor(clean.Trace()[n-1].Request, op.few) {
					faults := []faultstore.Fault{{Do: kind}}
					if kind == faultstore.Late {
						faults = nil
						for _, after := range deliveries {
							faults = append(faults, faultstore.Fault{Do: kind, After: after})
						}
					}
					for _, f := range faults {
						cells++
						w := before.clone(t)
						w.meet(op.do(w), n, f)
						if !op.reruns {
							w.check.PublishedOnce()
						}
						op.after(w)
						if t.Failed() {
							t.Fatalf("request %d of %d: %s, after %d\n%v", n, clean.Count(), kind, f.After, clean.Trace()[n-1].Request)
						}
					}
				}
			}
			t.Logf("%d requests, %d cells", clean.Count(), cells)
		})
	}
}

// meet runs a command with one fault, and then again without. What was given up may arrive before or after that.
func (w *world) meet(do func(context.Context, *Table) error, n int, f faultstore.Fault) {
	w.t.Helper()
	events := len(w.check.Events())
	store, first := w.faulty(faultstore.At(n, f), do)
	if first == nil && len(w.check.Events()) == events {
		w.t.Errorf("the command reported success and left no event")
	}
	if err := do(context.Background(), w.table()); err != nil {
		w.t.Errorf("the same command again: %v (the first time: %v)", err, first)
	}
	store.Deliver()
}

// kindsFor are the faults that a request meets: all, but for those that make no difference to a read because it changes nothing.
func kindsFor(r faultstore.Request, few bool) []faultstore.Kind {
	switch {
	case few && (r.Op == "put" || r.Op == "copy"):
		return []faultstore.Kind{faultstore.LostTimeout, faultstore.Answer412, faultstore.Late, faultstore.KillBefore, faultstore.KillAfter}
	case few:
		return []faultstore.Kind{faultstore.Answer503, faultstore.KillBefore}
	case r.Op == "put" || r.Op == "copy":
		return faultstore.Kinds()
	}
	return []faultstore.Kind{
		faultstore.Refused, faultstore.LostTimeout, faultstore.LostErrorBody, faultstore.Truncated, faultstore.Answer403, faultstore.Answer404,
		faultstore.Answer409, faultstore.Answer412, faultstore.Answer500, faultstore.Answer503, faultstore.KillBefore,
	}
}
