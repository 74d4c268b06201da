package table

import (
	"context"
	"testing"

	"github.com/tablectl/tablectl/internal/objstore/faultstore"
	"github.com/tablectl/tablectl/manifest"
)

// TestOvertakenWhileRenumbered: the number that a run took because others were faster can be too low as well by the time the run hears of it.
func TestOvertakenWhileRenumbered(t *testing.T) {
	w := newWorld(t, inputsDir(t))
	w.publish("one.csv")
	var flips int
	lost := false
	others := func() { w.mustPublish("id,city,amount\n7,Rom,1\n", PublishOptions{Mode: Append, Rerun: true}) }
	plan := func(r faultstore.Request) faultstore.Fault {
		if r.Key != manifest.ObjectKey {
			return faultstore.Fault{}
		}
		if r.Op == "put" {
			switch flips++; flips {
			case 2: // the commit
				others()
			case 3: // another number
				lost = true
				return faultstore.Fault{Do: faultstore.LostTimeout}
			}
		} else if lost {
			lost = false
			others()
		}
		return faultstore.Fault{}
	}
	_, err := w.faulty(plan, func(ctx context.Context, tb *Table) error {
		_, err := tb.Publish(ctx, PublishOptions{Mode: Append, Inputs: []string{w.input("three.csv")}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if m := w.check.Manifest(); m.LastSequenceNumber != 6 || current(m) != 6 {
		t.Errorf("version %d is current, and %d the last", current(m), m.LastSequenceNumber)
	}
}
