package table

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/tablectl/tablectl/internal/objstore/faultstore"
	"github.com/tablectl/tablectl/manifest"
)

// TestRefusedWrites: whoever may not write the manifest hears so soon, with the store's own words; whoever hears nothing is tried for
// longer. Both are unknown outcomes, and neither is the outcome of the write.
func TestRefusedWrites(t *testing.T) {
	for _, c := range []struct {
		kinds  []faultstore.Kind // of the first writes, the last one of all further ones
		says   string
		within time.Duration
		atOnce bool
	}{
		{[]faultstore.Kind{faultstore.Answer403}, "access denied", refusedPatience, true},
		{[]faultstore.Kind{faultstore.Answer503, faultstore.Answer403}, "access denied", DefaultDeadline, false},
		{[]faultstore.Kind{faultstore.Answer404}, "no such object", DefaultDeadline, false},
	} {
		w := newWorld(t, inputsDir(t))
		w.publish("one.csv")
		puts := 0
		plan := func(r faultstore.Request) faultstore.Fault {
			if r.Op != "put" || r.Key != manifest.ObjectKey {
				return faultstore.Fault{}
			}
			puts++
			return faultstore.Fault{Do: c.kinds[min(puts, len(c.kinds))-1]}
		}
		_, err := w.faulty(plan, func(ctx context.Context, tab *Table) error {
			_, err := tab.Tag(ctx, "gold", "1", false, false)
			return err
		})
		if !errors.Is(err, ErrOutcomeUnknown) || isNotFound(err) || !strings.Contains(err.Error(), c.says) ||
			!strings.Contains(err.Error(), "after "+c.within.String()) {
			t.Errorf("%v: %v", c.kinds, err)
		}
		if few := puts < 40; few != c.atOnce {
			t.Errorf("%v: %d writes", c.kinds, puts)
		}
	}
}

// TestArgumentsAreNotCorruption: what would make the next manifest invalid is refused as wrong use.
func TestArgumentsAreNotCorruption(t *testing.T) {
	w := newWorld(t, inputsDir(t))
	w.publish("one.csv")
	tab, ctx := w.table(), context.Background()
	for name, do := range map[string]func(dryRun bool) error{
		"tag":    func(dryRun bool) error { _, err := tab.Tag(ctx, "main", "1", false, dryRun); return err },
		"freeze": func(dryRun bool) error { return tab.Freeze(ctx, "", dryRun) },
		"publish": func(bool) error {
			_, err := tab.Publish(ctx, PublishOptions{Inputs: []string{w.input("two.csv")}, RunID: "a\ab"})
			return err
		},
	} {
		for _, dryRun := range []bool{true, false} {
			if err := do(dryRun); !errors.Is(err, ErrUsage) {
				t.Errorf("%s, dry run %v: %v", name, dryRun, err)
			}
		}
	}
}

// TestRollbackAgain is done already, whatever "previous" means by then, and can still freeze.
func TestRollbackAgain(t *testing.T) {
	w := newWorld(t, inputsDir(t))
	w.publish("one.csv")
	w.publish("two.csv")
	tab, ctx := w.table(), context.Background()
	for i, o := range []RollbackOptions{{To: "1"}, {To: "1"}, {To: "1", DryRun: true}, {To: "1", Freeze: "looking"}, {To: "1", Freeze: "looking"}} {
		res, err := tab.Rollback(ctx, o)
		if err != nil || res.Current != 1 || (len(res.Notes) > 0) != (i == 1 || i == 2 || i == 4) {
			t.Errorf("%d: %+v, %v", i, res, err)
		}
	}
	if m := w.check.Manifest(); m.Tablectl.Frozen == nil || m.Tablectl.Frozen.Reason != "looking" {
		t.Errorf("frozen: %+v", m.Tablectl.Frozen)
	}
}
